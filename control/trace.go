package control

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/protocol"
)

// A TraceKind says what a [TraceEvent] reports.
type TraceKind uint8

// The kinds of trace events.
const (
	TraceSent     TraceKind = iota + 1 // a command, secrets masked
	TraceReceived                      // a reply
	TraceTLS                           // a handshake of the control connection
	TraceData                          // a data connection is open
	TraceNote                          // something that a reader of the log should know
)

// String returns the kind's name.
func (k TraceKind) String() string {
	names := [...]string{"", "sent", "received", "tls", "data", "note"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// A TraceEvent is one thing that happened on a connection. It implements
// slog.LogValuer.
type TraceEvent struct {
	Kind TraceKind
	Text string // one line a command; a reply's lines separated by newlines; never a secret
}

// TraceCleared is the text of the TraceTLS event for the end of TLS; any other TraceTLS
// event is about a handshake.
const TraceCleared = "control connection: TLS taken down"

// Upload reports whether a TraceData event is about an upload.
func (e TraceEvent) Upload() bool {
	verb, _, _ := strings.Cut(e.Text, ":")
	return e.Kind == TraceData && protocol.Verb(verb).Does(protocol.Uploads)
}

// String returns the event as a log line, with control characters escaped.
func (e TraceEvent) String() string {
	mark := map[TraceKind]string{TraceSent: "> ", TraceReceived: "< "}[e.Kind]
	if mark == "" {
		mark = "* "
	}
	lines := strings.Split(e.Text, "\n")
	for i, l := range lines {
		lines[i] = mark + visible(l)
	}
	return strings.Join(lines, "\n")
}

// LogValue implements slog.LogValuer.
func (e TraceEvent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", e.Kind.String()), slog.String("text", e.Text))
}

// visible escapes characters that could control a terminal or forge a log line.
func visible(s string) string {
	q := fmt.Sprintf("%q", s)
	q = q[1 : len(q)-1]
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(q)
}

// secrets holds the texts that must not be shown, guarded for the goroutines that trace.
type secrets struct {
	mu sync.RWMutex
	r  protocol.Redactor
}

func (s *secrets) add(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r.Add(secret)
}

func (s *secrets) String(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.r.String(text)
}

// Reply returns r with secrets masked.
func (s *secrets) Reply(r protocol.Reply) protocol.Reply {
	lines := make([]string, len(r.Lines))
	for i, l := range r.Lines {
		lines[i] = s.String(l)
	}
	r.Lines = lines
	return r
}

// Error returns err with secrets masked in what it quotes from the server.
func (s *secrets) Error(err error) error {
	switch e := err.(type) {
	case *protocol.ViolationError:
		return &protocol.ViolationError{Verb: e.Verb, Reply: s.Reply(e.Reply), Reason: e.Reason}
	case *protocol.SyntaxError:
		return &protocol.SyntaxError{Offset: e.Offset, Excerpt: s.String(e.Excerpt), Reason: e.Reason}
	}
	return err
}

func (c *Conn) trace(kind TraceKind, text string) {
	if c.cfg.Trace != nil {
		c.cfg.Trace(TraceEvent{Kind: kind, Text: c.redact.String(text)})
	}
}

func replyText(r protocol.Reply) string {
	if len(r.Lines) <= 1 {
		return fmt.Sprintf("%03d %s", int(r.Code), r.LastLine())
	}
	var b strings.Builder
	for i, l := range r.Lines {
		switch i {
		case 0:
			fmt.Fprintf(&b, "%03d-%s", int(r.Code), l)
		case len(r.Lines) - 1:
			fmt.Fprintf(&b, "\n%03d %s", int(r.Code), l)
		default:
			b.WriteString("\n" + l)
		}
	}
	return b.String()
}
