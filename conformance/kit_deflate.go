package conformance

import (
	"errors"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// largeSize is that of a file for MODE Z: ProFTPD 1.3.8 stores no more than a part of an
// upload above a mebibyte, and answers 226.
const largeSize = 8<<20 + 1

// largeWait bounds the wait for the reply to a large upload: ProFTPD 1.3.8 stops forever
// above 64 KiB (its issue 1896).
const largeWait = 10 * time.Second

// largeDeflated takes a file that deflate can't make smaller up and down.
func largeDeflated(t *T) {
	t.optional("MODE Z")
	name := t.Name("large")
	t.Type("I")
	t.with("MODE Z")
	t.upDeflated(name)
	t.with("MODE S")
	t.alike(name, largeSize)
	t.with("MODE Z")
	t.alikeDeflated(name)
}

// upDeflated stores a large file in MODE Z.
func (t *T) upDeflated(name string) {
	x := t.Begin("STOR " + name).Accepted()
	z := mode.NewWriter(x.d.stream(), deflated, mode.Options{})
	x.send(largeSize, z)
	z.Close()
	x.d.CloseWrite()
	wait := min(largeWait, t.run.opts.timeout())
	r, err := t.c.receive(wait)
	for err == nil && r.Code.Class() == 1 {
		r, err = t.c.receive(wait)
	}
	x.d.Close()
	if errors.Is(err, errSilence) {
		t.Failf("STOR of %d bytes in MODE Z: no reply within %s", largeSize, wait)
	} else if err != nil {
		t.lost(x.cmd, err)
	}
	if full(r) {
		t.Skipf("the server has no room for a file of %d MiB: %s", largeSize>>20, brief(r))
	}
	t.WantIn(r, x.cmd+" in MODE Z", 226, 250)
}

// alikeDeflated retrieves a large file in MODE Z and compares it.
func (t *T) alikeDeflated(name string) {
	x := t.Begin("RETR " + name).Accepted()
	l, wire := newLikeness(largeSize), &countedReader{d: x.d, deadline: time.Now().Add(3 * t.run.opts.timeout())}
	_, err := io.Copy(l, mode.NewReader(wire, deflated, mode.Options{Limit: 2 * largeSize}))
	x.d.event("%d bytes received", wire.n)
	if err == nil {
		err = l.err()
	}
	x.d.goodbye()
	t.WantIn(x.Final(), x.cmd+" in MODE Z", 226, 250)
	if err != nil {
		t.Failf("RETR of %d bytes in MODE Z: %v", largeSize, err)
	}
}

// A countedReader reads a data connection and keeps nothing. It is bounded.
type countedReader struct {
	d        *dataConn
	deadline time.Time
	n        int
}

func (r *countedReader) Read(b []byte) (int, error) {
	if r.n > 2*largeSize || time.Now().After(r.deadline) {
		return 0, errEndless
	}
	r.d.stream().SetReadDeadline(earlier(r.deadline, time.Now().Add(r.d.t.run.opts.timeout())))
	n, err := r.d.stream().Read(b)
	r.n += n
	return n, err
}
