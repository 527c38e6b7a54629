package ftptest

import (
	"io"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// How files go over data connections: MODE S, B, C and Z, with and without records,
// listings as well. RFC 3659, Section 7.2 has MLSD in stream mode whatever MODE says,
// draft-preston-ftpext-deflate has everything in MODE Z; servers follow MODE, and so
// does this one.

// shape sets what the format in force asks of a transfer beside the conversion of text.
func (s *session) shape(t *transfer) {
	p := s.machine.Params()
	f := dataFormat{mode: p.Mode, records: p.Stru == 'R' && t.file != nil, typ: p.Type, level: s.level}
	if t.file == nil {
		f.typ = 'A'
	}
	if f.mode == 'S' && !f.records {
		return
	}
	if t.source != nil {
		t.encode = func(w io.Writer) io.WriteCloser { return f.encoder(w, s.srv.cfg.MarkEvery, t.start) }
	} else {
		t.decode = func(r io.Reader) io.Reader { return f.decoder(r, func(text string) error { return t.mark(s, text) }) }
	}
}

// A dataFormat is how a file goes over the data connection.
type dataFormat struct {
	mode    byte // 'S', 'B', 'C' or 'Z'
	records bool
	typ     byte
	level   int // of MODE Z
}

// lineEnd returns the octet that separates records in a file that is not converted, or
// is converted to EBCDIC.
func (f *dataFormat) lineEnd() byte {
	if f.typ == 'E' {
		return mode.NL
	}
	return '\n'
}

func (f *dataFormat) filler() byte {
	switch f.typ {
	case 'A':
		return ' '
	case 'E':
		return 0x40
	}
	return 0
}

// encoder returns what a file is written to. In MODE B and C a restart marker stands
// behind every so many octets: how many have gone, start of them before this transfer.
func (f *dataFormat) encoder(w io.Writer, every, start int64) io.WriteCloser {
	switch f.mode {
	case 'B':
		b := mode.NewBlockWriter(w)
		b.Records, b.LineEnd = f.records, f.lineEnd()
		return newMarkWriter(b, f, every, start)
	case 'C':
		c := mode.NewCompressedWriter(w)
		c.Records, c.LineEnd, c.Filler = f.records, f.lineEnd(), f.filler()
		return newMarkWriter(c, f, every, start)
	case 'Z':
		z := mode.NewDeflateWriter(w, f.level)
		if !f.records {
			return z
		}
		r := mode.NewRecordWriter(z)
		r.LineEnd = f.lineEnd()
		return bothClosers{r, z}
	}
	r := mode.NewRecordWriter(w)
	r.LineEnd = f.lineEnd()
	return r
}

func (f *dataFormat) decoder(r io.Reader, mark func(string) error) io.Reader {
	switch f.mode {
	case 'B':
		b := mode.NewBlockReader(r)
		b.Records, b.LineEnd, b.Marker = f.records, f.lineEnd(), mark
		return b
	case 'C':
		c := mode.NewCompressedReader(r)
		c.Records, c.LineEnd, c.Marker, c.Filler = f.records, f.lineEnd(), mark, f.filler()
		return c
	case 'Z':
		r = mode.NewDeflateReader(r)
	}
	if f.records {
		rr := mode.NewRecordReader(r)
		rr.LineEnd, rr.ToEnd = f.lineEnd(), f.mode == 'Z'
		return rr
	}
	return r
}

// bothClosers closes what it writes to and then what that writes to.
type bothClosers struct {
	io.WriteCloser
	below io.Closer
}

func (b bothClosers) Close() error {
	if err := b.WriteCloser.Close(); err != nil {
		return err
	}
	return b.below.Close()
}

// text returns 'A' or 'E' if files are converted, or 0.
func (s *session) text() byte {
	p := s.machine.Params()
	switch {
	case p.Type == 'E', p.Type == 'A' && p.Stru != 'R':
		return p.Type
	}
	return 0
}

// textReader returns src as the type in force sends it.
func (s *session) textReader(src io.Reader) io.Reader {
	switch s.text() {
	case 'A':
		return newASCIIReader(src)
	case 'E':
		return newEBCDICReader(src, s.srv.cfg.codePage())
	}
	return src
}

// convert has an upload converted from the type in force.
func (s *session) convert(t *transfer) {
	switch s.text() {
	case 'A':
		a := newASCIIWriter(t.sink)
		t.sink, t.flush, t.pending = a, a, func() bool { return a.cr }
	case 'E':
		e := newEBCDICWriter(t.sink, s.srv.cfg.codePage())
		t.sink, t.flush, t.pending = e, e, func() bool { return e.pending() }
	}
}

// restartable reports whether a file can be taken up in its middle: not in records in
// stream mode, where an offset would be in the middle of one.
func restartable(p protocol.Params) bool { return p.Stru != 'R' || p.Mode == 'B' || p.Mode == 'C' }
