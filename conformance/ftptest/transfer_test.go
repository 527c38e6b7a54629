package ftptest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/tlsx"
)

// inModes runs a test in each TLS mode, logged in, with TYPE I.
func inModes(t *testing.T, f func(t *testing.T, s *Server, c *client)) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := NewServer(t, &Config{TLS: m.tls})
			c := login(t, s)
			c.do("TYPE I", 200)
			f(t, s, c)
		})
	}
}

func wantFile(t *testing.T, s *Server, name, want string) {
	t.Helper()
	got, err := s.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("file %s: %.80q (%d bytes), %v; want %.80q (%d bytes)", name, got, len(got), err, want, len(want))
	}
}

func wantText(t *testing.T, why, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", why, diff)
	}
}

func TestUploads(t *testing.T) {
	inModes(t, func(t *testing.T, s *Server, c *client) {
		for _, n := range []int{0, 1, 65535, 65536, 1<<20 + 1} {
			data := strings.Repeat("\x00\xff\r\n", n/4+1)[:n]
			c.up("STOR f", data)
			wantFile(t, s, "/f", data)
			wantText(t, "SIZE", fmt.Sprintf("213 %d", n), c.do("SIZE f", 213))
			if got := c.down("RETR f"); got != data {
				t.Errorf("RETR of %d bytes: %d bytes, not the same", n, len(got))
			}
		}
		c.up("STOR f", "short")
		c.up("APPE f", " and long")
		wantFile(t, s, "/f", "short and long")
		c.do("REST 5", 350)
		c.up("STOR f", "er")
		wantFile(t, s, "/f", "shorter")
		c.do("REST 6", 350)
		c.up("APPE f", "st")
		wantFile(t, s, "/f", "shortest")
		c.up("APPE new", "x")
		wantFile(t, s, "/new", "x")
	})
}

func TestSTOU(t *testing.T) {
	s := NewServer(t, nil)
	c := login(t, s)
	c.do("MKD d", 257)
	c.do("CWD d", 250)
	names := map[string]bool{}
	for _, line := range []string{"STOU", "STOU", "STOU wish"} {
		text := c.up(line, "data")
		m := regexp.MustCompile(`^150 FILE: (\S+)$`).FindStringSubmatch(text)
		if m == nil || names[m[1]] {
			t.Fatalf("%s: %q; want 150 FILE: and a new name", line, text)
		}
		names[m[1]] = true
		wantFile(t, s, "/d/"+m[1], "data")
	}
}

func TestDownloads(t *testing.T) {
	inModes(t, func(t *testing.T, s *Server, c *client) {
		if err := s.WriteFile("/f", []byte("0123456789")); err != nil {
			t.Fatal(err)
		}
		for _, offset := range []int{1, 5, 10} {
			c.do(fmt.Sprintf("REST %d", offset), 350)
			wantText(t, "RETR after REST", "0123456789"[offset:], c.down("RETR f"))
			wantText(t, "the next RETR", "0123456789", c.down("RETR f"))
		}
		c.do("REST 5", 350)
		c.do("REST 0", 350)
		wantText(t, "RETR after REST 0", "0123456789", c.down("RETR f"))
	})
}

func TestListings(t *testing.T) {
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	s := NewServer(t, &Config{Now: func() time.Time { return at }})
	for _, name := range []string{"/d/a b", "/d/é", "/d/sub/x", "/-a"} {
		if err := s.WriteFile(name, []byte("abc")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Mkdir("/empty"); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	c.do("TYPE I", 200)
	for line, want := range map[string]string{
		"NLST d":     "d/a b\r\nd/sub\r\nd/é\r\n",
		"NLST /d/":   "/d/a b\r\n/d/sub\r\n/d/é\r\n",
		"NLST d/a b": "d/a b\r\n",
		"NLST empty": "",
		"NLST -a":    "-a\r\n", // the file
		"NLST -l d":  "d/a b\r\nd/sub\r\nd/é\r\n",
		"LIST -la d": "-rw-r--r--   1 ftp      ftp                 3 May  6 07:08 a b\r\n" +
			"drwxr-xr-x   1 ftp      ftp                 0 May  6 07:08 sub\r\n" +
			"-rw-r--r--   1 ftp      ftp                 3 May  6 07:08 é\r\n",
		"LIST d/a b": "-rw-r--r--   1 ftp      ftp                 3 May  6 07:08 a b\r\n",
	} {
		wantText(t, line, want, c.down(line))
	}
	c.do("CWD d", 250)
	wantText(t, "NLST", "a b\r\nsub\r\né\r\n", c.down("NLST"))
	c.do("OPTS MLST type;size;modify;perm;", 200)
	wantText(t, "MLSD", "type=cdir;modify=20260506070809;perm=cdeflmp; .\r\n"+
		"type=pdir;modify=20260506070809;perm=celmp; ..\r\n"+
		"type=file;size=3;modify=20260506070809;perm=adfrw; a b\r\n"+
		"type=dir;modify=20260506070809;perm=cdeflmp; sub\r\n"+
		"type=file;size=3;modify=20260506070809;perm=adfrw; é\r\n", c.down("MLSD"))
	c.do("OPTS MLST size;", 200)
	wantText(t, "MLSD without type", "size=3; a b\r\n sub\r\nsize=3; é\r\n", c.down("MLSD"))
	c.do("OPTS MLST", 200)
	wantText(t, "MLSD of names", " a b\r\n sub\r\n é\r\n", c.down("MLSD /d"))
}

func TestASCIITransfers(t *testing.T) {
	inModes(t, func(t *testing.T, s *Server, c *client) {
		c.do("TYPE A", 200)
		c.up("STOR t", "a\r\n\r\nb\rc\r\r\n\tend")
		wantFile(t, s, "/t", "a\n\nb\rc\r\n\tend")
		wantText(t, "round trip", "a\r\n\r\nb\rc\r\r\n\tend", c.down("RETR t"))
		c.do("REST 2", 350)
		wantText(t, "REST in TYPE A", "\n\r\nb\rc\r\r\n\tend", c.down("RETR t"))
		c.do("REST 18", 350)
		c.do("EPSV", 229)
		c.do("RETR t", 554)
	})
}

// TestActive checks PORT and EPRT, and where the connection comes from.
func TestActive(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := NewServer(t, &Config{TLS: m.tls})
			if err := s.WriteFile("/f", []byte("data")); err != nil {
				t.Fatal(err)
			}
			c := login(t, s)
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			port := ln.Addr().(*net.TCPAddr).Port
			for _, line := range []string{fmt.Sprintf("PORT 127,0,0,1,%d,%d", port>>8, port&255), fmt.Sprintf("EPRT |1|127.0.0.1|%d|", port)} {
				c.do(line, 200)
				c.do("RETR f", 150)
				ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
				conn, err := ln.Accept()
				if err != nil {
					t.Fatal(err)
				}
				data, err := io.ReadAll(c.secure(conn))
				if err != nil || string(data) != "data" {
					t.Errorf("%s: %q, %v; want data", line, data, err)
				}
				conn.Close()
				c.want("RETR", 226)
			}
			c.do("RETR f", 425) // the address was for one transfer
			ln.Close()
			c.do(fmt.Sprintf("EPRT |1|127.0.0.1|%d|", port), 200)
			c.do("RETR f", 150)
			c.want("nobody listens", 425)
		})
	}
}

// TestSourcePort checks that active connections come from the port below the
// control port, one after the other.
func TestSourcePort(t *testing.T) {
	control := freePort(t)
	for range 2 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		conn, err := dialFrom(t.Context(), netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), control), addrPort(ln.Addr()))
		if err != nil {
			t.Fatal(err)
		}
		if got := addrPort(conn.LocalAddr()).Port(); got != control-1 {
			t.Errorf("connection from port %d; want %d", got, control-1)
		}
		conn.Close() // first, so that TIME_WAIT is on this side
		peer, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		peer.Close()
	}
}

// freePort returns a port with a free one below it.
func freePort(t *testing.T) uint16 {
	t.Helper()
	for range 50 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := addrPort(ln.Addr()).Port()
		ln.Close()
		if ln, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port-1)); err == nil {
			ln.Close()
			return port
		}
	}
	t.Skip("no two free ports in a row")
	return 0
}

// stalled starts a RETR of 32 MiB whose data nobody reads.
func stalled(t *testing.T, s *Server, c *client) net.Conn {
	t.Helper()
	if err := s.WriteFile("/big", bytes.Repeat([]byte("x"), 32<<20)); err != nil {
		t.Fatal(err)
	}
	conn := c.passive()
	c.do("RETR /big", 150)
	return c.secure(conn)
}

func TestDuringTransfer(t *testing.T) {
	t.Parallel()
	inModes(t, func(t *testing.T, s *Server, c *client) {
		t.Run("ABOR", func(t *testing.T) {
			conn := stalled(t, s, c)
			c.write("ABOR\r\nNOOP\r\n")
			c.want("RETR is aborted", 426)
			c.want("ABOR", 226)
			c.want("NOOP", 200)
			if n, _ := io.Copy(io.Discard, conn); n >= 32<<20 {
				t.Errorf("%d bytes came in spite of ABOR", n)
			}
			wantText(t, "the next transfer", "big\r\n", c.down("NLST"))
		})
		t.Run("ABOR of an upload", func(t *testing.T) {
			raw := c.passive()
			c.do("STOR part", 150)
			conn := c.secure(raw)
			conn.Write(make([]byte, 64<<10))
			c.do("ABOR", 426)
			c.want("ABOR", 226)
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				t.Error("the data connection is open after ABOR")
			}
		})
		t.Run("STAT and NOOP", func(t *testing.T) {
			conn := stalled(t, s, c)
			if text := c.do("STAT", 211); !strings.Contains(text, "RETR in progress") {
				t.Errorf("STAT: %q; want the transfer in it", text)
			}
			c.do("NOOP", 200)
			if n, err := io.Copy(io.Discard, conn); err != nil || n != 32<<20 {
				t.Errorf("%d bytes, %v; want all", n, err)
			}
			conn.Close()
			c.want("RETR", 226)
		})
		t.Run("client closes", func(t *testing.T) {
			raw := c.passive()
			c.do("RETR /big", 150)
			c.secure(raw)
			raw.Close()
			c.want("RETR", 426)
		})
		t.Run("QUIT", func(t *testing.T) {
			conn := stalled(t, s, c)
			c.write("QUIT\r\n")
			if n, err := io.Copy(io.Discard, conn); err != nil || n != 32<<20 {
				t.Errorf("%d bytes, %v; want all", n, err)
			}
			conn.Close()
			c.want("RETR", 226)
			c.want("QUIT", 221)
			c.wantEnd("QUIT closes")
		})
	})
}

func TestABORBySynch(t *testing.T) {
	s := NewServer(t, nil)
	c := login(t, s)
	for _, synch := range []string{"\xff\xf4\xff\xf2", "\xff\xf4\xff"} { // in line, and with the DM taken out as urgent data
		stalled(t, s, c)
		c.do(synch+"ABOR", 426)
		c.want("ABOR", 226)
	}
}

func TestControlLost(t *testing.T) {
	inModes(t, func(t *testing.T, s *Server, c *client) {
		conn := stalled(t, s, c)
		c.tcp.Close()
		if n, _ := io.Copy(io.Discard, conn); n >= 32<<20 {
			t.Error("the transfer went on without a control connection")
		}
	})
}

func TestDataPeer(t *testing.T) {
	s := NewServer(t, &Config{DataTimeout: 300 * time.Millisecond})
	c := login(t, s)
	if err := s.WriteFile("/f", []byte("data")); err != nil {
		t.Fatal(err)
	}
	var h [4]int
	var p1, p2 int
	if _, err := fmt.Sscanf(c.do("PASV", 227), "227 Entering Passive Mode (%d,%d,%d,%d,%d,%d)", &h[0], &h[1], &h[2], &h[3], &p1, &p2); err != nil {
		t.Fatal(err)
	}
	stranger := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: patience}
	thief, err := stranger.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p1<<8|p2))
	if err != nil {
		t.Skipf("no second loopback address: %v", err)
	}
	defer thief.Close()
	conn := c.connectPort(p1<<8 | p2)
	c.do("RETR f", 150)
	data, err := io.ReadAll(conn)
	if err != nil || string(data) != "data" {
		t.Errorf("own connection: %q, %v; want data", data, err)
	}
	conn.Close()
	c.want("RETR", 226)
	if b, err := io.ReadAll(thief); len(b) > 0 {
		t.Errorf("the stranger got %q, %v", b, err)
	}
	c.do("EPSV", 229)
	c.do("RETR f", 150)
	c.want("nobody connects", 425)
	c.do("NOOP", 200)
}

func TestUploadEnds(t *testing.T) {
	for _, tc := range []struct {
		name string
		tls  tlsx.Mode
		end  func(raw, conn net.Conn)
		code int
		want End
	}{
		{"FIN", TLSNone, func(raw, _ net.Conn) { raw.Close() }, 226, EndFIN},
		{"reset", TLSNone, func(raw, _ net.Conn) { raw.(*net.TCPConn).SetLinger(0); raw.Close() }, 426, EndReset},
		{"close_notify", TLSExplicit, func(_, conn net.Conn) { conn.(*tls.Conn).CloseWrite() }, 226, EndCloseNotify},
		{"FIN without close_notify", TLSExplicit, func(raw, _ net.Conn) { raw.(*net.TCPConn).CloseWrite() }, 226, EndFIN},
		{"reset under TLS", TLSExplicit, func(raw, _ net.Conn) { raw.(*net.TCPConn).SetLinger(0); raw.Close() }, 426, EndReset},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewServer(t, &Config{TLS: tc.tls})
			c := login(t, s)
			raw := c.passive()
			c.do("STOR f", 150)
			conn := c.secure(raw)
			conn.Write([]byte("data"))
			tc.end(raw, conn)
			c.want("STOR", tc.code)
			got := s.DataConns()
			if len(got) != 1 {
				t.Fatalf("%d data connections; want 1", len(got))
			}
			d := got[0]
			d.Peer, d.Version, d.Received, d.Resumed = "", 0, 0, false
			if diff := cmp.Diff(DataConn{Verb: "STOR", Passive: true, End: tc.want, Done: true}, d); diff != "" {
				t.Errorf("record mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSessionReuse(t *testing.T) {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, b := range []tlsx.Binding{tlsx.BindNone, tlsx.BindControl} {
			t.Run(tlsx.VersionName(v)+"/"+b.String(), func(t *testing.T) {
				s := NewServer(t, &Config{TLS: TLSExplicit, MaxTLS: v, Reuse: b})
				c := login(t, s)
				c.down("LIST")
				c.tls.ClientSessionCache = nil
				raw := c.passive()
				c.do("LIST", 150)
				io.Copy(io.Discard, c.secure(raw))
				raw.Close()
				var resumed []bool
				if b == tlsx.BindNone {
					c.want("full handshake", 226)
				} else {
					c.want("full handshake", 522)
				}
				for _, d := range s.DataConns() {
					resumed = append(resumed, d.Resumed)
					if d.Version != v && d.Version != 0 {
						t.Errorf("version %s; want %s", tlsx.VersionName(d.Version), tlsx.VersionName(v))
					}
				}
				if diff := cmp.Diff([]bool{true, false}, resumed); diff != "" {
					t.Errorf("resumed mismatch (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestTickets(t *testing.T) {
	for _, tc := range []struct {
		name    string
		config  Config
		resumed bool
	}{
		{"none", Config{TLS: TLSExplicit, NoTickets: true}, false},
		{"late", Config{TLS: TLSExplicit, LateTickets: true}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewServer(t, &tc.config)
			c := login(t, s)
			c.do("TYPE I", 200)
			c.up("STOR f", content)
			wantText(t, "RETR", content, c.down("RETR f"))
			for _, d := range s.DataConns() {
				if d.Resumed != tc.resumed {
					t.Errorf("%s resumed: %v; want %v", d.Verb, d.Resumed, tc.resumed)
				}
			}
		})
	}
}
