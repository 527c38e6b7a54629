package ftpwire

import (
	"errors"
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// A failure is an error and what the rules ask about it.
type failure struct {
	err error

	// reply is the refusal that tells most, or nil. A refusal that led to another failure
	// does not count, such as that of EPSV if PASV then failed in another way.
	reply *protocol.ReplyError
	means protocol.Meaning // of reply

	transfer *control.TransferError // or nil
	opens    []*datachan.OpenError  // data connections that could not be opened
	timeout  *control.TimeoutError  // or nil
	replies  []*protocol.ReplyError // all of them, in the order of the text
	closed   *control.ClosedError   // or nil
}

func newFailure(err error) *failure {
	f := &failure{err: err}
	f.collect(err)
	f.transfer, _ = errors.AsType[*control.TransferError](err)
	f.timeout, _ = errors.AsType[*control.TimeoutError](err)
	f.closed, _ = errors.AsType[*control.ClosedError](err)
	for _, re := range f.replies {
		if f.reply == nil || f.reply.Verb.IsDataAddress() {
			f.reply = re
		}
	}
	if f.reply != nil && f.reply.Verb.IsDataAddress() && len(f.opens) > 0 {
		f.reply = nil
	}
	if f.reply != nil {
		f.means = f.reply.Meaning()
	}
	return f
}

// collect finds what an error may hold several times, where errors were joined.
func (f *failure) collect(err error) {
	switch e := err.(type) {
	case *protocol.ReplyError:
		f.replies = append(f.replies, e)
	case *datachan.OpenError:
		f.opens = append(f.opens, e)
	case *control.MeaningError:
		f.replies = append(f.replies, e.Reply)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			f.collect(next)
		}
	case interface{ Unwrap() []error }:
		for _, next := range e.Unwrap() {
			f.collect(next)
		}
	}
}

// A finder returns the part of a failure that shows a cause, or nil.
type finder = func(*failure) error

// is finds an error that is one of targets.
func is(targets ...error) finder {
	return func(f *failure) error {
		for _, t := range targets {
			if errors.Is(f.err, t) {
				return t
			}
		}
		return nil
	}
}

// a finds an error of a type that all of conds hold for.
func a[T error](conds ...func(T) bool) finder {
	return func(f *failure) error {
		e, ok := errors.AsType[T](f.err)
		if !ok {
			return nil
		}
		for _, holds := range conds {
			if !holds(e) {
				return nil
			}
		}
		return e
	}
}

// refused finds a refusal that means one of these, in reply to a verb that on holds for.
func refused(on func(protocol.Verb) bool, means ...protocol.Meaning) finder {
	return func(f *failure) error {
		if f.reply == nil || !on(f.reply.Verb) || !slices.Contains(means, f.means) {
			return nil
		}
		return f.reply
	}
}

// anyVerb and verbs say which command was refused.
func anyVerb(protocol.Verb) bool { return true }

func verbs(list ...protocol.Verb) func(protocol.Verb) bool {
	return func(v protocol.Verb) bool { return slices.Contains(list, v) }
}

// both finds what then finds, if first finds something too.
func both(first, then finder) finder {
	return func(f *failure) error {
		if first(f) == nil {
			return nil
		}
		return then(f)
	}
}

// without finds what then finds, unless first finds something.
func without(first, then finder) finder {
	return func(f *failure) error {
		if first(f) != nil {
			return nil
		}
		return then(f)
	}
}

// either finds what the first of them does that finds anything.
func either(finders ...finder) finder {
	return func(f *failure) error {
		for _, find := range finders {
			if found := find(f); found != nil {
				return found
			}
		}
		return nil
	}
}

// words makes the words of an advice out of an error of a type.
func words[T error](of func(T) []string) func(error) []string {
	return func(err error) []string {
		if e, ok := err.(T); ok {
			return of(e)
		}
		return nil
	}
}

// verbOf is the verb of a refusal, as a word.
var verbOf = words(func(e *protocol.ReplyError) []string { return []string{string(e.Verb)} })
