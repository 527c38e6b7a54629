package mode

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
)

// A deflateReader reads MODE Z: one zlib stream (RFC 1950) and nothing after it. It
// returns io.EOF only once the checksum at the end is right.
//
// A connection without a single octet is an empty file: some servers send nothing at all
// if there is nothing to send.
type deflateReader struct {
	limit  int64 // how many octets may come out, or 0
	detect bool  // data that does not begin like a zlib stream goes through as it is

	r     *bufio.Reader
	count *counter
	z     io.ReadCloser
	plain bool
	out   int64
	err   error

	complete bool // the end of the zlib stream was read, and its checksum was right
}

func newDeflateReader(r io.Reader, detect bool, limit int64) *deflateReader {
	c := newCounter(r)
	return &deflateReader{r: bufio.NewReaderSize(c, bufferSize), count: c, detect: detect, limit: limit}
}

// Read implements io.Reader.
func (r *deflateReader) Read(b []byte) (int, error) {
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
	if r.limit > 0 && r.out > r.limit {
		n = max(0, n-int(r.out-r.limit))
		r.err = r.wrong("more comes out than the limit allows")
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

func (r *deflateReader) begin() error {
	head, err := r.r.Peek(2)
	if len(head) == 0 {
		return err // io.EOF: an empty file
	}
	if r.detect && !r.looksDeflated() {
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
func (r *deflateReader) looksDeflated() bool {
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
func (r *deflateReader) end(err error) error {
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

func (r *deflateReader) wrong(reason string) error {
	return &Error{Mode: "MODE Z", Offset: r.count.n, Reason: reason}
}

// A deflateWriter writes MODE Z.
type deflateWriter struct{ z *zlib.Writer }

// newDeflateWriter returns a writer to the data connection w. The level is as in [Format].
func newDeflateWriter(w io.Writer, level int) *deflateWriter {
	if level == 0 {
		level = zlib.DefaultCompression
	}
	level = min(max(level, zlib.DefaultCompression), zlib.BestCompression)
	z, err := zlib.NewWriterLevel(w, level)
	if err != nil {
		panic("mode: BUG: " + err.Error())
	}
	return &deflateWriter{z}
}

// Write implements io.Writer.
func (w *deflateWriter) Write(b []byte) (int, error) { return w.z.Write(b) }

// Close ends the file. It does not close the connection.
func (w *deflateWriter) Close() error { return w.z.Close() }
