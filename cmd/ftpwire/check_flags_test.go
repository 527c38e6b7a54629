package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// TestCheckUnchecked checks that each connection flag is either refused with the reason, or
// is one of those that have an effect.
func TestCheckUnchecked(t *testing.T) {
	t.Parallel()
	effective := strings.Fields(`bind ip ipv4 ipv6 timeout connect-timeout retry retry-delay
		log log-sent log-received log-private proxy no-proxy proxy-ca proxy-data active-address active-ports
		acct acct-always password-file user auth-ssl cert key pfx ciphers data-identity no-data-cert server-name session-ids
		virtual-host otp
		tls tls-min tls-max variant authentication accept-new ca insecure pin skip-cert-check trust-file`)
	var all connFlags
	every := &cobra.Command{}
	all.addDataFlags(every)
	all.retryFlags.add(every)
	n := 0
	every.Flags().VisitAll(func(f *pflag.Flag) {
		n++
		why, refused := unchecked[f.Name]
		if refused == slices.Contains(effective, f.Name) {
			t.Errorf("--%s must either be refused or have an effect that is known here", f.Name)
		}
		if !refused {
			return
		}
		arg := "--" + f.Name
		if f.NoOptDefVal == "" {
			arg += "=" + valueFor(f)
		}
		r := runIn(t, setting{}, "check", "ftp://127.0.0.1:1/", arg)
		r.want(t, exitUsage, "check has no use for --"+f.Name, why[1:])
	})
	if n != len(effective)+len(unchecked) {
		t.Errorf("%d flags; %d have an effect, and %d are refused", n, len(effective), len(unchecked))
	}
	for _, args := range []string{"--help", "--help --all"} {
		help := runIn(t, setting{}, append([]string{"check"}, strings.Fields(args)...)...).out
		if strings.Contains(help, "--charset") {
			t.Errorf("check %s shows --charset", args)
		}
	}
}

// valueFor returns a value that a flag takes.
func valueFor(f *pflag.Flag) string {
	switch v := f.Value.(type) {
	case *choice:
		return v.words[0]
	case positive:
		return "3s"
	}
	return "1"
}

// checkOne is a check of one case, which takes no time.
var checkOne = []string{"--only", "rfc959-5.4-quit", "--read-only"}

// TestCheckTrust checks that check judges certificates as "ls" does, and remembers them.
func TestCheckTrust(t *testing.T) {
	t.Parallel()
	f := serveUntrusted(t)
	ls := f.run(t, "ls", "URL/")
	r := f.run(t, append([]string{"check", "URL/"}, checkOne...)...)
	r.want(t, exitCertificate, "could not be checked")
	if got, want := hintOf(r.err), hintOf(ls.err); got != want || got == "" {
		t.Errorf("advice %q; ls gives %q", got, want)
	}
	if slices.Contains(f.Commands(), "PASS") {
		t.Error("the password was sent before the certificate was accepted")
	}
	asJSON := f.run(t, append([]string{"check", "URL/", "--format", "json"}, checkOne...)...)
	asJSON.want(t, exitCertificate)
	refused := f.answer(t, setting{terminal: true, stdin: strings.NewReader("n\n")}, append([]string{"check", "URL/"}, checkOne...)...)
	refused.want(t, exitCertificate, "Accept it?")
	f.answer(t, setting{terminal: true, stdin: strings.NewReader("o\n")}, append([]string{"check", "URL/"}, checkOne...)...).want(t, exitGood, "Accept it?")
	f.run(t, append([]string{"check", "URL/", "--accept-new"}, checkOne...)...).want(t, exitGood, "is accepted from now on")
	f.run(t, append([]string{"check", "URL/"}, checkOne...)...).want(t, exitGood)
	f.run(t, "ls", "URL/").want(t, exitGood)
	f.run(t, append([]string{"check", "URL/", "--pin", "cert-sha256:" + strings.Repeat("0", 64)}, checkOne...)...).want(t, exitCertificate)
}

// TestCheckProxy checks a server through proxies, with data connections and without.
func TestCheckProxy(t *testing.T) {
	t.Parallel()
	only := []string{"--only", "rfc959-5.4-retr", "--only", "rfc2428-2-eprt-v4", "--only", "rfc1123-4.1.2.13-port"}
	for _, tt := range []struct {
		name   string
		socks  bool
		args   []string
		direct bool // data connections do not go through the proxy
	}{
		{"SOCKS", true, nil, false},
		{"HTTP", false, nil, false},
		{"SOCKS without data", true, []string{"--proxy-data=false"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
			p := &testProxy{socks: tt.socks}
			args := append(append([]string{"check", "URL/", "--proxy", p.start(t), "--format", "json"}, only...), tt.args...)
			r := f.run(t, args...)
			r.want(t, exitGood)
			var report struct {
				Results []struct{ ID, Verdict, Reason string }
			}
			if err := json.Unmarshal([]byte(r.out), &report); err != nil || len(report.Results) < 3 {
				t.Fatalf("%v: %s", err, r.out)
			}
			for _, res := range report.Results {
				want, why := "SKIP", "the address of the proxy"
				if strings.HasPrefix(res.ID, "rfc959-5.4-retr") {
					want, why = "PASS", ""
				}
				if res.Verdict != want || !strings.Contains(res.Reason, why) {
					t.Errorf("%s: %s, %q; want %s", res.ID, res.Verdict, res.Reason, want)
				}
			}
			data := 0
			for _, target := range p.targets() {
				if target != f.Addr() {
					data++
				}
			}
			if (data == 0) != tt.direct {
				t.Errorf("the proxy was asked for %q", p.targets())
			}
		})
	}
}

// TestCheckStored checks a stored connection, and what it says of settings of no use.
func TestCheckStored(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.store(f, "nas", "--charset", "windows-1252", "--active")
	r := s.run(append([]string{"check", "nas:"}, checkOne...)...)
	r.want(t, exitGood, "do without these settings of the connection nas: ", "code_page")
	s.store(f, "plain")
	if r := s.run(append([]string{"check", "plain:"}, checkOne...)...); r.code != exitGood || r.err != "" {
		t.Errorf("exit code %d:\n%s", r.code, r.err)
	}
	if i := slices.IndexFunc(f.Commands(), func(c string) bool { return strings.HasPrefix(c, "PASS") }); i < 0 {
		t.Error("nobody logged in")
	}
}

// TestCheckEffects checks flags by what the server or the user sees of them.
func TestCheckEffects(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	for _, tt := range []struct {
		name string
		args []string
		code int
		err  string
	}{
		{"log", []string{"--log"}, exitGood, "> ctrl 2: USER " + testUser},
		{"log is private", []string{"--log", "--log-private"}, exitGood, "> ctrl 2: USER "},
		{"log of what is received", []string{"--log-received"}, exitGood, "< ctrl 2: 220"},
		{"another name", []string{"--server-name", "other.example"}, exitCertificate, "other.example"},
		{"another name, unchecked", []string{"--server-name", "other.example", "--skip-cert-check", "name"}, exitGood, "--skip-cert-check"},
		{"address", []string{"--bind", "127.0.0.1"}, exitGood, ""},
		{"address that is none", []string{"--bind", "192.0.2.1"}, exitConnect, "192.0.2.1"},
		{"IPv6", []string{"-6"}, exitConnect, "could not be checked"},
		{"versions", []string{"--tls-max", "1.2", "--log"}, exitGood, "TLS is up: TLS 1.2"},
		{"AUTH SSL", []string{"--auth-ssl", "--log"}, exitConnect, "AUTH SSL is refused"},
		{"dead proxy", []string{"--proxy", "socks5://" + deadAddr(t)}, exitConnect, "proxy"},
		{"auto", []string{"--variant", "auto"}, exitUsage, "--tls auto"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := f.run(t, append(append([]string{"check", "URL/"}, checkOne...), tt.args...)...)
			r.want(t, tt.code, tt.err)
			if strings.Contains(r.err, testPassword) {
				t.Errorf("the password is shown:\n%s", r.err)
			}
		})
	}
	runIn(t, setting{}, "check", "--proxy", "socks5://h", "--only", "rfc959-5.4-quit").want(t, exitUsage, "need a URL: --proxy")
}

// TestCheckActivePorts checks that ports and address of active mode are those of the flags.
func TestCheckActivePorts(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{TLS: ftptest.TLSNone})
	only := []string{"check", "URL/", "--only", "rfc1123-4.1.2.13-port", "--log-sent"}
	f.run(t, append(only, "--active-ports", "50240-50250")...).want(t, exitGood, "PORT 127,0,0,1,196,")
	f.run(t, append(only, "--active-address", "127.0.0.2", "--read-only")...).want(t, exitGood, "PORT 127,0,0,2,")
}
