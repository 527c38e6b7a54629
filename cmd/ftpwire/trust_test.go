package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A trusting is a server whose authority nobody knows, and a home directory.
type trusting struct {
	*fixture
	home, file string
	host       string // with port
	facts      tlsx.CertificateFacts
}

func serveUntrusted(t *testing.T) *trusting {
	t.Helper()
	f := &trusting{fixture: serve(t, ftptest.Config{TLS: ftptest.TLSExplicit}), home: t.TempDir()}
	f.env["HOME"] = f.home
	f.file = filepath.Join(f.home, ".config", "ftpwire", "trusted")
	f.host = f.Addr()
	f.url = "ftpes://" + testUser + "@" + f.host
	r := f.run(t, "trust", "show", "--format", "json", "URL/")
	var in inspection
	if err := json.Unmarshal([]byte(r.out), &in); err != nil {
		t.Fatalf("%v\n%s%s", err, r.out, r.err)
	}
	f.facts = in.Certificate
	return f
}

// run runs a command line without --ca.
func (f *trusting) run(t *testing.T, args ...string) result {
	t.Helper()
	return f.answer(t, setting{}, args...)
}

func (f *trusting) answer(t *testing.T, s setting, args ...string) result {
	t.Helper()
	s.env = f.env
	var full []string
	for _, a := range args {
		full = append(full, strings.ReplaceAll(a, "URL", f.url))
	}
	r := runIn(t, s, full...)
	if strings.Contains(r.err+r.out, testPassword) {
		t.Errorf("the output holds the password:\n%s%s", r.out, r.err)
	}
	return r
}

// accepts puts an entry into the store: another certificate than the server's, or the
// same one for other reasons.
func (f *trusting) accepts(t *testing.T, sha256 tlsx.Fingerprint, reasons tlsx.Reason) {
	t.Helper()
	store, err := tlsx.OpenTrustStore(f.file)
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := new(app).serverName(f.host)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Accept(tlsx.Trusted{Host: host, Port: port, SHA256: sha256, Reasons: reasons, Date: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Subject: "CN=before"}); err != nil {
		t.Fatal(err)
	}
}

func (r result) prints(t *testing.T, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(r.out, p) {
			t.Errorf("standard output lacks %q:\n%s", p, r.out)
		}
	}
}

func TestTrust(t *testing.T) {
	f := serveUntrusted(t)
	accept := "ftpwire trust accept ftpes://" + f.host + "/"
	f.run(t, "ls", "URL/").want(t, exitCertificate, "was refused: it is signed by an authority", "hint: ", "("+accept+")")
	f.run(t, "trust", "list").want(t, exitGood, "no accepted certificates in "+f.file)

	r := f.run(t, "trust", "show", "URL/")
	r.want(t, exitCertificate)
	r.prints(t, f.host, "names     localhost, 127.0.0.1, ::1", f.facts.SHA256.String(), f.facts.Pin.String(), "OCSP      no response stapled", "problem   it is signed", "not accepted yet")

	wrong := "00" + fmt.Sprintf("%x", f.facts.SHA256[1:])
	f.run(t, "trust", "accept", "URL/", "--sha256", wrong).want(t, exitCertificate, "another SHA-256", "nothing was accepted")
	f.run(t, "ls", "URL/").want(t, exitCertificate, "was refused")

	r = f.run(t, "trust", "accept", "URL/", "--sha256", f.facts.SHA256.String())
	r.want(t, exitGood)
	r.prints(t, "accepted: the certificate of "+f.host+", in "+f.file)
	f.run(t, "ls", "URL/").want(t, exitGood)
	f.run(t, "get", "URL/hello.txt", "-").want(t, exitGood)

	r = f.run(t, "trust", "list")
	r.want(t, exitGood)
	r.prints(t, f.host+"  ", "  unknown-authority  "+f.facts.SHA256.String()+"  CN=localhost")
	r = f.run(t, "trust", "list", "--format", "json")
	r.want(t, exitGood)
	var got tlsx.Trusted
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.SHA256 != f.facts.SHA256 || got.Reasons != tlsx.ReasonUnknownAuthority {
		t.Errorf("the list as JSON: %v\n%s", err, r.out)
	}
	r = f.run(t, "trust", "show", "URL/")
	r.want(t, exitGood)
	r.prints(t, "accepted on ", "(unknown-authority)")
	r = f.run(t, "trust", "accept", "URL/", "--yes")
	r.want(t, exitGood)
	r.prints(t, "it was accepted before")

	host, _, _ := strings.Cut(f.host, ":")
	f.run(t, "trust", "remove", host).want(t, exitNo, "no certificate of "+host+":21 was accepted", "There is one of "+f.host)
	f.run(t, "trust", "remove", "URL/").want(t, exitGood)
	f.run(t, "trust", "remove", f.host).want(t, exitNo, "was accepted", `"ftpwire trust list"`)
	f.run(t, "ls", "URL/").want(t, exitCertificate, "was refused")
}

func TestTrustOfAValidCertificate(t *testing.T) {
	f := serveUntrusted(t)
	r := f.run(t, "trust", "show", "URL/", "--ca", f.ca)
	r.want(t, exitGood)
	r.prints(t, "valid: it passes all checks")
	r = f.run(t, "trust", "accept", "--yes", "URL/", "--ca", f.ca)
	r.want(t, exitGood)
	r.prints(t, "nothing to accept")
	if _, err := os.Stat(f.file); err == nil {
		t.Error("it was accepted all the same")
	}
}

// Nobody logs in for a look at the certificate.
func TestTrustNeverLogsIn(t *testing.T) {
	f := serveUntrusted(t)
	r := f.run(t, "trust", "accept", "--yes", "--log", "URL/")
	r.want(t, exitGood, "> AUTH TLS", "> QUIT")
	if strings.Contains(r.err, "USER") || strings.Contains(r.err, "PASS") {
		t.Errorf("it logs in:\n%s", r.err)
	}
}

func TestTrustPlaces(t *testing.T) {
	f := serveUntrusted(t)
	dir := t.TempDir()
	tests := []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{name: "flag", args: []string{"--trust-file", filepath.Join(dir, "flag")}, env: map[string]string{"FTPWIRE_TRUST": filepath.Join(dir, "x")}, want: filepath.Join(dir, "flag")},
		{name: "variable", env: map[string]string{"FTPWIRE_TRUST": filepath.Join(dir, "variable"), "HOME": filepath.Join(dir, "x")}, want: filepath.Join(dir, "variable")},
		{name: "XDG", env: map[string]string{"XDG_CONFIG_HOME": filepath.Join(dir, "xdg"), "HOME": filepath.Join(dir, "x")}, want: filepath.Join(dir, "xdg", "ftpwire", "trusted")},
		{name: "relative XDG", env: map[string]string{"XDG_CONFIG_HOME": "xdg", "HOME": filepath.Join(dir, "home")}, want: filepath.Join(dir, "home", ".config", "ftpwire", "trusted")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := runIn(t, setting{env: tt.env}, append([]string{"trust", "accept", "--yes", f.url + "/"}, tt.args...)...)
			r.want(t, exitGood)
			if _, err := os.Stat(tt.want); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTrustChanged(t *testing.T) {
	f := serveUntrusted(t)
	old := tlsx.Fingerprint{1, 2, 3}
	f.accepts(t, old, tlsx.ReasonAny)
	hint := "Accept it if it is the same (ftpwire trust accept ftpes://" + f.host + "/)"
	f.run(t, "ls", "URL/").want(t, exitCertificate, "it has changed: on 2026-01-02", old.String(), f.facts.SHA256.String(), hint)
	f.run(t, "ls", "--accept-new", "URL/").want(t, exitCertificate, "it has changed", hint)
	f.answer(t, setting{terminal: true, stdin: strings.NewReader("\n")}, "ls", "URL/").want(t, exitCertificate, "HAS CHANGED", "it has changed")

	r := f.run(t, "trust", "show", "URL/")
	r.want(t, exitCertificate)
	r.prints(t, "CHANGED: on 2026-01-02", "before    SHA-256 "+old.String()+", CN=before", "now       SHA-256 "+f.facts.SHA256.String())
	r = f.run(t, "trust", "show", "--format", "json", "URL/")
	r.want(t, exitCertificate)
	r.prints(t, `"verdict":"changed"`, `"trusted":{"host":"127.0.0.1"`)

	f.answer(t, setting{terminal: true, stdin: strings.NewReader("n\n")}, "trust", "accept", "URL/").want(t, exitCertificate, "HAS CHANGED", "was not accepted")
	f.run(t, "ls", "URL/").want(t, exitCertificate, "it has changed")
	r = f.answer(t, setting{terminal: true, stdin: strings.NewReader("y\n")}, "trust", "accept", "URL/")
	r.want(t, exitGood, "HAS CHANGED")
	r.prints(t, "before", old.String(), "accepted: ")
	f.run(t, "ls", "URL/").want(t, exitGood)
	if n := strings.Count(f.run(t, "trust", "list").out, "\n"); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}

// What was accepted for less is no answer to more.
func TestTrustForLess(t *testing.T) {
	f := serveUntrusted(t)
	f.accepts(t, f.facts.SHA256, tlsx.ReasonExpired)
	f.run(t, "ls", "URL/").want(t, exitCertificate, "was refused")
	r := f.run(t, "trust", "show", "URL/")
	r.want(t, exitCertificate)
	r.prints(t, "not accepted: on 2026-01-02 it was, for less (expired)")
	f.run(t, "trust", "accept", "--yes", "URL/").want(t, exitGood)
	f.run(t, "ls", "URL/").want(t, exitGood)
	f.run(t, "trust", "list").prints(t, "  unknown-authority,expired  ")
}

func TestTrustPrompt(t *testing.T) {
	tests := []struct {
		name, answer string
		code         int
		err          string
		remembered   bool
	}{
		{name: "no", answer: "n\n", code: exitCertificate, err: "was refused"},
		{name: "nothing", answer: "", code: exitCertificate, err: "was refused"},
		{name: "once", answer: "o\n", err: "can't be verified"},
		{name: "always", answer: "a\n", err: "can't be verified", remembered: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := serveUntrusted(t)
			// Two sessions, one question.
			r := f.answer(t, setting{terminal: true, stdin: strings.NewReader(tt.answer)}, "rmdir", "URL/none", strings.Replace(f.url, testUser+"@", "anonymous@", 1)+"/none")
			r.want(t, cmpOr(tt.code, exitNo), tt.err)
			if n := strings.Count(r.err, "Accept it?"); n != 1 {
				t.Errorf("%d questions, want 1:\n%s", n, r.err)
			}
			if tt.code == 0 && !strings.Contains(r.err, `RMD "none": 550`) {
				t.Errorf("the first URL was not tried:\n%s", r.err)
			}
			if _, err := os.Stat(f.file); (err == nil) != tt.remembered {
				t.Errorf("remembered: %v, want %v", err == nil, tt.remembered)
			}
		})
	}
}

func cmpOr(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

// A certificate that was accepted stays so when the login fails, and that is said.
func TestAcceptNewBeforeAFailedLogin(t *testing.T) {
	f := serveUntrusted(t)
	f.env["FTPWIRE_PASSWORD"] = "wrong"
	f.run(t, "ls", "--accept-new", "URL/").want(t, exitLogin, "is accepted from now on", "PASS: 530")
	r := f.run(t, "ls", "--accept-new", "URL/")
	r.want(t, exitLogin, "PASS: 530")
	if strings.Contains(r.err, "from now on") {
		t.Errorf("it is said twice:\n%s", r.err)
	}
}

// With the password on standard input there is nobody to ask.
func TestNoPromptOnUsedInput(t *testing.T) {
	f := serveUntrusted(t)
	r := f.answer(t, setting{terminal: true, stdin: strings.NewReader(testPassword + "\na\n")}, "ls", "--password-file", "-", "URL/")
	r.want(t, exitCertificate, "was refused")
	if strings.Contains(r.err, "Accept it?") {
		t.Errorf("it asks:\n%s", r.err)
	}
}

func TestUnreadableTrustFile(t *testing.T) {
	f := serveUntrusted(t)
	if err := os.MkdirAll(f.file, 0o700); err != nil { // a directory in its place
		t.Fatal(err)
	}
	f.run(t, "ls", "--ca", f.ca, "URL/").want(t, exitGood, "warning: accepted certificates are not known")
	f.run(t, "ls", "--ca", f.ca, "--accept-new", "URL/").want(t, exitUsage, "trust store")
	f.run(t, "ls", "--ca", f.ca, "--trust-file", f.file, "URL/").want(t, exitUsage, "trust store")
	f.run(t, "trust", "list").want(t, exitUsage, "trust store")
}

func TestDamagedTrustFile(t *testing.T) {
	f := serveUntrusted(t)
	f.accepts(t, f.facts.SHA256, tlsx.ReasonAny)
	host, port, _ := strings.Cut(f.host, ":")
	if err := os.WriteFile(f.file, []byte(host+" "+port+" 12 damaged\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.run(t, "ls", "URL/").want(t, exitUsage, "is damaged", "(ftpwire trust remove ftpes://"+f.host+"/)")
	f.run(t, "trust", "remove", "URL/").want(t, exitGood)
	f.run(t, "ls", "--accept-new", "URL/").want(t, exitGood)
}
