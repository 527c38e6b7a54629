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
	want := c.dataLevel()
	level := "C"
	if want != protocol.LevelClear {
		level = string(rune(want))
	}
	err := c.setLevel(ctx, level)
	if refused, ok := err.(*SecurityError); ok && c.cfg.ClearData && c.sess != nil && prot(refused) {
		c.trace(TraceNote, "the server refuses PROT C; data connections are protected")
		level, want = "P", protocol.LevelPrivate
		err = c.setLevel(ctx, level)
	}
	if err != nil {
		return err
	}
	if got := c.protection().Data; got != want {
		return &SecurityError{Reason: "PROT " + level + " did not take effect"}
	}
	if want == protocol.LevelClear {
		c.trace(TraceNote, "PROT C: names and contents of files travel in clear")
	}
	return nil
}

// DataProtection returns how data connections are protected, as PROT has settled it.
func (c *Conn) DataProtection() protocol.Level { return c.protection().Data }

// prot reports whether it was PROT that the server refused.
func prot(e *SecurityError) bool {
	re, ok := e.Err.(*protocol.ReplyError)
	return ok && re.Verb == "PROT"
}

// setLevel sends PBSZ and PROT. A refusal is a *SecurityError.
func (c *Conn) setLevel(ctx context.Context, level string) error {
	for _, cmd := range []protocol.Command{{Verb: "PBSZ", Arg: c.bufferSize()}, {Verb: "PROT", Arg: level}} {
		_, err := c.exchange(ctx, cmd)
		if err == nil {
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
		return &SecurityError{Reason: "the server refuses " + cmd.String() + ", so data connections are not protected as demanded", Err: re, Mechanism: c.mechanismName()}
	}
	return nil
}

// impliedBy reports whether a server of implicit TLS just does not know the command
// for what it does anyway. Data connections start with TLS then, and fail if it does not.
func (c *Conn) impliedBy(re *protocol.ReplyError, level string) bool {
	if c.cfg.Security != SecurityImplicit || level != "P" || c.protection().Data != protocol.LevelPrivate {
		return false
	}
	return re.Meaning() == protocol.UnknownCommand
}
