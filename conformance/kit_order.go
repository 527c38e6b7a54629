package conformance

import (
	"errors"
	"io"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// How the replies to a download and its data lie in time. They come over two connections,
// so that only a gap, or many tries, can tell which came first.
const (
	aside     = 500 * time.Millisecond // a gap that no lost packet makes
	asideNear = 100 * time.Millisecond // the same on this machine
	lateFinal = 5 * time.Second        // what the final reply may take behind the end of the data
)

// aside is the gap from which on one thing came clearly behind another.
func (c *Conn) aside() time.Duration {
	if c.near() {
		return asideNear
	}
	return aside
}

// A course is how a download went, and when its parts came.
type course struct {
	x       *Transfer
	opening protocol.Reply // the first preliminary reply, if there was one
	data    []byte
	err     error // of reading data, nil at their end

	first, last, end time.Time // of the data; first and last are zero if there were none
	begun, final     time.Time // the first preliminary reply, and the final one
}

// follow carries out a download and reads both connections at once.
func (t *T) follow(cmd string) *course {
	d := t.passive()
	c := &course{x: &Transfer{t: t, d: d, cmd: cmd}}
	t.Send(cmd)
	if d.c.private {
		if r, come := t.firstReply(d); come {
			c.heard(r)
		}
		if !c.x.dead {
			if err := d.protect(); err != nil && !t.refusalFollows(c.x, c.x.begun) {
				t.Failf("%s: the TLS handshake on the data connection failed: %v", cmd, err)
			}
		}
	}
	if c.x.dead {
		return c
	}
	done := make(chan bool)
	t.Defer(func() { d.Close(); <-done })
	go func() { defer close(done); c.read() }()
	for !c.x.dead {
		c.heard(t.finalReply(cmd))
	}
	<-done
	return c
}

// finalReply is Reply that has more patience: a late reply is told from none.
func (t *T) finalReply(cmd string) protocol.Reply {
	r, err := t.c.receive(t.run.opts.timeout())
	if errors.Is(err, errSilence) && !t.c.incomplete() && t.run.opts.timeout() < 2*lateFinal {
		r, err = t.c.receive(2*lateFinal - t.run.opts.timeout())
	}
	if err != nil {
		t.lost(cmd, err)
	}
	return r
}

// heard notes a reply.
func (c *course) heard(r protocol.Reply) {
	if c.x.take(r) {
		c.final = time.Now()
	} else if c.begun.IsZero() {
		c.begun, c.opening = time.Now(), r
	}
}

// read takes the data, and ends the connection behind them: under TLS some servers wait
// for that with their reply.
func (c *course) read() {
	d := c.x.d
	c.err = d.read(keptBytes, 3*d.t.run.opts.timeout(), func(b []byte) {
		if c.data = append(c.data, b...); len(b) > 0 {
			c.last = time.Now()
		}
		if c.first.IsZero() {
			c.first = c.last
		}
	})
	c.end = time.Now()
	switch c.err {
	case io.EOF:
		d.received(c.data, "and the end")
		c.err = nil
	case nil:
		c.err = errEndless
	default:
		d.received(c.data, "then "+c.err.Error())
	}
	d.goodbye()
}

// complete fails unless a download had a preliminary reply and ended well.
func (c *course) complete() {
	t, cmd := c.x.t, c.x.cmd
	switch {
	case c.begun.IsZero() && ok(c.x.First):
		t.Failf("%s: got %s without a 125 or 150 before", cmd, brief(c.x.First))
	case c.begun.IsZero():
		t.Failf("%s: got %s, want 125 or 150", cmd, brief(c.x.First))
	}
	t.WantIn(c.opening, cmd, 125, 150)
	if errors.Is(c.err, errEndless) { // the reply is to our giving up
		t.Failf("%s: %v", cmd, c.err)
	}
	t.WantIn(c.x.First, cmd, 226, 250)
	if c.err != nil {
		t.Failf("%s: reading data: %v", cmd, c.err)
	}
}

// headless records a failure if data came clearly before the preliminary reply.
func (c *course) headless() {
	if gap := c.begun.Sub(c.first); !c.first.IsZero() && gap > c.x.d.c.aside() {
		c.x.t.note(Fail, "%s: the preliminary reply came %s behind the first data", c.x.cmd, shown(gap))
	}
}

// trailing fails if the data ended clearly behind the final reply, or the connection
// behind the data.
func (c *course) trailing() {
	gap, open := c.end.Sub(c.final), c.end.Sub(c.last)
	switch {
	case gap > soon:
		c.x.t.Failf("%s: %s came %s before the end of the data", c.x.cmd, brief(c.x.First), shown(gap))
	case gap > c.x.d.c.aside():
		c.x.t.Warnf("%s: %s came %s before the end of the data", c.x.cmd, brief(c.x.First), shown(gap))
	case !c.last.IsZero() && open > soon:
		c.x.t.Failf("%s: the data connection was still open %s after the last byte", c.x.cmd, shown(open))
	}
}

// late warns if the final reply came long behind the end of the data.
func (c *course) late() {
	if gap := c.final.Sub(c.end); gap > lateFinal {
		c.x.t.Warnf("%s: the final reply came %s behind the end of the data", c.x.cmd, shown(gap))
	}
}

func shown(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

// headless warns if the data of a command come before its preliminary reply most times,
// by however little. That can be seen where both connections end on this machine: there
// what was sent first is here first.
func (t *T) headless(cmd string) {
	const tries = 5
	early := 0
	for range tries {
		if !t.c.near() {
			return
		}
		if t.leads(cmd) {
			early++
		}
	}
	if early > tries/2 {
		t.Warnf("%s: in %d of %d tries the data came before the preliminary reply", cmd, early, tries)
	}
}

// leads carries out a download and reports whether its first byte came before any reply.
func (t *T) leads(cmd string) (early bool) {
	x := &Transfer{t: t, d: t.passive(), cmd: cmd}
	t.Send(cmd)
	if x.d.c.private {
		if r, come := t.firstReply(x.d); come {
			x.take(r)
		}
		if err := x.d.protect(); err != nil {
			t.Failf("%s: the TLS handshake on the data connection failed: %v", cmd, err)
		}
	}
	if _, err := x.d.readN(1); err == nil && !x.begun {
		r, err := t.c.receive(200 * time.Microsecond) // it must be here already
		if early = err != nil; !early {
			x.take(r)
		}
	}
	x.d.rest()
	x.d.goodbye()
	t.WantIn(x.Final(), cmd, 226, 250)
	return early
}

// near reports whether the server is on this machine.
func (c *Conn) near() bool {
	ap, err := netip.ParseAddrPort(c.tcp.RemoteAddr().String())
	return err == nil && ap.Addr().IsLoopback()
}

// unread begins to retrieve the big file and reads nothing until the server has had time
// for replies: the first must have come by then, and the final one not.
func (t *T) unread() {
	name := t.big()
	t.Type("I")
	x := &Transfer{t: t, d: t.narrow(), cmd: "RETR " + name}
	t.Send(x.cmd)
	if x.d.c.private {
		if r, come := t.firstReply(x.d); come && x.take(r) {
			x.Accepted()
		}
		if err := x.d.protect(); err != nil {
			t.Failf("%s: the TLS handshake on the data connection failed: %v", x.cmd, err)
		}
	}
	if gap := t.c.aside(); !x.begun && !x.heard(gap) { // it may take its time, but so must the data
		if _, err := x.d.readN(1); err == nil && !x.heard(gap) {
			t.note(Fail, "%s: data came, and no preliminary reply within %s", x.cmd, gap)
			x.heard(soon)
		}
	}
	if !x.dead {
		x.heard(quiet)
	}
	if x.dead && ok(x.First) {
		t.note(Fail, "%s: %s came while most of the %d MiB had not been read", x.cmd, brief(x.First), bigSize>>20)
	} else {
		x.Accepted()
	}
	x.d.rest()
	x.d.goodbye()
	t.WantIn(x.Final(), x.cmd, 226, 250)
}

// heard waits for a reply and reports whether one came.
func (x *Transfer) heard(wait time.Duration) bool {
	r, err := x.t.c.receive(wait)
	if err != nil && !errors.Is(err, errSilence) {
		x.t.lost(x.cmd, err)
	}
	if err == nil {
		x.take(r)
	}
	return err == nil
}

// narrow is passive with a small receive buffer.
func (t *T) narrow() *dataConn {
	d := t.passive()
	if tcp, ok := d.tcp.(interface{ SetReadBuffer(int) error }); ok {
		tcp.SetReadBuffer(64 << 10)
	}
	return d
}

// put sends a part of an upload.
func (x *Transfer) put(b []byte) {
	if x.d.tls != nil {
		x.d.tls.Drain()
	}
	x.d.Write(b)
}

// finishLate is finish with more patience. It returns how long the final reply took.
func (x *Transfer) finishLate() (protocol.Reply, time.Duration) {
	x.d.CloseWrite()
	start := time.Now()
	for !x.dead {
		x.take(x.t.finalReply(x.cmd))
	}
	took := time.Since(start)
	if x.d.tls != nil {
		x.d.tls.Finish(50 * time.Millisecond)
	}
	x.d.Close()
	return x.First, took
}
