package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// probeArgs probe the server of a fixture.
func (f *fixture) probeArgs(flags ...string) []string {
	args := []string{"probe", f.Addr(), "--user", testUser}
	if f.ca != "" {
		args = append(args, "--ca", f.ca)
	}
	return append(args, flags...)
}

// commandOf returns the words of the command line in a report.
func commandOf(report string) []string {
	_, command, _ := strings.Cut(report, "\n\n  ")
	line, _, _ := strings.Cut(command, "\n")
	return strings.Fields(strings.ReplaceAll(line, "'", ""))
}

// The command line of the report works, whatever way the server leaves.
func TestProbeCommandLine(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cfg   ftptest.Config
		flags []string
		want  string // the command line, without the URL and --ca
	}{
		{"explicit", ftptest.Config{TLS: ftptest.TLSExplicit}, nil, ""},
		{"implicit", ftptest.Config{TLS: ftptest.TLSImplicit}, nil, ""},
		{"clear text", ftptest.Config{}, nil, ""},
		{"AUTH SSL", ftptest.Config{TLS: ftptest.TLSExplicit, AuthMechanisms: []string{"SSL"}}, nil, "--auth-ssl --tls-min 1.2"},
		{"PORT", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"epsv-refused", "pasv-502", "eprt-502"}}, nil, "--data-mode port"},
		{"NAT", ftptest.Config{Faults: []ftptest.Fault{"passive-at-127-0-0-2", "eprt-502", "port-502"}}, nil, "--data-mode pasv --nat never"},
		{"PROT C", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"prot-refused"}}, nil, "--prot C"},
		{"CCC", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"ccc-first"}}, nil, "--ccc"},
		{"MLSD", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"mlsd-502"}}, nil, "--quirk mlsd-broken"},
		{"no close_notify", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"data-no-close-notify"}}, nil, "--quirk no-close-notify"},
		{"old TLS", ftptest.Config{TLS: ftptest.TLSExplicit, MinTLS: 0x0301, MaxTLS: 0x0301}, nil, "--tls-min 1.0 --tls-max 1.1"},
		{"data connections without TLS 1.3", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"data-tls13-cut"}}, nil, "--tls-max 1.2"},
		{"what is given stays", ftptest.Config{TLS: ftptest.TLSExplicit}, []string{"--data-mode", "pasv", "--timeout", "9s", "--write", "--max-logins", "3"}, "--data-mode pasv --timeout 9s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, tt.cfg)
			env := setting{env: f.env}
			r := runIn(t, env, f.probeArgs(tt.flags...)...)
			if r.code != 0 {
				t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.err)
			}
			args := commandOf(r.out)
			var flags []string
			for i := 3; i < len(args); i++ {
				if args[i] == "--ca" {
					i++
					continue
				}
				flags = append(flags, args[i])
			}
			want := strings.Fields(tt.want)
			if diff := cmp.Diff(strings.Join(want, " "), strings.Join(flags, " ")); diff != "" {
				t.Errorf("the command line (-want +got)\n%s\n%s", diff, r.out)
			}
			if ls := runIn(t, env, args[1:]...); ls.code != 0 || !strings.Contains(ls.out, "hello.txt") {
				t.Errorf("%q: exit code %d, %s%s", args, ls.code, ls.out, ls.err)
			}
			if strings.Contains(r.out+r.err, testPassword) {
				t.Errorf("the report shows the password:\n%s%s", r.out, r.err)
			}
		})
	}
}

// Neither the account nor the password of a proxy is shown, in no form of the report.
func TestProbeShowsNoSecrets(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{Users: []ftptest.User{{Name: testUser, Password: testPassword, Account: "b00k-keeping"}}})
	for _, format := range []string{"text", "json"} {
		r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "probe", s.Addr(), "--user", testUser, "--acct", "b00k-keeping", "--format", format)
		if r.code != 0 || strings.Contains(r.out+r.err, "b00k-keeping") || strings.Contains(r.out+r.err, testPassword) {
			t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
		}
	}
}

// With JSON there is one object: what was tried, and a profile or null.
func TestProbeJSON(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"epsv-refused"}})
	for _, tt := range []struct {
		name, password string
		code, logins   int
		works          bool
	}{
		{"right", testPassword, 0, 1, true},
		{"wrong", "wr0ng-pw", exitLogin, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": tt.password}}, f.probeArgs("--format", "json")...)
			var got struct {
				Attempts []struct {
					Combination map[string]any `json:"combination"`
					Works       bool           `json:"works"`
					Stage       string         `json:"stage"`
				} `json:"attempts"`
				Logins      int            `json:"logins"`
				Recommended map[string]any `json:"recommended"`
				Why         []string       `json:"why"`
			}
			if err := json.Unmarshal([]byte(r.out), &got); err != nil {
				t.Fatalf("%v\n%s%s", err, r.out, r.err)
			}
			last := got.Attempts[len(got.Attempts)-1]
			if r.code != tt.code || got.Logins != tt.logins || last.Works != tt.works || (got.Recommended != nil) != tt.works || (len(got.Why) == 0) != tt.works {
				t.Errorf("exit code %d: %+v", r.code, got)
			}
			if tt.works && (got.Recommended["variant"] != "ftp-tls-explicit" || got.Recommended["data_mode"] != "PASV" || got.Recommended["password"] != nil || last.Combination["data_mode"] != "PASV") {
				t.Errorf("recommended: %v; %v", got.Recommended, last)
			}
			if strings.Contains(r.out+r.err, tt.password) {
				t.Errorf("a password is shown: %s%s", r.out, r.err)
			}
		})
	}
}

// What works is stored, and used by other commands, and can be probed again.
func TestProbeSave(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSImplicit, Faults: []ftptest.Fault{"epsv-refused"}})
	f.env["FTPWIRE_CONFIG"] = filepath.Join(t.TempDir(), "connections.toml")
	env := setting{env: f.env}
	if r := runIn(t, env, f.probeArgs("--save", "nas")...); r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := runIn(t, env, "ls", "nas:/"); r.code != 0 || !strings.Contains(r.out, "hello.txt") {
		t.Errorf("ls nas:/: exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := runIn(t, env, "connection", "show", "nas"); !strings.Contains(r.out, "PASV") || strings.Contains(r.out, testPassword) {
		t.Errorf("it is stored as\n%s%s", r.out, r.err)
	}
	if r := runIn(t, env, "probe", "nas:"); r.code != 0 || strings.Join(commandOf(r.out), " ") != "ftpwire ls nas: --data-mode pasv" {
		t.Errorf("probe nas: exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := runIn(t, env, f.probeArgs("--save", "nas")...); r.code != 2 || strings.Contains(r.out, "port") {
		t.Errorf("a name that is taken: exit code %d\n%s%s", r.code, r.out, r.err)
	}
}

// Where the password came from is stored with what works, and so is found again, from another
// directory as well.
func TestProbeSaveKeepsThePasswordsSource(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(testPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := setting{env: map[string]string{"FTPWIRE_CONFIG": filepath.Join(t.TempDir(), "connections.toml")}}
	r := runIn(t, env, f.probeArgs("--password-file", file, "--save", "nas")...)
	if r.code != 0 || !strings.Contains(r.out, "stored as nas: ftpwire ls nas:") {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := runIn(t, env, "probe", "nas:", "--save", "copy"); r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	for _, name := range []string{"nas:", "copy:"} {
		if r := runIn(t, env, "ls", name); r.code != 0 || !strings.Contains(r.out, "hello.txt") {
			t.Errorf("ls %s: exit code %d\n%s%s", name, r.code, r.out, r.err)
		}
	}
}

// What can't be tried at all is told before anything is.
func TestProbeUsage(t *testing.T) {
	for _, tt := range []struct{ name, args, want string }{
		{"no host", "probe", "a host is missing"},
		{"no logins", "probe h --max-logins 0", "above zero"},
		{"no such connection", "probe nas:", `no connection "nas"`},
		{"a bad port", "probe h:99999", "port"},
		{"SFTP", "probe sftp://h/", "is SFTP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := runIn(t, setting{env: map[string]string{"FTPWIRE_CONFIG": filepath.Join(t.TempDir(), "none.toml")}}, strings.Fields(tt.args)...)
			if r.code != 2 || !strings.Contains(r.err, tt.want) {
				t.Errorf("exit code %d, %q; want 2 and %q", r.code, r.err, tt.want)
			}
		})
	}
}

// A name that is an address as well is one: HOST:PORT is no stored connection.
func TestProbeTarget(t *testing.T) {
	a := newApp(t.Context(), nil, nil, nil, func(string) (string, bool) { return "", false })
	for arg, want := range map[string]string{
		"ftp.example.com": "ftpes://ftp.example.com", "nas:2121": "ftpes://nas:2121", "localhost:21": "ftpes://localhost:21",
		"2001:db8::1": "ftpes://[2001:db8::1]", "[2001:db8::1]:2121": "ftpes://[2001:db8::1]:2121", "ftp://h/": "ftp://h/", "127.0.0.1:21": "ftpes://127.0.0.1:21",
	} {
		if got, err := a.probeTarget(a.probeCmd(), arg); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", arg, got, err, want)
		}
	}
}

// A server that echoes the password does not get it into the report.
func TestProbeReportMasked(t *testing.T) {
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"secret-in-replies", "secret-in-331"}})
	for _, flags := range [][]string{{"--all"}, {"--format", "json"}} {
		r := f.run(t, f.probeArgs(append(flags, "--allow-clear")...)...)
		r.want(t, exitGood)
		if strings.Contains(r.out+r.err, testPassword) {
			t.Errorf("%v: the password stands in\n%s%s", flags, r.out, r.err)
		}
	}
}
