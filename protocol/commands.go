package protocol

import (
	"bytes"
	"strings"
)

// A commandReader cuts a server's input into command lines.
type commandReader struct {
	limit     int
	protected int // limit of lines that carry base64
	telnet    telnet
	input     []byte // not yet looked at
	line      []byte
	long      bool      // the line is over the limit; the rest of it is skipped
	held      *received // read, and waiting for the transfer to end
}

// received is a command as it was read.
type received struct {
	cmd   Command
	level Level
	fault error // it must not be carried out
}

// discard throws away what was read after a command that ends the clear text:
// whatever stands there did not come through TLS.
func (r *commandReader) discard() {
	r.input, r.line, r.long, r.held = nil, nil, false, nil
}

// next cuts the next line off the input. ok is false if none is complete.
func (r *commandReader) next() (c Command, ok bool, err error) {
	for i, b := range r.input {
		d, data, fault := r.telnet.byte(b)
		if fault != "" {
			r.telnet.state, r.telnet.sub = telnetData, 0
		}
		if !data {
			continue
		}
		if d != '\n' {
			if len(r.line) > r.limit { // one more than the limit: the CR of the line end
				if limit := r.lineLimit(); len(r.line) > limit {
					r.long = true
					r.line = r.line[:limit]
				}
			}
			r.line = append(r.line, d)
			continue
		}
		r.input = r.input[i+1:]
		c, err = r.endLine()
		return c, true, err
	}
	r.input = nil
	return Command{}, false, nil
}

// lineLimit is the limit of the line that is being read.
func (r *commandReader) lineLimit() int {
	for _, verb := range [...]string{"ADAT ", "MIC ", "CONF ", "ENC "} {
		if len(r.line) >= len(verb) && strings.EqualFold(string(r.line[:len(verb)]), verb) {
			return max(r.protected, r.limit)
		}
	}
	return r.limit
}

func (r *commandReader) endLine() (Command, error) {
	line, long, limit := bytes.Clone(r.line), r.long, r.lineLimit()
	r.line, r.long = r.line[:0], false
	text, crlf := bytes.CutSuffix(line, []byte{'\r'})
	switch {
	case long || len(text) > limit:
		return Command{}, &SyntaxError{Offset: int64(limit), Excerpt: commandExcerpt(line), Reason: "command line longer than the limit"}
	case !crlf:
		// Carrying it out would make a second command of a pathname with LF in it.
		return Command{}, &SyntaxError{Offset: int64(len(line)), Excerpt: commandExcerpt(line), Reason: "the line ends in LF without CR"}
	}
	return ParseCommand(text)
}

// WantInput reports whether a server's driver should read on. It is false while a
// command waits for the transfer to end, or TLS for its handshake: the peer's
// further bytes stay in the network until there is use for them.
func (m *Machine) WantInput() bool {
	if m.err != nil || len(m.commands.input) > 0 || m.commands.held != nil {
		return false
	}
	switch m.state {
	case StateAwaitTLS, StateAwaitClear, StateClosing, StateClosed:
		return false
	}
	return true
}

func (m *Machine) receiveCommands(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	switch m.state {
	case StateAwaitTLS, StateAwaitClear:
		return m.fail(&ViolationError{Reason: "bytes in clear follow where TLS must begin or end"})
	}
	if m.state == StateClosing {
		return nil // input after QUIT or 421 is ignored
	}
	m.commands.input = append(m.commands.input, b...)
	m.deliver()
	return nil
}

// deliver reports commands one at a time, each when those before it are answered,
// so that it is judged by the state that they left. While a transfer runs, ABOR,
// STAT and NOOP are let through (RFC 959, Section 4.1.3); the next other command
// is held.
func (m *Machine) deliver() {
	for len(m.pending) < 2 && m.state != StateAwaitGreeting && m.state < StateClosing {
		transfer := len(m.pending) == 1
		if transfer && m.pending[0].diagram != DiagramTransfer {
			return
		}
		if held := m.commands.held; held != nil {
			if transfer {
				return
			}
			m.commands.held = nil
			m.deliverOne(*held)
			continue
		}
		c, ok, err := m.commands.next()
		if !ok {
			return
		}
		in := m.openCommand(c, err)
		if transfer && !duringTransfer(in.cmd) {
			m.commands.held = &in
			return
		}
		m.deliverOne(in)
	}
}

func duringTransfer(c Command) bool {
	return c.Verb == "ABOR" || c.Verb == "NOOP" || c.Verb == "STAT" && c.Arg == ""
}

func (m *Machine) deliverOne(in received) {
	c, err := in.cmd, in.fault
	m.level = in.level
	if err == nil {
		err = m.check(c)
	}
	if err == nil {
		m.params.begin(c)
		m.offer(c)
		if c.Verb != "ACCT" {
			m.stored = nil
		}
	}
	x := exchange{cmd: c, diagram: c.diagram(), level: in.level}
	if c.Verb == "" {
		x.diagram = DiagramOneReply
	}
	m.count(x)
	m.pending = append(m.pending, x)
	m.emit(Event{Kind: EventCommand, Command: c, Err: err, Level: in.level})
}
