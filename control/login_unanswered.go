package control

import (
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// An UnansweredLoginError reports a login that ended without an answer after a password
// or an account was sent: the connection broke, or nothing came in time. Some servers
// close the connection on a wrong password, or if the user is banned, so another attempt
// may count against the user. It is not temporary.
type UnansweredLoginError struct {
	Verb protocol.Verb // PASS or ACCT
	Err  error         // how the connection ended
}

func (e *UnansweredLoginError) Error() string {
	return "ftp: the login ended without an answer to " + string(e.Verb) + ": " + errtext.Of(e.Err)
}

// Unwrap returns how the connection ended.
func (e *UnansweredLoginError) Unwrap() error { return e.Err }

// unanswered returns err, the error of sending cmd, as an *UnansweredLoginError if it is
// one.
func (l *login) unanswered(cmd protocol.Command, err error) error {
	if err == nil || l.c.Err() == nil || cmd.Verb != "PASS" && cmd.Verb != "ACCT" {
		return err
	}
	if _, answered := errors.AsType[*protocol.ReplyError](err); answered {
		return err
	}
	return &UnansweredLoginError{Verb: cmd.Verb, Err: err}
}
