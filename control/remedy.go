package control

import (
	"context"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// A remedy may help an [opening] that failed: it sends or notices something, and the
// opening begins again.
type remedy struct {
	name  string           // what is done
	cause protocol.Meaning // the meaning of the refusal; Unexplained if only fits decides
	fits  func(o *opening, err error) bool

	// apply reports whether another attempt is worth it. refusal is the one with that
	// cause, or nil.
	apply func(ctx context.Context, o *opening, refusal *protocol.ReplyError) bool
}

// remedies are tried in this order, each at most once in an opening, whether it helped or
// not: a server that keeps refusing gets at most len(remedies)+1 attempts.
//
// A transfer that may have begun must not be tried again: a cause always belongs to a
// refusal, and fits must check the other cases.
var remedies = [...]*remedy{
	&giveAccount,
	&tellFirst,
	&listUnreversed, // the 425 that may follow has no other cause
	&otherCommand,
	&raiseProt,
	&makeRoom,
}

// otherCommand opens the data connection by another command, because the manager has
// learned that the one before does not work.
var otherCommand = remedy{
	name:  "PORT for EPRT",
	cause: protocol.DataChannel,
	fits:  func(o *opening, _ error) bool { return o.another },
	apply: func(context.Context, *opening, *protocol.ReplyError) bool { return true },
}

// remedied applies the first remedy that fits the error of an attempt, and reports whether
// another one is worth it.
func (o *opening) remedied(ctx context.Context, err error) bool {
	for _, r := range remedies {
		if o.c.Err() != nil {
			return false
		}
		refusal := refusalFor(r.cause, err)
		if slices.Contains(o.used, r) || refusal == nil && r.cause != protocol.Unexplained || !r.fits(o, err) {
			continue
		}
		o.used = append(o.used, r)
		if r.apply(ctx, o, refusal) {
			return true
		}
	}
	return false
}

// refusalFor returns the first refusal in err with that cause, or nil. err may hold one of
// EPSV and one of PASV.
func refusalFor(cause protocol.Meaning, err error) *protocol.ReplyError {
	switch e := err.(type) {
	case *protocol.ReplyError:
		if e.Meaning() == cause {
			return e
		}
	case interface{ Unwrap() error }:
		return refusalFor(cause, e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			if re := refusalFor(cause, err); re != nil {
				return re
			}
		}
	}
	return nil
}
