package control

import (
	"io"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// asIs reports whether the octets of the data connection are those of the caller.
func (f *format) asIs(verb protocol.Verb) bool {
	return f.mode == 'S' && f.stru == 'F' && (f.text(verb) == 0)
}

// text returns 'A' or 'E' if text is converted, or 0. The lines of listings are given
// as they came; files in records have no line ends on the wire.
func (f *format) text(verb protocol.Verb) byte {
	switch {
	case verb.Does(protocol.Lists):
		return 0
	case f.typ == 'E', f.typ == 'A' && f.stru == 'F':
		return f.typ
	}
	return 0
}

// lineEnd returns what stands for a line end in the octets of a file in records, and
// filler the octet of filler strings in MODE C (RFC 959, Section 3.4.3).
func (f *format) lineEnd() byte {
	if f.typ == 'E' {
		return mode.NL
	}
	return '\n'
}

func (f *format) filler() byte {
	switch f.typ {
	case 'A':
		return ' '
	case 'E':
		return 0x40
	}
	return 0
}

// A pending converter holds octets back until it knows what follows them.
type pending interface{ Pending() int }

// A decoder undoes the format of a download.
type decoder struct {
	io.Reader // of what the caller gets
	file      *counter
	text      pending             // nil without conversion of text
	deflate   *mode.DeflateReader // nil but in MODE Z
	ended     ended               // nil unless the file has an end of its own
}

// An ended reader has an end that is not that of the connection, and knows how much of
// the connection it has read beyond.
type ended interface{ Behind() int }

// newDecoder returns the decoder of a download over src.
func (c *Conn) newDecoder(src io.Reader, f format, verb protocol.Verb, mark func(string) error) *decoder {
	d := &decoder{}
	records := f.stru == 'R'
	switch f.mode {
	case 'B':
		b := mode.NewBlockReader(src)
		b.Records, b.LineEnd, b.Marker = records, f.lineEnd(), mark
		src, d.ended = b, b
	case 'C':
		z := mode.NewCompressedReader(src)
		z.Records, z.LineEnd, z.Marker, z.Filler = records, f.lineEnd(), mark, f.filler()
		src, d.ended = z, z
	case 'Z':
		d.deflate = mode.NewDeflateReader(src)
		d.deflate.Detect, d.deflate.Limit = verb.Does(protocol.Lists), c.cfg.inflateLimit(verb)
		src = d.deflate
	}
	if records && (f.mode == 'S' || f.mode == 'Z') {
		r := mode.NewRecordReader(src)
		r.LineEnd, r.ToEnd = f.lineEnd(), f.mode == 'Z'
		src, d.ended = r, r
	}
	d.file = &counter{r: src, most: -1}
	d.Reader = d.file
	switch f.text(verb) {
	case 'A':
		a := &datachan.ASCIIReader{R: d.file}
		d.Reader, d.text = a, a
	case 'E':
		e := mode.NewEBCDICReader(d.file)
		e.CodePage = c.cfg.EBCDIC
		d.Reader, d.text = e, e
	}
	return d
}

// position returns how many octets of the file the caller has, in the caller's text or
// as it is.
func (d *decoder) position() int64 {
	n := d.file.n
	if d.text != nil {
		n -= int64(d.text.Pending())
	}
	return n
}

// A counter counts what is read, and ends it with datachan.ErrTooMuch where more comes
// than most, if that is not negative.
type counter struct {
	r       io.Reader
	n, most int64
}

func (c *counter) Read(b []byte) (int, error) {
	if c.most >= 0 && len(b) > 0 {
		left := c.most - c.n
		if left <= 0 {
			return 0, c.readEnd()
		}
		b = b[:min(int64(len(b)), left)]
	}
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func (c *counter) readEnd() error {
	n, err := c.r.Read(make([]byte, 1))
	c.n += int64(n)
	if n > 0 {
		return datachan.ErrTooMuch
	}
	return err
}

// An encoder puts an upload into its format.
type encoder struct {
	io.Writer // what the caller writes to
	text      pending
	ends      []io.Closer // of the file's parts, the caller's side first
	marker    interface{ Mark(text string) error }
}

// newEncoder returns the encoder of an upload over dst, without its first skip octets.
func (c *Conn) newEncoder(dst io.Writer, f format, verb protocol.Verb, skip int64) *encoder {
	e := &encoder{}
	records := f.stru == 'R'
	switch f.mode {
	case 'B':
		b := mode.NewBlockWriter(dst)
		b.Records, b.LineEnd = records, f.lineEnd()
		dst, e.marker, e.ends = b, b, []io.Closer{b}
	case 'C':
		z := mode.NewCompressedWriter(dst)
		z.Records, z.LineEnd, z.Filler = records, f.lineEnd(), f.filler()
		dst, e.marker, e.ends = z, z, []io.Closer{z}
	case 'Z':
		z := mode.NewDeflateWriter(dst, f.level)
		dst, e.ends = z, []io.Closer{z}
	}
	if records && (f.mode == 'S' || f.mode == 'Z') {
		r := mode.NewRecordWriter(dst)
		r.LineEnd = f.lineEnd()
		dst, e.ends = r, append([]io.Closer{r}, e.ends...)
	}
	text := f.text(verb)
	if text != 0 && skip > 0 {
		dst = &skipper{w: dst, left: skip}
	}
	switch text {
	case 'A':
		a := &datachan.ASCIIWriter{W: dst}
		dst, e.text = a, a
	case 'E':
		t := mode.NewEBCDICWriter(dst)
		t.CodePage, t.CRLF = c.cfg.EBCDIC, c.cfg.EBCDICCRLF && !records
		dst, e.text, e.ends = t, t, append([]io.Closer{t}, e.ends...)
	}
	e.Writer = dst
	return e
}

// end ends the file; the connection stays open.
func (e *encoder) end() error {
	for _, c := range e.ends {
		if err := c.Close(); err != nil {
			return err
		}
	}
	return nil
}

// A skipper drops the first octets.
type skipper struct {
	w    io.Writer
	left int64
}

func (s *skipper) Write(b []byte) (int, error) {
	drop := min(s.left, int64(len(b)))
	s.left -= drop
	if int(drop) == len(b) {
		return len(b), nil
	}
	n, err := s.w.Write(b[drop:])
	return int(drop) + n, err
}
