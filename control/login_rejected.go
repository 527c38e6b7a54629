package control

import (
	"errors"
	"io/fs"

	"github.com/ftpwire/ftpwire/protocol"
)

// A RejectedLoginError reports a login that the server refused for who logs in: errors.Is
// matches fs.ErrPermission, whatever code the server used. What is wrong with the moment
// or the connection, such as too many users or a demand for TLS, is no such error. It is
// not temporary: another attempt with the same words may lock the user out.
type RejectedLoginError struct {
	Verb  protocol.Verb    // USER, PASS or ACCT
	Means protocol.Meaning // protocol.RejectedLogin, LockedOut or NeedAccount
	Err   error            // the refusal, a *[protocol.ReplyError], a *[MeaningError] or a *[ProxyError]
}

func (e *RejectedLoginError) Error() string { return e.Err.Error() }

// Is reports whether target is fs.ErrPermission.
func (e *RejectedLoginError) Is(target error) bool { return target == fs.ErrPermission }

// Unwrap returns the refusal.
func (e *RejectedLoginError) Unwrap() error { return e.Err }

// rejected returns err, that a login ended with, as what it is about.
func rejected(err error) error {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || !errors.Is(err, fs.ErrPermission) {
		return err // or a quirk says that it is not about who logs in, or may not say that it is
	}
	switch re.Verb {
	case "USER", "PASS", "ACCT":
	default:
		return err
	}
	switch m := re.Meaning(); m {
	case protocol.RejectedLogin, protocol.LockedOut, protocol.NeedAccount:
		return &RejectedLoginError{Verb: re.Verb, Means: m, Err: err}
	}
	return err
}
