package tlsx

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePin(t *testing.T) {
	self := issue(t, certSpec{})
	key, cert := KeyPin(self.cert), certificatePin(self.cert)
	spki, err := x509.MarshalPKIXPublicKey(self.cert.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(spki)
	b64 := base64.StdEncoding.EncodeToString(sum[:])
	certSum := sha256.Sum256(self.cert.Raw)
	digits := hex.EncodeToString(certSum[:])
	tests := []struct {
		name string
		in   string
		want Pin // zero: refused
	}{
		{"key", "sha256//" + b64, key},
		{"certificate", "cert-sha256:" + digits, cert},
		{"certificate, upper case", "cert-sha256:" + strings.ToUpper(digits), cert},
		{"certificate, colons", "cert-sha256:" + Fingerprint(certSum).String(), cert},
		{"empty", "", Pin{}},
		{"bare digits", digits, Pin{}},
		{"key, no padding", "sha256//" + strings.TrimRight(b64, "="), Pin{}},
		{"key, too short", "sha256//" + base64.StdEncoding.EncodeToString(sum[:31]), Pin{}},
		{"key, line end", "sha256//" + b64[:10] + "\n" + b64[10:], Pin{}},
		{"key, not base64", "sha256//" + strings.Repeat("*", 44), Pin{}},
		{"certificate, too short", "cert-sha256:" + digits[2:], Pin{}},
		{"certificate, colon misplaced", "cert-sha256:" + digits[:3] + ":" + digits[3:], Pin{}},
		{"certificate, not hexadecimal", "cert-sha256:" + strings.Repeat("g", 64), Pin{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParsePin(tt.in)
			if got != tt.want || (err != nil) != (tt.want == Pin{}) {
				t.Errorf("ParsePin(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
			}
			if err != nil {
				return
			}
			if again, err := ParsePin(got.String()); again != got || err != nil {
				t.Errorf("of its own text: %v, %v", again, err)
			}
		})
	}
	if !cert.certificate || key.certificate {
		t.Error("a pin names the wrong thing")
	}
}

func TestParsePins(t *testing.T) {
	a, b := issue(t, certSpec{}), issue(t, certSpec{})
	want := []Pin{KeyPin(a.cert), certificatePin(b.cert)}
	for _, sep := range []string{";", ",", " ", "; "} {
		got, err := ParsePins(want[0].String() + sep + want[1].String())
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Pin{})); diff != "" || err != nil {
			t.Errorf("separated by %q: %v, mismatch (-want +got):\n%s", sep, err, diff)
		}
	}
	for _, bad := range []string{"", " ; ", "x", want[0].String() + ";x"} {
		if got, err := ParsePins(bad); err == nil {
			t.Errorf("ParsePins(%q) = %v", bad, got)
		}
	}
}

func TestPinMatches(t *testing.T) {
	first := issue(t, certSpec{})
	renewed := issueFor(t, certSpec{}, first.key)
	other := issue(t, certSpec{})
	tests := []struct {
		name string
		pin  Pin
		cert *testCert
		want bool
	}{
		{"key", KeyPin(first.cert), first, true},
		{"key, renewed", KeyPin(first.cert), renewed, true},
		{"key, other", KeyPin(first.cert), other, false},
		{"certificate", certificatePin(first.cert), first, true},
		{"certificate, renewed", certificatePin(first.cert), renewed, false},
		{"zero", Pin{}, first, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.pin.matches(tt.cert.cert); got != tt.want {
				t.Errorf("Matches = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true})
	leaf := issue(t, certSpec{issuer: root, name: "a\x1b[31m\u202eb", hosts: []string{"a.example", "*.b.example"}})
	want := CertificateFacts{
		Subject:   `CN=a\x1b[31m\u202eb`,
		Issuer:    "CN=root",
		Names:     []string{"a.example", "*.b.example"},
		NotBefore: leaf.cert.NotBefore.UTC(),
		NotAfter:  leaf.cert.NotAfter.UTC(),
		KeyType:   "ECDSA P-256",
		Signature: "ECDSA-SHA256",
		Serial:    leaf.cert.SerialNumber.Text(16),
		SHA256:    sha256.Sum256(leaf.cert.Raw),
		Pin:       KeyPin(leaf.cert),
	}
	got := Facts(leaf.cert)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Pin{})); diff != "" {
		t.Errorf("facts mismatch (-want +got):\n%s", diff)
	}
	if !Facts(root.cert).SelfSigned {
		t.Error("the root is not self-signed")
	}
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var back CertificateFacts
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, back, cmp.AllowUnexported(Pin{})); diff != "" {
		t.Errorf("facts mismatch after JSON (-want +got):\n%s\n%s", diff, b)
	}
	if s := clean(strings.Repeat("é", maxText)); len(s) > maxText+3 || !strings.HasSuffix(s, "é...") {
		t.Errorf("a long text is %d bytes: ...%q", len(s), s[len(s)-10:])
	}
}

func TestReason(t *testing.T) {
	tests := []struct {
		reason Reason
		text   string
	}{
		{ReasonSelfSigned, "self-signed"},
		{ReasonExpired | ReasonWrongName, "expired,wrong-name"},
		{ReasonAny, "any"},
		{ReasonAny | ReasonRevoked | ReasonNotPinned, "any,revoked,not-pinned"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got := tt.reason.String(); got != tt.text {
				t.Errorf("String = %q", got)
			}
			if got, err := parseReason(tt.text); got != tt.reason || err != nil {
				t.Errorf("ParseReason = %v, %v", got, err)
			}
		})
	}
	for _, bad := range []string{"", "none", "expired,", "Expired", "expired, self-signed"} {
		if got, err := parseReason(bad); err == nil {
			t.Errorf("ParseReason(%q) = %v", bad, got)
		}
	}
	if got := Reason(0).String(); got != "none" {
		t.Errorf("the empty set is %q", got)
	}
	if got := (ReasonExpired | 1<<15).String(); got != "expired,Reason(0x8000)" {
		t.Errorf("an unknown bit is %q", got)
	}
}
