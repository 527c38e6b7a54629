package tlsx

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A client that brings no session at all, as one without a cache.
func TestBindingWithoutSession(t *testing.T) {
	for _, b := range []Binding{BindNone, BindAny, BindControl} {
		t.Run(b.String(), func(t *testing.T) {
			e := newEnv(t, envConfig{binding: b, client: func(c *Config) { c.Resumption = ResumeOff }})
			p, cerr, serr := e.tryData(e.client, e.server)
			if cerr != nil {
				t.Fatalf("client: %v", cerr)
			}
			if refused := errors.Is(serr, ErrReuseRequired); refused != (b != BindNone) {
				t.Errorf("server: %v", serr)
			}
			if serr != nil {
				wantClosed(t, p.serverTCP)
			}
			p.close()
		})
	}
}

// A client that offers a session on the control connection gets a full
// handshake.
func TestServerControlNeverResumes(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		cfg := &tls.Config{
			RootCAs:            pool(e.cert),
			ServerName:         testHost,
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		}
		for range 2 {
			client, server := tcpPair(t)
			done := async(func() (*tls.Conn, error) {
				tc := tls.Server(server, e.server.Config())
				if err := tc.Handshake(); err != nil {
					return nil, err
				}
				_, err := tc.Write([]byte("2"))
				return tc, err
			})
			tc := tls.Client(client, cfg)
			if _, err := tc.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			if _, err := wait(t, done); err != nil {
				t.Fatal(err)
			}
			if tc.ConnectionState().DidResume {
				t.Error("the control connection resumed")
			}
		}
	})
}

func TestSingleUse(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, single: true})
	var got []Reuse
	for range 3 {
		p := e.data()
		got = append(got, p.client.Reuse())
		p.close()
		e.client.control.tickets.data = nil // only the control ticket is left
	}
	want := []Reuse{Resumed, OfferedRefused, OfferedRefused}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Reuse mismatch (-want +got):\n%s", diff)
	}
}

// A ticket of another server is rubbish to this one, not an error.
func TestForeignKey(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		other := NewServerSessions(&tls.Config{Certificates: []tls.Certificate{e.cert}, MaxVersion: version})
		p, cerr, serr := e.tryData(e.client, other.NewControl(BindNone))
		if cerr != nil || serr != nil {
			t.Fatalf("client %v, server %v", cerr, serr)
		}
		if p.client.Reuse() != OfferedRefused {
			t.Errorf("Reuse() = %v", p.client.Reuse())
		}
		p.close()
	})
}

// Late tickets come after the client's Finished, on full and on resumed
// handshakes; otherwise they are in before the handshake is over.
func TestLateTickets(t *testing.T) {
	tests := []struct {
		name    string
		late    bool
		resumed bool
	}{
		{"first flight, resumed", false, true},
		{"late, resumed", true, true},
		{"late, full", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnv(t, envConfig{version: tls.VersionTLS13, late: tt.late})
			if !tt.resumed {
				e.client.control.tickets.control = nil
			}
			client, server := tcpPair(t)
			log := &recordLog{Conn: client}
			done := async(func() (*tls.Conn, error) { return e.server.Data(t.Context(), server) })
			c, err := e.client.Data(t.Context(), log)
			if err != nil {
				t.Fatal(err)
			}
			s, err := wait(t, done)
			if err != nil {
				t.Fatal(err)
			}
			if c.Resumed() != tt.resumed {
				t.Fatalf("Reuse() = %v", c.Reuse())
			}
			inHandshake := log.read.Len()
			s.CloseWrite()
			c.Read(make([]byte, 1))
			// What is left is the 24 bytes of close_notify, and the ticket.
			rest := log.read.Len() - inHandshake
			if ticketAfter := rest > 100; ticketAfter != tt.late {
				t.Errorf("%d bytes after the handshake", rest)
			}
			c.Close()
		})
	}
}

// recordLog keeps what is read.
type recordLog struct {
	net.Conn
	read bytes.Buffer
}

func (l *recordLog) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	l.read.Write(b[:n])
	return n, err
}

func TestLastRecord(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want int
	}{
		{"empty", "", 0},
		{"one", "\x17\x03\x03\x00\x01a", 0},
		{"two", "\x17\x03\x03\x00\x01a\x17\x03\x03\x00\x02ab", 6},
		{"empty record", "\x17\x03\x03\x00\x01a\x17\x03\x03\x00\x00", 6},
		{"half a header", "\x17\x03\x03\x00\x01a\x17\x03", 8},
		{"half a body", "\x17\x03\x03\x00\x01a\x17\x03\x03\x00\x09ab", 13},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lastRecord([]byte(tt.in)); got != tt.want {
				t.Errorf("lastRecord(%q) = %d, want %d", tt.in, got, tt.want)
			}
		})
	}
}

func TestServerDataErrors(t *testing.T) {
	e := newEnv(t, envConfig{})
	t.Run("clear text", func(t *testing.T) {
		client, server := tcpPair(t)
		client.Write([]byte("hello, this is clear text\r\n"))
		_, err := e.server.Data(t.Context(), server)
		if he, ok := errors.AsType[*HandshakeError](err); !ok || he.Hint == "" {
			t.Errorf("Data = %v", err)
		}
		wantClosed(t, server)
	})
	t.Run("deadline of the context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		server := hanging(t)
		_, err := e.server.Data(ctx, server)
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Data = %v", err)
		}
		wantClosed(t, server)
	})
}
