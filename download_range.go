package ftpwire

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/ftpwire/ftpwire/control"
)

// ranged reports whether only some octets of the file are wanted.
func (o *TransferOptions) ranged() bool { return o.From != 0 || o.To != 0 }

// bounds returns the first octet that is wanted, and the one after the last: -1 for the end of a file
// whose size is not known.
func (d *download) bounds(ctx context.Context) (from, to int64, err error) {
	from, to = d.o.From, d.o.To
	size := d.state.Size
	if err := control.Resumable(d.c.conn.FileFormat()); err != nil {
		return 0, 0, err
	}
	if err := d.c.lost(ctx); err != nil {
		return 0, 0, err
	}
	switch {
	case size < 0 && from > 0:
		return 0, 0, &control.OffsetError{Reason: fmt.Sprintf("the server does not tell the size of the file, so that nothing would show whether it begins at %d", from)}
	case size >= 0 && from >= size && from > 0:
		return 0, 0, &OptionsError{Reason: fmt.Sprintf("the range begins at %d, and %q has %d octets", from, d.remote, size)}
	case size >= 0 && (to == 0 || to > size):
		to = size
	case to == 0:
		to = -1
	}
	return from, to, nil
}

// A span is where the transfer of a range begins, and what proves that it does.
type span struct {
	begin int64  // the offset that is asked for
	count bool   // all that follows is read before anything is used: the number of octets proves it
	head  []byte // the beginning of the file, if what comes has to differ from it
}

// plan says how the range from from on is got. What is near the beginning comes without REST.
func (d *download) plan(ctx context.Context, from int64, plain bool) (span, error) {
	switch size := d.state.Size; {
	case from <= headSize || plain:
		return span{}, nil
	case size-from <= headSize:
		return span{begin: from, count: true}, nil
	default:
		if err := d.c.heedsRest(ctx, d.remote, size); err != nil {
			return span{}, err
		}
	}
	if d.head == nil {
		var err error
		if d.head, err = d.c.headOf(ctx, d.remote, remoteState{Size: d.state.Size}); err != nil {
			return span{}, err
		}
	}
	return span{begin: from, head: d.head}, nil
}

// span brings the octets that are wanted to the part, or to the writer of Get. A range that ends
// before the file does is given up after its last octet.
func (d *download) span(ctx context.Context, p *part) error {
	from, to, err := d.bounds(ctx)
	if err != nil {
		return err
	}
	if err := withinSize(to-from, d.o.MaxSize); err != nil {
		return err
	}
	d.from, d.to = from, to
	err = d.spanFrom(ctx, p, from == d.unplaced)
	if isType[*unplacedError](err) && from <= fileThrow {
		// The octets before the range come, too, and are thrown away.
		if d.unplaced = from; d.c.lost(ctx) == nil {
			return d.spanFrom(ctx, p, true)
		}
		return d.c.lost(ctx)
	}
	return err
}

func (d *download) spanFrom(ctx context.Context, p *part, plain bool) error {
	s, err := d.plan(ctx, d.from, plain)
	if err != nil {
		return err
	}
	whole := d.to < 0 || d.to == d.state.Size
	rd, err := d.c.retr(ctx, d.remote, s.begin, !whole || s.begin > 0) // the number of octets shows what a whole file is
	if err != nil {
		return err
	}
	if d.o.MaxSize > 0 && d.to < 0 {
		rd.AtMost(d.o.MaxSize)
	}
	if whole && d.to >= 0 || s.count {
		rd.Expect(d.state.Size - s.begin)
	}
	m := d.meter(d.from, 0, d.to)
	m.watch(rd.OnTally)
	r, err := d.proveSpot(ctx, rd, s)
	if err == nil {
		d.begun = true
		err = d.copySpan(r, p, whole, m)
	}
	cerr := rd.Close()
	m.end(d.from + d.r.Bytes)
	d.moved(rd.Data(), rd.Octets())
	switch {
	case err != nil && s.count && isOverlong(err):
		if _, err := d.c.ignoresRest(ctx, d.remote, d.state.Size); err != nil {
			return err
		}
		return &ChangedError{Path: d.remote}
	case err != nil:
		return err
	case whole && cerr != nil:
		return cerr
	case whole:
		d.r.Proof = ProofReply
	}
	if d.to >= 0 {
		d.r.Proof |= ProofSize
	}
	return nil
}

// proveSpot returns what comes from the first octet of the range on, once that is proven to be what comes.
func (d *download) proveSpot(ctx context.Context, rd *control.Download, s span) (io.Reader, error) {
	switch {
	case s.count:
		all, err := io.ReadAll(rd)
		if err == nil {
			err = rd.Close()
		}
		return bytes.NewReader(all), err
	case s.head != nil:
		first, err := placed(rd, s.head, unplaced(d.remote, d.from))
		return io.MultiReader(bytes.NewReader(first), rd), err
	}
	n, err := io.CopyN(io.Discard, rd, d.from-s.begin)
	if err == io.EOF {
		err = &control.TransferError{Verb: "RETR", Path: d.remote, Phase: control.PhaseData, Bytes: n, Err: &control.SizeError{Want: d.to, Got: n}}
	}
	return rd, err
}

// copySpan copies what comes, to the end of the range.
func (d *download) copySpan(r io.Reader, p *part, whole bool, m *meter) error {
	w := d.w
	if p != nil {
		if err := p.restart(); err != nil {
			return err
		}
		w = p.f
	}
	if err := d.startHash(nil, 0); err != nil {
		return err
	}
	if d.hash != nil {
		w = io.MultiWriter(w, d.hash)
	}
	if d.o.writer != nil {
		w = d.o.writer(w)
	}
	w = m.writer(w)
	if !whole {
		r = io.LimitReader(r, d.to-d.from)
	}
	n, err := io.Copy(w, r)
	if d.r.Bytes = n; err == nil && !whole && n < d.to-d.from {
		err = &control.TransferError{Verb: "RETR", Path: d.remote, Phase: control.PhaseData, Bytes: n, Err: &control.SizeError{Want: d.to - d.from, Got: n}}
	}
	return err
}
