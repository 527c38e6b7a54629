package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestPutRefused: a file whose name is refused is stored under no other one, though CWD
// enters whatever it is given.
func TestPutRefused(t *testing.T) {
	local := filepath.Join(t.TempDir(), "up.bin")
	if err := os.WriteFile(local, noise(1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for code, exit := range map[int]int{
		425: exitTemporary, 426: exitTemporary, 450: exitTemporary, 451: exitTemporary, 452: exitNoSpace, 501: exitNo, 530: exitNotAllowed,
		532: exitLogin, 550: exitNotAllowed, 552: exitNoSpace, 553: exitNotAllowed,
	} {
		for _, more := range [][]ftptest.Fault{{"cwd-anything", "mlst-unknown"}, nil} {
			t.Run(fmt.Sprint(code, more), func(t *testing.T) {
				f := serve(t, ftptest.Config{Faults: append([]ftptest.Fault{ftptest.Fault(fmt.Sprintf("stor-refused-%d", code))}, more...)})
				f.run(t, "put", local, "URL/new").want(t, exit, fmt.Sprintf(`STOR "new": %d`, code))
				if n := sent(f, "STOR"); n != 1 {
					t.Errorf("STOR was sent %d times", n)
				}
			})
		}
	}
	t.Run("a directory", func(t *testing.T) {
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"stor-refused-553", "mlst-unknown"}})
		f.run(t, "put", local, "URL/sub").want(t, exitGood)
		if !f.Exists("/sub/up.bin") {
			t.Error("it is not in the directory")
		}
	})
	t.Run("a directory, with 450", func(t *testing.T) {
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"stor-refused-450"}})
		f.run(t, "put", local, "URL/sub").want(t, exitTemporary, `STOR "sub": 450`)
		if f.Exists("/sub/up.bin") {
			t.Error("it is in the directory")
		}
	})
	t.Run("--temp", func(t *testing.T) {
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"cwd-anything", "mlst-unknown"}})
		f.run(t, "put", "--temp", local, "URL/new").want(t, exitGood)
		if !f.Exists("/new") {
			t.Error("it is somewhere else")
		}
	})
}

// TestPutThenClosed: what the server confirmed is there, though it hangs up then.
func TestPutThenClosed(t *testing.T) {
	data := noise(1000)
	local := filepath.Join(t.TempDir(), "up.bin")
	if err := os.WriteFile(local, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit, ftptest.TLSImplicit} {
		for _, more := range [][]ftptest.Fault{nil, {"size-unknown"}} {
			f := serve(t, ftptest.Config{TLS: tls, Faults: append([]ftptest.Fault{"closed-after-226"}, more...)})
			r := f.run(t, "put", "--format", "json", local, "URL/new")
			if r.want(t, exitGood); !strings.Contains(r.out, `"proof":["reply"]`) {
				t.Errorf("%s: want the reply as the proof", r.out)
			}
			if got, err := f.ReadFile("/new"); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%v: another file has come: %v", tls, err)
			}
			f.runIn(t, setting{env: f.env, stdin: bytes.NewReader(data)}, "put", "-", "URL/new2").want(t, exitGood)
		}
	}
}

// TestRetryOfRefusedLogin: --retry sends no second password after a refusal.
func TestRetryOfRefusedLogin(t *testing.T) {
	for fault, want := range map[ftptest.Fault]struct {
		logins int
		code   int
		hint   string
	}{
		"login-attempts-530": {1, exitLogin, "too many failed ones"},
		"login-attempts-421": {1, exitLogin, "too many failed ones"},
		"login-invalid-430":  {1, exitLogin, "check user name and password"},
		"login-disabled-454": {1, exitLogin, "check user name and password"},
		"closed-at-pass":     {1, exitLogin, "no answer to PASS"},
		"421-at-pass":        {1, exitLogin, ""},
		"login-full-530":     {3, exitTemporary, "too many users now"},
		"login-full-421":     {3, exitTemporary, "too many users now"},
	} {
		t.Run(string(fault), func(t *testing.T) {
			f := serve(t, ftptest.Config{Faults: []ftptest.Fault{fault}})
			f.run(t, "get", "--retry", "2", "--retry-delay", "1ms", "URL/hello.txt", filepath.Join(t.TempDir(), "a")).want(t, want.code, want.hint)
			if n := sent(f, "PASS"); n != want.logins {
				t.Errorf("%d logins; want %d", n, want.logins)
			}
		})
	}
}

// sent counts how often a command came.
func sent(f *fixture, verb string) (n int) {
	for _, c := range f.Commands() {
		if v, _, _ := strings.Cut(c, " "); v == verb {
			n++
		}
	}
	return n
}

// TestNoUploadProbe: a file that is replaced over TLS is listed first, unless
// --no-upload-probe is given; a new one is not.
func TestNoUploadProbe(t *testing.T) {
	local := filepath.Join(t.TempDir(), "new")
	if err := os.WriteFile(local, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want bool
	}{
		{[]string{"URL/hello.txt"}, true},
		{[]string{"URL/none.txt"}, false},
		{[]string{"URL/hello.txt", "--no-upload-probe"}, false},
	} {
		f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
		f.run(t, append([]string{"put", local}, tt.args...)...).want(t, exitGood)
		listed := slices.ContainsFunc(f.Commands(), func(line string) bool { return strings.HasPrefix(line, "NLST") })
		if listed != tt.want {
			t.Errorf("put %q: NLST was sent: %v; want %v", tt.args, listed, tt.want)
		}
	}
}
