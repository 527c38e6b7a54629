package ftpwire

import (
	"bytes"
	"context"
	"slices"

	"github.com/ftpwire/ftpwire/control"
)

// open is begin on the present connection, once the size is known.
func (f *File) open(ctx context.Context, off int64) error {
	c := f.o.c
	if off > 0 && f.end >= 0 && off >= f.end {
		return nil // there is nothing to read
	}
	for plain := f.unplaced == off; ; plain = true {
		from := off
		if plain || c.noRest || f.state.Size < 0 || !c.binary() || off <= headSize {
			from = 0
		}
		if off-from > fileThrow {
			if f.unplaced == off {
				return unplaced(f.o.path, off)
			}
			return errNoOffset
		}
		err := f.openFrom(ctx, from)
		if err == nil {
			err = f.skip(off - f.next)
		}
		switch {
		case err == nil || from == 0:
			return err
		case f.withoutRest(ctx, off, err):
		case f.unplaced == off && c.lost(ctx) != nil:
			return c.lost(ctx) // the giving up has cost it
		default:
			return err
		}
	}
}

// openFrom begins a transfer at from. What proves that it begins there: all that follows is counted before it is used; or the server began
// where it was told to once, and what it sends now is not the beginning of the file.
func (f *File) openFrom(ctx context.Context, from int64) error {
	c := f.o.c
	if from == 0 || f.end-from <= fileWhole {
		return f.retrieve(ctx, from)
	}
	if err := c.heedsRest(ctx, f.o.path, f.state.Size); err != nil {
		return err
	}
	if len(f.head) < headSize {
		var err error
		if f.head, err = c.headOf(ctx, f.o.path, f.state); err != nil {
			return err
		}
	}
	before := f.heldBefore(from)
	if err := f.retrieve(ctx, from-int64(len(before))); err != nil {
		return err
	}
	return f.place(before)
}

// heldBefore returns the last octets that are held before an offset, if some are.
func (f *File) heldBefore(off int64) []byte {
	n := off - f.heldAt
	if n <= 0 || n > int64(len(f.held)) {
		return nil
	}
	return slices.Clone(f.held[max(n-fileOverlap, 0):n])
}

// place holds what comes first, if it is of that place: it differs from the beginning of the file, and begins with what was there before.
func (f *File) place(before []byte) error {
	at := f.next
	got, err := placed(readerFunc(f.receive), f.head, unplaced(f.o.path, at+int64(len(before))))
	for err == nil && len(got) < len(before) {
		more := make([]byte, len(before)-len(got))
		var n int
		n, err = f.receive(more)
		got = append(got, more[:n]...)
	}
	if err == nil && !bytes.HasPrefix(got, before) {
		err = &ChangedError{Path: f.o.path}
	}
	if err != nil {
		f.giveUp()
		return err
	}
	f.held, f.heldAt = got, at
	return nil
}

// A readerFunc is a Read method.
type readerFunc func([]byte) (int, error)

func (r readerFunc) Read(b []byte) (int, error) { return r(b) }

// withoutRest reports whether a transfer may have failed because of its offset, and can be had from the beginning.
func (f *File) withoutRest(ctx context.Context, off int64, err error) bool {
	c := f.o.c
	if isType[*unplacedError](err) {
		f.unplaced = off
	}
	if c.lost(ctx) != nil {
		return false
	}
	if isOverlong(err) {
		_, ignored := c.ignoresRest(ctx, f.o.path, f.state.Size)
		return isType[*control.OffsetError](ignored)
	}
	return isType[*control.OffsetError](err) || refusesRest(err)
}
