package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A shelf is a file of stored connections and how commands are run with it.
type shelf struct {
	t    *testing.T
	file string
	env  map[string]string
	ring keyringStore
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "sub", "connections.toml")
	return &shelf{t: t, file: file, env: map[string]string{"FTPWIRE_CONFIG": file, "HOME": dir}}
}

func (s *shelf) run(args ...string) result {
	s.t.Helper()
	return s.runIn(setting{}, args...)
}

// runIn runs a command line; "_" in an argument stands for a blank.
func (s *shelf) runIn(in setting, args ...string) result {
	s.t.Helper()
	in.env, in.keyring = s.env, s.ring
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "_", " ")
	}
	return runIn(s.t, in, args...)
}

// line runs a command line given as one text.
func (s *shelf) line(line string) result {
	s.t.Helper()
	return s.run(strings.Fields(line)...)
}

func (s *shelf) write(text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.file), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) text() string {
	s.t.Helper()
	b, err := os.ReadFile(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func (s *shelf) wantText(want string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.text()); diff != "" {
		s.t.Errorf("file mismatch (-want +got):\n%s", diff)
	}
}

// store stores the server of f under a name, with the password in a variable.
func (s *shelf) store(f *fixture, name string, flags ...string) {
	s.t.Helper()
	s.env["SECRET"] = testPassword
	args := append([]string{"connection", "add", name, f.url + "/", "--password-env", "SECRET"}, flags...)
	if f.ca != "" {
		args = append(args, "--ca", f.ca)
	}
	runIn(s.t, setting{env: s.env}, args...).want(s.t, exitGood)
}

const oneConnection = "[connection.nas]\nvariant = \"ftp-tls-explicit\"\nhost = \"h.example\"\nuser = \"alice\"\n"

func TestConnectionAdd(t *testing.T) {
	tests := []struct {
		name, args string
		want       string // of the table after its header
	}{
		{"a URL", "ftpes://alice@h.example/", "variant = \"ftp-tls-explicit\"\nhost = \"h.example\"\nuser = \"alice\"\n"},
		{"all of a URL", "ftps://alice@h.example:2990//pub/a%20b;type=a", "variant = \"ftp-tls-implicit\"\nhost = \"h.example\"\nport = 2990\nuser = \"alice\"\npath = \"/pub/a b\"\ntype = \"ascii\"\n"},
		{"a host", "--host h.example --port 2121 --user bob", "host = \"h.example\"\nport = 2121\nuser = \"bob\"\n"},
		{"a group", "ftp://h.example/ --group the_attic", "group = \"the attic\"\nvariant = \"ftp\"\nhost = \"h.example\"\n"},
		{"old TLS", "ftpes://h.example/ --auth-ssl --tls-min 1.0", "variant = \"ftp-ssl-explicit\"\nhost = \"h.example\"\ntls_min = \"1.0\"\n"},
		{"another variant than the URL's", "ftp://h.example/ --tls implicit", "variant = \"ftp-tls-implicit\"\nhost = \"h.example\"\n"},
		{"data", "ftpes://h.example/ --data-mode pasv --nat never --prot C --resume-tls off --sync-data on", "variant = \"ftp-tls-explicit\"\nhost = \"h.example\"\ndata_mode = \"pasv\"\ndata_protection = \"C\"\nnat = \"never\"\nresumption = \"off\"\nsync_data_channel = \"on\"\n"},
		{"active", "ftpes://h.example/ --active --active-ports 50000-50010", "variant = \"ftp-tls-explicit\"\nhost = \"h.example\"\ndata.active_ports = \"50000-50010\"\ndata_mode = \"active\"\n"},
		{"names and dates", "ftp://h.example/ --charset windows-1252 --tz Europe/Vienna --date-format dd.MM.yyyy --dialect unix", "variant = \"ftp\"\nhost = \"h.example\"\ncode_page = \"windows-1252\"\ndate_format = \"dd.MM.yyyy\"\nlist.lines.dialect = \"unix\"\ntime_zone = \"Europe/Vienna\"\n"},
		{"a login", "ftp://h.example/ --user alice --acct x7 --lang de --after SITE_A --after -SITE_B", "variant = \"ftp\"\nhost = \"h.example\"\nuser = \"alice\"\naccount = \"x7\"\nlogin.after = [\"SITE A\", \"-SITE B\"]\nlogin.language = \"de\"\n"},
		{"certificates", "ftpes://h.example/ --skip-cert-check name,dates --accept-new", "variant = \"ftp-tls-explicit\"\nhost = \"h.example\"\nverify.accept_new = true\nverify.skip_dates = true\nverify.skip_name = true\n"},
		{"a proxy", "ftpes://h.example/ --proxy socks5://me@gate.example --proxy-data=false", "variant = \"ftp-tls-explicit\"\nhost = \"h.example\"\ndirect_data = true\nproxy = \"socks5://me@gate.example\"\n"},
		{"what no profile has", "ftp://h.example/ --limit-rate 500k --mode deflate --compress-level 9 --login-proxy user@host://gate.example", "variant = \"ftp\"\nhost = \"h.example\"\ncompress_level = 9\nlimit_rate = \"512000\"\nlogin_proxy = \"user@host://gate.example\"\nmode = \"deflate\"\n"},
		{"where the password is", "ftp://alice@h.example/ --password-command pass_show_nas", "variant = \"ftp\"\nhost = \"h.example\"\nuser = \"alice\"\npassword_command = \"pass show nas\"\n"},
		{"the usual, said explicitly", "ftp://h.example/ --nat always --active=false --tls none", "variant = \"ftp\"\nhost = \"h.example\"\nnat = \"always\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShelf(t)
			s.line("connection add nas "+tt.args).want(t, exitGood)
			s.wantText(storeHeading + "\n[connection.nas]\n" + tt.want)
			if info, err := os.Stat(s.file); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestConnectionRefused(t *testing.T) {
	s := newShelf(t)
	s.write(oneConnection)
	tests := []struct{ name, args, want string }{
		{"nothing", "connection", "add, list, show, edit, test, rename or remove?"},
		{"misspelt", "connection lsit", "Did you mean list?"},
		{"no name", "connection add", "a NAME is missing"},
		{"no name, but a URL", "connection add ftp://h/", "It comes first, then the URL"},
		{"no server", "connection add web", "a URL or --host is missing"},
		{"taken", "connection add nas ftp://h/", `"ftpwire connection edit nas" changes it`},
		{"a drive", "connection add C ftp://h/", "as the drives of Windows"},
		{"a scheme", "connection add ftp ftp://h/", "is the scheme of a URL"},
		{"an address", "connection add 192.0.2.1 ftp://h/", "is an IP address"},
		{"an address of IPv6", "connection add ::1 ftp://h/", "is an IP address"},
		{"a slash", "connection add a/b ftp://h/", "letters, digits and . _ - are allowed"},
		{"a hyphen first", "connection add .nas ftp://h/", "does not begin with a letter"},
		{"a bad URL", "connection add web http://h/", "unknown scheme"},
		{"a bad setting", "connection add web ftp://h/ --tls-min 1.3 --tls-max 1.2", "above --tls-max"},
		{"a bad date format", "connection add web ftp://h/ --date-format qq", "--date-format"},
		{"no certificate there", "connection add web ftpes://h/ --ca none.pem", "none.pem"},
		{"no shared certificate", "connection add web ftpes://h/ --certificate office", "office"},
		{"two places for the password", "connection add web ftp://a@h/ --password-env A --keyring", "several places"},
		{"standard input, later", "connection add web ftp://a@h/ --password-file -", "can't be read again later"},
		{"a password that nobody gives", "connection add web ftp://a@h/ --store-password", "no password to store"},
		{"a bad port", "connection add web --host h --port 70000", "--port"},
		{"show nothing", "connection show web", `no connection "web"; stored: nas`},
		{"show, misspelt", "connection show nass", "Did you mean nas?"},
		{"edit nothing", "connection edit web --timeout 5s", `no connection "web"`},
		{"edit without an editor", "connection edit nas", "neither VISUAL nor EDITOR is set"},
		{"unset nothing", "connection edit nas --unset nat", `has no setting "nat"`},
		{"unset, misspelt", "connection edit nas --unset usr", "Did you mean user?"},
		{"unset the host", "connection edit nas --unset host", "has no host"},
		{"rename nothing", "connection rename web wob", `no connection "web"`},
		{"rename to a bad name", "connection rename nas a:b", "are allowed"},
		{"remove nothing", "connection remove web --yes", `no connection "web"`},
		{"remove without a terminal", "connection remove nas", "--yes removes without asking"},
		{"no such group", "connection list --group attic", `no group "attic"`},
		{"test nothing", "connection test web", `no connection "web"`},
		{"use of nothing", "ls web:", `no connection "web"; stored: nas`},
		{"misspelt use", "ls nass:pub", "Did you mean nas?"},
		{"use without the colon", "ls nas", "nas is a stored connection: write nas:"},
		{"use without the colon, with a path", "ls nas/pub", "write nas:pub"},
		{"use as a scheme", "ls nas://pub", "write nas:pub"},
		{"an address is no name", "ls 127.0.0.1:2121", "Write ftpes://127.0.0.1:2121/"},
		{"a host is no name", "ls ftp.example.com:2121/pub", "ftpes://ftp.example.com:2121/pub"},
		{"a host without a port", "ls ftp.example.com:pub", "ftpes://ftp.example.com/pub"},
		{"a host is no URL", "ls ftp.example.com/pub", "Write ftpes://ftp.example.com/pub"},
		{"a drive is no name", `ls c:\dir`, "NAME:PATH"},
		{"two connections", "rm nas:a web:b", "one stored connection"},
		{"a connection and a URL", "rm nas:a ftp://h/b", "one stored connection"},
		{"put, swapped", "put nas:a file", "The order is: ftpwire put FILE URL"},
		{"get, swapped", "get file nas:a", "The order is: ftpwire get URL [FILE]"},
		{"no file", "get nas:", "names a directory"},
		{"nothing to remove", "rm nas:", "nas:PATH"},
		{"no password", "ls nas:", `no password for user "alice"`},
		{"flags that the store excludes", "ls nas: --active --data-mode pasv", "exclude each other"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.t = t
			r := s.line(tt.args)
			r.want(t, exitUsage)
			if !strings.Contains(r.err, tt.want) {
				t.Errorf("standard error lacks %q:\n%s", tt.want, r.err)
			}
			s.wantText(oneConnection)
		})
	}
}

// Acceptance: what is stored is used by every command that takes a URL.
func TestConnectionCommands(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.store(f, "nas", "--group", "home")
	local := filepath.Join(t.TempDir(), "local")
	if err := os.WriteFile(local, []byte("new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args, out string
	}{
		{"ls nas:", "hello.txt"},
		{"ls nas:/sub", "inner.bin"},
		{"ls nas:sub/a_b.txt", "a b.txt"},
		{"cat nas:hello.txt", "hello"},
		{"get nas:hello.txt -", "hello"},
		{"put " + local + " nas:sub/new", ""},
		{"put " + local + " nas:sub/", ""},
		{"stat nas:sub/new", "size    4"},
		{"hash nas:sub/new", "sub/new"},
		{"mv nas:sub/new nas:sub/newer", ""},
		{"mv nas:sub/newer sub/newest", ""},
		{"quote nas:sub PWD", `257 "/sub"`},
		{"rm nas:sub/newest nas:sub/local", ""},
		{"mkdir nas:dir nas:dir/in", ""},
		{"rmdir nas:dir/in nas:dir", ""},
		{"trust show nas:", "valid"},
		{"check nas: --only rfc959-4.1.3-noop", "passed"},
		{"connection test nas", "resumed"},
		{"connection list", "  nas  ftpes://alice@"},
		{"connection list --group home --format json", `"name":"nas"`},
		{"connection show nas --format url", f.url + "/"},
	} {
		if tt.args == "check nas: --only rfc959-4.1.3-noop" {
			tt.args = "check nas: --level must --only rfc959*noop*"
		}
		t.Run(tt.args, func(t *testing.T) {
			s.t = t
			r := s.line(tt.args)
			r.want(t, exitGood)
			if !strings.Contains(r.out, tt.out) {
				t.Errorf("output lacks %q:\n%s\n%s", tt.out, r.out, r.err)
			}
		})
	}
}

func TestConnectionPath(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.url += "/sub"
	s := newShelf(t)
	s.store(f, "nas")
	for _, tt := range []struct{ args, out string }{
		{"ls nas:", "inner.bin"}, {"cat nas:a_b.txt", "blank"}, {"cat nas:/hello.txt", "hello"}, {"cat nas:../hello.txt", "hello"},
		{"mv nas:a_b.txt c", ""}, {"cat nas:/sub/c", "blank"}, {"mv nas:c nas:/d", ""}, {"cat nas:/d", "blank"},
	} {
		r := s.line(tt.args)
		r.want(t, exitGood)
		if !strings.Contains(r.out, tt.out) {
			t.Errorf("%s: output lacks %q:\n%s", tt.args, tt.out, r.out)
		}
	}
}

// Flags that are typed count more than what is stored, and are not stored.
func TestConnectionOverride(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.store(f, "nas", "--data-mode", "pasv", "--timeout", "7s")
	before := s.text()
	for _, tt := range []struct{ args, sent, not string }{
		{"ls nas: --log", "> PASV", "> EPSV"},
		{"ls nas: --log --data-mode epsv", "> EPSV", "> PASV"},
		{"ls nas: --log --active", "> EPRT", "> PASV"},
		{"ls nas: --log --insecure", "> PASV", "certificate"},
		{"ls nas: --log --prot C", "> PROT C", "> PROT P"},
		{"ls nas: --log --prot P", "> PROT P", "> PROT C"},
	} {
		r := s.line(tt.args)
		r.want(t, exitGood, tt.sent)
		if strings.Contains(r.err, tt.not) {
			t.Errorf("%s: %q in\n%s", tt.args, tt.not, r.err)
		}
	}
	s.line("ls nas: --user bob").want(t, exitUsage, `no password for user "bob"`)
	s.wantText(before)
}

// A flag that stands for another one takes its stored value's place, too.
func TestConnectionOverrideByShortFlag(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.store(f, "nas", "--ip", "4", "--acct", "billing", "--acct-always")
	s.line("ls nas: --log -4").want(t, exitGood, "> ACCT ****")
	if r := s.line("ls nas: -6"); r.code == exitGood || !strings.Contains(r.err, "tcp6") {
		t.Errorf("-6: exit code %d: %s", r.code, r.err)
	}
	if r := s.line("ls nas: --user bob"); strings.Contains(r.err, "--acct-always needs --acct") {
		t.Errorf("--user: %s", r.err)
	}
}

// Acceptance: what a probe recommends is stored, and used like any other.
func TestConnectionOfProbe(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, RequireTLS: true})
	s := newShelf(t)
	s.env["FTPWIRE_PASSWORD"] = testPassword
	host := strings.TrimPrefix(f.url, "ftpes://alice@")
	s.run("probe", host, "--user", "alice", "--ca", f.ca, "--save", "nas").want(t, exitGood)
	if text := s.text(); strings.Contains(text, testPassword) || !strings.Contains(text, "ca = \""+f.ca+"\"\n") {
		t.Errorf("stored:\n%s", text)
	}
	for _, args := range []string{"ls nas:/", "cat nas:hello.txt", "check nas: --only rfc959*noop*", "connection test nas", "probe nas:"} {
		s.line(args).want(t, exitGood)
	}
	s.run("probe", host, "--user", "alice", "--ca", f.ca, "--save", "nas").want(t, exitUsage, `there is a connection "nas" already`)
}
