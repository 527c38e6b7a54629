package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// memoryKeyring is a keyring of a test.
type memoryKeyring map[string]string

func (m memoryKeyring) Get(service, user string) (string, error) {
	password, ok := m[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return password, nil
}

func (m memoryKeyring) Set(service, user, password string) error {
	m[service+"/"+user] = password
	return nil
}

func (m memoryKeyring) Delete(service, user string) error {
	delete(m, service+"/"+user)
	return nil
}

// Where a stored connection's password comes from, and what is said if it does not.
func TestConnectionPassword(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands here are those of a POSIX shell")
	}
	f := serve(t, ftptest.Config{})
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	right, empty := file("right", testPassword+"\nsecond line\n"), file("empty", "\n")
	printing := file("printing", "#!/bin/sh\nprintf '%s\\r\\n' \"$1\"\n")
	if err := os.Chmod(printing, 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, key string
		code      int
		err       string
	}{
		{"stored", `password = "` + testPassword + `"`, exitGood, ""},
		{"file", `password_file = "` + right + `"`, exitGood, ""},
		{"no file", `password_file = "none"`, exitUsage, "no such file"},
		{"empty file", `password_file = "` + empty + `"`, exitUsage, "the first line of " + empty + " is empty"},
		{"variable", `password_env = "SECRET"`, exitGood, ""},
		{"no variable", `password_env = "NONE"`, exitUsage, "the environment variable NONE is not set"},
		{"line for the shell", `password_command = "echo ` + testPassword + ` | cat"`, exitGood, ""},
		{"program and arguments", `password_command = ["` + printing + `", "` + testPassword + `"]`, exitGood, ""},
		{"without a shell", `password_command = ["` + printing + `", "$HOME"]`, exitLogin, "PASS: 530"},
		{"command fails", `password_command = "echo leaked-words; exit 3"`, exitUsage, "the command ended with exit status 3"},
		{"no command", `password_command = ["no-such-program-here"]`, exitUsage, "can't be run"},
		{"nothing printed", `password_command = "true"`, exitUsage, "printed nothing"},
		{"several lines", `password_command = "echo leaked-words; echo b"`, exitUsage, "more than one line"},
		{"too much", `password_command = "head -c 100000 /dev/zero"`, exitUsage, "more than 65536 bytes"},
		{"keyring", `password_keyring = true`, exitGood, ""},
		{"keyring, off", `password_keyring = false`, exitUsage, `no password for user "alice"`},
		{"wrong", `password = "wrong-words-here"`, exitLogin, "PASS: 530"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShelf(t)
			s.ring = memoryKeyring{"ftpwire/nas": testPassword}
			s.env["SECRET"] = testPassword
			host, port, _ := strings.Cut(strings.TrimPrefix(f.url, "ftp://alice@"), ":")
			s.write("[connection.nas]\nvariant = \"ftp\"\nhost = \"" + host + "\"\nport = " + port + "\nuser = \"alice\"\n" + tt.key + "\n")
			r := s.line("ls nas: --log")
			r.want(t, tt.code, tt.err)
			all := r.out + r.err
			for _, args := range []string{"connection show nas", "connection show nas --format json", "connection show nas --format flags", "connection list", "connection test nas --log"} {
				r := s.line(args)
				if !strings.Contains(tt.key, "_command") {
					all += r.out + r.err
				}
			}
			for _, secret := range []string{testPassword, "leaked-words", "wrong-words-here"} {
				if strings.Contains(all, secret) {
					t.Errorf("%q is shown:\n%s", secret, all)
				}
			}
		})
	}
}

// What is secret is shown in no form.
func TestConnectionShowsNoSecret(t *testing.T) {
	s := newShelf(t)
	s.write(`[connection.nas]
host = "h.example"
user = "alice"
account = "secret-account"
password = "secret-password"
pfx_password = "secret-pfx"
proxy = "http://me:secret-proxy@gate.example"
login.after = ["SITE A", "PASS secret-after", "-ACCT secret-after"]
`)
	for _, args := range []string{"show nas", "show nas --format json", "show nas --format flags", "show nas --format url", "list", "list --format json"} {
		r := s.line("connection " + args)
		r.want(t, exitGood)
		if strings.Contains(r.out+r.err, "secret-") {
			t.Errorf("%s:\n%s\n%s", args, r.out, r.err)
		}
		if strings.HasPrefix(args, "show nas") && !strings.HasSuffix(args, "url") && (!strings.Contains(r.out, "h.example") || !strings.Contains(r.out, "http://me:"+hidden+"@gate.example")) {
			t.Errorf("%s shows too little:\n%s", args, r.out)
		}
	}
}

// A password is stored only if it is asked for, and where.
func TestConnectionStorePassword(t *testing.T) {
	s := newShelf(t)
	ring := memoryKeyring{}
	s.ring = ring
	s.line("connection add nas ftp://alice:url-secret@h.example/").want(t, exitGood, "the password in the URL is not stored")
	s.line("connection add web ftp://alice:url-secret@h.example/ --store-password").want(t, exitGood)
	s.env["FTPWIRE_PASSWORD"] = "env-secret"
	s.line("connection add three ftp://alice@h.example/ --store-password").want(t, exitGood)
	s.runIn(setting{}, "connection", "add", "four", "ftp://alice@h.example/", "--keyring").want(t, exitGood)
	s.runIn(setting{stdin: strings.NewReader("piped-secret\n")}, "connection", "add", "five", "ftp://alice@h.example/", "--keyring", "--password-file", "-").want(t, exitGood)
	text := s.text()
	for secret, n := range map[string]int{"url-secret": 1, "env-secret": 1, "piped-secret": 0, "password_keyring = true": 2} {
		if got := strings.Count(text, secret); got != n {
			t.Errorf("%q stands %d times in the file, want %d:\n%s", secret, got, n, text)
		}
	}
	if ring["ftpwire/four"] != "env-secret" || ring["ftpwire/five"] != "piped-secret" {
		t.Errorf("the keyring holds %v", ring)
	}
	s.line("connection rename five six").want(t, exitGood)
	s.line("connection remove --yes four").want(t, exitGood)
	if len(ring) != 1 || ring["ftpwire/six"] != "piped-secret" {
		t.Errorf("after renaming and removing the keyring holds %v", ring)
	}
	s.line("connection edit six --password-env SECRET").want(t, exitGood)
	if strings.Contains(s.text(), "password_keyring") || len(ring) != 0 {
		t.Errorf("the password is in the keyring still: %v\n%s", ring, s.text())
	}
	s.ring = nil
	s.line("connection add seven ftp://alice@h.example/ --keyring").want(t, exitUsage, "keyring can't be used", "--password-command")
	if strings.Contains(s.text(), "seven") {
		t.Errorf("stored without its password:\n%s", s.text())
	}
}

// An empty file for a password is said, not sent.
func TestEmptyPasswordFile(t *testing.T) {
	f := serve(t, ftptest.Config{})
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f.run(t, "ls", "URL/", "--password-file", empty).want(t, exitUsage, "the first line of "+empty+" is empty")
	f.runIn(t, setting{}, "ls", "URL/", "--password-file", "-").want(t, exitUsage, "the first line of standard input is empty")
}
