package main

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A script is a server that has a reply for each command and notes what it was sent.
type script struct {
	addr string

	mu   sync.Mutex
	sent []string
}

// startScript starts a server whose replies are those of the longest beginnings of
// commands in replies, and 200 for others.
func startScript(t *testing.T, replies map[string]string) *script {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	s := &script{addr: ln.Addr().String()}
	all := map[string]string{"": "200 ok", "USER": "331 password", "PASS": "230 welcome", "FEAT": "502 no", "SYST": "215 UNIX", "QUIT": "221 bye"}
	for k, v := range replies {
		all[k] = v
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.talk(c, all)
		}
	}()
	return s
}

func (s *script) talk(c net.Conn, replies map[string]string) {
	defer c.Close()
	fmt.Fprint(c, "220 ready\r\n")
	for in := bufio.NewScanner(c); in.Scan(); {
		line := strings.TrimSuffix(in.Text(), "\r")
		s.mu.Lock()
		s.sent = append(s.sent, line)
		s.mu.Unlock()
		best := ""
		for k := range replies {
			if strings.HasPrefix(line, k) && len(k) > len(best) {
				best = k
			}
		}
		fmt.Fprint(c, replies[best]+"\r\n")
	}
}

// took returns what was sent, without the commands that every session has.
func (s *script) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.sent), func(line string) bool {
		return line == "FEAT" || line == "QUIT" || line == "SYST" || strings.HasPrefix(line, "TYPE") || strings.HasPrefix(line, "OPTS UTF8")
	})
}

func TestLoginFlags(t *testing.T) {
	const user, pass = "USER alice", "PASS " + testPassword
	tests := []struct {
		name    string
		replies map[string]string
		args    []string
		env     map[string]string
		code    int
		sent    []string
		err     []string
	}{
		{name: "none", sent: []string{user, pass, "DELE x"}},
		{name: "virtual host", args: []string{"--virtual-host", "Files.example.com"}, replies: map[string]string{"HOST": "220 welcome to files"},
			sent: []string{"HOST Files.example.com", user, pass, "DELE x"}},
		{name: "virtual host unknown", args: []string{"--virtual-host", "files.example.com"}, replies: map[string]string{"HOST": "504 no such host"}, code: exitConnect,
			sent: []string{"HOST files.example.com"}, err: []string{"504", "--virtual-host", "No password was sent"}},
		{name: "no virtual hosts", args: []string{"--virtual-host", "files.example.com"}, replies: map[string]string{"HOST": "502 what?"}, code: exitConnect,
			sent: []string{"HOST files.example.com"}, err: []string{"does not know HOST", "Leave the virtual host out"}},
		{name: "language", args: []string{"--lang", "fr-CA"}, sent: []string{"LANG fr-CA", user, pass, "DELE x"}},
		{name: "client name", args: []string{"--client-name", "Backup 7"}, sent: []string{user, pass, "CLNT Backup 7", "DELE x"}},
		{name: "commands behind the login", args: []string{"--after", "SITE UMASK 022", "--after", "-SITE NONSENSE"}, replies: map[string]string{"SITE NONSENSE": "500 what?"},
			sent: []string{user, pass, "SITE UMASK 022", "SITE NONSENSE", "DELE x"}},
		{name: "command behind the login refused", args: []string{"--after", "SITE NONSENSE"}, replies: map[string]string{"SITE": "500 what?"}, code: exitNo,
			sent: []string{user, pass, "SITE NONSENSE"}, err: []string{"--after", "hyphen"}},
		{name: "secret behind the login", args: []string{"--log", "--after", "SITE PSWD " + testPassword + " " + testPassword},
			sent: []string{user, pass, "SITE PSWD " + testPassword + " " + testPassword, "DELE x"}},
		// RFC 2289, Appendix C: pass phrase "This is a test.", seed TeSt, MD5, count 99.
		{name: "one-time password", replies: map[string]string{"USER": "331 Password required: otp-md5 99 TeSt ext"}, env: map[string]string{"FTPWIRE_PASSWORD": "This is a test."},
			sent: []string{user, "PASS BAIL TUFT BITS GANG CHEF THY", "DELE x"}},
		{name: "one-time password switched off", args: []string{"--otp", "never"}, replies: map[string]string{"USER": "331 Password required: otp-md5 99 TeSt ext"},
			sent: []string{user, pass, "DELE x"}},
		{name: "one-time password required", args: []string{"--otp", "require"}, code: exitLogin,
			sent: []string{user}, err: []string{"one-time password", "--otp auto"}},
		{name: "quirk", args: []string{"--quirk", "zos-init"},
			sent: []string{user, pass, "SITE DATASETMODE", "SITE QUOTESOVERRIDE", "SITE LISTLEVEL=2", "DELE x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startScript(t, tt.replies)
			env := tt.env
			if env == nil {
				env = map[string]string{"FTPWIRE_PASSWORD": testPassword}
			}
			r := runIn(t, setting{env: env}, append([]string{"rm", "ftp://alice@" + s.addr + "/x"}, tt.args...)...)
			r.want(t, tt.code, tt.err...)
			if diff := cmp.Diff(tt.sent, s.took()); diff != "" {
				t.Errorf("sent mismatch (-want +got):\n%s", diff)
			}
			if strings.Contains(r.err, testPassword) {
				t.Errorf("standard error holds the password:\n%s", r.err)
			}
		})
	}
}

// TestNoFeat: FEAT is not sent with --no-feat, nor with the quirk of servers that never
// answer it.
func TestNoFeat(t *testing.T) {
	for _, args := range [][]string{nil, {"--no-feat"}, {"--quirk", "feat-unanswered"}} {
		s := startScript(t, nil)
		runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, append([]string{"rm", "ftp://alice@" + s.addr + "/x"}, args...)...).want(t, exitGood)
		s.mu.Lock()
		sent := slices.Contains(s.sent, "FEAT")
		s.mu.Unlock()
		if sent != (args == nil) {
			t.Errorf("with %q FEAT was sent: %v", args, sent)
		}
	}
}

func TestCharset(t *testing.T) {
	utf8 := map[string]string{"FEAT": "211-Features\r\n UTF8\r\n211 End"}
	tests := []struct {
		name    string
		charset string
		replies map[string]string
		want    string
	}{
		{name: "none", want: "DELE grün"},
		{name: "code page", charset: "windows-1252", want: "DELE gr\xfcn"},
		{name: "code page of a server that has UTF-8 too", charset: "windows-1252", replies: utf8, want: "DELE gr\xfcn"},
		{name: "fallback", charset: "auto:windows-1252", want: "DELE gr\xfcn"},
		{name: "fallback of a server that has UTF-8", charset: "auto:windows-1252", replies: utf8, want: "DELE grün"},
		{name: "UTF-8", charset: "UTF-8", want: "DELE grün"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startScript(t, tt.replies)
			args := []string{"rm", "ftp://" + s.addr + "/gr%C3%BCn"}
			if tt.charset != "" {
				args = append(args, "--charset", tt.charset)
			}
			runIn(t, setting{}, args...).want(t, exitGood)
			if sent := s.took(); !slices.Contains(sent, tt.want) {
				t.Errorf("sent %q, want %q among them", sent, tt.want)
			}
		})
	}
}

func TestLoginProxy(t *testing.T) {
	const secret = "gate-secret"
	tests := []struct {
		name, proxy, url string
		replies          map[string]string
		code             int
		sent             []string
		err              []string
	}{
		{name: "user@host", proxy: "user@host://PROXY", sent: []string{"USER alice@ftp.example.com", "PASS " + testPassword, "DELE x"}},
		{name: "with a port", proxy: "user@host://PROXY/", url: "ftp://alice@ftp.example.com:2100/x", sent: []string{"USER alice@ftp.example.com:2100", "PASS " + testPassword, "DELE x"}},
		{name: "with a login", proxy: "site://gate%20keeper@PROXY", replies: map[string]string{"SITE": "220 there"},
			sent: []string{"USER gate keeper", "PASS " + secret, "SITE ftp.example.com", "USER alice", "PASS " + testPassword, "DELE x"}},
		{name: "joined", proxy: "joined://gate@PROXY", sent: []string{"USER alice@gate@ftp.example.com", "PASS " + testPassword + "@" + secret, "DELE x"}},
		{name: "own login refused", proxy: "open://gate@PROXY", replies: map[string]string{"PASS": "530 no"}, code: exitLogin,
			sent: []string{"USER gate", "PASS " + secret}, err: []string{"ftp.example.com:21 through the proxy ", "FTPWIRE_LOGIN_PROXY_PASSWORD"}},
		{name: "another kind", proxy: "open://PROXY", replies: map[string]string{"OPEN": "500 what?"}, code: exitConnect,
			sent: []string{"OPEN ftp.example.com"}, err: []string{"another kind (--login-proxy)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startScript(t, tt.replies)
			url := tt.url
			if url == "" {
				url = "ftp://alice@ftp.example.com/x"
			}
			env := map[string]string{"FTPWIRE_PASSWORD": testPassword, "FTPWIRE_LOGIN_PROXY_PASSWORD": secret}
			r := runIn(t, setting{env: env}, "rm", "--log", url, "--login-proxy", strings.Replace(tt.proxy, "PROXY", s.addr, 1))
			r.want(t, tt.code, tt.err...)
			if diff := cmp.Diff(tt.sent, s.took()); diff != "" {
				t.Errorf("sent mismatch (-want +got):\n%s", diff)
			}
			if strings.Contains(r.err, secret) || strings.Contains(r.err, testPassword) {
				t.Errorf("standard error holds a password:\n%s", r.err)
			}
		})
	}
}

// Each error about a proxy is one that holds no password.
func TestLoginProxyErrorsHoldNoPassword(t *testing.T) {
	for _, value := range []string{"site://p:geheim@h", "geheim@h", "site://p:geheim@h:0", "joined://p:ge:heim@", "site://p%:geheim@h"} {
		r := runIn(t, setting{}, "ls", "--login-proxy", value, "ftp://h/")
		r.want(t, exitUsage, "--login-proxy")
		if strings.Contains(r.err, "heim") {
			t.Errorf("%s: %s", value, r.err)
		}
	}
}

func TestProtectionWarnings(t *testing.T) {
	pin := func(f *trusting) string { return f.facts.Pin.String() }
	tests := []struct {
		name string
		cfg  ftptest.Config
		args func(f *trusting) []string
		want []string // warnings
	}{
		{name: "none", args: func(f *trusting) []string { return []string{"--ca", f.ca} }},
		{name: "CCC", args: func(f *trusting) []string { return []string{"--ca", f.ca, "--ccc"} }, want: []string{"TLS has ended on the control connection (--ccc)"}},
		{name: "CCC, TLS where there is", args: func(f *trusting) []string { return []string{"--ca", f.ca, "--ccc", "--tls", "auto"} }, want: []string{"TLS has ended on the control connection (--ccc)"}},
		{name: "PROT C", args: func(f *trusting) []string { return []string{"--ca", f.ca, "--prot", "C"} }, want: []string{"data connections are not protected (--prot C)"}},
		{name: "skipped", args: func(*trusting) []string { return []string{"--skip-cert-check", "chain"} }, want: []string{"chain of the server's certificate was not checked (--skip-cert-check)"}},
		{name: "skipped, several", args: func(*trusting) []string {
			return []string{"--skip-cert-check", "chain,name", "--skip-cert-check", "dates"}
		}, want: []string{"name, dates and chain of the server's certificate were not checked"}},
		{name: "skipped and pinned", args: func(f *trusting) []string { return []string{"--skip-cert-check", "chain", "--pin", pin(f)} }},
		{name: "accepted as new", args: func(*trusting) []string { return []string{"--accept-new"} }, want: []string{"is accepted from now on (unknown-authority): SHA-256 "}},
		{name: "insecure", args: func(*trusting) []string { return []string{"--insecure"} }},
		{name: "identity and session IDs", args: func(f *trusting) []string {
			return []string{"--ca", f.ca, "--data-identity", "verified", "--session-ids"}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := serveUntrusted(t)
			r := f.run(t, append([]string{"ls", "URL/"}, tt.args(f)...)...)
			r.want(t, exitGood)
			if len(tt.want) != strings.Count(r.err, "ftpwire: warning: ") {
				t.Errorf("warnings:\n%s", r.err)
			}
			r.want(t, exitGood, tt.want...)
			if quiet := f.run(t, append([]string{"-q", "ls", "URL/"}, tt.args(f)...)...); quiet.err != "" {
				t.Errorf("--quiet: %s", quiet.err)
			}
		})
	}
	t.Run("CCC refused", func(t *testing.T) {
		f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, RequireTLS: true})
		f.run(t, "ls", "--ccc", "URL/").want(t, exitGood, "the server refused CCC (--ccc)")
	})
	t.Run("no TLS at all", func(t *testing.T) {
		f := serve(t, ftptest.Config{})
		f.run(t, "ls", "--ccc", "--tls", "auto", "URL/").want(t, exitGood, "the server has no TLS")
	})
}

func TestPins(t *testing.T) {
	f := serveUntrusted(t)
	none := "cert-sha256:" + strings.Repeat("00", 32)
	cert := "cert-sha256:" + f.facts.SHA256.String()
	tests := []struct {
		name string
		args []string
		code int
		err  []string
	}{
		{name: "key", args: []string{"--ca", f.ca, "--pin", f.facts.Pin.String()}},
		{name: "certificate", args: []string{"--ca", f.ca, "--pin", cert}},
		{name: "one of several", args: []string{"--ca", f.ca, "--pin", none, "--pin", cert}},
		{name: "none", args: []string{"--ca", f.ca, "--pin", none}, code: exitCertificate, err: []string{"not pinned", "matches no pin"}},
		{name: "no replacement for the chain", args: []string{"--pin", cert}, code: exitCertificate, err: []string{"signed by an authority"}},
		{name: "none, and accepted", args: []string{"--accept-new", "--pin", none}, code: exitCertificate, err: []string{"matches no pin"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f.run(t, append([]string{"ls", "URL/"}, tt.args...)...).want(t, tt.code, tt.err...)
		})
	}
}
