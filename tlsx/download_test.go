package tlsx

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
)

// Every way a download can end, and what Read says of it.
func TestDownloadEnd(t *testing.T) {
	tests := []struct {
		name      string
		end       func(t *testing.T, p dataPair, e *env)
		clean     bool // io.EOF
		truncated bool
		cut       bool // an error even if truncation is allowed
	}{
		{name: "close_notify and FIN", clean: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.server.CloseWrite()
			p.serverTCP.CloseWrite()
		}},
		{name: "close_notify, no FIN", clean: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.server.CloseWrite()
		}},
		{name: "FIN only", truncated: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.serverTCP.CloseWrite()
		}},
		{name: "FIN in a record header", truncated: true, cut: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.serverTCP.Write([]byte{23, 3})
			p.serverTCP.CloseWrite()
		}},
		{name: "FIN in a record", truncated: true, cut: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.serverTCP.Write([]byte{23, 3, 3, 0, 100, 1, 2, 3})
			p.serverTCP.CloseWrite()
		}},
		{name: "RST", cut: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.serverTCP.SetLinger(0)
			p.serverTCP.Close()
		}},
		{name: "forged close_notify", cut: true, end: func(t *testing.T, p dataPair, _ *env) {
			p.serverTCP.Write([]byte{21, 3, 3, 0, 2, 1, 0})
			p.serverTCP.CloseWrite()
		}},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range tests {
			for _, allow := range []bool{false, true} {
				name := tt.name
				if allow {
					name += ", truncation allowed"
				}
				t.Run(name, func(t *testing.T) {
					e := newEnv(t, envConfig{version: version, binding: BindControl, client: func(c *Config) {
						c.AllowTruncation = allow
					}})
					p := e.data()
					want := pattern(10_000)
					if _, err := p.server.Write(want); err != nil {
						t.Fatal(err)
					}
					got := make([]byte, len(want))
					if _, err := io.ReadFull(p.client, got); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("the data before the end: %v", err)
					}
					tt.end(t, p, e)
					for range 2 { // the answer does not change
						_, err := p.client.Read(make([]byte, 1))
						checkEnd(t, err, tt.clean || allow && !tt.cut, tt.truncated)
					}
					if got := p.client.Truncated(); got != tt.truncated {
						t.Errorf("Truncated() = %v, want %v", got, tt.truncated)
					}
					p.close()
				})
			}
		}
	})
}

func checkEnd(t *testing.T, err error, clean, truncated bool) {
	t.Helper()
	if clean {
		if err != io.EOF {
			t.Errorf("Read = %v, want io.EOF", err)
		}
		return
	}
	if err == nil || err == io.EOF {
		t.Errorf("Read = %v, want an error", err)
	}
	if got := errors.Is(err, ErrTruncated); got != truncated {
		t.Errorf("errors.Is(%v, ErrTruncated) = %v", err, got)
	}
	if got := errors.Is(err, io.ErrUnexpectedEOF); got != truncated {
		t.Errorf("errors.Is(%v, io.ErrUnexpectedEOF) = %v", err, got)
	}
}

// vsftpd's strict_ssl_write_shutdown wants the client's close_notify after a
// download.
func TestCloseSendsCloseNotify(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		var watched *tap
		client, raw := tcpPair(t)
		done := async(func() (*tls.Conn, error) {
			watched = &tap{Conn: raw}
			return e.server.Data(t.Context(), watched)
		})
		c, err := e.client.Data(t.Context(), client)
		if err != nil {
			t.Fatal(err)
		}
		server, err := wait(t, done)
		if err != nil {
			t.Fatal(err)
		}
		server.CloseWrite()
		if _, err := io.ReadAll(c); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := server.Read(make([]byte, 1)); err != io.EOF || watched.ended.Load() {
			t.Errorf("server reads %v, end of transport %v; want close_notify before it", err, watched.ended.Load())
		}
	})
}

// A download that is whole stays whole if the server is gone when we close.
func TestCloseAfterTheServerHasGone(t *testing.T) {
	p := newEnv(t, envConfig{}).data()
	p.server.CloseWrite()
	if _, err := io.ReadAll(p.client); err != nil {
		t.Fatal(err)
	}
	p.serverTCP.SetLinger(0)
	p.serverTCP.Close()
	if err := p.client.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// lastRead is a transport that returns its last bytes together with io.EOF.
type lastRead struct {
	net.Conn
	rest []byte
}

func (l *lastRead) Read(b []byte) (int, error) {
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	if len(l.rest) == 0 {
		return n, io.EOF
	}
	return n, nil
}

func TestTapSeesTheEndAlone(t *testing.T) {
	tp := &tap{Conn: &lastRead{rest: []byte("bye")}}
	b := make([]byte, 10)
	if n, err := tp.Read(b); n != 3 || err != nil || tp.ended.Load() {
		t.Errorf("Read = %d, %v, ended %v; want the bytes first", n, err, tp.ended.Load())
	}
	if n, err := tp.Read(b); n != 0 || err != io.EOF || !tp.ended.Load() {
		t.Errorf("Read = %d, %v, ended %v; want io.EOF", n, err, tp.ended.Load())
	}
	if got := string(tp.received()); got != "bye" {
		t.Errorf("received %q", got)
	}
}
