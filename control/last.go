package control

import (
	"errors"
	"strings"
	"sync"
)

// A Dialogue is what was said last on a connection before an error: the commands and
// replies, and what failed, at most 20 events, secrets masked. Of a longer text the first
// 500 bytes are kept.
type Dialogue []TraceEvent

const (
	lastEvents = 20
	lastText   = 500
)

// String returns the events as a log shows them, a line each, or more for a reply.
func (d Dialogue) String() string {
	lines := make([]string, len(d))
	for i, e := range d {
		lines[i] = e.String()
	}
	return strings.Join(lines, "\n")
}

// A memory keeps the last events, guarded for the goroutines that trace.
type memory struct {
	mu     sync.Mutex
	events Dialogue
}

func (m *memory) add(e TraceEvent) {
	if e.Kind != TraceSent && e.Kind != TraceReceived && e.Err == nil {
		return
	}
	if len(e.Text) > lastText {
		e.Text = strings.ToValidUTF8(e.Text[:lastText], "") + "..."
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.events) == lastEvents {
		copy(m.events, m.events[1:])
		m.events = m.events[:lastEvents-1]
	}
	m.events = append(m.events, e)
}

func (m *memory) dialogue() Dialogue {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append(Dialogue(nil), m.events...)
}

// recall adds to the error of a transfer what was said last.
func (c *Conn) recall(err error) {
	if te, ok := errors.AsType[*TransferError](err); ok && te.Last == nil {
		te.Last = c.last.dialogue()
	}
}
