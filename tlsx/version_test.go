package tlsx

import (
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseVersion(t *testing.T) {
	tests := []struct {
		name string
		want uint16
		err  string
	}{
		{"1.0", tls.VersionTLS10, ""},
		{"1.1", tls.VersionTLS11, ""},
		{"1.2", tls.VersionTLS12, ""},
		{"1.3", tls.VersionTLS13, ""},
		{"tls1.2", tls.VersionTLS12, ""},
		{"TLS 1.3", tls.VersionTLS13, ""},
		{"TLSv1.1", tls.VersionTLS11, ""},
		{"TLSv1", tls.VersionTLS10, ""},
		{" 1.2 ", tls.VersionTLS12, ""},
		{"ssl3", 0, "RFC 7568"},
		{"ssl3.0", 0, "RFC 7568"},
		{"SSLv3", 0, "RFC 7568"},
		{"SSL", 0, "RFC 7568"},
		{"sslv2", 0, "RFC 6176"},
		{"1.4", 0, "unknown version"},
		{"", 0, "unknown version"},
		{"tls", 0, "unknown version"},
		{"\x1b[31m", 0, `"\x1b[31m"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseVersion(tt.name)
			if got != tt.want || (err != nil) != (tt.err != "") {
				t.Fatalf("ParseVersion = %#x, %v", got, err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %q, want %q in it", err, tt.err)
			}
			if err == nil {
				if again, err := ParseVersion(VersionName(got)); again != got || err != nil {
					t.Errorf("ParseVersion(%q) = %#x, %v", VersionName(got), again, err)
				}
			}
		})
	}
}

func TestVersionName(t *testing.T) {
	for v, want := range map[uint16]string{
		0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0304: "TLS 1.3", 0x0305: "version 0x0305", 0: "version 0x0000",
	} {
		if got := VersionName(v); got != want {
			t.Errorf("VersionName(%#x) = %q, want %q", v, got, want)
		}
	}
}

func TestParseCipherSuites(t *testing.T) {
	got, err := ParseCipherSuites("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls_ecdhe_ecdsa_with_aes_128_gcm_sha256:TLS_RSA_WITH_AES_128_CBC_SHA")
	if err != nil {
		t.Fatal(err)
	}
	want := []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("suites mismatch (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", " ,", "TLS_NONE", "TLS_AES_128_GCM_SHA256"} {
		if got, err := ParseCipherSuites(bad); err == nil {
			t.Errorf("ParseCipherSuites(%q) = %v", bad, got)
		}
	}
}

func TestStrings(t *testing.T) {
	tests := []struct{ got, want string }{
		{ResumePreferred.String(), "preferred"},
		{ResumeRequired.String(), "required"},
		{ResumeOff.String(), "off"},
		{Resumption(9).String(), "Resumption(9)"},
		{BindAny.String(), "any"},
		{Binding(9).String(), "Binding(9)"},
		{Resumed.String(), "resumed"},
		{Off.String(), "resumption is off"},
		{Reuse(9).String(), "Reuse(9)"},
		{(&NotResumedError{Reuse: NothingToOffer}).Error(),
			"ftp: TLS session resumption is required, but the data connection was not resumed: the server issued no session ticket"},
		{(&HandshakeError{Phase: PhaseData, Err: errors.New("bad \x1b[2J \"name\"")}).Error(),
			`ftp: TLS handshake of the data connection: bad \x1b[2J "name"`},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
	if !errors.Is(ErrCutRecord, ErrTruncated) || !errors.Is(ErrCutRecord, io.ErrUnexpectedEOF) || !errors.Is(ErrTruncated, io.ErrUnexpectedEOF) {
		t.Error("the truncation errors do not match each other and io.ErrUnexpectedEOF")
	}
}
