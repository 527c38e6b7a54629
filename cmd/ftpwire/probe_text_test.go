package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// The report begins with what came of it, in lines that can be read; a fingerprint stands with
// the certificate only.
func TestProbeText(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"epsv-refused"}})
	env := setting{env: f.env}
	for _, tt := range []struct {
		name, begins string
		args         []string
		has, lacks   string
	}{
		{"works", "It works: explicit TLS 1.3, PROT P, PASV, NAT always, MLSD.\n\n  ftpwire ls ", f.probeArgs(), "--all lists them", "Ruled out"},
		{"all", "It works: ", f.probeArgs("--all"), "Ruled out, and why:", "--all lists them"},
		{"not trusted", "Nothing works: AUTH TLS on port ", []string{"probe", f.Addr(), "--user", testUser}, "ftpwire trust accept ftpes://" + f.Addr() + "/", "It works"},
		{"nobody listens", "Nothing works: AUTH TLS on port 1: ", []string{"probe", "127.0.0.1:1", "--user", testUser}, "1 kind of combination was ruled out", "FEAT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := runIn(t, env, tt.args...)
			if flat := strings.Join(strings.Fields(r.out), " "); !strings.HasPrefix(r.out, tt.begins) || !strings.Contains(flat, tt.has) || strings.Contains(flat, tt.lacks) {
				t.Errorf("want it to begin with %q, to have %q and not %q:\n%s%s", tt.begins, tt.has, tt.lacks, r.out, r.err)
			}
			for line := range strings.Lines(r.out) {
				certificate := strings.HasPrefix(line, "  SHA-256 ") || strings.HasPrefix(line, "  ftpwire ls ")
				if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > textWidth && !certificate {
					t.Errorf("a line of %d columns: %s", n, line)
				}
			}
			if n := len(fingerprintInText.FindAllString(r.out, -1)); n > 0 {
				t.Errorf("%d fingerprints outside the certificate:\n%s", n, r.out)
			}
		})
	}
}

// Secrets in a command line are replaced by what the user is to do.
func TestFillIn(t *testing.T) {
	args := []string{"ftp://h/", "--acct", "books", "--proxy", "socks5://u:secret@p:1080", "--timeout", "5s"}
	says := fillIn(args)
	if got := strings.Join(args, " "); got != "ftp://h/ --acct ACCOUNT --proxy socks5://u@p:1080 --timeout 5s" || len(says) != 2 {
		t.Errorf("%s; %q", got, says)
	}
}
