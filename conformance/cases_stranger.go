package conformance

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// strangerGetsNothing connects to a passive port from another address of this machine,
// before our own connection, and looks who gets the data.
func strangerGetsNothing(t *T) {
	if t.run.target.Dial != nil || t.run.target.DialData != nil {
		t.Skipf("connections are opened by the caller's own code, which has one address alone")
	}
	t.Session().odd = true // a server may say at once that it has turned a stranger away
	cmd := t.listing()
	if t.run.has[NeedWrite] {
		cmd = "RETR " + t.File("peer")
	}
	third, there := t.thirdAddress()
	if !there {
		t.Skipf("this machine has no second address from which the server can be reached")
	}
	port := t.passivePort()
	t.c.loose = true // the server may say something about the stranger, at any time
	stranger, err := t.from(third, port)
	d, own := t.tryConnect(port)
	switch {
	case err != nil && own != nil:
		t.Failf("the server does not listen on the port that it named: %v", own)
	case err != nil:
		t.Skipf("no connection from %s can be made: %v", third, err)
	}
	got := make(chan int, 1)
	go func() { got <- robbed(stranger, t.c.private, t.run.opts.timeout()) }()
	t.Send(cmd)
	if own == nil {
		go d.swallow()
	}
	var last protocol.Reply
	for last.Code.Class() < 2 {
		if last, err = t.c.receive(t.run.opts.timeout()); err != nil {
			break
		}
	}
	t.c.goodbye = true // what more the server says about our own connection is another matter
	stranger.SetReadDeadline(time.Now().Add(glance))
	switch n := <-got; {
	case n > 0:
		t.Failf("a connection from %s got %d bytes of %s, for which %s had asked", third, n, cmd, t.ourAddress())
	case err != nil:
		t.Infof("a connection from %s gets nothing, and we get no reply to %s while it is there", third, cmd)
	}
}

// from connects to a port of the server from an address of this machine.
func (t *T) from(local netip.Addr, port int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(t.run.ctx, min(2*time.Second, t.run.opts.timeout()))
	defer cancel()
	dialer := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(local, 0))}
	to := netip.AddrPortFrom(addressOf(t.c.tcp.RemoteAddr()), uint16(port))
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	if err != nil {
		t.tape.add("stranger", "*", false, "connecting from "+local.String()+" failed: "+err.Error())
		return nil, err
	}
	t.run.track(conn)
	t.Defer(func() { conn.Close(); t.run.untrack(conn) })
	t.tape.add("stranger", "*", false, "connected from "+local.String()+" to "+to.String())
	return conn, nil
}

// robbed returns how many bytes of data a stranger gets.
func robbed(conn net.Conn, private bool, wait time.Duration) (n int) {
	conn.SetDeadline(time.Now().Add(wait))
	if private {
		tc := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
		if tc.Handshake() != nil {
			return 0
		}
		conn = tc
	}
	for b := make([]byte, 4<<10); n < keptBytes; {
		m, err := conn.Read(b)
		if n += m; err != nil {
			return n
		}
	}
	return n
}

// swallow takes what comes on a data connection of ours.
func (d *dataConn) swallow() {
	if d.c.private && d.protect() != nil {
		return
	}
	d.read(keptBytes, d.t.run.opts.timeout(), func([]byte) {})
	d.goodbye()
}
