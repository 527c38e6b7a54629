package parse

import (
	"encoding/hex"
	"testing"
)

// Every row of the table agrees with itself: the length of a sum, its commands, and the
// ways to write its name.
func TestHashTable(t *testing.T) {
	for a := range HashAlgorithms() {
		if got := hex.EncodeToString(a.New().Sum(nil)); len(got) != a.Digits {
			t.Errorf("%s: the sum has %d digits, the table says %d", a.Name, len(got), a.Digits)
		}
		if got := hashByLength(a.Digits); got != a.Name {
			t.Errorf("%s: a sum of %d digits is taken for one by %s", a.Name, a.Digits, got)
		}
		for _, c := range a.Commands {
			if alg, ok := hashVerb(c); !ok || alg != a.Name {
				t.Errorf("%s: hashVerb(%s) = %q, %v", a.Name, c, alg, ok)
			}
		}
		for _, name := range []string{a.Name, a.Short(), a.Commands[0][1:]} {
			if a.Name != "CRC32" || name != "CRC" {
				if got, ok := HashAlgorithmNamed(name); !ok || got.Name != a.Name {
					t.Errorf("HashAlgorithmNamed(%q) = %q, %v; want %q", name, got.Name, ok, a.Name)
				}
			}
			if got := hashName(name); got != a.Name {
				t.Errorf("hashName(%q) = %q, want %q", name, got, a.Name)
			}
		}
	}
}

func TestHashAlgorithmNamed(t *testing.T) {
	for name, want := range map[string]string{
		"sha_256": "SHA-256", "SHA": "SHA-1", "Md-5": "MD5", "crc-32": "CRC32",
		"": "", "CRC": "", "CRC-37": "", "SHA3-256": "", "SHA-512/256": "",
	} {
		if got, ok := HashAlgorithmNamed(name); got.Name != want || ok != (want != "") {
			t.Errorf("HashAlgorithmNamed(%q) = %q, %v; want %q", name, got.Name, ok, want)
		}
	}
}
