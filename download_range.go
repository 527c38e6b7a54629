package ftpwire

import (
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
	if from > 0 {
		if err := d.c.heedsRest(ctx, d.remote, d.state.Size); err != nil {
			return err
		}
	}
	d.from, d.to = from, to
	whole := to < 0 || to == d.state.Size
	rd, err := d.c.conn.Retr(ctx, d.remote, from)
	if err != nil {
		return err
	}
	if d.o.MaxSize > 0 {
		rd.AtMost(d.o.MaxSize)
	}
	if whole && to >= 0 {
		rd.Expect(to - from)
	}
	m := d.meter(from, 0, to)
	m.watch(rd.OnTally)
	err = d.copySpan(rd, p, whole, m)
	cerr := rd.Close()
	m.end(from + d.r.Bytes)
	d.moved(rd.Data(), rd.Octets())
	switch {
	case err != nil:
		return err
	case whole && cerr != nil:
		return cerr
	case whole:
		d.r.Proof = ProofReply
	}
	if to >= 0 {
		d.r.Proof |= ProofSize
	}
	return nil
}

// copySpan copies what comes, to the end of the range.
func (d *download) copySpan(rd *control.Download, p *part, whole bool, m *meter) error {
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
	var r io.Reader = rd
	if !whole {
		r = io.LimitReader(rd, d.to-d.from)
	}
	n, err := io.Copy(w, r)
	if d.r.Bytes = n; err == nil && !whole && n < d.to-d.from {
		err = &control.TransferError{Verb: "RETR", Path: d.remote, Phase: control.PhaseData, Bytes: n, Err: &control.SizeError{Want: d.to - d.from, Got: n}}
	}
	return err
}

// heedsRest makes sure that the server begins where REST says, before anything that it sends is taken
// for what is wanted: it is asked for the last octet of the file, which has size octets. A server that
// ignores REST sends more. It is asked once for each Client.
func (c *Client) heedsRest(ctx context.Context, name string, size int64) error {
	switch {
	case c.noRest:
		return &control.OffsetError{Reason: "the server ignores REST"}
	case c.restProven:
		return nil
	}
	rd, err := c.conn.Retr(ctx, name, size-1)
	if err != nil {
		return err
	}
	n, err := io.ReadFull(rd, make([]byte, 2))
	cerr := rd.Close()
	switch {
	case n == 2:
		c.noRest = true
		if err := c.lost(ctx); err != nil {
			return err
		}
		return &control.OffsetError{Reason: "the server ignores REST"}
	case err != io.ErrUnexpectedEOF && err != io.EOF:
		return err
	case cerr != nil:
		return cerr
	case n == 0:
		return &control.OffsetError{Reason: "the server sends nothing from the last octet of the file on (REST)"}
	}
	c.restProven = true
	return nil
}
