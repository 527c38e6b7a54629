package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// What is wrong with the file is said with its line, and nothing is changed.
func TestConnectionFileFaults(t *testing.T) {
	const good = "[connection.web]\nhost = \"w.example\"\n\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"syntax", "[connection.nas]\nhost = \n", []string{":2: "}},
		{"twice", "[connection.nas]\nhost = \"a\"\n[connection.nas]\n", []string{":3: "}},
		{"an unknown key", good + "[connection.nas]\nhots = \"a\"\n", []string{":5: hots", "Did you mean host?"}},
		{"an unknown key with a hyphen", "[connection.nas]\nhost = \"a\"\ntls-min = \"1.2\"\n", []string{":3: tls-min", "Did you mean tls_min?"}},
		{"an unknown key of a table in it", "[connection.nas]\nhost = \"a\"\ndata.active_prots = \"1-2\"\n", []string{":3: data.active_prots", "active_ports"}},
		{"a bad value", "[connection.nas]\nhost = \"a\"\nnat = \"maybe\"\n", []string{":3: nat", "maybe"}},
		{"a value of another kind", "[connection.nas]\nhost = \"a\"\nport = \"x\"\n", []string{":3: port"}},
		{"a value that its flag refuses", "[connection.nas]\nhost = \"a\"\ncompress_level = \"fast\"\n", []string{"compress_level", "nas"}},
		{"an unknown kind of table", "[conection.nas]\nhost = \"a\"\n", []string{":1: ", "Did you mean connection?"}},
		{"no table", "host = \"a\"\n", []string{":1: ", "outside of a table"}},
		{"an inline table", "[connection]\nnas = { host = \"a\" }\n", []string{":2: ", "outside of a table"}},
		{"two passwords", "[connection.nas]\nhost = \"a\"\npassword_env = \"A\"\npassword_file = \"b\"\n", []string{"comes from several places"}},
		{"an empty password", "[connection.nas]\nhost = \"a\"\npassword_env = \"\"\n", []string{":3: password_env", "not empty"}},
		{"a command of no words", "[connection.nas]\nhost = \"a\"\npassword_command = []\n", []string{":3: password_command", "a list of a program"}},
		{"no shared certificate", "[connection.nas]\nhost = \"a\"\ncertificate = \"ofice\"\n[certificate.office]\ncert = \"c\"\n", []string{":3: certificate", "office"}},
		{"an unknown key of a certificate", "[connection.nas]\nhost = \"a\"\ncertificate = \"office\"\n[certificate.office]\ncrt = \"c\"\n", []string{":5: crt", "Did you mean cert?"}},
		{"a certificate twice", "[connection.nas]\nhost = \"a\"\ncert = \"c\"\ncertificate = \"office\"\n[certificate.office]\ncert = \"c\"\n", []string{":3: cert", "[certificate.office] as well"}},
		{"an FTP proxy as Go has it", "[connection.nas]\nhost = \"a\"\nlogin.proxy.kind = \"site\"\n", []string{":3: login.proxy", "login_proxy"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShelf(t)
			s.write(tt.text)
			for _, args := range []string{"ls nas:", "connection edit nas --timeout 5s", "connection show nas", "connection test nas"} {
				r := s.line(args)
				if args == "connection show nas" && r.code == exitGood {
					continue // what only a flag refuses can be shown
				}
				r.want(t, exitUsage, tt.want...)
			}
			s.wantText(tt.text)
			if strings.HasPrefix(tt.text, good) { // others are not affected
				s.line("connection edit web --timeout 5s").want(t, exitGood)
				s.line("connection list").want(t, exitUsage, ":6: hots")
			}
		})
	}
}

// Comments, order and spelling stay.
func TestConnectionKeepsText(t *testing.T) {
	const text = "# mine\n\n# the cellar\n[connection.nas] # here\nuser = 'alice'\nhost = \"a\" # by hand\nnat = \"always\"\n\n[certificate.c]\ncert = \"x.pem\"\n"
	s := newShelf(t)
	s.write(text)
	s.line("connection edit nas --host b --timeout 5").want(t, exitGood)
	want := strings.Replace(text, `"a"`, `"b"`, 1)
	want = strings.Replace(want, "\"always\"\n", "\"always\"\ntimeout = \"5s\"\n", 1)
	s.wantText(want)
	s.line("connection edit nas --unset timeout --unset nat").want(t, exitGood)
	want = strings.Replace(want, "nat = \"always\"\ntimeout = \"5s\"\n", "", 1)
	s.wantText(want)
	s.line("connection rename nas box").want(t, exitGood)
	s.wantText(strings.Replace(want, "connection.nas", "connection.box", 1))
	s.line("connection remove --yes box").want(t, exitGood)
	s.wantText("# mine\n\n[certificate.c]\ncert = \"x.pem\"\n")
}

// Who else may read or write the file.
func TestConnectionMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	for _, tt := range []struct {
		name, key string
		mode      os.FileMode
		refused   string
	}{
		{"nothing secret, readable", "", 0o644, ""},
		{"a password, readable", "password = \"x\"\n", 0o644, "holds passwords and can be read by others"},
		{"a password, readable by the group", "password = \"x\"\n", 0o640, "holds passwords and can be read by others"},
		{"an account, readable", "account = \"x\"\n", 0o604, "holds passwords and can be read by others"},
		{"a proxy's password, readable", "proxy = \"http://me:x@gate\"\n", 0o644, "holds passwords and can be read by others"},
		{"a proxy without one, readable", "proxy = \"http://me@gate\"\n", 0o644, ""},
		{"a password, mine", "password = \"x\"\n", 0o600, ""},
		{"where a password is, readable", "password_env = \"X\"\n", 0o644, ""},
		{"a command, writable", "password_command = \"x\"\n", 0o620, "can be changed by others"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShelf(t)
			s.write("[connection.nas]\nhost = \"a\"\n" + tt.key)
			if err := os.Chmod(s.file, tt.mode); err != nil {
				t.Fatal(err)
			}
			for _, args := range []string{"connection show nas", "connection edit nas --timeout 5s"} {
				r := s.line(args)
				if tt.refused == "" {
					r.want(t, exitGood)
					continue
				}
				r.want(t, exitUsage, tt.refused, "chmod 600 "+s.file)
			}
			if info, err := os.Stat(s.file); tt.refused == "" && (err != nil || info.Mode() != 0o600) {
				t.Errorf("after a change: mode %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestConnectionLink(t *testing.T) {
	s := newShelf(t)
	target := filepath.Join(t.TempDir(), "dotfiles", "connections.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(target), 0o700), os.MkdirAll(filepath.Dir(s.file), 0o700), os.Symlink(target, s.file)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	for _, name := range []string{"nas", "web"} {
		s.line("connection add "+name+" ftp://h.example/").want(t, exitGood)
	}
	if info, err := os.Lstat(s.file); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	if b, err := os.ReadFile(target); err != nil || strings.Count(string(b), "[connection.") != 2 {
		t.Errorf("target: %v\n%s", err, b)
	}
}

// A file that can't be written is named, and stays what it was.
func TestConnectionUnwritable(t *testing.T) {
	s := newShelf(t)
	s.write(oneConnection)
	if err := os.Mkdir(s.file+".new", 0o700); err != nil { // nothing can be written there
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.file+".new", "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.line("connection edit nas --timeout 5s").want(t, exitUsage, s.file)
	s.wantText(oneConnection)
	s.env["FTPWIRE_CONFIG"] = filepath.Join(s.file, "below", "a", "file")
	s.line("connection add nas ftp://h/").want(t, exitUsage, s.file)
	if os.Getuid() > 0 {
		dir := t.TempDir()
		s.env["FTPWIRE_CONFIG"] = filepath.Join(dir, "connections.toml")
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		s.line("connection add nas ftp://h/").want(t, exitUsage, dir, "permission denied")
	}
}

// A full disk: /dev/full takes no byte.
func TestConnectionFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	s := newShelf(t)
	s.env["FTPWIRE_CONFIG"] = "/dev/full"
	r := s.line("connection list")
	r.want(t, exitUsage, "/dev/full") // endless: it is not taken for an empty file
}

// The editor's text replaces the connection only if it can be used.
func TestConnectionEditor(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the editors here are shell commands")
	}
	tests := []struct {
		name, editor string
		code         int
		want         string // of standard error, or of the file
	}{
		{"a change", `sed -i.bak -e 's/h.example/i.example/'`, exitGood, "host = \"i.example\""},
		{"no change", `true`, exitGood, "host = \"h.example\""},
		{"a comment", `sed -i.bak -e '1s/^/# mine\n/'`, exitGood, "# mine\n[connection.nas]"},
		{"the editor fails", `false`, exitUsage, "nothing was changed: the editor"},
		{"no editor there", `no-such-editor-here`, exitUsage, "nothing was changed"},
		{"an unknown key", `sed -i.bak -e 's/host/hots/'`, exitUsage, "Did you mean host?"},
		{"no TOML", `sed -i.bak -e 's/=//'`, exitUsage, "nothing was changed: line 2"},
		{"another name", `sed -i.bak -e 's/connection.nas/connection.web/'`, exitUsage, "ftpwire connection rename nas"},
		{"a certificate too", `sed -i.bak -e '$s/$/\n[certificate.x]\n/'`, exitUsage, "no other table"},
		{"a bad combination", `sed -i.bak -e '$s/$/\ntls_min = "1.3"\ntls_max = "1.2"/'`, exitUsage, "nothing was changed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShelf(t)
			s.write(oneConnection)
			s.env["EDITOR"] = tt.editor
			r := s.line("connection edit nas")
			if tt.code == exitGood {
				r.want(t, tt.code)
				if !strings.Contains(s.text(), tt.want) {
					t.Errorf("file lacks %q:\n%s", tt.want, s.text())
				}
				return
			}
			r.want(t, tt.code, tt.want)
			s.wantText(oneConnection)
			if _, file, kept := strings.Cut(r.err, "What you wrote is in "); kept {
				if b, err := os.ReadFile(strings.TrimSpace(file)); err != nil || len(b) == 0 {
					t.Errorf("what was written: %q, %v", b, err)
				}
				os.RemoveAll(filepath.Dir(strings.TrimSpace(file)))
			}
		})
	}
}

// Certificates are named once and used by several connections.
func TestConnectionShared(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.env["SECRET"] = testPassword
	host := strings.TrimPrefix(f.url, "ftpes://alice@")
	name, port, _ := strings.Cut(host, ":")
	one := func(n string) string {
		return "[connection." + n + "]\nhost = \"" + name + "\"\nport = " + port + "\nuser = \"alice\"\npassword_env = \"SECRET\"\ntrusted = \"plant\"\n"
	}
	ca, err := os.ReadFile(f.ca)
	if err != nil {
		t.Fatal(err)
	}
	s.write(one("aa") + one("bb") + "[trusted.plant]\nca = \"plant.pem\"\n")
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.file), "plant.pem"), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	s.line("ls aa:").want(t, exitGood)
	s.line("get bb:hello.txt -").want(t, exitGood)
	r := s.line("trust show aa:")
	r.want(t, exitGood)
	_, pin, _ := strings.Cut(r.out, "pin       ")
	pin, _, _ = strings.Cut(pin, "\n")
	s.write(one("aa") + "[trusted.plant]\npins = [\"" + pin + "\"]\nca = \"plant.pem\"\n")
	s.line("ls aa:").want(t, exitGood)
	s.write(one("aa") + "[trusted.plant]\npins = [\"sha256//" + strings.Repeat("A", 43) + "=\"]\nca = \"plant.pem\"\n")
	s.line("ls aa:").want(t, exitCertificate, "pin")
	s.line("connection add cc --host h.example --trusted plant").want(t, exitGood)
	if diff := cmp.Diff("host = \"h.example\"\ntrusted = \"plant\"\n", s.text()[strings.Index(s.text(), "[connection.cc]\n")+len("[connection.cc]\n"):]); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// What is learned about a server is remembered, shown, used and forgotten.
func TestConnectionLearns(t *testing.T) {
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"epsv-refused"}})
	s := newShelf(t)
	s.store(f, "nas")
	first := s.text()
	s.line("ls nas: --data-mode passive").want(t, exitGood)
	s.wantText(first) // learned under another setting
	s.line("ls nas: --log").want(t, exitGood, "> EPSV", "> PASV", "nas remembers: EPSV is refused")
	if text := s.text(); !strings.Contains(text, "data.memory.no_epsv = true\n") || !strings.Contains(text, "learned = [\"") {
		t.Errorf("not remembered:\n%s", text)
	}
	if r := s.line("connection show nas"); !strings.Contains(r.out, "#   ") || !strings.Contains(r.out, "--forget") {
		t.Errorf("not shown:\n%s", r.out)
	}
	if r := s.line("ls nas: --log"); strings.Contains(r.err, "> EPSV") || strings.Contains(r.err, "remembers") {
		t.Errorf("EPSV is tried again:\n%s", r.err)
	}
	s.line("connection edit nas --forget").want(t, exitGood)
	s.wantText(first)
}

// A firewall that swallows EPSV costs the first run a connection, and no other.
func TestConnectionLearnsQuirk(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"epsv-silent"}})
	s := newShelf(t)
	s.store(f, "nas", "--timeout", "1s")
	s.line("ls nas: --log").want(t, exitGood, "> EPSV", "> PASV", "nas remembers: EPSV is never answered")
	if text := s.text(); !strings.Contains(text, "known_quirks = [\"") {
		t.Errorf("not remembered:\n%s", text)
	}
	if r := s.line("get nas:hello.txt - --log"); r.code != exitGood || strings.Contains(r.err, "> EPSV") {
		t.Errorf("EPSV is tried again, exit code %d:\n%s", r.code, r.err)
	}
	s.line("connection edit nas --forget").want(t, exitGood)
	if r := s.line("connection show nas"); strings.Contains(r.out, "quirks") || strings.Contains(r.out, "#") {
		t.Errorf("not forgotten:\n%s", r.out)
	}
}

// Advice about a stored connection says how to store it.
func TestConnectionAdvice(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"epsv-not-listening"}})
	s := newShelf(t)
	s.store(f, "nas")
	for _, args := range []string{"ls nas: --data-mode epsv", "connection test nas --data-mode epsv"} {
		s.line(args).want(t, exitTemporary, "hint: ", `"ftpwire connection edit nas --`)
	}
	s.line("connection edit nas --tls implicit").want(t, exitGood)
	s.line("ls nas:").want(t, exitConnect, `"ftpwire connection edit nas --tls explicit"`)
}
