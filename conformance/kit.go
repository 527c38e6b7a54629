package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A T is what a case speaks to the server with. It has one current control
// connection, at first the shared session if the case needs a login, and its
// verbs end the case when the server does what the requirement excludes.
type T struct {
	run  *runner
	id   string // of the case; "" in setting up and cleaning up
	c    *Conn
	tape *tape

	suspects   []string // the cases to which a step belongs that failed
	stepped    int      // how many of them are of steps; the others are basics
	lenient    bool
	stumbled   bool   // a connection was lost, which may not happen the next time
	missed     bool   // what the case demands is missed, though it is lenient
	unanswered string // the command that got no reply
	silent     bool   // the server owes a reply
	verdict    Verdict
	reasons    []string
	cause      error // why no session could be opened, if the server says so
	opened     []*Conn
	closers    []func()
}

// stop unwinds a case that has its verdict.
type stop struct{}

func (t *T) note(v Verdict, format string, args ...any) {
	if v == Fail && t.lenient {
		v, t.missed = Warn, true
	}
	text := t.run.secret.text(fmt.Sprintf(format, args...))
	switch {
	case v > t.verdict:
		t.verdict, t.reasons = v, []string{text}
	case v == t.verdict:
		t.reasons = append(t.reasons, text)
	}
}

func (t *T) end(v Verdict, format string, args ...any) {
	t.note(v, format, args...)
	panic(stop{})
}

// Failf ends the case: the server misses what it must do.
func (t *T) Failf(format string, args ...any) { t.end(Fail, format, args...) }

// Errorf ends the case: the check could not be carried out, for a reason of ours.
func (t *T) Errorf(format string, args ...any) { t.end(Error, format, args...) }

// Skipf ends the case: something it needs is missing.
func (t *T) Skipf(format string, args ...any) { t.end(Skip, format, args...) }

// Unimplf ends the case: something optional is not implemented.
func (t *T) Unimplf(format string, args ...any) { t.end(Unimpl, format, args...) }

// Warnf records a deviation that clients live with. The case goes on.
func (t *T) Warnf(format string, args ...any) { t.note(Warn, format, args...) }

// Infof records a fact. The case goes on.
func (t *T) Infof(format string, args ...any) { t.note(Note, format, args...) }

// Send sends one command line, without waiting for the reply.
func (t *T) Send(line string) {
	if err := t.c.send(line); err != nil {
		t.unsent(line, err)
	}
}

// unsent ends a case whose bytes did not go out: if they must not, that says
// nothing about the server.
func (t *T) unsent(what string, err error) {
	if f, ok := errors.AsType[*forbiddenError](err); ok {
		t.Skipf("%v", f)
	}
	t.lost(what, errEnded)
}

// RawWrite sends bytes as they are.
func (t *T) RawWrite(b string) {
	t.c.strays()
	t.c.loose = true
	if err := t.c.transmit([]byte(b), b, func() {}); err != nil {
		t.unsent("raw bytes", err)
	}
}

// Reply waits for the next reply. Silence is a failure of the server.
func (t *T) Reply() protocol.Reply {
	r, err := t.c.receive(t.run.opts.timeout())
	if err != nil {
		t.lost("", err)
	}
	return r
}

func (t *T) lost(what string, err error) {
	t.silent = errors.Is(err, errSilence)
	if t.silent {
		t.unanswered = what
	}
	if what != "" {
		what = " to " + masked(what)
	}
	switch {
	case errors.Is(err, errSilence) && t.c.garbled != nil:
		t.suspects = slices.Insert(t.suspects, 0, monSyntax, monCRLF) // whatever else may be wrong
		t.Failf("what came%s is no reply: %v", what, t.c.garbled)
	case errors.Is(err, errSilence) && t.c.incomplete():
		t.suspect("rfc959-4.2-multiline-same-code")
		t.Failf("a multi-line reply%s that never ends (%s)", what, t.run.opts.timeout())
	case errors.Is(err, errFlood) && t.c.unread <= floodBytes:
		t.Failf("the reply%s never ends: %d preliminary ones came", what, t.c.waits)
	case errors.Is(err, errFlood):
		t.Failf("the reply%s never ends: more than %d bytes", what, floodBytes)
	case errors.Is(err, errSilence):
		t.Failf("no reply%s within %s", what, t.run.opts.timeout())
	default:
		t.stumbled = true
		t.Failf("the server closed the connection instead of replying%s", what)
	}
}

// Ask sends a command and returns its first reply.
func (t *T) Ask(line string) protocol.Reply {
	t.Send(line)
	r, err := t.c.receive(t.run.opts.timeout())
	if err != nil {
		t.lost(line, err)
	}
	if r.Code == 431 && strings.HasPrefix(line, "AUTH ") { // it has TLS at times
		t.suspect(ownAuthTLS)
	}
	return r
}

// Want reads a reply and fails, with the sentence why, unless its code is one of
// codes; a number below 10 stands for a whole class.
func (t *T) Want(why string, codes ...int) protocol.Reply {
	r := t.Reply()
	t.WantIn(r, why, codes...)
	return r
}

// WantIn is Want for a reply that has been read.
func (t *T) WantIn(r protocol.Reply, why string, codes ...int) {
	if !matches(r.Code, codes) {
		t.suspect(ownersOfTLS(t.c, r)...)
		t.Failf("%s: got %s, want %s", why, brief(r), list(codes))
	}
}

// Must sends a command and wants one of codes for it.
func (t *T) Must(line string, codes ...int) protocol.Reply {
	r := t.Ask(line)
	t.WantIn(r, masked(line), codes...)
	return r
}

// Grade judges a reply in two steps: nothing for the codes of pass, a warning
// for those of warn, failure otherwise.
func (t *T) Grade(r protocol.Reply, why string, pass, warn []int) {
	switch {
	case matches(r.Code, pass):
	case matches(r.Code, warn):
		t.Warnf("%s: got %s, want %s", why, brief(r), list(pass))
	default:
		t.suspect(ownersOfTLS(t.c, r)...)
		t.Failf("%s: got %s, want %s", why, brief(r), list(pass))
	}
}

// Silent fails if a reply comes within a short time.
func (t *T) Silent(why string) {
	if r, err := t.c.receive(quiet); err == nil {
		t.Failf("%s: got an unexpected %s", why, brief(r))
	}
}

// WantEnd fails unless the server closes the control connection in time.
func (t *T) WantEnd(why string) {
	c := t.c
	c.goodbye = true
	deadline := time.Now().Add(min(5*time.Second, t.run.opts.timeout()))
	for !c.ended {
		if _, err := c.receive(time.Until(deadline)); errors.Is(err, errSilence) || time.Now().After(deadline) {
			t.Failf("%s: the control connection is still open", why)
		}
	}
}

// Defer registers a function to be called when the case ends.
func (t *T) Defer(f func()) { t.closers = append(t.closers, f) }
