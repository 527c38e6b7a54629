package conformance

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Line is one line of a transcript: something sent, received, or done.
type Line struct {
	Ms   int64  `json:"ms"`   // since the case began
	Conn string `json:"conn"` // "ctrl 1", "data 2"
	Dir  string `json:"dir"`  // ">" sent, "<" received, "*" an event
	TLS  bool   `json:"tls"`  // under TLS
	Text string `json:"text"` // secrets masked, control characters escaped, shortened
}

// String returns the line as a text report shows it.
func (l Line) String() string {
	mark := " "
	if l.TLS {
		mark = "T"
	}
	return fmt.Sprintf("%6d %-7s%s %s %s", l.Ms, l.Conn, mark, l.Dir, l.Text)
}

const (
	tapeHead  = 60  // lines kept from the beginning
	tapeTail  = 140 // and from the end
	lineBytes = 240 // longest text of a line
)

// A tape records the transcript of one case. Its size is bounded.
type tape struct {
	start  time.Time
	secret *masker
	trace  func(Line) // may be nil

	mu   sync.Mutex
	head []Line
	tail []Line
	lost int
}

func newTape(secret *masker, trace func(Line)) *tape {
	return &tape{start: time.Now(), secret: secret, trace: trace}
}

func (r *runner) newTape() *tape { return newTape(r.secret, r.opts.Trace) }

func (p *tape) add(conn, dir string, tls bool, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := Line{time.Since(p.start).Milliseconds(), conn, dir, tls, visible(p.secret.text(text))}
	if p.trace != nil {
		p.trace(l)
	}
	switch {
	case len(p.head) < tapeHead:
		p.head = append(p.head, l)
		return
	case len(p.tail) == tapeTail:
		p.tail = p.tail[1:]
		p.lost++
	}
	p.tail = append(p.tail, l)
}

// lines returns what was recorded, with a note where lines were left out.
func (p *tape) lines() []Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := append([]Line(nil), p.head...)
	if p.lost > 0 {
		out = append(out, Line{Ms: p.tail[0].Ms, Dir: "*", Text: fmt.Sprintf("(%d lines left out)", p.lost)})
	}
	return append(out, p.tail...)
}

// visible escapes what is not printable and shortens.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if b.Len() > lineBytes {
			fmt.Fprintf(&b, "... (%d bytes)", len(s))
			break
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unicode.IsPrint(r):
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}
