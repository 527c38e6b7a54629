package mode

import (
	"errors"
	"io"
)

// Options are what one end decides about the files of a [Format] without the other end.
// The zero value is right for both ends.
type Options struct {
	// CodePage is the code page of TYPE E. If zero, it is 1047.
	CodePage CodePage

	// CRLF makes a writer of TYPE E end lines with CR LF. If false, it ends them with NL,
	// as in RFC 959. Readers take both. CRLF has no effect on records.
	CRLF bool

	// KeepCR makes a writer of TYPE A send a CR LF of the file as CR CR LF: then a file
	// always comes back as it was sent. If false, a CR LF of the file counts as a line
	// end already.
	KeepCR bool

	// Raw leaves text as it is. It is for listings, and for text that is converted
	// elsewhere, with [EncodeText] or [DecodeText].
	Raw bool

	// Skip is how many octets a writer leaves out of converted text, from its beginning.
	// It is for a restart: text must be written whole, because an offset on the wire
	// can fall into the middle of a line end.
	Skip int64

	// Marker is called by a reader for each restart marker of MODE B and C, when all
	// data in front of it has been read. Its error ends the reading. If nil, markers
	// are passed over.
	Marker func(text string) error

	// Detect lets a reader in MODE Z take data unchanged if they do not begin like a zlib
	// stream: some servers never compress their listings.
	Detect bool

	// Limit is how many octets may come out of MODE Z, where a thousandth of them is
	// enough to produce them: more are an [Error]. If zero, there is no limit.
	Limit int64
}

// textOf returns how o has the text of f converted: as f.Text says, or not at all.
func (o *Options) textOf(f Format) byte {
	if o.Raw {
		return 0
	}
	return f.Text()
}

// AsIs reports whether the octets of the data connection are those of the file, and
// neither a reader nor a writer has anything to do.
func (f Format) AsIs(o Options) bool {
	return f.Filled().Mode == 'S' && !f.Records() && o.textOf(f) == 0
}

// A Reader reads a file from a data connection.
type Reader struct {
	top     io.Reader // of what the caller gets
	file    *counter
	text    *textReader                 // nil without conversion of text
	deflate *deflateReader              // nil but in MODE Z
	end     interface{ Trailing() int } // nil unless the file has an end of its own
}

// NewReader returns a reader of a file that comes over src in format f. If the format
// marks the end of the file, it does not read beyond that, except for bytes that one read
// of src gave together with it.
func NewReader(src io.Reader, f Format, o Options) *Reader {
	r, l := &Reader{}, f.layout()
	switch f.Mode {
	case 'B':
		b := newBlockReader(src, l, o.Marker)
		src, r.end = b, b
	case 'C':
		c := newCompressedReader(src, l, o.Marker)
		src, r.end = c, c
	case 'Z':
		r.deflate = newDeflateReader(src, o.Detect, o.Limit)
		src = r.deflate
	}
	if f.Records() && !f.Marks() {
		rr := newRecordReader(src, l, f.Mode == 'Z')
		src, r.end = rr, rr
	}
	r.file = newCounter(src)
	r.top = r.file
	if text := o.textOf(f); text != 0 {
		r.text = newTextReader(r.file, decoderOf(text, o))
		r.top = r.text
	}
	return r
}

// Read implements io.Reader.
func (r *Reader) Read(b []byte) (int, error) { return r.top.Read(b) }

// Octets returns how many octets of the file have come, as stream mode has them.
func (r *Reader) Octets() int64 { return r.file.n }

// Pending returns how many of the Octets wait for what follows them, or for a Read.
func (r *Reader) Pending() int {
	if r.text == nil {
		return 0
	}
	return r.text.Pending()
}

// Position returns how far into the file the caller has read, in Octets. If a connection
// breaks, a transfer from that position continues what has been read: a line end that the
// break cut in two is then read as one.
func (r *Reader) Position() int64 { return r.file.n - int64(r.Pending()) }

// Trailing returns how many octets of the connection were read after the end of the file,
// in a format that marks the end. There should be none.
func (r *Reader) Trailing() int {
	if r.end == nil {
		return 0
	}
	return r.end.Trailing()
}

// Complete reports whether the format has proven that all of the file has come: in MODE
// Z, whether the checksum at the end was right. It may be true even if an error of the
// connection followed.
func (r *Reader) Complete() bool { return r.deflate != nil && r.deflate.complete }

// AtMost makes reads fail with [ErrTooMuch] when more than n Octets have come. The one
// octet too many is counted but never returned. If n is negative, there is no bound.
func (r *Reader) AtMost(n int64) { r.file.most = n }

// ErrNoMarks is the error of a restart marker in a mode that has none.
var ErrNoMarks = errors.New("ftp: restart markers need MODE B or MODE C")

// A Writer writes a file to a data connection.
type Writer struct {
	top    io.Writer // what the caller writes to
	text   *TextWriter
	ends   []io.Closer // of the file's parts, the caller's side first
	marker interface{ Mark(text string) error }
}

// NewWriter returns a writer of a file that goes over dst in format f.
func NewWriter(dst io.Writer, f Format, o Options) *Writer {
	w := &Writer{}
	push := func(part io.WriteCloser) {
		dst, w.ends = part, append([]io.Closer{part}, w.ends...)
	}
	l := f.layout()
	switch f.Mode {
	case 'B':
		b := newBlockWriter(dst, l)
		w.marker = b
		push(b)
	case 'C':
		c := newCompressedWriter(dst, l)
		w.marker = c
		push(c)
	case 'Z':
		push(newDeflateWriter(dst, f.Level))
	}
	if f.Records() && !f.Marks() {
		push(newRecordWriter(dst, l))
	}
	if text := o.textOf(f); text != 0 {
		if o.Skip > 0 {
			dst = &skipper{w: dst, left: o.Skip}
		}
		w.text = newTextWriter(dst, encoderOf(text, f, o))
		push(w.text)
	}
	w.top = dst
	return w
}

// Write implements io.Writer.
func (w *Writer) Write(b []byte) (int, error) { return w.top.Write(b) }

// Pending returns how many octets of the text wait for what follows them: of a
// character, or a CR.
func (w *Writer) Pending() int {
	if w.text == nil {
		return 0
	}
	return w.text.Pending()
}

// Mark sends a restart marker after what was written; see [ValidMarker]. It must not cut
// a record, and nothing may be Pending. The error is [ErrNoMarks] in other modes than B
// and C, and an *[Error] if text is not a marker: then nothing was sent.
func (w *Writer) Mark(text string) error {
	if w.marker == nil {
		return ErrNoMarks
	}
	return w.marker.Mark(text)
}

// Close ends the file. The connection stays open.
func (w *Writer) Close() error {
	for _, c := range w.ends {
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
