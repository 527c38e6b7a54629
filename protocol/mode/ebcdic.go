package mode

import (
	"io"
	"strconv"
	"unicode/utf8"
)

// An EBCDICReader reads TYPE E (RFC 959, Section 3.1.1.2): characters of a code page
// become UTF-8, and NL becomes LF. CR LF ends a line too, as some servers have it. It
// is right however the pair is cut by the network.
type EBCDICReader struct {
	// CodePage is the code page. If zero, it is 1047.
	CodePage CodePage

	r    io.Reader
	buf  [4 << 10]byte
	raw  []byte // of buf, not converted yet
	cr   bool   // a CR was read and is held back until what follows it is known
	tail byte   // second octet of a character that found no room, or 0
	err  error
}

// NewEBCDICReader returns a reader of r.
func NewEBCDICReader(r io.Reader) *EBCDICReader { return &EBCDICReader{r: r} }

// Pending returns how many octets have been read of the connection whose text has not
// been returned yet. If the connection breaks, a restart begins in front of them.
func (r *EBCDICReader) Pending() int {
	n := len(r.raw)
	if r.cr {
		n++
	}
	return n
}

// Read implements io.Reader.
func (r *EBCDICReader) Read(b []byte) (n int, err error) {
	for n < len(b) {
		switch {
		case r.tail != 0:
			b[n], r.tail = r.tail, 0
			n++
		case len(r.raw) > 0:
			n += r.convert(b[n:])
		case n > 0:
			return n, nil
		case r.err == io.EOF && r.cr:
			r.cr = false
			b[0] = '\r'
			return 1, nil
		case r.err != nil:
			return 0, r.err
		default:
			var k int
			k, r.err = r.r.Read(r.buf[:])
			r.raw = r.buf[:k]
			if k == 0 && r.err == nil {
				return 0, nil
			}
		}
	}
	return n, nil
}

// convert writes what is in raw to b, which has room for one octet at least.
func (r *EBCDICReader) convert(b []byte) (n int) {
	table := r.CodePage.decode()
	for n < len(b) && len(r.raw) > 0 {
		octet := r.raw[0]
		if r.cr {
			r.cr = false
			if octet != octetLF {
				b[n] = '\r'
				n++
				continue // with the octet again
			}
			octet = NL
		}
		r.raw = r.raw[1:]
		if octet == octetCR {
			r.cr = true
			continue
		}
		c := table[octet]
		if c < firstUTF8 {
			b[n] = c
			n++
			continue
		}
		var char [2]byte
		utf8.EncodeRune(char[:], rune(c))
		b[n] = char[0]
		if n++; n == len(b) {
			r.tail = char[1]
			break
		}
		b[n] = char[1]
		n++
	}
	return n
}

// An EBCDICWriter writes TYPE E: text in UTF-8, whose lines end in LF or CR LF,
// becomes characters of a code page with NL at the end of a line. A character that the
// code page lacks is an Error.
type EBCDICWriter struct {
	// CodePage is the code page. If zero, it is 1047.
	CodePage CodePage

	// CRLF ends lines with CR LF instead of NL.
	CRLF bool

	w    io.Writer
	part [utf8.UTFMax]byte // beginning of a character
	have int               // octets in part
	cr   bool              // a CR was written that may belong to a line end
	at   int64             // octets of the text that were written
	out  []byte
	err  error
}

// NewEBCDICWriter returns a writer to w.
func NewEBCDICWriter(w io.Writer) *EBCDICWriter { return &EBCDICWriter{w: w} }

// Pending returns how many octets of the text wait for what follows them: of a
// character, or a CR.
func (w *EBCDICWriter) Pending() int {
	if w.cr {
		return w.have + 1
	}
	return w.have
}

// Write implements io.Writer.
func (w *EBCDICWriter) Write(b []byte) (n int, err error) {
	for n < len(b) && w.err == nil {
		piece := b[n:min(len(b), n+bufferSize)]
		w.out = w.out[:0]
		for _, c := range piece {
			if w.err = w.octet(c); w.err != nil {
				break
			}
		}
		if _, err := w.w.Write(w.out); err != nil && w.err == nil {
			w.err = err
		}
		if w.err == nil {
			n += len(piece)
		}
	}
	return n, w.err
}

// octet takes one octet of the text.
func (w *EBCDICWriter) octet(c byte) error {
	w.at++
	if w.have == 0 && c < utf8.RuneSelf {
		return w.char(rune(c))
	}
	w.part[w.have] = c
	w.have++
	if !utf8.FullRune(w.part[:w.have]) {
		return nil
	}
	r, size := utf8.DecodeRune(w.part[:w.have])
	if r == utf8.RuneError && size < 2 || size != w.have {
		return w.wrong("the text is not UTF-8")
	}
	w.have = 0
	return w.char(r)
}

func (w *EBCDICWriter) char(r rune) error {
	held := w.cr
	w.cr = r == '\r'
	switch {
	case r == '\n':
		if w.CRLF {
			w.out = append(w.out, octetCR, octetLF)
		} else {
			w.out = append(w.out, NL)
		}
		return nil
	case held:
		w.out = append(w.out, octetCR)
	}
	if w.cr {
		return nil
	}
	octet, ok := w.CodePage.Octet(r)
	if !ok {
		return w.wrong("code page " + w.CodePage.String() + " lacks the character " + strconv.QuoteRuneToASCII(r))
	}
	w.out = append(w.out, octet)
	return nil
}

func (w *EBCDICWriter) wrong(reason string) error {
	return &Error{Mode: "TYPE E", Offset: w.at, Reason: reason}
}

// Close writes what waits. It does not close the connection.
func (w *EBCDICWriter) Close() error {
	switch {
	case w.err != nil:
		return w.err
	case w.have > 0:
		w.err = w.wrong("the text ends within a character")
	case w.cr:
		w.cr = false
		_, w.err = w.w.Write([]byte{octetCR})
	}
	return w.err
}
