package listing

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readSize is how much of a listing is read at once.
const readSize = 16 << 10

// textSize bounds the piece of a listing that becomes one string, of which its lines are parts: one allocation
// for many lines. A line, or the name in it, that is kept by a program keeps the piece: it must be small.
const textSize = 4 << 10

// A lineReader cuts a listing into lines.
type lineReader struct {
	r    *bufio.Reader
	lim  Limits
	read int64
	text string // whole lines that have been taken from r
	buf  []byte // a line of which r's buffer holds only a part, at most lim.line()+2 bytes
}

// lines calls do for each line of r until it returns false or the listing ends.
func lines(r io.Reader, lim Limits, do func(string, error) bool) {
	l := &lineReader{r: bufio.NewReaderSize(r, readSize), lim: lim}
	for {
		line, err := l.next()
		if err == io.EOF {
			return
		}
		if err != nil && !errors.Is(err, errLongLine) {
			err = lastError{err}
		}
		if !do(line, err) {
			return
		}
	}
}

// next returns the next line without its end. The error is io.EOF at the end, errLongLine in an *parse.Error after
// a line that is skipped, the reader's, or another *parse.Error if there are too many bytes.
func (l *lineReader) next() (string, error) {
	if l.text == "" {
		l.fill()
	}
	if l.text == "" {
		return l.assemble()
	}
	end := strings.IndexByte(l.text, '\n') + 1
	line := l.text[:end]
	l.text = l.text[end:]
	if l.read += int64(end); l.read > l.lim.bytes() {
		return "", l.tooManyBytes("")
	}
	if line = scan.TrimEOL(line); len(line) > l.lim.line() {
		return "", l.tooLong(line)
	}
	return line, nil
}

// fill sets l.text to whole lines that have arrived, if there are any. It never waits for more.
func (l *lineReader) fill() {
	arrived, _ := l.r.Peek(min(l.r.Buffered(), textSize))
	end := bytes.LastIndexByte(arrived, '\n') + 1
	l.text = string(arrived[:end])
	l.r.Discard(end)
}

// assemble is next for a line that has not arrived as a whole, or is longer than textSize.
func (l *lineReader) assemble() (string, error) {
	l.buf = l.buf[:0]
	long := false
	for {
		chunk, err := l.r.ReadSlice('\n')
		if l.read += int64(len(chunk)); l.read > l.lim.bytes() {
			return "", l.tooManyBytes(string(l.buf))
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
		line := scan.TrimEOL(string(l.buf))
		if long || len(line) > l.lim.line() {
			return "", l.tooLong(line)
		}
		return line, nil
	}
}

// tooManyBytes returns the error of a listing that is too long, in a line of which start is the start.
func (l *lineReader) tooManyBytes(start string) error {
	return parse.NewError(listing, start, 0, fmt.Sprintf("more than %d bytes", l.lim.bytes()))
}

// tooLong returns the error of a line of which line is the start, at least as much as is allowed.
func (l *lineReader) tooLong(line string) error {
	e := parse.NewError(listing, line[:l.lim.line()], 0, fmt.Sprintf("line longer than %d bytes", l.lim.line()))
	e.Offset, e.Err = l.lim.line(), errLongLine
	return e
}

// errLongLine marks the error of a line after which the listing goes on.
var errLongLine = errors.New("ftp: line too long")
