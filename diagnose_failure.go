package ftpwire

import (
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A failure is an error and what the rules ask about it.
type failure struct {
	err error
	p   *Profile // of the session; nil if it is not known

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

func newFailure(err error, p *Profile) *failure {
	f := &failure{err: err, p: p}
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

// evidence returns what shows that found is the cause: found itself, and what else was
// seen of the server and the data connections.
func (f *failure) evidence(found error) []string {
	var all []string
	add := func(err error) {
		if text := errtext.Of(err); !slices.Contains(all, text) && !strings.Contains(strings.Join(all, "\n"), text) {
			all = append(all, text)
		}
	}
	add(found)
	for _, re := range f.replies {
		add(re)
	}
	for _, o := range f.opens {
		add(o)
	}
	return all
}

// has reports whether the session is known to have a field set.
func (f *failure) has(field Field) bool {
	if f == nil || f.p == nil || field == "" {
		return false
	}
	v := fieldOf(new(*f.p), field)
	return v.IsValid() && !v.IsZero()
}

// useless reports whether a change can't help: it is made already, it has no effect in
// such a session, or what failed was just that. Nothing is useless for no failure.
func (f *failure) useless(c Change) bool {
	if f == nil {
		return false
	}
	if f.p != nil && (c.Holds(f.p) || !c.works(f.p)) {
		return true
	}
	if c.Field != fieldDataMode {
		return false
	}
	switch c.Value {
	case "active":
		return f.tried("EPRT") || f.tried("PORT") || f.tried("active")
	case "passive":
		return f.tried("EPSV") || f.tried("PASV")
	}
	return f.tried(protocol.Verb(c.Value))
}

// tried reports whether the error shows that a way to open data connections failed.
func (f *failure) tried(v protocol.Verb) bool {
	return f.timeout != nil && f.timeout.Verb == v || f.closed != nil && f.closed.Verb == v ||
		slices.ContainsFunc(f.replies, func(re *protocol.ReplyError) bool { return re.Verb == v }) ||
		slices.ContainsFunc(f.opens, func(o *datachan.OpenError) bool { return o.Mode == string(v) })
}

// inClear reports whether the session is known to have no TLS.
func (f *failure) inClear() bool {
	return f.p != nil && f.p.Protocol().Security() == control.SecurityNone && f.p.Mechanism == nil
}

// inTLS reports whether the session is known to have TLS.
func (f *failure) inTLS() bool {
	if f.p == nil {
		return false
	}
	s := f.p.Protocol().Security()
	return s == control.SecurityExplicit || s == control.SecurityImplicit
}

// active reports whether the server is known to open data connections.
func (f *failure) active() bool {
	return slices.ContainsFunc(f.opens, isActive) || f.p != nil && active(f.p.dataMode())
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

// being finds an error of the network that is of a kind.
func being(kind func(error) bool) finder {
	return func(f *failure) error {
		if !kind(f.err) {
			return nil
		}
		if op, ok := errors.AsType[*net.OpError](f.err); ok && kind(op) {
			return op
		}
		number, _ := errors.AsType[syscall.Errno](f.err)
		return number
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

// when finds what then finds, if cond holds.
func when(cond func(*failure) bool, then finder) finder {
	return func(f *failure) error {
		if !cond(f) {
			return nil
		}
		return then(f)
	}
}

// unless finds what then finds, if cond does not hold.
func unless(cond func(*failure) bool, then finder) finder {
	return when(func(f *failure) bool { return !cond(f) }, then)
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
