package control

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/protocol"
)

// An AppliedQuirk is a quirk whose workaround is in force on a connection.
type AppliedQuirk struct {
	Name     QuirkName // of the row of the table
	Evidence string    // what was seen, or that the caller forced it; never a secret
}

// quirkState is what a connection knows of its server's quirks.
type quirkState struct {
	mu      sync.Mutex
	applied []AppliedQuirk

	own []int // those of the caller's own that apply

	noops atomic.Int64 // answered NOOPs of KeepAlive
}

const forcedEvidence = "forced by the caller"

// startQuirks puts the workarounds of forced quirks in force. It is called before
// anything is sent.
func (c *Conn) startQuirks() error {
	p := &c.cfg.Quirks
	if err := p.check(); err != nil {
		return err
	}
	if err := p.ownCheck(); err != nil {
		return err
	}
	for _, a := range p.Known { // they were traced when they were noticed
		if _, ok := LookupQuirk(a.Name); ok && c.mayNotice(a.Name) && !c.HasQuirk(a.Name) {
			c.quirks.applied = append(c.quirks.applied, a)
		}
	}
	for _, name := range p.Force {
		q, _ := LookupQuirk(name)
		c.enforce(q, forcedEvidence)
	}
	return nil
}

// Quirks returns the quirks whose workarounds are in force, in the order in which they
// were applied.
func (c *Conn) Quirks() []AppliedQuirk {
	c.quirks.mu.Lock()
	defer c.quirks.mu.Unlock()
	return slices.Clone(c.quirks.applied)
}

// HasQuirk reports whether the workaround of the named quirk is in force.
func (c *Conn) HasQuirk(name QuirkName) bool {
	c.quirks.mu.Lock()
	defer c.quirks.mu.Unlock()
	return slices.ContainsFunc(c.quirks.applied, func(a AppliedQuirk) bool { return a.Name == name })
}

// NoticeQuirk puts the workaround of a [QuirkDetected] quirk in force because of
// evidence, which is traced the first time, and reports whether it is in force: the
// caller's policy may forbid it. It is for code built on a Conn; a Conn notices by itself
// what it can.
func (c *Conn) NoticeQuirk(name QuirkName, evidence string) bool {
	if q, ok := LookupQuirk(name); !ok || q.Mode != QuirkDetected {
		return c.HasQuirk(name)
	}
	return c.notice(name, c.redact.String(evidence))
}

// notice is NoticeQuirk for names that must be in the table.
func (c *Conn) notice(name QuirkName, evidence string) bool {
	q, ok := LookupQuirk(name)
	if !ok || q.Mode != QuirkDetected {
		panic("control: BUG: quirk " + string(name) + " is not detected")
	}
	if !c.mayNotice(name) {
		return false
	}
	c.enforce(q, evidence)
	return true
}

func (c *Conn) enforce(q Quirk, evidence string) {
	c.quirks.mu.Lock()
	known := slices.ContainsFunc(c.quirks.applied, func(a AppliedQuirk) bool { return a.Name == q.Name })
	if !known {
		c.quirks.applied = append(c.quirks.applied, AppliedQuirk{Name: q.Name, Evidence: evidence})
	}
	c.quirks.mu.Unlock()
	if !known {
		c.trace(TraceNote, "quirk "+string(q.Name)+": "+evidence+"; "+q.Workaround)
	}
}

// noticeServer looks for the quirks of the software that the server is, so far as is known by
// now. A reply can only switch on workarounds that are in the table.
func (c *Conn) noticeServer() {
	s := c.Server()
	c.noticeOwn(s)
	for _, q := range quirks {
		if s.Name != "" && q.software == s.Name {
			c.notice(q.Name, s.Evidence[0])
		}
	}
}

// noticeReply looks for marks in the reply to a command that describes the server.
func (c *Conn) noticeReply(verb protocol.Verb, r protocol.Reply) {
	switch verb {
	case "SYST":
		c.noticeServer()
	case "FEAT":
		c.noticeFeatures()
	}
}

// noticeFeatures looks for the quirks that features reveal, and what FEAT tells of the software.
func (c *Conn) noticeFeatures() {
	f := c.Features()
	for _, q := range quirks {
		if q.feature != "" && f.Has(q.feature) {
			c.notice(q.Name, "FEAT lists "+q.feature)
		}
	}
	c.noticeServer()
}

// answered returns the evidence text for a reply.
func (c *Conn) answered(e *protocol.ReplyError) string {
	text := c.redact.String(e.Reply.Text())
	return fmt.Sprintf("%s was answered %d %q", e.Verb, e.Reply.Code, text[:min(len(text), 120)])
}

// onlyRefused returns nil for a refusal that leaves the connection usable, and err
// otherwise.
func (c *Conn) onlyRefused(err error) error {
	if _, refused := errors.AsType[*protocol.ReplyError](err); refused && c.Err() == nil {
		return nil
	}
	return err
}

// traceLeniency notes what was borne of the beginning of a session: it says something of
// the server, or of the way to it. What is borne of transfers is too common to be noted.
func (c *Conn) traceLeniency(e protocol.Event) {
	if e.Leniency != "auth-code" && e.Leniency != "greeting-text" {
		return
	}
	if t, ok := LookupTolerance(e.Leniency); ok {
		c.trace(TraceNote, "tolerance "+t.Name+": "+t.Behaviour+"; "+t.Workaround)
	}
}

// traceExtra notes a reply that answered no command. Package protocol names the leniency
// that dropped it like a tolerance.
func (c *Conn) traceExtra(e protocol.Event) {
	c.received(e.Command.Verb, e.Reply, nil)
	if t, ok := LookupTolerance(e.Leniency); ok {
		c.trace(TraceNote, fmt.Sprintf("tolerance %s: %d came after the reply to %s; it is dropped", t.Name, e.Reply.Code, e.Command.Verb))
	}
}
