package tlsx

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormalizeHost(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"case", "FTP.Example.COM", "ftp.example.com"},
		{"final dot", "ftp.example.com.", "ftp.example.com"},
		{"U-label", "Bücher.example", "xn--bcher-kva.example"},
		{"U-label, decomposed", "bu\u0308cher.example", "xn--bcher-kva.example"},
		{"A-label", "XN--BCHER-KVA.example", "xn--bcher-kva.example"},
		{"ideographic dot", "例え。テスト", "xn--r8jz45g.xn--zckzah"},
		{"underscore", "Old_Box", "old_box"},
		{"IPv4", "192.0.2.1", "192.0.2.1"},
		{"IPv6", "2001:DB8:0:0::1", "2001:db8::1"},
		{"IPv6 in brackets", "[2001:db8::1]", "2001:db8::1"},
		{"IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1"},
		{"zone", "[FE80::1%Eth0]", "fe80::1%Eth0"},
		{"longest", strings.Repeat("a", 63) + strings.Repeat("."+strings.Repeat("a", 62), 3), strings.Repeat("a", 63) + strings.Repeat("."+strings.Repeat("a", 62), 3)},

		{"empty", "", ""},
		{"dot", ".", ""},
		{"bracket", "[::1", ""},
		{"space", "a b", ""},
		{"zone with a space", "fe80::1%a b", ""},
		{"line end", "a\n", ""},
		{"NUL", "a\x00", ""},
		{"with port", "a:21", ""},
		{"path", "a/b", ""},
		{"too long", strings.Repeat("a.", 127) + "a", ""},
		{"far too long", strings.Repeat("ü", 2000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := NormalizeHost(tt.in)
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("NormalizeHost(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
			if err != nil {
				return
			}
			if again, err := NormalizeHost(got); again != got || err != nil {
				t.Errorf("of its own answer: %q, %v", again, err)
			}
		})
	}
}

func TestParseTrustLine(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	tests := []struct {
		name  string
		line  string
		entry bool
		named bool // begins with a host and a port
	}{
		{"entry", "h 21 " + sum + " expired 2026-11-24T10:00:00Z \"CN=h\"", true, true},
		{"no subject", "h 21 " + sum + " expired,wrong-name 2026-11-24T10:00:00Z", true, true},
		{"tabs, CR LF", "\th\t21\t" + sum + "\tany\t2026-11-24T10:00:00.5+02:00\t\"a\\nb\" \r\n", true, true},
		{"longest", "h 21 " + sum + " any 2026-11-24T10:00:00Z " + strings.Repeat(" ", maxTrustLine-98), true, true},

		{"empty", "", false, false},
		{"comment", "# h 21", false, false},
		{"word", "h", false, false},
		{"no port", "h x " + sum, false, false},
		{"port 0", "h 0 " + sum, false, false},
		{"port 65536", "h 65536 " + sum, false, false},
		{"signed port", "h +21 " + sum, false, false},
		{"host and port only", "h 21", false, true},
		{"short sum", "h 21 " + sum[2:] + " any 2026-11-24T10:00:00Z", false, true},
		{"zero sum", "h 21 " + strings.Repeat("0", 64) + " any 2026-11-24T10:00:00Z", false, true},
		{"unknown reason", "h 21 " + sum + " because 2026-11-24T10:00:00Z", false, true},
		{"no reason", "h 21 " + sum + " none 2026-11-24T10:00:00Z", false, true},
		{"revoked", "h 21 " + sum + " revoked 2026-11-24T10:00:00Z", false, true},
		{"no date", "h 21 " + sum + " any", false, true},
		{"date only", "h 21 " + sum + " any 2026-11-24", false, true},
		{"year 0", "h 21 " + sum + " any 0001-01-01T00:00:00+01:00", false, true},
		{"bare subject", "h 21 " + sum + " any 2026-11-24T10:00:00Z CN=h", false, true},
		{"open subject", "h 21 " + sum + " any 2026-11-24T10:00:00Z \"CN=h", false, true},
		{"too long", "h 21 " + sum + " any 2026-11-24T10:00:00Z " + strings.Repeat(" ", maxTrustLine), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := parseTrustLine(tt.line)
			if l.entry != tt.entry || l.is("h", 21) != tt.named || l.raw != tt.line {
				t.Errorf("entry %v, want %v; names the host %v, want %v", l.entry, tt.entry, l.is("h", 21), tt.named)
			}
		})
	}
}

// FuzzTrustStore: the parser takes any bytes and gives them back, and what it
// reads as an entry reads the same once written.
func FuzzTrustStore(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	for _, seed := range []string{
		"", "\n", "# comment", "h 21\n", "h 21 " + sum + " any 2026-11-24T10:00:00Z",
		"h 21 " + sum + " self-signed,expired 2026-11-24T10:00:00Z \"CN=h\"\nh 21 " + sum + " any 2026-11-24T10:00:00+23:59\r\n",
		"[fe80::1%eth0] 990 " + sum + " wrong-name 9999-12-31T23:59:59Z \"\\xff\\u202e\"\n",
		"BÜCHER.example 2121 " + sum + " bad-chain,unknown-authority 1970-01-01T00:00:00.999Z \"\x01\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := parseTrustFile(b)
		if got := file.format(); !bytes.Equal(got, b) {
			t.Fatalf("parsed and formatted: %q, want %q", got, b)
		}
		for _, e := range file.entries() {
			l := parseTrustLine(e.line() + "\n")
			if diff := cmp.Diff(e, l.trusted); diff != "" || !l.entry {
				t.Fatalf("entry written as %q: read back %v, mismatch (-want +got):\n%s", e.line(), l.entry, diff)
			}
			if got, ok, _ := file.lookup("", e.Host, e.Port); ok && got != e {
				t.Fatalf("lookup of %+v = %+v", e, got)
			}
			n := len(file.entries())
			if file.set(e); len(file.entries()) != n {
				t.Fatalf("setting an entry again made %d of %d", len(file.entries()), n)
			}
		}
		for _, e := range file.entries() {
			if !file.remove(e.Host, e.Port) {
				t.Fatalf("%+v cannot be removed", e)
			}
		}
		if left := file.entries(); len(left) > 0 {
			t.Fatalf("left after all were removed: %+v", left)
		}
	})
}
