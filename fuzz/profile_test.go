package fuzz

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/ftpwire/ftpwire"
)

// FuzzURL: a URL that can be read is written so that it is read as the same.
func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"ftp://h", "ftpes://u:p@h:21/a/b;type=a", "ftps://[2001:db8::1%25e]/%2Fa%20b", "ftp://:p@h/%2F/a", "ftpes://bücher.example/%ff", "ftp://u%40x@h//a;type=i", "ftp://h/a;b;type=d",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ftpwire.ParseURL(s)
		if err != nil {
			return
		}
		text := l.URL(true)
		again, err := ftpwire.ParseURL(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		l.PasswordInURL, again.PasswordInURL = false, false // an empty password is none
		if !reflect.DeepEqual(l, again) {
			t.Errorf("%q is written as %q, which is another location", s, text)
		}
	})
}

// FuzzProfileJSON: a Profile that can be read is written so that it is read as the same, and to validate it never panics.
func FuzzProfileJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `{"host": "h", "port": 21, "timeout": "5s", "tls_min": "1.2", "cipher_suites": ["TLS_RSA_WITH_AES_128_CBC_SHA"]}`,
		`{"data": {"active_ports": "5-9", "blocked_ports": ["7"]}, "verify": {"skip_name": true}}`, `{"proxy": "socks5://u@h:1080", "login": {"after": ["-NOOP"], "proxy": {"kind": "site"}}}`,
		`{"variant": "ftp", "code_page": "850", "time_zone": "+05:30", "local_address": "::1", "address_family": 6, "idle_timeout": 1e3}`, `{"quirks": {"force": "a, b"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p ftpwire.Profile
		if json.Unmarshal(text, &p) != nil {
			return
		}
		p.Validate()
		values := p.Values(true)
		whole, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		var q ftpwire.Profile
		if err := json.Unmarshal(whole, &q); err != nil {
			t.Fatalf("%s: %v", whole, err)
		}
		if !reflect.DeepEqual(values, q.Values(true)) {
			t.Errorf("%s is read as %v", whole, q.Values(true))
		}
	})
}
