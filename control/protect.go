package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// protect settles the protection of data connections: PBSZ, then PROT (RFC 4217,
// Section 9). A server that wants more protection than the Config asks for gets it.
func (c *Conn) protect(ctx context.Context) error {
	if !c.protection().Secured() {
		return nil
	}
	want := c.cfg.protects("RETR")
	if c.cfg.ClearCommandChannel && c.cfg.protectsApart() {
		want = ProtectPrivate // for all: it can't be changed after CCC
	}
	return c.setProtection(ctx, c.level(want))
}

// setProtection sends PBSZ and PROT for a level, and PROT P where the server refuses PROT C.
func (c *Conn) setProtection(ctx context.Context, want protocol.Level) error {
	level := "C"
	if want != protocol.LevelClear {
		level = string(rune(want))
	}
	err := c.setLevel(ctx, level)
	if refused, ok := err.(*SecurityError); ok && want == protocol.LevelClear && c.sess != nil {
		switch {
		case c.staysClear(refused):
			c.trace(TraceNote, "the server does not know PBSZ and PROT; as PROT C was asked for, names and contents of files travel in clear")
			return nil
		case prot(refused) || c.cfg.Security == SecurityImplicit:
			c.trace(TraceNote, "the server refuses PROT C; data connections are protected")
			c.session.noClear = true
			level, want = "P", protocol.LevelPrivate
			err = c.setLevel(ctx, level)
		}
	}
	if err != nil {
		return err
	}
	if got := c.protection().Data; got != want {
		return &SecurityError{Reason: "PROT " + level + " did not take effect", NoClearData: level == "C"}
	}
	if want == protocol.LevelClear {
		c.trace(TraceNote, "PROT C: names and contents of files travel in clear")
	}
	return nil
}

// DataProtection returns how data connections are protected, as PROT has settled it.
func (c *Conn) DataProtection() protocol.Level { return c.protection().Data }

// prot reports whether the server refused PROT.
func prot(e *SecurityError) bool {
	re, ok := e.Err.(*protocol.ReplyError)
	return ok && re.Verb == "PROT"
}

// staysClear reports whether a server that does not know PROT, or refuses PBSZ, which must
// precede it, can be left alone: data connections are in clear then, as they are until PROT
// says otherwise (RFC 4217, Section 9).
func (c *Conn) staysClear(e *SecurityError) bool {
	re, ok := e.Err.(*protocol.ReplyError)
	if !ok || c.protection().Data != protocol.LevelClear {
		return false
	}
	return re.Meaning() == protocol.UnknownCommand || re.Verb == "PBSZ" && !re.Transient()
}

// setLevel sends PBSZ and PROT. A refusal is a *SecurityError.
func (c *Conn) setLevel(ctx context.Context, level string) error {
	for _, cmd := range []protocol.Command{{Verb: "PBSZ", Arg: c.bufferSize()}, {Verb: "PROT", Arg: level}} {
		if cmd.Verb == "PBSZ" && c.session.sized {
			continue
		}
		_, err := c.exchange(ctx, cmd)
		if err == nil {
			c.session.sized = true
			continue
		}
		re, refused := err.(*protocol.ReplyError)
		if !refused {
			return err
		}
		if c.impliedBy(re, level) {
			c.trace(TraceNote, cmd.String()+" is refused; on a port of implicit TLS data connections are protected without it")
			continue
		}
		return &SecurityError{Reason: "the server refuses " + cmd.String() + ", so data connections are not protected as demanded", Err: re, Mechanism: c.mechanismName(), NoClearData: cmd.Arg == "C"}
	}
	return nil
}

// impliedBy reports whether a server with implicit TLS merely does not know the command,
// since it protects data connections anyway. They then start with TLS, and fail if the
// server does not.
func (c *Conn) impliedBy(re *protocol.ReplyError, level string) bool {
	if c.cfg.Security != SecurityImplicit || level != "P" || c.protection().Data != protocol.LevelPrivate {
		return false
	}
	return re.Meaning() == protocol.UnknownCommand
}
