package parse

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
)

// Limits bounds a listing. The zero Limits are the defaults; a negative value is no limit.
type Limits struct {
	// Line is the longest line in bytes, without its line end. If zero, 64 KiB. A longer one is reported
	// and skipped.
	Line int

	// Entries is how many entries and errors a listing may yield. If zero, one million.
	Entries int

	// Bytes is how long the whole listing may be. If zero, 64 MiB.
	Bytes int64
}

const (
	defaultLine    = 64 << 10
	defaultEntries = 1_000_000
	defaultBytes   = 64 << 20
)

// unlimited leaves room for a line end.
const unlimited = math.MaxInt - 2

func (l Limits) line() int    { return orDefault(l.Line, defaultLine, unlimited) }
func (l Limits) entries() int { return orDefault(l.Entries, defaultEntries, unlimited) }
func (l Limits) bytes() int64 { return orDefault(l.Bytes, defaultBytes, math.MaxInt64) }

// orDefault returns byDefault if v is zero, most if v is negative, else v.
func orDefault[T int | int64](v, byDefault, most T) T {
	switch {
	case v == 0:
		return byDefault
	case v < 0:
		return most
	}
	return v
}

// Entries reads a listing from r as it arrives, with parse for each line, such as [MLSx] or a closure around
// [List]. Lines end in CRLF or LF; the last one may lack its end. Memory does not grow with the listing.
//
// A line that parse can't read is yielded as an error, with the line in the entry's Raw, and the listing goes
// on; so is one longer than lim.Line, which is skipped, without Raw. Lines that are [ErrNotEntry] are left out. A listing
// of more than lim.Entries or lim.Bytes ends with an error. So does one whose reader fails: that error is the
// last, and the piece of a line before it is dropped, as it may be cut anywhere. Errors about lines are
// *Error, the reader's own is yielded as it is.
func Entries(r io.Reader, parse func(line string) (Entry, error), lim Limits) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		l := &lineReader{r: bufio.NewReaderSize(r, 16<<10), lim: lim}
		for yielded := 0; ; {
			line, err := l.next()
			if err == io.EOF {
				return
			}
			e := notRead(line)
			last := err != nil && !errors.Is(err, errLongLine)
			if err == nil {
				if e, err = parse(line); errors.Is(err, ErrNotEntry) {
					continue
				}
				err = lineError(line, err)
			}
			if yielded++; yielded > lim.entries() && !last {
				yield(notRead(""), fail(listing, line, 0, fmt.Sprintf("more than %d entries", lim.entries())))
				return
			}
			if err != nil {
				e = notRead(line)
			}
			if !yield(e, err) || last {
				return
			}
		}
	}
}

// listing is what an Error about a whole listing is about.
const listing = "listing"

// errLongLine marks the error of a line after which the listing goes on.
var errLongLine = errors.New("ftp: line too long")

// lineError returns err as an *Error.
func lineError(line string, err error) error {
	if _, ok := errors.AsType[*Error](err); ok || err == nil {
		return err
	}
	e := fail(listing, line, 0, err.Error())
	e.Err = err
	return e
}

// lineReader cuts a listing into lines.
type lineReader struct {
	r    *bufio.Reader
	lim  Limits
	read int64
	buf  []byte // a line that doesn't fit into r's buffer, at most lim.line()+2 bytes
}

// next returns the next line without its end. The error is io.EOF at the end, errLongLine in an *Error after
// a line that is skipped, the reader's, or another *Error if there are too many bytes.
func (l *lineReader) next() (string, error) {
	l.buf = l.buf[:0]
	long := false
	for {
		chunk, err := l.r.ReadSlice('\n')
		if l.read += int64(len(chunk)); l.read > l.lim.bytes() {
			return "", fail(listing, string(l.buf[:min(len(l.buf), maxExcerpt)]), 0,
				fmt.Sprintf("more than %d bytes", l.lim.bytes()))
		}
		if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
			return "", err
		}
		room := l.lim.line() + 2 - len(l.buf)
		long = long || len(chunk) > room
		l.buf = append(l.buf, chunk[:min(len(chunk), room)]...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && len(l.buf) == 0 {
			return "", io.EOF
		}
		return l.cut(long)
	}
}

// cut returns the line in l.buf, of which a part is missing if long.
func (l *lineReader) cut(long bool) (string, error) {
	line, ended := bytes.CutSuffix(l.buf, []byte("\n"))
	if ended {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	if long || len(line) > l.lim.line() {
		e := fail(listing, string(line), 0, fmt.Sprintf("line longer than %d bytes", l.lim.line()))
		e.Offset, e.Err = l.lim.line(), errLongLine
		return "", e
	}
	return string(line), nil
}
