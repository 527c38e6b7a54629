package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A person is asked for what is missing, when the server wants it, and not before.
func TestPasswordQuestion(t *testing.T) {
	t.Parallel()
	clear := serve(t, ftptest.Config{})
	secure := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	secure.ca = "" // so that there is a question about the certificate
	with := func(u ftptest.User) *fixture {
		u.Name = testUser
		s := ftptest.NewServer(t, &ftptest.Config{Users: []ftptest.User{u}})
		return &fixture{Server: s, url: "ftp://" + testUser + "@" + s.Addr()}
	}
	const question = "Password for alice at 127.0.0.1: "
	tests := []struct {
		name  string
		f     *fixture
		args  string
		env   map[string]string
		typed string
		code  int
		says  []string // in this order
		not   string
	}{
		{name: "asked", f: clear, args: "ls URL/", typed: testPassword + "\n", code: exitGood, says: []string{question}},
		{name: "known", f: clear, args: "ls URL/", env: clear.env, code: exitGood, not: question},
		{name: "after the certificate", f: secure, args: "ls URL/", typed: "once\n" + testPassword + "\n", code: exitGood, says: []string{"Accept it?", question}},
		{name: "certificate rejected", f: secure, args: "ls URL/", typed: "no\n", code: exitCertificate, says: []string{"Accept it?"}, not: question},
		{name: "server down", f: &fixture{url: "ftp://alice@" + deadAddr(t)}, args: "ls URL/", code: exitConnect, says: []string{"refused"}, not: question},
		{name: "wrong, then right", f: clear, args: "ls URL/", typed: "wrong\n" + testPassword + "\n", code: exitGood, says: []string{question, "The server refused the password: ", "Once more", question}},
		{name: "wrong twice", f: clear, args: "ls URL/", typed: "wrong\nwrong\n" + testPassword + "\n", code: exitLogin, says: []string{question, question, "hint: "}},
		{name: "wrong, and known", f: clear, args: "ls URL/", env: map[string]string{"FTPWIRE_PASSWORD": "wrong"}, typed: testPassword + "\n", code: exitLogin, not: question},
		{name: "nothing typed", f: clear, args: "ls URL/", code: exitUsage, says: []string{question, "no password was given"}},
		{name: "account", f: with(ftptest.User{Password: testPassword, Account: "canary"}), args: "ls URL/", typed: testPassword + "\ncanary\n", code: exitGood, says: []string{question, "Account for alice at 127.0.0.1: "}},
		{name: "one-time password", f: with(ftptest.User{Password: testPassword, OneTime: &ftptest.OneTime{}}), args: "ls URL/", typed: testPassword + "\n", code: exitGood, says: []string{"one-time password, otp-md5 99 ftp1", question}},
		{name: "user alone", f: with(ftptest.User{Login: ftptest.LoginUser}), args: "ls URL/", code: exitGood, not: question},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"FTPWIRE_TRUST": t.TempDir() + "/trusted"}
			for k, v := range tt.env {
				env[k] = v
			}
			r := tt.f.runIn(t, setting{env: env, stdin: strings.NewReader(tt.typed), terminal: true}, strings.Fields(tt.args)...)
			r.want(t, tt.code)
			rest := r.err
			for _, s := range tt.says {
				var ok bool
				if _, rest, ok = strings.Cut(rest, s); !ok {
					t.Errorf("it does not say %q, or too early:\n%s", s, r.err)
				}
			}
			if tt.not != "" && strings.Contains(r.err, tt.not) {
				t.Errorf("it asks %q:\n%s", tt.not, r.err)
			}
			if strings.Contains(r.err, testPassword) || strings.Contains(r.err, "canary") {
				t.Errorf("a secret is shown:\n%s", r.err)
			}
		})
	}
}

func TestReadKeys(t *testing.T) {
	for _, tt := range []struct {
		typed, want string
		err         error
		rest        string
	}{
		{"secret\rnext", "secret", nil, "next"},
		{"secret\n", "secret", nil, ""},
		{"\r", "", nil, ""},
		{"seek\x7f\bcret\r", "secret", nil, ""},
		{"aä\x7f\x7f\x7fb\r", "b", nil, ""},
		{"wrong\x15right\r", "right", nil, ""},
		{"a\x1b\tb\r", "a\tb", nil, ""},
		{"passé wörd\r", "passé wörd", nil, ""},
		{"half\x03\r", "", errInterrupt, "\r"},
		{"\x04", "", io.EOF, ""},
		{"all\x04", "all", nil, ""},
		{"cut", "", io.EOF, ""},
		{strings.Repeat("x", maxTyped) + "\r", strings.Repeat("x", maxTyped), nil, ""},
	} {
		in := strings.NewReader(tt.typed)
		got, err := readKeys(in)
		rest, _ := io.ReadAll(in)
		if got != tt.want || !errors.Is(err, tt.err) || string(rest) != tt.rest {
			t.Errorf("%q: %q, %v, left %q", tt.typed, got, err, rest)
		}
	}
	if _, err := readKeys(strings.NewReader(strings.Repeat("x", maxTyped+1))); err == nil {
		t.Error("a secret is cut")
	}
}
