package main

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// What is less protected than it may seem is said, and nothing else.
func TestProtectionFlagWarnings(t *testing.T) {
	s := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	const suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
	for _, tt := range []struct{ flags, want string }{
		{"", ""},
		{"--prot P", ""},
		{"--prot C", "data connections are not protected (--prot C)"},
		{"--prot-list C", "listings are not protected (--prot-list C)"},
		{"--prot-files C", "files are not protected (--prot-files C)"},
		{"--prot-list C --prot-files C", "data connections are not protected"},
		{"--prot C --prot-files P", "listings are not protected"},
		{"--ciphers " + suite, "--ciphers has no effect: the connection is TLS 1.3"},
		{"--ciphers " + suite + " --tls-max 1.2", ""},
	} {
		t.Run(tt.flags, func(t *testing.T) {
			r := runIn(t, setting{env: s.env}, append([]string{"ls", "--ca", s.ca, s.url + "/"}, strings.Fields(tt.flags)...)...)
			if r.code != 0 || tt.want == "" && r.err != "" || !strings.Contains(r.err, tt.want) || strings.Count(r.err, "warning") > 1 {
				t.Errorf("exit code %d, %q; want %q", r.code, r.err, tt.want)
			}
		})
	}
}
