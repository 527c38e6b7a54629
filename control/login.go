package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// maxLoginSteps bounds USER, PASS and ACCT together: a server could ask for ever.
const maxLoginSteps = 5

// Login logs in (RFC 959, Section 4.1.1) and prepares the session for transfers:
// PBSZ and PROT where TLS is up (RFC 4217, Section 9), FEAT, and OPTS UTF8 ON if
// the server lists UTF8. An account is sent only if the server asks for one.
//
// A wrong password or a missing account is a *[protocol.ReplyError] that matches
// fs.ErrPermission; the connection can be used to try again. A server that refuses
// to protect data connections is a *[SecurityError].
func (c *Conn) Login(ctx context.Context, user, password, account string) error {
	if err := sendable(protocol.Command{Verb: "USER", Arg: user}, protocol.Command{Verb: "PASS", Arg: password},
		protocol.Command{Verb: "ACCT", Arg: account}); err != nil {
		return err
	}
	c.redact.add(password)
	c.redact.add(account)
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if c.cleared() {
		return &SecurityError{Reason: "the control connection is in clear since CCC: no password can be sent"}
	}
	if err := c.login(ctx, user, password, account); err != nil {
		return err
	}
	c.loggedIn = true
	if err := c.protect(ctx); err != nil {
		return err
	}
	if err := c.negotiate(ctx); err != nil {
		return err
	}
	return c.clearCommands(ctx)
}

func (c *Conn) login(ctx context.Context, user, password, account string) error {
	if c.state() == protocol.StateAuthorized && !c.loggedIn {
		return nil // the greeting was 230
	}
	cmd := protocol.Command{Verb: "USER", Arg: user}
	for range maxLoginSteps {
		r, err := c.exchange(ctx, cmd)
		if err != nil {
			return err
		}
		switch c.state() {
		case protocol.StateAuthorized:
			return nil
		case protocol.StateNeedPassword:
			if cmd.Verb == "PASS" {
				return &protocol.ReplyError{Verb: "PASS", Reply: c.redact.Reply(r)}
			}
			cmd = protocol.Command{Verb: "PASS", Arg: password}
		case protocol.StateNeedAccount:
			if account == "" || cmd.Verb == "ACCT" {
				return &protocol.ReplyError{Verb: cmd.Verb, Reply: c.redact.Reply(r)} // 332: an account is wanted
			}
			cmd = protocol.Command{Verb: "ACCT", Arg: account}
		default:
			return &protocol.ReplyError{Verb: cmd.Verb, Reply: c.redact.Reply(r)}
		}
	}
	return &protocol.ViolationError{Verb: cmd.Verb, Reason: "the login does not come to an end"}
}

func (c *Conn) state() protocol.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.State()
}

func (c *Conn) protection() protocol.Protection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Protection()
}
