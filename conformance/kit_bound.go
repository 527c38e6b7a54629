package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// What a data connection may deliver. No case asks for more, but for the big file.
const (
	keptBytes    = 8 << 20     // that are held in memory
	drainedBytes = 2 * bigSize // that are counted alone
)

// errEndless is the error of data that do not end where they must.
var errEndless = errors.New("the data do not end")

// readN reads until n bytes have come or the server ends the connection; n below
// 0 means the end only. A stall of the reply timeout is an error, and so is more
// than any case can want, or data that trickle without end.
func (d *dataConn) readN(n int) ([]byte, error) {
	var out []byte
	limit := n
	if n < 0 {
		limit = keptBytes + 1
	}
	err := d.read(limit, 3*d.t.run.opts.timeout(), func(b []byte) { out = append(out, b...) })
	if n < 0 && err == nil {
		err = fmt.Errorf("%w: more than %d bytes came", errEndless, keptBytes)
	}
	return out, d.end(out, err)
}

// rest reads to the end what does not matter, but for its length. Without an end it
// is a failure.
func (d *dataConn) rest() (n int) {
	n, err := d.drain()
	if errors.Is(err, errEndless) {
		d.t.note(Fail, "%v", err)
	}
	return n
}

// end records how reading has ended. io.EOF is what was waited for.
func (d *dataConn) end(b []byte, err error) error {
	switch {
	case err == io.EOF:
		d.received(b, "and the end")
		return nil
	case err != nil:
		d.received(b, "then "+err.Error())
		return err
	}
	d.received(b, "")
	return nil
}

// read hands on what comes, at most limit bytes and for at most the given time. The
// error is nil if limit bytes have come.
func (d *dataConn) read(limit int, most time.Duration, take func([]byte)) error {
	buf := make([]byte, 64<<10)
	deadline := time.Now().Add(most)
	for n := 0; n < limit; {
		stall := time.Now().Add(d.t.run.opts.timeout())
		late := deadline.Before(stall)
		if late {
			stall = deadline
		}
		d.stream().SetReadDeadline(stall)
		m, err := d.stream().Read(buf[:min(len(buf), limit-n)])
		n += m
		take(buf[:m])
		if late && errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w: after %s and %d bytes they still come", errEndless, most, n)
		}
		if err != nil {
			if err != io.EOF {
				d.t.suspect(ownServerCloses)
			}
			return err
		}
	}
	return nil
}

// drain reads to the end and counts. It is for the big file, and as bounded as readN.
func (d *dataConn) drain() (n int, err error) { return d.drainTo(func([]byte) {}) }

// drainTo is drain that shows what comes.
func (d *dataConn) drainTo(see func([]byte)) (n int, err error) {
	err = d.read(drainedBytes, 12*d.t.run.opts.timeout(), func(b []byte) { n += len(b); see(b) })
	switch {
	case err == io.EOF:
		err = nil
	case err == nil:
		err = fmt.Errorf("%w: more than %d bytes came", errEndless, drainedBytes)
	}
	d.event("%d bytes, then: %v", n, cmp.Or(err, io.EOF))
	return n, err
}

// writeUntil lets the next piece take the reply timeout, but not longer than the
// deadline of the whole.
func (d *dataConn) writeUntil(deadline time.Time) {
	if stall := time.Now().Add(d.t.run.opts.timeout()); stall.Before(deadline) {
		deadline = stall
	}
	d.stream().SetWriteDeadline(deadline)
}
