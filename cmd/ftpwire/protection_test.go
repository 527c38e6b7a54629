package main

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A file in clear is warned of when it is moved, and a server that refuses to move it so
// is not blamed.
func TestProtectionFiles(t *testing.T) {
	s := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	r := runIn(t, setting{env: s.env, stdin: strings.NewReader("x")}, "put", "--ca", s.ca, "--prot-files", "C", "-", s.url+"/new")
	r.want(t, exitGood, "files are not protected (--prot-files C)")
	s = serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, RequireTLS: true})
	r = runIn(t, setting{env: s.env}, "ls", "--ca", s.ca, "--prot", "C", s.url+"/")
	if r.code != exitGood || strings.Contains(r.err, "not protected") {
		t.Errorf("exit code %d, %q; want none but protected data", r.code, r.err)
	}
}

// What is less protected than it may seem is said, and nothing else.
func TestProtectionFlagWarnings(t *testing.T) {
	s := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	const suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
	for _, tt := range []struct{ flags, want string }{
		{"", ""},
		{"--prot P", ""},
		{"--prot C", "data connections are not protected (--prot C)"},
		{"--prot-list C", "listings are not protected (--prot-list C)"},
		{"--prot-files C", ""}, // none is moved
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

// What is wrong with a profile is said in the words of the command line.
func TestProfileFaultsNameFlags(t *testing.T) {
	for _, tt := range []struct{ flags, want string }{
		{"--ccc --prot-list C", "--ccc excludes different --prot-list and --prot-files"},
		{"--tls-min 1.3 --ciphers TLS_RSA_WITH_AES_128_CBC_SHA", "which --tls-min excludes"},
		{"--authentication publickey", "--authentication can't be by public key: that belongs to SFTP"},
		{"-6 --bind 127.0.0.1", "--bind (127.0.0.1) is no address of --ip 6"},
		{"--tls implicit --ccc", "--ccc needs explicit TLS"},
		{"--variant ftp --tls none", "--variant and --tls exclude each other"},
		{"--bind here", `--bind: "here" must be an IP address`},
		{"--acct-always", "--acct-always needs --acct"},
	} {
		r := runIn(t, setting{}, append([]string{"ls", "ftpes://h/"}, strings.Fields(tt.flags)...)...)
		r.want(t, exitUsage, tt.want)
	}
}
