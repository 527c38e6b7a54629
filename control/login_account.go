package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
)

// exchange sends a command and waits for its final reply. A server that wants an
// account for it (532; RFC 959, Section 4.1.1) is given that of the login, and the
// command once more. The turn must be held.
func (c *Conn) exchange(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
	r, err := c.exchangeOnce(ctx, cmd)
	if cmd.Verb == "RNTO" || !c.wantsAccount(cmd, err) || !c.sendAccount(ctx) {
		return r, err
	}
	return c.exchangeOnce(ctx, cmd)
}

// wantsAccount reports whether cmd failed for want of an account that we have.
func (c *Conn) wantsAccount(cmd protocol.Command, err error) bool {
	if err == nil || c.session.account == "" || c.cleared() {
		return false
	}
	switch upper(cmd.Verb) {
	case "USER", "PASS", "ACCT":
		return false
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && re.Meaning() == protocol.NeedAccount && re.Verb == upper(cmd.Verb) && c.Err() == nil
}

// sendAccount sends ACCT and reports whether it was accepted. If not, the refusal of
// the command itself is what the caller learns.
func (c *Conn) sendAccount(ctx context.Context) bool {
	_, err := c.exchangeOnce(ctx, protocol.Command{Verb: "ACCT", Arg: c.session.account})
	return err == nil
}

// giveAccount is what exchange does, for the transfer command itself.
var giveAccount = remedy{
	name:  "ACCT",
	cause: protocol.NeedAccount,
	fits:  func(o *opening, err error) bool { return o.c.wantsAccount(o.cmd, err) },
	apply: func(ctx context.Context, o *opening, _ *protocol.ReplyError) bool { return o.c.sendAccount(ctx) },
}
