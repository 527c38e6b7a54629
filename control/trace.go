package control

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A TraceKind says what a [TraceEvent] reports.
type TraceKind uint8

// The kinds of trace events.
const (
	TraceSent      TraceKind = iota + 1 // a command, secrets masked
	TraceReceived                       // a reply
	TraceTLS                            // a handshake of the control connection, or the end of its TLS
	TraceData                           // a data connection is open, or could not be opened
	TraceNote                           // something that a reader of the log should know
	TraceConnected                      // the control connection is open, or could not be opened
	TraceDataEnd                        // a data connection has ended
	TraceClosed                         // the control connection has ended
)

// String returns the kind's name.
func (k TraceKind) String() string {
	names := [...]string{"", "sent", "received", "tls", "data", "note", "connected", "data-end", "closed"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// A TraceEvent is one thing that happened on a connection. It implements
// slog.LogValuer.
type TraceEvent struct {
	Kind TraceKind // what the event tells; it says which fields are set
	Text string    // one line a command; a reply's lines separated by newlines; never a secret

	// Time is when it happened.
	Time time.Time

	// Took is how long it took: a reply since its command was sent, or since the
	// connection was open for the greeting; connecting; a handshake; opening a data
	// connection, from the command that asks for it; a data connection while it was open.
	// It is zero for other events, and where nothing was waited for.
	Took time.Duration

	// Verb is the command of TraceSent, and that of the other events that belong to one.
	Verb protocol.Verb

	// Code is that of a reply.
	Code protocol.Code

	// Protected reports whether the data connection that is open (TraceData) is, by TLS or a
	// mechanism.
	Protected bool

	// Octets is how many have moved over a data connection that has ended.
	Octets int64

	// Address is the peer's, "host:port": that of the data connection for TraceData and
	// TraceDataEnd, else that of the control connection.
	Address string

	// Local is this end of the control connection. It tells connections apart.
	Local string

	// Err is why something failed: connecting, a handshake, opening a data connection; why
	// a data connection did not end in order; why the control connection ended, unless
	// this side wanted it. It may be nil. Text holds the message.
	Err error
}

// TraceCleared is the text of the TraceTLS event for the end of TLS; any other TraceTLS
// event is about a handshake.
const TraceCleared = "control connection: TLS taken down"

// Upload reports whether an event is about the data connection of an upload.
func (e TraceEvent) Upload() bool {
	return (e.Kind == TraceData || e.Kind == TraceDataEnd) && e.Verb.Does(protocol.Uploads)
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

// LogValue implements slog.LogValuer: a group of the attributes that [TraceEvent.Attrs]
// returns, after kind and text.
func (e TraceEvent) LogValue() slog.Value {
	return slog.GroupValue(append([]slog.Attr{slog.String("kind", e.Kind.String()), slog.String("text", e.Text)}, e.Attrs()...)...)
}

// Attrs returns what an event says beside its text as attributes for a log: verb, code,
// octets, address, duration, failed. Those that an event does not have are left out.
func (e TraceEvent) Attrs() []slog.Attr {
	var attrs []slog.Attr
	if e.Verb != "" {
		attrs = append(attrs, slog.String("verb", string(e.Verb)))
	}
	if e.Code != 0 {
		attrs = append(attrs, slog.Int("code", int(e.Code)))
	}
	if e.Kind == TraceDataEnd {
		attrs = append(attrs, slog.Int64("octets", e.Octets))
	}
	if e.Address != "" {
		attrs = append(attrs, slog.String("address", e.Address))
	}
	if e.Took > 0 {
		attrs = append(attrs, slog.Duration("duration", e.Took))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.Bool("failed", true))
	}
	return attrs
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
