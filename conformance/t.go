package conformance

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A T is what a case speaks to the server with. It has one current control
// connection, at first the shared session if the case needs a login, and its
// verbs end the case when the server does what the requirement excludes.
type T struct {
	run  *runner
	c    *Conn
	tape *tape

	lenient bool
	verdict Verdict
	reasons []string
	cause   error // why no session could be opened, if the server says so
	opened  []*Conn
	closers []func()
}

// stop unwinds a case that has its verdict.
type stop struct{}

func (t *T) note(v Verdict, format string, args ...any) {
	if v == Fail && t.lenient {
		v = Warn
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
	if what != "" {
		what = " to " + masked(what)
	}
	switch {
	case errors.Is(err, errSilence) && t.c.garbled != nil:
		t.Failf("what came%s is no reply: %v", what, t.c.garbled)
	case errors.Is(err, errSilence) && t.c.incomplete():
		t.Failf("a multi-line reply%s that never ends (%s)", what, t.run.opts.timeout())
	case errors.Is(err, errFlood) && t.c.unread <= floodBytes:
		t.Failf("the reply%s never ends: %d preliminary ones came", what, t.c.waits)
	case errors.Is(err, errFlood):
		t.Failf("the reply%s never ends: more than %d bytes", what, floodBytes)
	case errors.Is(err, errSilence):
		t.Failf("no reply%s within %s", what, t.run.opts.timeout())
	default:
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
	return r
}

// matches reports whether code is in the list. A number below 10 stands for all
// codes of its class.
func matches(code protocol.Code, list []int) bool {
	return slices.ContainsFunc(list, func(x int) bool { return x == int(code) || x == code.Class() })
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
		t.Failf("%s: got %s, want %s", why, brief(r), list(pass))
	}
}

// is returns its arguments: it lets a list of codes read as one.
func is(codes ...int) []int { return codes }

// list writes codes as "200, 202 or 4yz".
func list(codes []int) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		if words[i] = fmt.Sprint(c); c < 10 {
			words[i] += "yz"
		}
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// brief returns a reply as it stands in a reason.
func brief(r protocol.Reply) string {
	text := visible(r.LastLine())
	if len(text) > 80 {
		text = text[:80] + "..."
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, text))
}

// ok reports whether r is a positive completion.
func ok(r protocol.Reply) bool { return r.Code.Class() == 2 }

// unknown reports whether r says that the command is not implemented.
func unknown(r protocol.Reply) bool { return r.Code == 500 || r.Code == 502 }

// refused reports whether r is a 4yz or 5yz.
func refused(r protocol.Reply) bool { return r.Code.Class() == 4 || r.Code.Class() == 5 }

// Quiet fails if anything comes besides the reply to a NOOP: the NOOP is a
// barrier, after which a short wait suffices.
func (t *T) Quiet(why string) {
	r := t.Ask("NOOP")
	if !ok(r) && r.Code != 530 && !unknown(r) {
		t.Failf("%s: %s came in place of the reply to NOOP", why, brief(r))
	}
	t.Silent(why)
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

// Fresh opens a control connection of the case's own, reads the greeting and
// makes it the current one. It is closed when the case ends.
func (t *T) Fresh() *Conn {
	c := t.dial()
	t.greeting()
	return c
}

// dial is Fresh without the greeting.
func (t *T) dial() *Conn {
	c, err := t.run.dial(t.tape)
	if err != nil {
		t.cause = err
		t.unheard(err)
		t.Errorf("could not connect: %v", err)
	}
	t.opened = append(t.opened, c)
	t.c = c
	return c
}

// greeting reads the greeting: 220, perhaps behind a 120.
func (t *T) greeting() protocol.Reply {
	r, err := t.c.receive(t.run.opts.timeout())
	if err == nil && r.Code == 120 {
		r, err = t.c.receive(t.run.opts.timeout())
	}
	if err != nil {
		t.unheard(t.noGreeting(err))
		t.lost("", err)
	}
	t.run.deaf = 0
	if refused(r) {
		t.cause = &protocol.ReplyError{Reply: r}
	}
	t.WantIn(r, "the greeting", 2)
	return r
}

// Use makes c the current connection.
func (t *T) Use(c *Conn) { t.c = c }

// Open is Fresh, with TLS if the target's mode has it: ready for USER.
func (t *T) Open() *Conn {
	c := t.Fresh()
	if t.run.target.TLS == tlsx.ModeExplicit {
		t.AuthTLS()
	}
	return c
}

// AuthTLS sends AUTH TLS and performs the handshake.
func (t *T) AuthTLS() {
	r := t.Ask("AUTH TLS")
	if refused(r) {
		t.cause = &protocol.ReplyError{Verb: "AUTH", Reply: r}
		t.Failf("AUTH TLS is refused: %s", brief(r))
	}
	t.WantIn(r, "AUTH TLS", 234)
	t.handshake()
}

// handshake performs the TLS handshake behind an accepted AUTH.
func (t *T) handshake() {
	if len(t.c.pending) > 0 {
		t.Failf("bytes in clear text follow the 234 line: %q", visible(string(t.c.pending)))
	}
	err := t.c.startTLS()
	if _, ours := errors.AsType[*tls.CertificateVerificationError](err); ours {
		t.cause = err
		t.Errorf("%v", err)
	} else if err != nil {
		t.Failf("the TLS handshake failed: %v", err)
	}
	t.c.private, t.c.loggedIn = false, false
}

// Login logs in on the current connection, with the target's account.
func (t *T) Login() {
	if r, err := t.run.login(t.c); err != nil {
		if errors.Is(err, errTooMany) {
			t.Skipf("%v", err)
		}
		t.lost("the login", err)
	} else if !ok(r) {
		if refused(r) || r.Code == 332 {
			t.cause = &protocol.ReplyError{Verb: t.run.loginVerb, Reply: r}
		}
		t.Failf("the login was refused: %s", brief(r))
	}
}

// protect makes data connections private: PBSZ 0 and PROT P.
func (t *T) protect() {
	t.Must("PBSZ 0", 2)
	t.prot("P", 2)
}

// prot sends PROT and keeps track of the level that is in force.
func (t *T) prot(level string, codes ...int) protocol.Reply {
	r := t.Must("PROT "+level, codes...)
	if ok(r) {
		t.c.private = strings.EqualFold(level, "P")
	}
	return r
}

// Session opens a connection of the case's own, logs in and protects it as the
// target's mode says, and goes to the working directory.
func (t *T) Session() *Conn {
	c := t.Open()
	t.Login()
	if c.secure {
		t.protect()
	}
	t.enter()
	return c
}

// enter goes to the working directory of the run.
func (t *T) enter() {
	if dir := t.run.workDir; dir != "" {
		t.Must("CWD "+dir, 2)
	}
}

// Type sets the representation type unless it is in force.
func (t *T) Type(arg string) {
	if t.c.typ != arg {
		t.Must("TYPE "+arg, 2)
		t.c.typ = arg
	}
}

// Defer registers a function to be called when the case ends.
func (t *T) Defer(f func()) { t.closers = append(t.closers, f) }
