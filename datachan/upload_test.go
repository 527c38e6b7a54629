package datachan_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// T42: a server that sends its TLS 1.3 tickets behind the handshake and is slow to
// read gets every byte of an upload: the connection is not closed over unread
// tickets, which the kernel would answer with a reset.
func TestT42SlowServerGetsAll(t *testing.T) {
	const size = 256 << 10 // much of it waits in our send buffer when we have done
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	pool := x509.NewCertPool()
	pool.AddCert(certificate().Leaf)
	client := tlsx.NewSession(&tlsx.Config{TLS: &tls.Config{RootCAs: pool}, ServerName: "127.0.0.1"})
	all := tlsx.NewServerSessions(&tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS13})
	all.LateTickets = true
	server := all.NewControl(tlsx.BindNone)
	controlPair(t, ln, client, server)

	m := datachan.NewManager(&datachan.Config{Mode: datachan.ModeEPSV})
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	o, err := m.Open(t.Context(), onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||" + port + "|)"}))
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan int64, 1)
	go func() {
		var n int64
		defer func() { got <- n }()
		raw, err := ln.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer raw.Close()
		raw.(*net.TCPConn).SetReadBuffer(32 << 10)
		conn, err := server.Data(t.Context(), raw)
		if err != nil {
			t.Error(err)
			return
		}
		time.Sleep(50 * time.Millisecond) // of slowness
		if n, err = io.Copy(io.Discard, conn); err != nil {
			t.Error(err)
		}
	}()
	c, err := o.Establish(t.Context(), started(), client)
	if err != nil {
		t.Fatal(err)
	}
	c.Uploading()
	if _, err := c.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n := <-got; n != size { // this is where the final reply comes from
		t.Errorf("the server got %d bytes; want %d", n, size)
	}
	if err := c.Finish(); err != nil {
		t.Error(err)
	}
}

// controlPair makes the control connection that a data connection needs.
func controlPair(t *testing.T, ln net.Listener, client *tlsx.Session, server *tlsx.ServerControl) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		raw, err := ln.Accept()
		if err == nil {
			t.Cleanup(func() { raw.Close() })
			err = tls.Server(raw, server.Config()).HandshakeContext(t.Context())
		}
		done <- err
	}()
	raw, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	if _, err := client.Control(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// With FINDelay, FIN stays behind close_notify until the delay is over, for servers
// that wait for it; the final reply makes it needless.
func TestFINDelay(t *testing.T) {
	const delay = 300 * time.Millisecond
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	pool := x509.NewCertPool()
	pool.AddCert(certificate().Leaf)
	client := tlsx.NewSession(&tlsx.Config{TLS: &tls.Config{RootCAs: pool}, ServerName: "127.0.0.1"})
	server := tlsx.NewServerSessions(&tls.Config{Certificates: []tls.Certificate{certificate()}}).NewControl(tlsx.BindNone)
	controlPair(t, ln, client, server)
	m := datachan.NewManager(&datachan.Config{Mode: datachan.ModeEPSV, FINDelay: delay})
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	o, err := m.Open(t.Context(), onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||" + port + "|)"}))
	if err != nil {
		t.Fatal(err)
	}
	type ends struct {
		text        string
		notify, fin time.Time
		err         error
	}
	got := make(chan ends, 1)
	go func() {
		var e ends
		defer func() { got <- e }()
		raw, err := ln.Accept()
		if err != nil {
			e.err = err
			return
		}
		defer raw.Close()
		conn, err := server.Data(t.Context(), raw)
		if err != nil {
			e.err = err
			return
		}
		b, err := io.ReadAll(conn)
		e.text, e.notify, e.err = string(b), time.Now(), err
		if err == nil {
			_, e.err = io.Copy(io.Discard, raw)
			e.fin = time.Now()
		}
	}()
	c, err := o.Establish(t.Context(), started(), client)
	if err != nil {
		t.Fatal(err)
	}
	c.Uploading()
	if _, err := io.WriteString(c, "abc"); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	e := <-got
	if e.err != nil || e.text != "abc" {
		t.Fatalf("the server read %q, %v", e.text, e.err)
	}
	if apart := e.fin.Sub(e.notify); apart < delay/2 {
		t.Errorf("FIN came %v behind close_notify; want about %v", apart, delay)
	}
	if err := c.Finish(); err != nil {
		t.Error(err)
	}
}
