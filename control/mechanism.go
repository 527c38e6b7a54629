package control

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// A Mechanism protects a session with a security mechanism of RFC 2228 in place of TLS:
// AUTH and ADAT set it up, commands travel inside MIC, CONF or ENC, replies inside 63z,
// and data connections carry protected blocks.
type Mechanism struct {
	// New returns the client's side of a new security exchange. Its name is the argument
	// of AUTH. It must be a [protocol.BlockProtector], unless ClearData leaves data
	// connections in clear; then a [protocol.Protector] is enough.
	New func() protocol.Mechanism

	// Commands is the level of commands, from USER on: MIC, CONF or ENC. Replies must
	// have it, too. If zero, it is LevelPrivate. With LevelSafe the password can be read.
	Commands protocol.Level

	// Data is the level of data connections: PROT S, E or P. If zero, it is LevelPrivate.
	// With LevelConfidential alone an attacker on the path cannot read the data but can
	// change or cut it unnoticed.
	Data protocol.Level

	// Buffer is the size of the largest protected block that is accepted and sent, in
	// octets (PBSZ); the server may want smaller ones. If zero, it is 1 MiB.
	Buffer uint32
}

// maxTokens is how many tokens this side sends in a security exchange at most, so that a
// server cannot go on for ever.
const maxTokens = 32

func (m *Mechanism) commands() protocol.Level { return cmp.Or(m.Commands, protocol.LevelPrivate) }
func (m *Mechanism) data() protocol.Level     { return cmp.Or(m.Data, protocol.LevelPrivate) }
func (m *Mechanism) buffer() uint32           { return cmp.Or(m.Buffer, 1<<20) }

// checkMechanism refuses impossible settings before a connection is opened.
func (c *Config) checkMechanism() error {
	m := c.Mechanism
	if m == nil {
		return nil
	}
	refuse := func(reason string) error { return &SecurityError{Reason: "Config.Mechanism: " + reason} }
	if c.Security != SecurityNone {
		return refuse("a security mechanism stands in place of TLS; it needs Security to be SecurityNone, not " + c.Security.String())
	}
	if len(c.Auth) > 0 {
		return refuse("AUTH names the mechanism; Auth is for TLS")
	}
	if m.New == nil {
		return refuse("New is missing")
	}
	mech := m.New()
	if mech == nil {
		return refuse("New returns nil")
	}
	p, ok := mech.(protocol.Protector)
	if !ok || !p.Offers(m.commands()) {
		return refuse(mech.Name() + " does not protect commands at the level " + m.commands().String())
	}
	if _, ok := mech.(protocol.BlockProtector); c.protects("RETR") != ProtectClear && (!ok || !p.Offers(m.data())) {
		return refuse(mech.Name() + " does not protect data connections at the level " + m.data().String())
	}
	return nil
}

// mechanism returns the mechanism that AUTH names, for the machine.
func (c *Config) mechanism(name string) protocol.Mechanism {
	if c.Mechanism != nil {
		if m := c.Mechanism.New(); strings.EqualFold(m.Name(), name) {
			return m
		}
	}
	return protocol.TLS()
}

// secureByMechanism runs the security exchange (RFC 2228, Section 3), with the turn held.
// If it fails, the session does not go on.
func (c *Conn) secureByMechanism(ctx context.Context) error {
	name := c.cfg.Mechanism.New().Name()
	cmd := protocol.Command{Verb: "AUTH", Arg: name}
	for range maxTokens {
		r, err := c.exchange(ctx, cmd)
		if refused(err) {
			return &SecurityError{Reason: "the server refuses the security mechanism " + name, Err: err, Mechanism: name}
		}
		if err != nil {
			return err
		}
		next, done, err := c.nextToken(r)
		if err != nil {
			return &SecurityError{Reason: "the security exchange (" + name + ") failed", Err: err, Mechanism: name}
		}
		if done {
			c.trace(TraceNote, "security mechanism "+name+": commands are "+c.cfg.Mechanism.commands().String())
			return nil
		}
		cmd = next
	}
	return &SecurityError{Reason: "the security exchange (" + name + ") does not end", Mechanism: name}
}

// nextToken hands the mechanism a reply of the exchange. Once the exchange is complete,
// commands are protected.
func (c *Conn) nextToken(r protocol.Reply) (next protocol.Command, done bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead != nil {
		return next, false, c.dead
	}
	if next, done, err = c.machine.NextADAT(r); err == nil && done {
		err = c.machine.ProtectCommands(c.cfg.Mechanism.commands())
	}
	return next, done, err
}

// level returns the argument of PROT for p.
func (c *Conn) level(p Protect) protocol.Level {
	switch {
	case p == ProtectClear:
		return protocol.LevelClear
	case c.cfg.Mechanism != nil:
		return c.cfg.Mechanism.data()
	}
	return protocol.LevelPrivate
}

// mechanismName returns the name of the Config's mechanism, "" under TLS and in clear.
func (c *Conn) mechanismName() string {
	if c.cfg.Mechanism == nil {
		return ""
	}
	return c.cfg.Mechanism.New().Name()
}

// bufferSize returns the argument of PBSZ. TLS has no blocks (RFC 4217, Section 9).
func (c *Conn) bufferSize() string {
	if c.cfg.Mechanism == nil {
		return "0"
	}
	return strconv.FormatUint(uint64(c.cfg.Mechanism.buffer()), 10)
}

// protectData protects a data connection that was just opened with the mechanism, if
// there is one, and returns the level.
func (c *Conn) protectData(dc *datachan.Conn) protocol.Level {
	c.mu.Lock()
	blocks, p := c.machine.DataBlocks(), c.machine.Protection()
	c.mu.Unlock()
	if blocks == nil {
		return protocol.LevelClear
	}
	dc.Protect(blocks, p.Buffer)
	return p.Data
}

// clearRefusal returns the error for a refusal that came in clear to a protected command,
// or nil. The server could not open the command, or wants it at another level. The error
// is not a *[protocol.ReplyError] itself, so that nobody takes it for the server's answer
// to the command: anybody on the path can have sent it. c.mu must be held.
func (c *Conn) clearRefusal(e protocol.Event) error {
	if c.cfg.Mechanism == nil || !c.machine.Protection().Secured() || e.Outcome != protocol.Failure || e.Level != protocol.LevelClear || e.Reply.Code == 421 {
		return nil
	}
	reason := "the server refuses the command in clear text"
	switch e.Reply.Code {
	case 533:
		reason = "the server wants the command protected at another level"
	case 535:
		reason = "the command failed the server's security check"
	case 537:
		reason = "the server's mechanism does not have the level " + c.cfg.Mechanism.commands().String()
	}
	return &SecurityError{Reason: reason, Err: &protocol.ReplyError{Verb: e.Command.Verb, Reply: e.Reply}, Mechanism: c.machine.Protection().Mechanism}
}
