package ftpwire

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// errGaveWay is why a transfer ended that another operation did not wait for any longer.
var errGaveWay = errors.New("ftp: another operation wants the connection")

// errNoOffset is why a transfer can't begin at an offset.
var errNoOffset = errors.New("ftp: the server can't begin at an offset (REST), and the octets before it are too many to throw away")

// reach makes off the next octet of the transfer, or has it held.
func (f *File) reach(off int64) error {
	if f.part != nil && off >= f.next && off-f.next <= fileSkip {
		return f.skip(off - f.next)
	}
	if f.part != nil && off > headSize && f.wantsHead() && int64(len(f.head)) == f.next {
		f.skip(headSize - f.next) // so that it need not be asked for
	}
	f.giveUp() // if that costs the connection, there is another one
	return f.begin("read", off, nil)
}

// wantsHead reports whether the beginning of the file is not known, and may be needed.
func (f *File) wantsHead() bool {
	return f.end > headSize && len(f.head) < headSize && f.o.c.binary()
}

// begin begins a transfer, so that off is its next octet, or held. check, if not nil, is called once the size is known.
func (f *File) begin(op string, off int64, check func(context.Context) error) error {
	c := f.o.c
	done, err := c.take(f.ctx)
	if err != nil {
		return f.fail(op, err)
	}
	o := f.o
	o.op = op
	err = o.run(f.ctx, func(ctx context.Context) error {
		f.late = nil
		if (off > 0 || f.parts > 0) && f.o.c.binary() {
			if err := control.RenewType(ctx, c.conn); err != nil { // it is asked for the size in it, too
				return err
			}
		}
		if err := f.enquire(ctx); err != nil {
			return err
		}
		if check != nil {
			if err := check(ctx); err != nil {
				return err
			}
		}
		return f.open(ctx, off)
	})
	if err != nil || f.part == nil {
		done()
		return err
	}
	f.done = func() { c.letGo(); done() }
	c.hold(f)
	return nil
}

// enquire asks for what tells one version of the file from another. The first answer counts.
func (f *File) enquire(ctx context.Context) error {
	now, err := f.now(ctx, f.parts > 0)
	switch told := f.entry.Size; {
	case err != nil:
		return err
	case f.parts == 0 && f.entry.Name != "" && told >= 0 && now.Size >= 0 && told != now.Size && exactSize(f.entry):
		return &ChangedError{Path: f.o.path}
	case f.parts == 0:
		f.state = now
		if now.Size >= 0 {
			f.end = now.Size
		}
		return nil
	case now.Size < 0 && now.Time.IsZero():
		return errors.New("ftp: the server tells neither size nor time, so that nothing would show whether it is the same file still")
	}
	return f.compare(now)
}

// compare returns an error if the file is not what it was.
func (f *File) compare(now remoteState) error {
	if now.Size != f.state.Size || !f.state.Time.IsZero() && !now.Time.Equal(f.state.Time) {
		return &ChangedError{Path: f.o.path}
	}
	return nil
}

// now asks for size and time. The time of a file that comes at once is not asked for unless it is wanted.
func (f *File) now(ctx context.Context, timed bool) (s remoteState, err error) {
	c := f.o.c
	s.Size = -1
	if c.binary() {
		if s.Size, err = c.sizeNow(ctx, f.o.path); err != nil {
			return s, err
		}
	}
	if timed || s.Size < 0 || s.Size > fileWhole {
		s.Time, err = c.timeNow(ctx, f.o.path)
	}
	return s, err
}

// unchanged returns an error if the file is not what it was, after several transfers.
func (f *File) unchanged(ctx context.Context) error {
	now, err := f.now(ctx, true)
	if err != nil {
		return err
	}
	return f.compare(now)
}

// retrieve opens a transfer. If little is to come, all of it is held.
func (f *File) retrieve(ctx context.Context, from int64) error {
	ctx, stop := context.WithCancelCause(ctx)
	early := f.end < 0 || f.end > fileWhole // octets are used before their number shows what they are
	d, err := f.o.c.retr(ctx, f.o.path, from, early)
	if err != nil {
		stop(nil)
		return err
	}
	f.stop.Store(&stop)
	f.part, f.next = d, from
	f.parts++
	if f.end < 0 {
		return nil
	}
	if f.o.c.binary() {
		d.Expect(f.end - from)
	}
	if f.end-from <= fileWhole {
		f.held, f.heldAt = make([]byte, 0, f.end-from+1), from
		if err := f.hoard(int(f.end - from)); err != nil {
			f.held = nil // they may be of another place
			return err
		}
	}
	return nil
}

// hoard reads what comes next until so much is held, or all has come.
func (f *File) hoard(most int) error {
	for f.part != nil && (len(f.held) < most || f.next == f.end) {
		f.held = slices.Grow(f.held, min(fileChunk, max(most-len(f.held), 1)))
		n, err := f.receive(f.held[len(f.held):cap(f.held)])
		if f.held = f.held[:len(f.held)+n]; err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// skip reads n octets, or until the end, and throws them away.
func (f *File) skip(n int64) error {
	for waste := make([]byte, min(max(n, 0), fileChunk)); n > 0 && f.part != nil; {
		m, err := f.receive(waste[:min(n, int64(len(waste)))])
		if n -= int64(m); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// receive reads from the transfer, and ends it with its last octet, so that this is not read before the server has confirmed it.
// After an error there is no transfer.
func (f *File) receive(b []byte) (int, error) {
	n, err := f.part.Read(b)
	if f.next == int64(len(f.head)) && f.wantsHead() {
		f.head = append(f.head, b[:min(n, headSize-len(f.head))]...)
	}
	f.next += int64(n)
	if err == nil && f.next == f.end {
		if _, err = io.ReadFull(f.part, make([]byte, 1)); err == nil { // of text; otherwise Expect made it an error
			err = &ChangedError{Path: f.o.path}
		}
	}
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF:
		f.giveUp()
		return n, err
	}
	if err := f.finish(); err != nil {
		return n, err
	}
	if f.end = f.next; n > 0 {
		return n, nil
	}
	return 0, io.EOF
}

// finish ends the transfer after its last octet.
func (f *File) finish() error {
	err := f.part.Close()
	if err == nil && f.parts > 1 {
		err = f.unchanged(f.ctx)
	}
	f.release()
	return err
}

// giveUp ends the transfer where it is.
func (f *File) giveUp() error {
	if f.part == nil {
		return nil
	}
	err := f.part.Close()
	f.release()
	return err
}

// release forgets the transfer and gives its turn back.
func (f *File) release() {
	f.part = nil
	if stop := f.stop.Swap(nil); stop != nil {
		(*stop)(nil)
	}
	if f.done != nil {
		f.done()
		f.done = nil
	}
}

// giveWay lets another operation have the connection. A file that can't be gone on with is read ahead as listings are.
func (f *File) giveWay() {
	f.lock()
	defer f.unlock()
	f.leaving.Store(false)
	if f.part == nil {
		return
	}
	most := fileThrow
	if f.state.Size >= 0 || !f.state.Time.IsZero() {
		most = fileAhead
		stop := *f.stop.Load()
		t := time.AfterFunc(patience.FileAhead.Default, func() { stop(errGaveWay) })
		defer t.Stop()
	}
	if f.heldAt+int64(len(f.held)) != f.next {
		f.held, f.heldAt = nil, f.next
	}
	if err := f.hoard(most); err != nil && !errors.Is(err, errGaveWay) {
		f.late = f.fail("read", err)
	}
	f.giveUp()
}
