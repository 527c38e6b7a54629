package peer

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/tlsx"
)

// start runs a server, and shows its log should the test fail.
func start(t *testing.T, name string, o Options) *Server {
	t.Helper()
	s := Start(t, name, o)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, s.Log())
		}
	})
	return s
}

var (
	everyMode = []tlsx.Mode{Plain, Explicit, Implicit}
	tlsModes  = []tlsx.Mode{Explicit, Implicit}
)

// allNames returns the names of the servers with and without TLS.
func allNames() []string { return append(Names(), ClearNames()...) }

// onEach runs the test on every server in those of the modes that it has.
func onEach(t *testing.T, modes []tlsx.Mode, test func(t *testing.T, name string, m tlsx.Mode)) {
	for _, name := range allNames() {
		for _, m := range modes {
			if ok, _ := Supports(name, m); ok {
				t.Run(name+"/"+m.String(), func(t *testing.T) { test(t, name, m) })
			}
		}
	}
}

// content returns bytes that no server mistakes for text.
func content(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestOthers shows that a login works on the servers that only the conformance check is run
// on, and that the user may write in Home.
func TestOthers(t *testing.T) {
	for _, name := range OtherNames() {
		t.Run(name, func(t *testing.T) {
			mode := Plain
			if ok, _ := Supports(name, Explicit); ok {
				mode = Explicit
			}
			s := start(t, name, Options{TLS: mode})
			c := dial(t, s, mode, 0)
			c.login(s)
			if got := c.cmd("257", "PWD"); !strings.Contains(got, s.HomePath) {
				t.Errorf("PWD after login: %q, want %q in it", got, s.HomePath)
			}
			s.WriteFile(t, "file", []byte("content"))
			c.cmd("250", "DELE file")
		})
	}
}

func TestTransfers(t *testing.T) {
	onEach(t, everyMode, func(t *testing.T, name string, m tlsx.Mode) {
		s := start(t, name, Options{TLS: m})
		c := dial(t, s, m, 0)
		c.login(s)

		if got := c.cmd("257", "PWD"); !strings.Contains(got, `"`+s.HomePath+`"`) {
			t.Errorf("PWD after login: %q, want %q in it", got, s.HomePath)
		}

		sent := content(300_000)
		c.store("up.bin", sent)
		got, err := os.ReadFile(filepath.Join(s.Home, "up.bin"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(sent, got) {
			t.Errorf("uploaded file differs: %d bytes sent, %d in Home", len(sent), len(got))
		}

		kept := content(70_000)
		s.WriteFile(t, "folder/down.bin", kept)
		got, _ = c.retrieve("RETR folder/down.bin")
		if !bytes.Equal(kept, got) {
			t.Errorf("downloaded file differs: %d bytes in Home, %d received", len(kept), len(got))
		}

		list, _ := c.retrieve("LIST")
		for _, want := range []string{"up.bin", "folder"} {
			if !strings.Contains(string(list), want) {
				t.Errorf("LIST has no %s:\n%s", want, list)
			}
		}
		c.cmd("250", "DELE folder/down.bin")
		c.cmd("250", "RMD folder")
		c.cmd("221", "QUIT")
	})
}

func TestAppendToWrittenFile(t *testing.T) {
	for _, name := range allNames() {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, Options{})
			s.WriteFile(t, "log", []byte("one\n"))
			c := dial(t, s, Plain, 0)
			c.login(s)
			data := c.open("APPE log")
			if _, err := data.Write([]byte("two\n")); err != nil {
				t.Fatal(err)
			}
			data.Close()
			c.want("226")
			got, err := os.ReadFile(filepath.Join(s.Home, "log"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("one\ntwo\n", string(got)); diff != "" {
				t.Errorf("file after APPE mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// Active mode to an unprivileged loopback port, by both commands.
func TestActive(t *testing.T) {
	for _, name := range allNames() {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, Options{})
			want := content(50_000)
			s.WriteFile(t, "f", want)
			c := dial(t, s, Plain, 0)
			c.login(s)
			for _, form := range []string{"EPRT", "PORT"} {
				ln, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				defer ln.Close()
				port := ln.Addr().(*net.TCPAddr).Port
				if form == "EPRT" {
					c.cmd("200", "EPRT |1|127.0.0.1|%d|", port)
				} else {
					c.cmd("200", "PORT 127,0,0,1,%d,%d", port>>8, port&255)
				}
				c.send("RETR f")
				data, err := ln.Accept()
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { data.Close() })
				c.want("1") // 150, or 125 where the connection stood before RETR
				var got bytes.Buffer
				if _, err := got.ReadFrom(data); err != nil {
					t.Fatal(err)
				}
				data.Close() // ProFTPD waits up to 10 seconds for it
				c.want("226")
				if !bytes.Equal(want, got.Bytes()) {
					t.Errorf("%s: file differs: %d bytes sent, %d received", form, len(want), got.Len())
				}
			}
		})
	}
}

// The servers have no limits that long sessions or large files run into.
func TestLongSession(t *testing.T) {
	if testing.Short() {
		t.Skip("64 MiB and 60 transfers on each server")
	}
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, Options{TLS: Explicit})
			c := dial(t, s, Explicit, tls.VersionTLS13)
			c.login(s)
			large := bytes.Repeat(content(1<<20), 64)
			c.store("large", large)
			got, err := os.ReadFile(filepath.Join(s.Home, "large"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(large, got) {
				t.Errorf("large file differs: %d bytes sent, %d stored", len(large), len(got))
			}
			for i := range 60 {
				want := fmt.Appendf(nil, "number %d", i)
				c.store("small", want)
				if got, _ := c.retrieve("RETR small"); !bytes.Equal(want, got) {
					t.Fatalf("transfer %d: got %q, want %q", i, got, want)
				}
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	for _, name := range allNames() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for seconds before they refuse
			s := start(t, name, Options{User: "someone", Password: `tr:1cky "pass%word` + "\u00fc"})
			c := dial(t, s, Plain, 0)
			c.cmd("331", "USER %s", s.User)
			c.cmd("530", "PASS not-%s", s.Password)
			c.login(s)
		})
	}
}

func TestPassivePorts(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			const first, last = 21100, 21139
			s := start(t, name, Options{PassivePorts: [2]int{first, last}})
			c := dial(t, s, Plain, 0)
			c.login(s)
			for range 3 {
				if got := epsvPort(t, c.cmd("229", "EPSV")); got < first || got > last {
					t.Errorf("EPSV: port %d, want one of %d to %d", got, first, last)
				}
			}
		})
	}
}

func TestLog(t *testing.T) {
	for _, name := range allNames() {
		t.Run(name, func(t *testing.T) {
			var s *Server
			t.Run("run", func(t *testing.T) {
				s = start(t, name, Options{})
				c := dial(t, s, Plain, 0)
				c.login(s)
				c.store("logged-name", []byte("x"))
				c.cmd("221", "QUIT")
			})
			if s == nil {
				t.Skip("the server did not start here: see the run above")
			}
			if got := s.Log(); !strings.Contains(got, "logged-name") {
				t.Errorf("log does not name the uploaded file:\n%s", got)
			}
			if strings.Contains(s.Log(), s.Password) {
				t.Error("log has the password")
			}
		})
	}
}

func TestFeatures(t *testing.T) {
	tests := []struct {
		name    string
		server  string
		options Options
		command string
		want    string
	}{
		{"ModeZ", "proftpd", Options{ModeZ: true}, "MODE Z", "200"},
		{"no ModeZ", "proftpd", Options{}, "MODE Z", "501"},
		{"Hash", "proftpd", Options{Hash: true}, "OPTS HASH SHA-256", "200"},
		{"no Hash", "proftpd", Options{}, "OPTS HASH SHA-256", "500"},
		{"Extra vsftpd", "vsftpd", Options{Extra: []string{"cmds_denied=NOOP"}}, "NOOP", "550"},
		{"Extra proftpd", "proftpd", Options{Extra: []string{"<Limit SITE_CHMOD>", "DenyAll", "</Limit>"}}, "SITE CHMOD 600 /", "550"},
		{"Extra pure-ftpd", "pure-ftpd", Options{Extra: []string{"--nochmod"}}, "SITE CHMOD 600 /", "550"},
		{"Extra pyftpdlib", "pyftpdlib", Options{Extra: []string{"del handler.proto_cmds['NOOP']"}}, "NOOP", "500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, tt.server, tt.options)
			c := dial(t, s, Plain, 0)
			c.login(s)
			c.cmd(tt.want, "%s", tt.command)
		})
	}
}

func TestVersion(t *testing.T) {
	for _, name := range allNames() {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, Options{})
			if n := strings.Count(s.Version, "."); n != 1 && n != 2 {
				t.Errorf("version %q is not of two or three numbers", s.Version)
			}
		})
	}
}

func TestNames(t *testing.T) {
	want := []string{"vsftpd", "proftpd", "pure-ftpd", "pyftpdlib"}
	if diff := cmp.Diff(want, Names()); diff != "" {
		t.Errorf("Names mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"inetutils-ftpd"}, ClearNames()); diff != "" {
		t.Errorf("ClearNames mismatch (-want +got):\n%s", diff)
	}
	for _, m := range everyMode {
		if ok, reason := Supports("inetutils-ftpd", m); ok != (m == Plain) || ok != (reason == "") {
			t.Errorf("Supports(inetutils-ftpd, %v) = %v, %q", m, ok, reason)
		}
	}
	for _, name := range want {
		for _, m := range everyMode {
			ok, reason := Supports(name, m)
			if ok != (reason == "") {
				t.Errorf("Supports(%s, %v) = %v, %q: want a reason for no alone", name, m, ok, reason)
			}
			if absent := name == "pure-ftpd" && m == Implicit; ok == absent {
				t.Errorf("Supports(%s, %v) = %v", name, m, ok)
			}
		}
	}
	if ok, reason := Supports("wu-ftpd", Plain); ok || !strings.Contains(reason, "wu-ftpd") {
		t.Errorf("Supports of an unknown name = %v, %q", ok, reason)
	}
	if ok, _ := Supports("vsftpd", Implicit+1); ok {
		t.Error("Supports of an unknown mode = true")
	}
	if slices.Contains(Names(), "") {
		t.Error("a server without a name")
	}
}
