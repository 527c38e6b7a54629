package ftpwire

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// appendAll adds the file to the end of the remote one.
func (u *upload) appendAll(ctx context.Context) error {
	before, err := u.c.sizeBefore(ctx, u.remote)
	if err != nil {
		return err
	}
	u.r.Before, u.base = before, before
	if u.o.Require&(ProofSize|ProofHash) != 0 && before < 0 {
		return u.unprovable("the server does not tell the size that the file had before")
	}
	if before < 0 {
		u.alg, u.reason = "", "the server does not tell the size that the file had before"
	}
	err = u.sendInto(ctx, func() error { return u.sendBy(ctx, uploadWay{verb: "APPE"}, 0) })
	if err == nil {
		u.from, u.to = before, before+u.r.Bytes
		err = u.check(ctx)
	}
	if err != nil && u.stored {
		return &onceAppendedError{err}
	}
	return err
}

// An onceAppendedError is the error of an append that the server had begun to take, which is not repeated.
type onceAppendedError struct{ err error }

func (e *onceAppendedError) Error() string {
	return errtext.Of(e.err) + "; it is not repeated, as a part may have been appended"
}

func (e *onceAppendedError) Unwrap() error { return e.err }
