package main

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// TestDataFlags shows on the wire what each flag does.
func TestDataFlags(t *testing.T) {
	f := serve(t, ftptest.Config{})
	for _, tt := range []struct {
		name string
		args []string
		sent string
		not  string
	}{
		{"passive", nil, "> EPSV\n", "PASV"},
		{"EPSV ALL", []string{"--epsv-all"}, "> EPSV ALL\n", "PASV"},
		{"active", []string{"--active"}, "> EPRT |1|127.0.0.1|", "EPSV"},
		{"active address", []string{"--data-mode", "port", "--active-address", "127.0.0.1"}, "> PORT 127,0,0,1,", "EPSV"},
		{"NAT", []string{"--data-mode", "pasv", "--nat", "auto"}, "> PASV\n", "EPSV"},
		{"no NAT", []string{"--data-mode", "pasv", "--nat", "never"}, "> PASV\n", "EPSV"},
		{"blocked", []string{"--block-port", "1-1023", "--block-port", "65535"}, "> EPSV\n", "PASV"},
		{"sync", []string{"--sync-data", "on"}, "> EPSV\n", "PASV"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := f.run(t, append([]string{"cat", "URL/hello.txt", "--log-sent"}, tt.args...)...)
			r.want(t, exitGood, tt.sent)
			if r.out != "hello\n" {
				t.Errorf("got %q", r.out)
			}
			if strings.Contains(r.err, tt.not) {
				t.Errorf("%s was sent:\n%s", tt.not, r.err)
			}
		})
	}
	t.Run("port of the peer", func(t *testing.T) {
		f.run(t, "cat", "URL/hello.txt", "--active", "--active-peer-port").want(t, exitGood)
		other := serve(t, ftptest.Config{Faults: []ftptest.Fault{"active-any-port"}})
		if r := other.run(t, "cat", "URL/hello.txt", "--active", "--active-peer-port", "--timeout", "1s"); r.code == exitGood || r.out != "" {
			t.Errorf("another port is taken: %q", r.out)
		}
		f.run(t, "cat", "URL/hello.txt", "--active-peer-port").want(t, exitUsage, "needs active mode")
	})
	t.Run("code page of EBCDIC", func(t *testing.T) {
		if err := f.WriteFile("/bracket.txt", []byte("[\n")); err != nil {
			t.Fatal(err)
		}
		for page, want := range map[string]string{"1047": "[\n", "037": "\u00dd\n"} { // ftptest writes 1047
			if r := f.run(t, "cat", "--type", "ebcdic", "--ebcdic", page, "URL/bracket.txt"); r.out != want {
				t.Errorf("%s: %q, want %q; %s", page, r.out, want, r.err)
			}
		}
	})
	t.Run("all ports blocked", func(t *testing.T) {
		f.run(t, "cat", "URL/hello.txt", "--block-port", "1-65535").want(t, exitTemporary, "--block-port")
	})
}
