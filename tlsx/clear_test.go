package tlsx

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// A clearPeer is a server that has answered CCC. What it writes to tls is
// protected, to raw in clear; both may go out in one segment.
type clearPeer struct {
	*tls.Conn
	out *batchConn
}

// A batchConn keeps what is written until flush, so that TLS and clear text
// arrive at once.
type batchConn struct {
	net.Conn
	hold bool
	held []byte
}

func (c *batchConn) Write(b []byte) (int, error) {
	if !c.hold {
		return c.Conn.Write(b)
	}
	c.held = append(c.held, b...)
	return len(b), nil
}

func (c *batchConn) flush() error {
	c.hold = false
	_, err := c.Conn.Write(c.held)
	return err
}

// untilNotify reads up to the client's close_notify.
func (p clearPeer) untilNotify() error {
	_, err := io.Copy(io.Discard, p.Conn)
	return err
}

// clearEnv is a client's control connection and a server's that can take TLS
// down by hand.
func clearEnv(t *testing.T, version uint16, change func(*Config)) (*env, clearPeer) {
	t.Helper()
	e := newEnv(t, envConfig{version: version, binding: BindControl, client: change})
	c, raw := tcpPair(t)
	out := &batchConn{Conn: raw}
	done := async(func() (*tls.Conn, error) {
		tc := tls.Server(&RecordConn{Conn: out}, e.server.Config())
		_, err := io.WriteString(tc, "220 ready\r\n")
		return tc, err
	})
	var err error
	if e.control, err = e.client.Control(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	server, err := wait(t, done)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(e.control, make([]byte, len("220 ready\r\n"))); err != nil {
		t.Fatal(err)
	}
	return e, clearPeer{server, out}
}

// What a server does behind its reply to CCC, and how the client goes on.
func TestClear(t *testing.T) {
	const greeting = "200 in clear\r\n"
	say := func(p clearPeer) error { _, err := io.WriteString(p.out, greeting); return err }
	tests := []struct {
		name string
		peer func(p clearPeer) error // until the server goes on in clear
	}{
		{"server first, as ProFTPD", func(p clearPeer) error {
			return errors.Join(p.CloseWrite(), p.untilNotify(), p.out.SetDeadline(time.Time{}), say(p))
		}},
		{"client first, as Pure-FTPd", func(p clearPeer) error {
			return errors.Join(p.untilNotify(), p.CloseWrite(), p.out.SetDeadline(time.Time{}), say(p))
		}},
		{"clear text glued to close_notify", func(p clearPeer) error {
			p.out.hold = true
			return errors.Join(p.CloseWrite(), p.out.SetDeadline(time.Time{}), say(p), p.out.flush(), p.untilNotify())
		}},
		{"clear text without close_notify", func(p clearPeer) error {
			return errors.Join(p.untilNotify(), say(p))
		}},
		{"clear text first, then it takes the client's close_notify", func(p clearPeer) error {
			return errors.Join(say(p), p.untilNotify())
		}},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				e, p := clearEnv(t, version, nil)
				done := async(func() (struct{}, error) { return struct{}{}, tt.peer(p) })
				conn, err := e.client.Clear(t.Context(), e.control)
				if err != nil {
					t.Fatalf("Clear: %v", err)
				}
				if _, err := wait(t, done); err != nil {
					t.Fatalf("server: %v", err)
				}
				wantLine(t, conn, greeting)
				wantDialogue(t, conn, p.out.Conn)
				q := e.data()
				if !q.client.Resumed() {
					t.Errorf("a data connection in the clear dialogue: %v", q.client.Reuse())
				}
				q.close()
			})
		}
	})
}

func wantLine(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	// Not a deadline: none of TLS's must be left, and one would hide it.
	defer time.AfterFunc(testTimeout, func() { conn.Close() }).Stop()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("in clear: %q, %v; want %q", got, err, want)
	}
}

// wantDialogue fails unless both ends can write in clear: no deadline of TLS is
// left.
func wantDialogue(t *testing.T, client, server net.Conn) {
	t.Helper()
	defer time.AfterFunc(testTimeout, func() { server.Close() }).Stop()
	if _, err := io.WriteString(client, "NOOP\r\n"); err != nil {
		t.Fatalf("write in clear: %v", err)
	}
	if line, err := bufio.NewReaderSize(server, 16).ReadString('\n'); err != nil || line != "NOOP\r\n" {
		t.Fatalf("the server reads %q, %v", line, err)
	}
	if _, err := io.WriteString(server, "200 ok\r\n"); err != nil {
		t.Fatal(err)
	}
	wantLine(t, client, "200 ok\r\n")
}

func TestClearRefused(t *testing.T) {
	sendAlert := func(p clearPeer) error {
		// In TLS 1.2 and 1.3 alike: a record that does not decrypt draws an
		// alert, which is the peer's here.
		if _, err := io.WriteString(p.out, record(23, "no such ciphertext at all, but long enough")); err != nil {
			return err
		}
		return p.untilNotify()
	}
	tests := []struct {
		name string
		peer func(p clearPeer) error
		want error // in the chain; nil: any
	}{
		{"application data", func(p clearPeer) error {
			_, err := io.WriteString(p, "230 injected\r\n")
			return err
		}, errClearData},
		{"application data, then close_notify", func(p clearPeer) error {
			p.out.hold = true
			_, err := io.WriteString(p, "230 injected\r\n")
			return errors.Join(err, p.CloseWrite(), p.out.SetDeadline(time.Time{}), p.out.flush())
		}, errClearData},
		{"forged record", sendAlert, nil},
		{"closed without close_notify", func(p clearPeer) error {
			return errors.Join(p.untilNotify(), p.out.Close())
		}, io.ErrUnexpectedEOF},
		{"cut in a record", func(p clearPeer) error {
			_, err := io.WriteString(p.out, "\x15\x03\x03")
			return errors.Join(p.untilNotify(), err, p.out.Close())
		}, io.ErrUnexpectedEOF},
		{"clear alert", func(p clearPeer) error {
			_, err := io.WriteString(p.out, record(21, "\x01\x00")) // anyone on the path can send it
			return errors.Join(err, p.untilNotify())
		}, nil},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				e, p := clearEnv(t, version, nil)
				done := async(func() (struct{}, error) { return struct{}{}, tt.peer(p) })
				_, err := e.client.Clear(t.Context(), e.control)
				ce, ok := errors.AsType[*ClearError](err)
				if !ok || ce.Err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
					t.Errorf("Clear = %v, want a *ClearError with %v", err, tt.want)
				}
				wantClosed(t, e.control.NetConn())
				wait(t, done) // its error is beside the point: the client has closed
			})
		}
	})
}

// The alert of a peer that is at odds with what it got comes to light by name.
func TestClearAlert(t *testing.T) {
	e, p := clearEnv(t, tls.VersionTLS12, nil)
	done := async(func() (struct{}, error) { return struct{}{}, p.untilNotify() })
	// A record that the server cannot decrypt: bad_record_mac.
	io.WriteString(e.control.NetConn(), record(23, "no such ciphertext at all, but long enough"))
	_, err := e.client.Clear(t.Context(), e.control)
	if _, ok := remoteAlert(err); !ok {
		t.Errorf("Clear = %v, want the server's alert in the chain", err)
	}
	if _, err := wait(t, done); err == nil {
		t.Error("the server saw nothing wrong, so this test proves nothing")
	}
}

// A server that neither sends close_notify nor says a word in clear is left in
// peace, or is at fault: as the Config says.
func TestClearTimeout(t *testing.T) {
	short := func(c *Config) { c.ClearTimeout = 20 * time.Millisecond }
	forEachVersion(t, func(t *testing.T, version uint16) {
		t.Run("clear text later", func(t *testing.T) {
			e, p := clearEnv(t, version, short)
			conn, err := e.client.Clear(t.Context(), e.control)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.untilNotify(); err != nil {
				t.Fatal(err)
			}
			wantDialogue(t, conn, p.out.Conn)
			wantDialogue(t, conn, p.out.Conn)
		})
		t.Run("close_notify later", func(t *testing.T) {
			e, p := clearEnv(t, version, short)
			conn, err := e.client.Clear(t.Context(), e.control)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(p.untilNotify(), p.CloseWrite(), p.out.SetDeadline(time.Time{})); err != nil {
				t.Fatal(err)
			}
			conn.SetReadDeadline(time.Now().Add(time.Millisecond))
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("Read = %v, want os.ErrDeadlineExceeded", err)
			}
			conn.SetReadDeadline(time.Time{})
			wantDialogue(t, conn, p.out.Conn)
		})
		t.Run("application data later", func(t *testing.T) {
			e, p := clearEnv(t, version, short)
			conn, err := e.client.Clear(t.Context(), e.control)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(p, "230 late\r\n")
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, errClearData) {
				t.Errorf("Read = %v, want ErrClearData", err)
			}
		})
		t.Run("close_notify required", func(t *testing.T) {
			e, _ := clearEnv(t, version, func(c *Config) { short(c); c.RequireCloseNotify = true })
			_, err := e.client.Clear(t.Context(), e.control)
			if _, ok := errors.AsType[*ClearError](err); !ok || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("Clear = %v, want a *ClearError with os.ErrDeadlineExceeded", err)
			}
			wantClosed(t, e.control.NetConn())
		})
		t.Run("context", func(t *testing.T) {
			e, p := clearEnv(t, version, func(c *Config) { c.ClearTimeout = -1 })
			ctx, cancel := context.WithCancel(t.Context())
			done := async(func() (net.Conn, error) { return e.client.Clear(ctx, e.control) })
			if err := p.untilNotify(); err != nil {
				t.Fatal(err)
			}
			cancel()
			if _, err := wait(t, done); !errors.Is(err, context.Canceled) {
				t.Errorf("Clear = %v, want context.Canceled", err)
			}
		})
	})
}

// Both sides of this package take TLS down, put it up again behind it as REIN
// does, and no ticket of the first time is left.
func TestClearBothSides(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e, p := clearEnv(t, version, nil)
		for range 2 {
			done := async(func() (net.Conn, error) { return e.server.Clear(t.Context(), p.Conn) })
			client, err := e.client.Clear(t.Context(), e.control)
			if err != nil {
				t.Fatalf("client: %v", err)
			}
			server, err := wait(t, done)
			if err != nil {
				t.Fatalf("server: %v", err)
			}
			wantDialogue(t, client, server)

			again := async(func() (*tls.Conn, error) {
				tc := tls.Server(&RecordConn{Conn: server}, e.server.Config())
				_, err := io.WriteString(tc, "220 ready\r\n")
				return tc, err
			})
			if e.control, err = e.client.Control(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			if p.Conn, err = wait(t, again); err != nil {
				t.Fatal(err)
			}
			wantLine(t, e.control, "220 ready\r\n")
			if got := e.client.Tickets(); got != 1 {
				t.Errorf("%d tickets, want the one of the new handshake", got)
			}
		}
	})
}

// A client may send its next command in one segment with its close_notify.
func TestServerClearGluedCommand(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		c, raw := tcpPair(t)
		out := &batchConn{Conn: c}
		done := async(func() (*tls.Conn, error) {
			tc := tls.Server(&RecordConn{Conn: raw}, e.server.Config())
			return tc, tc.Handshake()
		})
		client := tls.Client(out, e.client.config.controlConfig(t.Context(), &ticketStore{}))
		if err := client.Handshake(); err != nil {
			t.Fatal(err)
		}
		server, err := wait(t, done)
		if err != nil {
			t.Fatal(err)
		}
		out.hold = true
		if err := errors.Join(client.CloseWrite(), c.SetDeadline(time.Time{})); err != nil {
			t.Fatal(err)
		}
		io.WriteString(out, "PASV\r\n")
		if err := out.flush(); err != nil {
			t.Fatal(err)
		}
		conn, err := e.server.Clear(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		wantLine(t, conn, "PASV\r\n")
	})
}

func TestClearWithoutRecordConn(t *testing.T) {
	e := newEnv(t, envConfig{})
	conn, err := e.server.Clear(t.Context(), e.serverControl)
	if _, ok := errors.AsType[*ClearError](err); !ok || conn != nil {
		t.Errorf("Clear = %v, %v, want a *ClearError", conn, err)
	}
	wantClosed(t, e.serverControl.NetConn())
}

// A server that drops out of TLS without a word is quoted.
func TestClearTextInTLS(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e, p := clearEnv(t, version, nil)
		io.WriteString(p.out, "500 OOPS: \x1b[2Jcannot\r\n")
		for range 2 {
			_, err := e.control.Read(make([]byte, 64))
			ce, ok := errors.AsType[*ClearTextError](err)
			if !ok || ce.Text != "500 OOPS: \x1b[2Jcannot" || !strings.Contains(err.Error(), `"500 OOPS: \x1b[2Jcannot"`) {
				t.Errorf("Read = %v, want a *ClearTextError", err)
			}
		}
	})
}
