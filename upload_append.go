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
	if !u.stored {
		return err
	}
	return onceStored(err, partAppended)
}

// A onceStoredError is the error of an upload that the server had begun to take, and that another attempt would add to: an append, or a
// file whose name the server chooses. It is not repeated.
type onceStoredError struct {
	err error
	why string
}

// onceStored returns err, so that it is not repeated for the reason why.
func onceStored(err error, why string) error {
	if !Temporary(err) {
		return err // which nobody repeats
	}
	return &onceStoredError{err, why}
}

// The reasons.
const (
	partAppended = "a part may have been appended"
	fileStored   = "the server may have stored a file under a name of its own"
)

func (e *onceStoredError) Error() string {
	return errtext.Of(e.err) + "; it is not repeated, as " + e.why
}

func (e *onceStoredError) Unwrap() error { return e.err }
