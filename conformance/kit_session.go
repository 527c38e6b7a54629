package conformance

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

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

// greeting reads the greeting: 220, perhaps after a 120.
func (t *T) greeting() protocol.Reply {
	r, err := t.c.receive(t.run.opts.timeout())
	if err == nil && r.Code == 120 {
		r, err = t.c.receive(t.run.opts.timeout())
	}
	if err != nil {
		t.unheard(t.noGreeting(err))
		if c := t.c; errors.Is(err, errSilence) && (c.garbled != nil || c.incomplete()) {
			t.silent = true
			t.blame(ownGreeting, "the greeting: %v", t.noGreeting(err))
		}
		t.lost("", err)
	}
	t.run.deaf = 0
	if refused(r) {
		t.cause = &protocol.ReplyError{Reply: r}
	}
	if !ok(r) {
		t.blame(ownGreeting, "the greeting: got %s, want 220", brief(r))
	}
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

// AuthTLS sends AUTH TLS, or what the target says in its place, and performs the handshake.
func (t *T) AuthTLS() {
	line := "AUTH " + cmp.Or(t.run.target.Auth, "TLS")
	r := t.Ask(line)
	if r.Code == 431 { // what is needed is not there now: it may be the next time
		if again := t.Ask(line); again.Code == 234 {
			t.run.found(ownAuthTLS, Warn, t.c, fmt.Sprintf("%s: %s; the same again: %s", line, brief(r), brief(again)))
			r = again
		}
	}
	if refused(r) {
		t.cause = &protocol.ReplyError{Verb: "AUTH", Reply: r}
		t.Failf("%s is refused: %s", line, brief(r))
	}
	if r.Code != 234 {
		t.blame(ownAuthTLS, "%s: got %s, want 234", line, brief(r))
	}
	t.handshake()
}

// handshake performs the TLS handshake after an accepted AUTH.
func (t *T) handshake() {
	if len(t.c.pending) > 0 {
		t.blame(ownAfter234, "bytes in clear text follow the 234 line: %q", visible(string(t.c.pending)))
	}
	err := t.c.startTLS()
	if distrusted(err) {
		t.cause = err
		t.Errorf("%v", err)
	} else if err != nil {
		t.stumbled = true
		t.Failf("the TLS handshake failed: %v", err)
	}
	t.c.private, t.c.loggedIn = false, false
}

// distrusted reports whether a handshake failed over the server's certificate.
func distrusted(err error) bool {
	_, byTLS := errors.AsType[*tls.CertificateVerificationError](err)
	_, byUs := errors.AsType[*tlsx.CertificateError](err)
	return byTLS || byUs
}

// Login logs in on the current connection, with the target's account.
func (t *T) Login() {
	if r, err := t.run.login(t.c); err != nil {
		t.notLoggedIn(err)
	} else if !ok(r) {
		if refused(r) || r.Code == 332 {
			t.cause = &protocol.ReplyError{Verb: t.run.loginVerb, Reply: r}
		}
		if r.Code == 503 {
			t.suspect(ownNoHost)
		}
		t.Failf("the login was refused: %s", brief(r))
	}
}

// notLoggedIn ends a case whose login came to no reply.
func (t *T) notLoggedIn(err error) {
	if _, forbidden := errors.AsType[*forbiddenError](err); forbidden || errors.Is(err, errTooMany) {
		t.Skipf("%v", err)
	}
	if errors.Is(err, errNoChallenge) {
		t.cause = err
		t.Errorf("%v", err)
	}
	t.lost("the login", err)
}

// protect makes data connections private: PBSZ 0 and PROT P.
func (t *T) protect() {
	t.wantOf(ownPBSZ, "PBSZ 0", 2)
	t.wantOf(ownPROT, "PROT P", 2)
	t.c.private = true
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
		t.wantOf(ownCWD, "CWD "+dir, 2)
	}
}

// Type sets the representation type unless it is in force.
func (t *T) Type(arg string) {
	if t.c.typ != arg {
		owner := ownTypeI
		if strings.HasPrefix(arg, "A") {
			owner = ownTypeA
		}
		t.wantOf(owner, "TYPE "+arg, 2)
		t.c.typ = arg
	}
}
