package mode

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
)

// A DeflateReader reads MODE Z: one zlib stream (RFC 1950) and nothing behind it. It
// returns io.EOF only once the checksum at the end is right.
//
// A connection without a single octet is an empty file: servers are known that have
// nothing to send and send nothing.
type DeflateReader struct {
	// Limit is how many octets may come out. If zero, there is no limit; a
	// thousandth of them is enough to produce them.
	Limit int64

	// Detect lets data through as it is that does not begin like a zlib stream: some
	// servers never compress the listings of MLSD.
	Detect bool

	r     *bufio.Reader
	count *counter
	z     io.ReadCloser
	plain bool
	out   int64
	err   error

	complete bool
}

// NewDeflateReader returns a reader of the data connection r.
func NewDeflateReader(r io.Reader) *DeflateReader {
	c := &counter{r: r}
	return &DeflateReader{r: bufio.NewReaderSize(c, bufferSize), count: c}
}

// Complete reports whether the end of the zlib stream was read, and its checksum was
// right. It can be so though an error of the connection followed.
func (r *DeflateReader) Complete() bool { return r.complete }

// Compressed returns how many octets have been read of the data connection.
func (r *DeflateReader) Compressed() int64 { return r.count.n }

// Read implements io.Reader.
func (r *DeflateReader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if r.err == nil && r.z == nil && !r.plain {
		r.err = r.begin()
	}
	if r.err != nil {
		return 0, r.err
	}
	var n int
	if r.plain {
		n, r.err = r.r.Read(b)
	} else {
		n, r.err = r.z.Read(b)
		if r.err != nil {
			r.err = r.end(r.err)
		}
	}
	r.out += int64(n)
	if r.Limit > 0 && r.out > r.Limit {
		n = max(0, n-int(r.out-r.Limit))
		r.err = r.wrong("more comes out than the limit allows")
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

func (r *DeflateReader) begin() error {
	head, err := r.r.Peek(2)
	if len(head) == 0 {
		return err // io.EOF: an empty file
	}
	if r.Detect && !r.looksDeflated() {
		r.plain = true
		return nil
	}
	if r.z, err = zlib.NewReader(r.r); err != nil {
		return r.end(err)
	}
	return nil
}

// textSample is how many octets tell a text that begins like a zlib stream, such as
// the name "hb", from such a stream, in which so many are never all printable.
const textSample = 32

// looksDeflated reports whether what comes is a zlib stream.
func (r *DeflateReader) looksDeflated() bool {
	head, _ := r.r.Peek(2)
	if !zlibHeader(head) {
		return false
	}
	sample, _ := r.r.Peek(textSample)
	for _, c := range sample {
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' || c > '~' {
			return true
		}
	}
	return false
}

// zlibHeader reports whether b begins a zlib stream (RFC 1950, Section 2.2).
func zlibHeader(b []byte) bool {
	return len(b) == 2 && b[0]&0x0f == 8 && b[0]>>4 <= 7 && (int(b[0])<<8|int(b[1]))%31 == 0
}

// end names what ended the stream.
func (r *DeflateReader) end(err error) error {
	switch {
	case err == io.EOF:
		r.complete = true
		if _, err := r.r.ReadByte(); err == nil {
			return r.wrong("octets follow the end of the zlib stream")
		} else if err != io.EOF {
			return err
		}
		return io.EOF
	case err == io.ErrUnexpectedEOF:
		return early("MODE Z", r.count.n)
	case errors.Is(err, zlib.ErrHeader):
		return r.wrong("that is no zlib stream")
	case errors.Is(err, zlib.ErrDictionary):
		return r.wrong("the zlib stream needs a dictionary")
	case errors.Is(err, zlib.ErrChecksum):
		return r.wrong("the checksum at the end is wrong: the data is damaged")
	}
	if _, damaged := errors.AsType[flate.CorruptInputError](err); damaged {
		return r.wrong("the zlib stream is damaged")
	}
	return err
}

func (r *DeflateReader) wrong(reason string) error {
	return &Error{Mode: "MODE Z", Offset: r.count.n, Reason: reason}
}

// A DeflateWriter writes MODE Z.
type DeflateWriter struct{ z *zlib.Writer }

// NewDeflateWriter returns a writer to the data connection w. The level is between 1
// (fast) and 9 (small); 0 is zlib's default, 6.
func NewDeflateWriter(w io.Writer, level int) *DeflateWriter {
	if level == 0 {
		level = zlib.DefaultCompression
	}
	level = min(max(level, zlib.DefaultCompression), zlib.BestCompression)
	z, err := zlib.NewWriterLevel(w, level)
	if err != nil {
		panic("mode: BUG: " + err.Error())
	}
	return &DeflateWriter{z}
}

// Write implements io.Writer.
func (w *DeflateWriter) Write(b []byte) (int, error) { return w.z.Write(b) }

// Close ends the file. It does not close the connection.
func (w *DeflateWriter) Close() error { return w.z.Close() }
