package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// Limits of the head of an HTTP answer, its status line included.
const (
	maxHeadBytes = 64 << 10
	maxHeadLines = 100
	maxInterim   = 8 // 1xx answers before the final one
)

// A head is the status line and the header of an HTTP answer (RFC 9112, Section 4
// and 5).
type head struct {
	minor  int // minor version: 1.minor
	status int
	reason string
	header map[string][]string // names in canonical form
}

func (h *head) first(name string) string {
	if v := h.header[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// has reports whether any of the named list headers holds the word.
func (h *head) has(word string, names ...string) bool {
	for _, n := range names {
		for _, v := range h.header[n] {
			for item := range strings.SplitSeq(v, ",") {
				if strings.EqualFold(strings.TrimSpace(item), word) {
					return true
				}
			}
		}
	}
	return false
}

// persistent reports whether the connection stays open after the answer.
func (h *head) persistent() bool {
	if h.has("close", "Connection", "Proxy-Connection") {
		return false
	}
	return h.minor > 0 || h.has("keep-alive", "Connection", "Proxy-Connection")
}

// readHead reads the head of the first answer that is not an interim one (1xx).
func readHead(r *bufio.Reader) (*head, error) {
	for range maxInterim + 1 {
		h, err := readOneHead(r)
		if err != nil || h.status/100 != 1 {
			return h, err
		}
		if h.status == 101 {
			return nil, broken("it switches to another protocol, which it was not asked to")
		}
	}
	return nil, broken("more than %d interim answers (1xx)", maxInterim)
}

func readOneHead(r *bufio.Reader) (*head, error) {
	lr := &lineReader{r: r, bytes: maxHeadBytes, lines: maxHeadLines}
	line, err := lr.next()
	if err != nil {
		return nil, err
	}
	h := &head{header: map[string][]string{}}
	if err := h.parseStatus(line); err != nil {
		return nil, err
	}
	name := ""
	for {
		line, err := lr.next()
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		switch {
		case line == "":
			return h, nil
		case line[0] == ' ' || line[0] == '\t': // obs-fold, RFC 9112, Section 5.2
			if name == "" {
				return nil, broken("its header begins with a continuation line")
			}
			values := h.header[name]
			values[len(values)-1] += " " + strings.Trim(line, " \t")
		default:
			n, value, ok := strings.Cut(line, ":")
			// "No whitespace is allowed between the field name and colon" (Section 5.1).
			if !ok || n == "" || strings.ContainsAny(n, " \t") {
				return nil, broken("a line of its header is malformed: %s", quote(line))
			}
			name = textproto.CanonicalMIMEHeaderKey(n)
			h.header[name] = append(h.header[name], strings.Trim(value, " \t"))
		}
	}
}

// parseStatus reads "HTTP/1.1 200 Connection established".
func (h *head) parseStatus(line string) error {
	version, rest, _ := strings.Cut(line, " ")
	digit, ok := strings.CutPrefix(version, "HTTP/1.")
	if !ok || len(digit) != 1 || digit[0] < '0' || digit[0] > '9' {
		return broken("its answer is not one of HTTP/1: %s", quote(line))
	}
	h.minor = int(digit[0] - '0')
	code, reason, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || n < 100 || n > 599 {
		return broken("its status is malformed: %s", quote(line))
	}
	h.status, h.reason = int(n), shorten(strings.TrimSpace(reason))
	return nil
}

// A lineReader reads lines that end with CR LF or LF, within limits.
type lineReader struct {
	r     *bufio.Reader
	bytes int // left
	lines int
}

// next returns a line without its end. The error is io.EOF only if the input ended before
// the first byte of the line.
func (l *lineReader) next() (string, error) {
	if l.lines--; l.lines < 0 {
		return "", broken("the header of its answer has more than %d lines", maxHeadLines)
	}
	var line []byte
	for {
		piece, err := l.r.ReadSlice('\n')
		if l.bytes -= len(piece); l.bytes < 0 {
			return "", broken("the header of its answer is longer than %d bytes", maxHeadBytes)
		}
		line = append(line, piece...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		break
	}
	s := strings.TrimSuffix(string(line[:len(line)-1]), "\r")
	if strings.ContainsAny(s, "\r\x00") {
		return "", broken("the header of its answer holds a bare CR or a NUL: %s", quote(s))
	}
	return s, nil
}

// quote returns s for an error: quoted and shortened.
func quote(s string) string { return fmt.Sprintf("%q", shorten(s)) }

func shorten(s string) string {
	const most = 120
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
