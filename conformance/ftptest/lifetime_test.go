package ftptest

import (
	"bufio"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// TestCloseEndsEverything checks that Close leaves no goroutine of the server,
// whatever its sessions were about.
func TestCloseEndsEverything(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s, err := Start(&Config{TLS: m.tls})
			if err != nil {
				t.Fatal(err)
			}
			connect(t, s) // never says a word
			login(t, s)
			c := login(t, s)
			c.do("TYPE I", 200)
			stalled(t, s, c)
			c = login(t, s)
			c.do("EPSV", 229)
			c = login(t, s)
			c.do("EPSV", 229)
			c.do("STOR f", 150) // nobody connects
			for range 2 {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}
			if conn, err := net.Dial("tcp", s.Addr()); err == nil {
				conn.Close()
				t.Error("the server listens after Close")
			}
			buf := make([]byte, 1<<20)
			for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
				if strings.Contains(g, "ftptest.(*session)") || strings.Contains(g, "ftptest.(*Server).accept") || strings.Contains(g, "ftptest.(*transfer)") {
					t.Errorf("a goroutine is left:\n%s", g)
				}
			}
		})
	}
}

// inBubble runs a test with a server on a network in memory, whose clock is fake.
// say writes a line and reads a reply of one line.
func inBubble(t *testing.T, c Config, f func(t *testing.T, say func(line string) string)) {
	synctest.Test(t, func(t *testing.T) {
		var network memnet.Network
		c.Listen = func(kind, addr string) (net.Listener, error) {
			return network.ListenContext(t.Context(), kind, addr)
		}
		c.Dial = network.DialContext
		s := NewServer(t, &c)
		conn, err := network.DialContext(t.Context(), "tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		f(t, func(line string) string {
			if line != "" {
				if _, err := io.WriteString(conn, line+"\r\n"); err != nil {
					t.Fatal(err)
				}
			}
			reply, err := r.ReadString('\n')
			if err != nil {
				return err.Error()
			}
			return strings.TrimSuffix(reply, "\r\n")
		})
	})
}

func wantPrefix(t *testing.T, why, want, got string) {
	t.Helper()
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s: %q; want %s", why, got, want)
	}
}

func TestIdleTimeout(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, say func(string) string) {
		wantPrefix(t, "greeting", "220", say(""))
		time.Sleep(4 * time.Minute)
		wantPrefix(t, "NOOP after 4 minutes", "200", say("NOOP"))
		start := time.Now()
		wantPrefix(t, "idle", "421", say(""))
		if d := time.Since(start); d != 5*time.Minute {
			t.Errorf("421 after %v; want 5 minutes", d)
		}
		wantPrefix(t, "421 closes", "EOF", say(""))
	})
}

// TestDataTimeout checks that a data connection that nobody opens ends in 425, and
// that idle time does not run meanwhile.
func TestDataTimeout(t *testing.T) {
	inBubble(t, Config{IdleTimeout: time.Second}, func(t *testing.T, say func(string) string) {
		say("")
		say("USER user")
		wantPrefix(t, "login", "230", say("PASS password"))
		wantPrefix(t, "EPSV", "229", say("EPSV"))
		wantPrefix(t, "LIST", "150", say("LIST"))
		start := time.Now()
		wantPrefix(t, "nobody connects", "425", say(""))
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("425 after %v; want 10 seconds", d)
		}
	})
}

func TestTooManySessions(t *testing.T) {
	s := NewServer(t, &Config{MaxSessions: 1})
	c := dial(t, s)
	d := connect(t, s)
	d.want("one too many", 421)
	d.wantEnd("421 closes")
	c.do("QUIT", 221)
	c.wantEnd("QUIT closes")
}

func (s *Server) sessionsOf(user string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.perUser[user]
}

// A user may have a limit of sessions; what ends, or logs in as somebody else, makes room.
func TestTooManySessionsOfUser(t *testing.T) {
	s := NewServer(t, &Config{Users: []User{{Name: "user", Password: "password", MaxSessions: 1}, {Name: "other", Password: "p"}}})
	c, d := login(t, s), dial(t, s)
	in := func(code int) {
		t.Helper()
		d.do("USER user", 331)
		d.do("PASS password", code)
	}
	in(530)
	d.do("USER other", 331)
	d.do("PASS p", 230)
	c.do("QUIT", 221)
	c.wantEnd("QUIT closes")
	for s.sessionsOf("user") > 0 { // it counts until it has ended
		time.Sleep(time.Millisecond)
	}
	in(230)
	in(230)
}

func TestImpossibleConfigs(t *testing.T) {
	for _, tc := range []struct {
		name   string
		config Config
	}{
		{"RequireTLS without TLS", Config{RequireTLS: true}},
		{"ports upside down", Config{PassivePorts: [2]uint16{5, 4}}},
		{"PassiveHost that is no address", Config{PassiveHost: "localhost"}},
		{"Root that is not there", Config{Root: "/no/such/directory"}},
		{"Addr that cannot be", Config{Addr: "127.0.0.1:70000"}},
		{"unknown fault", Config{Faults: []Fault{"x"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Start(&tc.config)
			if err == nil {
				s.Close()
				t.Error("the server started")
			}
		})
	}
}

func TestPassivePorts(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(ln.Addr().(*net.TCPAddr).Port)
	s := NewServer(t, &Config{PassivePorts: [2]uint16{port, port}, PassiveHost: "192.0.2.1"})
	c := login(t, s)
	c.do("EPSV", 425) // taken
	c.do("PASV", 425)
	ln.Close()
	if got, want := c.do("PASV", 227), "(192,0,2,1,"; !strings.Contains(got, want) {
		t.Errorf("PASV: %q; want %q in it", got, want)
	}
	c.do("PASV", 227) // the port of the last one is free again
}

func TestIPv6(t *testing.T) {
	s, err := Start(&Config{Addr: "[::1]:0"})
	if err != nil {
		t.Skipf("this machine has no IPv6 loopback: %v", err)
	}
	defer s.Close()
	if err := s.WriteFile("/f", []byte("data")); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	c.do("PASV", 425)
	c.do("EPSV 1", 522)
	c.do("EPSV 2", 229)
	c.do("EPRT |1|127.0.0.1|50000|", 522)
	c.do("EPRT |2|::1|50000|", 200)
	if got := c.down("RETR f"); got != "data" {
		t.Errorf("RETR: %q; want data", got)
	}
}
