package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
)

// exchange sends a command and waits for its final reply. If the server wants an account
// for it (532; RFC 959, Section 4.1.1), exchange sends the account of the login and then
// the command once more. The turn must be held.
func (c *Conn) exchange(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
	r, err := c.exchangeOnce(ctx, cmd)
	if cmd.Verb == "RNTO" || !c.wantsAccount(cmd, err) || !c.sendAccount(ctx) {
		return r, err
	}
	return c.exchangeOnce(ctx, cmd)
}

// wantsAccount reports whether cmd failed because the server wants an account, and there
// is one to send.
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

// sendAccount sends ACCT and reports whether it was accepted. If not, the caller gets the
// refusal of the command itself.
func (c *Conn) sendAccount(ctx context.Context) bool {
	_, err := c.exchangeOnce(ctx, protocol.Command{Verb: "ACCT", Arg: c.session.account})
	return err == nil
}

// giveAccount sends the account, as exchange does, for a transfer command.
var giveAccount = remedy{
	name:  "ACCT",
	cause: protocol.NeedAccount,
	fits:  func(o *opening, err error) bool { return o.c.wantsAccount(o.cmd, err) },
	apply: func(ctx context.Context, o *opening, _ *protocol.ReplyError) bool { return o.c.sendAccount(ctx) },
}
