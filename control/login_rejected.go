package control

import (
	"errors"
	"io/fs"

	"github.com/ftpwire/ftpwire/protocol"
)

// A RejectedLoginError reports that the server refused the user, password or account:
// errors.Is matches fs.ErrPermission, whatever code the server used. A refusal for
// another reason, such as too many users or a demand for TLS, is not a
// RejectedLoginError. It is not temporary: another attempt with the same credentials may
// lock the user out.
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

// rejected returns err, the error of a login, as a *RejectedLoginError if it is one.
func rejected(err error) error {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || !errors.Is(err, fs.ErrPermission) {
		return err // a quirk may also say that it is not about the credentials, or be forbidden to say that it is
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
