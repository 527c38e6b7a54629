package tlsx

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// pattern returns n bytes that repeat with a prime period.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % 251)
	}
	return b
}

// receiveSlowly reads an upload in small pieces with a small receive buffer,
// so that the client's end waits in its send buffer. The error is nil only if
// the upload ended with close_notify.
func receiveSlowly(p dataPair, start <-chan struct{}) ([]byte, error) {
	<-start
	var got bytes.Buffer
	_, err := io.CopyBuffer(&got, struct{ io.Reader }{p.server}, make([]byte, 1<<10))
	if err == nil && p.serverTap.ended.Load() {
		err = ErrTruncated
	}
	return got.Bytes(), err
}

// An upload in the order of the package comment is complete, whatever the
// server sends late and however slowly it reads.
func TestUploadIsComplete(t *testing.T) {
	t.Parallel()
	sizes := []int{1, 64 << 10, 4 << 20}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, size := range sizes {
			for _, binding := range []Binding{BindNone, BindControl} {
				t.Run(fmt.Sprintf("%d bytes, binding %v", size, binding), func(t *testing.T) {
					e := newEnv(t, envConfig{version: version, late: true, binding: binding, single: binding == BindNone})
					if binding == BindNone {
						e.data().close() // spends the ticket: the next handshake is a full one
						e.client.control.tickets.data = nil
					}
					testUpload(t, e, size)
				})
			}
		}
	})
}

func testUpload(t *testing.T, e *env, size int) {
	p := e.data()
	start := make(chan struct{})
	received := async(func() ([]byte, error) { return receiveSlowly(p, start) })

	p.client.Drain()
	if size <= 64<<10 {
		p.serverTCP.SetReadBuffer(16 << 10) // the end waits in the send buffer
	} else {
		close(start) // does not fit the buffers: Write waits for the server
	}
	want := pattern(size)
	if _, err := p.client.Write(want); err != nil {
		t.Fatalf("Write: %v", err)
	}
	if err := p.client.CloseWrite(); err != nil {
		t.Fatalf("CloseWrite: %v", err)
	}
	if size <= 64<<10 {
		p.serverTCP.SetReadBuffer(1 << 20) // a tiny window takes a second to drain
		close(start)
	}
	got, err := wait(t, received) // the server's final reply
	if err != nil {
		t.Errorf("server: %v", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("server has %d bytes, want %d", len(got), len(want))
	}
	if _, err := p.serverTCP.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("server reads %v after close_notify, want FIN (io.EOF)", err)
	}
	if err := p.client.Finish(5 * time.Millisecond); err != nil {
		t.Errorf("Finish: %v", err)
	}
	if err := p.client.DrainErr(); err != nil {
		t.Errorf("DrainErr: %v", err)
	}
	// A reset would show here: a connection at its end still takes a byte.
	if _, err := p.serverTCP.Write([]byte{0}); err != nil {
		t.Errorf("the connection was reset: %v", err)
	}
}

// What the package exists for: crypto/tls's own Close, with tickets unread,
// loses what waits in the send buffer, and nobody is told. The test shows that
// TestUploadIsComplete can fail.
func TestNaiveCloseLosesData(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, late: true})
	p := e.data()
	p.serverTCP.SetReadBuffer(4 << 10)
	p.clientTCP.SetWriteBuffer(1 << 20)
	start := make(chan struct{})
	received := async(func() ([]byte, error) { return receiveSlowly(p, start) })

	want := pattern(192 << 10)
	if _, err := p.client.tls.Write(want); err != nil {
		t.Fatal(err)
	}
	if err := p.client.tls.Close(); err != nil {
		t.Fatalf("Close: %v, but the point is that it says nothing", err)
	}
	close(start)
	got, err := wait(t, received)
	if err == nil && bytes.Equal(got, want) {
		t.Skip("this system delivers data before it resets a connection, or its buffers took it all")
	}
	t.Logf("server has %d of %d bytes: %v", len(got), len(want), err)
}

// Tickets that come during an upload reach the store.
func TestDrainTakesTickets(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, late: true, binding: BindControl})
	before := e.client.Tickets()
	p := e.data()
	if got := e.client.Tickets(); got != before {
		t.Fatalf("the ticket is not late: %d tickets, had %d", got, before)
	}
	p.client.Drain()
	p.client.Drain()      // the second one does nothing
	p.server.CloseWrite() // comes after the ticket
	waitDrained(t, p.client)
	if got := e.client.Tickets(); got != before+1 {
		t.Errorf("%d tickets, want %d", got, before+1)
	}
	if err := p.client.Finish(testTimeout); err != nil {
		t.Errorf("Finish: %v", err)
	}
}

func waitDrained(t *testing.T, c *Conn) {
	t.Helper()
	select {
	case <-c.Drained():
	case <-time.After(testTimeout):
		t.Fatal("the drain does not end")
	}
}

func TestDrainEnds(t *testing.T) {
	tests := []struct {
		name      string
		end       func(p dataPair)
		truncated bool
		err       bool
	}{
		{"close_notify", func(p dataPair) { p.server.CloseWrite() }, false, false},
		{"FIN", func(p dataPair) { p.serverTCP.CloseWrite() }, true, false},
		{"data first", func(p dataPair) { p.server.Write(pattern(100 << 10)); p.server.CloseWrite() }, false, false},
		{"FIN in a record", func(p dataPair) { p.serverTCP.Write([]byte{23, 3, 3}); p.serverTCP.CloseWrite() }, true, true},
		{"RST", func(p dataPair) { p.serverTCP.SetLinger(0); p.serverTCP.Close() }, false, true},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				p := newEnv(t, envConfig{version: version}).data()
				if p.client.Drained() != nil {
					t.Error("Drained() is not nil before Drain")
				}
				p.client.Drain()
				p.client.SetDeadline(time.Now()) // must not end the drain
				tt.end(p)
				waitDrained(t, p.client)
				if got := p.client.Truncated(); got != tt.truncated {
					t.Errorf("Truncated() = %v, want %v", got, tt.truncated)
				}
				if err := p.client.DrainErr(); (err != nil) != tt.err {
					t.Errorf("DrainErr() = %v, want an error: %v", err, tt.err)
				}
				p.client.Finish(0)
			})
		}
	})
}

// An upload that was never drained is drained at its end.
func TestFinishWithoutDrain(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, late: true})
	before := e.client.Tickets()
	p := e.data()
	p.client.CloseWrite()
	p.server.CloseWrite()
	start := time.Now()
	if err := p.client.Finish(testTimeout); err != nil {
		t.Errorf("Finish: %v", err)
	}
	if d := time.Since(start); d > testTimeout/2 {
		t.Errorf("Finish took %v although the server has ended", d)
	}
	if got := e.client.Tickets(); got != before+1 {
		t.Errorf("%d tickets, want %d: what was left has been read", got, before+1)
	}
}

// stuckConn is a transport whose Read does not return before it is released.
type stuckConn struct {
	net.Conn
	release chan struct{}
}

func (c stuckConn) Read([]byte) (int, error) {
	<-c.release
	return 0, net.ErrClosed
}

func (c stuckConn) Write(b []byte) (int, error) { return len(b), nil }

// Whoever closes waits for the drain, so that nothing of a connection is left
// running once it is closed.
func TestCloseJoinsTheDrain(t *testing.T) {
	for name, end := range map[string]func(*Conn) error{
		"Abort":  (*Conn).Abort,
		"Close":  (*Conn).Close,
		"Finish": func(c *Conn) error { return c.Finish(0) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := net.Pipe()
				defer b.Close()
				raw := &tap{Conn: stuckConn{a, make(chan struct{})}, ownDeadlines: true}
				c := &Conn{raw: raw, tls: tls.Client(raw, &tls.Config{InsecureSkipVerify: true})}
				c.Drain()
				closed := async(func() (struct{}, error) { return struct{}{}, end(c) })
				time.Sleep(time.Minute)
				synctest.Wait()
				select {
				case <-closed:
					t.Error("returned before the drain was over")
				default:
				}
				close(raw.Conn.(stuckConn).release)
				<-c.Drained()
			})
		})
	}
}

// A server that never ends an upload's connection must not hold the client
// beyond the grace.
func TestFinishBesideSilentServer(t *testing.T) {
	p := newEnv(t, envConfig{}).data()
	p.client.Drain()
	p.client.CloseWrite()
	start := time.Now()
	if err := p.client.Finish(time.Millisecond); err != nil {
		t.Errorf("Finish: %v", err)
	}
	if d := time.Since(start); d > testTimeout/5 {
		t.Errorf("Finish took %v", d)
	}
	if err := p.client.DrainErr(); err != nil {
		t.Errorf("DrainErr() = %v after our own close", err)
	}
	wantClosed(t, p.clientTCP)
}

// Abort and Close end at once although the peer reads nothing and a Write
// holds the connection.
func TestCloseDuringBlockedWrite(t *testing.T) {
	t.Parallel()
	closes := []struct {
		name string
		f    func(c *Conn) error
		max  time.Duration
	}{
		{"Abort", (*Conn).Abort, testTimeout / 10},
		{"Finish", func(c *Conn) error { return c.Finish(0) }, testTimeout / 10},
		{"Close", (*Conn).Close, patience.CloseNotify.Default + testTimeout/10},
	}
	for _, tt := range closes {
		t.Run(tt.name, func(t *testing.T) {
			p := newEnv(t, envConfig{}).data()
			p.client.Drain()
			written := async(func() (int, error) { return p.client.Write(make([]byte, 64<<20)) })
			io.ReadFull(p.server, make([]byte, 1)) // the write is under way
			start := time.Now()
			tt.f(p.client)
			if d := time.Since(start); d > tt.max {
				t.Errorf("took %v", d)
			}
			if _, err := wait(t, written); err == nil {
				t.Error("Write of 64 MiB succeeded without a reader")
			}
			for range 2 {
				if err := p.client.Close(); err != nil && tt.name != "Close" {
					t.Errorf("Close after %s = %v", tt.name, err)
				}
			}
			wantClosed(t, p.clientTCP)
		})
	}
}

// close_notify waits behind the data of a slow line, for which crypto/tls's
// own 5 seconds are too short, but not for ever. The pipe has no buffer: what
// is sent waits for the server to read.
func TestCloseWriteWaits(t *testing.T) {
	tests := []struct {
		name  string
		stall time.Duration // how long the server reads nothing
		ok    bool
	}{
		{"slow line", patience.EndOfUpload.Default - time.Second, true},
		{"dead line", patience.EndOfUpload.Default + time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := pipeData(t)
				closed := async(func() (struct{}, error) { return struct{}{}, client.CloseWrite() })
				time.Sleep(tt.stall)
				synctest.Wait()
				go io.Copy(io.Discard, server)
				r := <-closed
				if tt.ok && r.err != nil || !tt.ok && !errors.Is(r.err, os.ErrDeadlineExceeded) {
					t.Errorf("CloseWrite = %v", r.err)
				}
				client.Abort()
			})
		})
	}
}

// pipeData returns a data connection over net.Pipe. It issues no tickets,
// which would wait for a reader.
func pipeData(t *testing.T) (*Conn, *tls.Conn) {
	t.Helper()
	cert := newCert(t, testHost)
	sessions := NewServerSessions(&tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS12})
	sessions.NoTickets = true
	sc := sessions.NewControl(BindNone)
	s := NewSession(&Config{TLS: &tls.Config{RootCAs: pool(cert)}, ServerName: testHost})

	a, b := net.Pipe()
	go tls.Server(b, sc.Config()).Handshake()
	if _, err := s.Control(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	a.Close()
	a, b = net.Pipe()
	done := async(func() (*tls.Conn, error) { return sc.Data(t.Context(), b) })
	client, err := s.Data(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return client, r.v
}

func TestCloseWriteKeepsTheCallersDeadline(t *testing.T) {
	p := newEnv(t, envConfig{}).data()
	p.client.SetWriteDeadline(time.Now().Add(-time.Second))
	if err := p.client.CloseWrite(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("CloseWrite = %v, want os.ErrDeadlineExceeded", err)
	}
	p.client.Abort()
}
