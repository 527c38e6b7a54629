package control

import (
	"context"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// A remedy is what may help an [opening] that failed: something is sent or noticed, and the
// opening begins again.
type remedy struct {
	name  string           // what is done
	cause protocol.Meaning // of the refusal; Unexplained if fits judges alone
	fits  func(o *opening, err error) bool

	// apply reports whether another attempt is worth it. The refusal is the one with that
	// cause, or nil.
	apply func(ctx context.Context, o *opening, refusal *protocol.ReplyError) bool
}

// remedies are tried in this order, each at most once in an opening, whatever became of it:
// a server that keeps refusing is asked len(remedies)+1 times at most.
//
// Nothing may be tried again of which something may have begun: a meaning is of a refusal,
// and fits must see to the rest.
var remedies = [...]*remedy{
	&giveAccount,
	&tellFirst,
	&listUnreversed, // the 425 that may follow is of no other cause
	&otherCommand,
	&raiseProt,
	&makeRoom,
}

// otherCommand opens the data connection by another command: the manager has learned that
// the one before leads to nothing.
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

// refusalFor returns the first refusal in err with that cause, or nil. There may be one of
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
