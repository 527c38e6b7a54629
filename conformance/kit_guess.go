package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A guess is one login with a wrong password.
type guess struct {
	what string         // such as "a wrong password"
	user protocol.Reply // to USER
	pass protocol.Reply // to PASS, or to ACCT if that was asked for
	took time.Duration  // from PASS to its reply
	in   bool           // PASS was refused, and the session is logged in
	err  error          // there was no reply
}

// lost reports whether the connection ended in place of a reply.
func (g *guess) lost() bool {
	_, forbidden := errors.AsType[*forbiddenError](g.err)
	return g.err != nil && !errors.Is(g.err, errSilence) && !forbidden
}

// guesses are what a run has tried. Nothing is tried twice: an account may be locked, or
// an address banned.
type guesses struct {
	own, others []guess
	stopped     string // why no more is tried with the account
}

// mostGuesses is how many wrong passwords an account gets in a run: three is what most
// locks allow. With a name that nobody has, mostStrangers are tried, but for no longer than
// longGuessing: some servers answer ever more slowly.
const (
	mostGuesses   = 3
	mostStrangers = 6
	longGuessing  = 30 * time.Second
)

// nobody is a name that no server knows.
const nobody = "nobody-q8zt3k1v"

// locked is what servers say when they will take no more.
var locked = regexp.MustCompile(`(?i)\b(lock|ban|block|suspend|disable|too many|exceed)`)

// guessPatience is how long to wait for the reply to a wrong password: RFC 2577, Section 5
// wants it to be slow.
func (t *T) guessPatience() time.Duration { return max(t.run.opts.timeout(), 15*time.Second) }

// guess tries a wrong password on the current connection.
func (t *T) guess(what, name, password string) (g guess) {
	g.what = what
	if g.err = t.run.countLogin(); g.err != nil {
		return g
	}
	t.c.loggedIn, t.c.goodbye = false, true // the server may end the session at any time from now on
	if g.err = t.c.send("USER " + name); g.err != nil {
		return g
	}
	if g.user, g.err = t.c.receive(t.run.opts.timeout()); g.err != nil || g.user.Code.Class() != 3 || g.user.Code == 332 {
		return g
	}
	start := time.Now()
	if g.err = t.c.send("PASS " + password); g.err != nil {
		return g
	}
	g.pass, g.err = t.c.receive(t.guessPatience())
	g.took = time.Since(start)
	if g.pass.Code == 332 && t.run.target.Account != "" && t.c.send("ACCT "+t.run.target.Account) == nil {
		g.pass, g.err = t.c.receive(t.guessPatience())
	}
	return g
}

// guessOwn tries wrong passwords for the account of the target, two on one connection
// and an empty one on another, and stops when the server has had enough.
func (t *T) guessOwn() []guess {
	g := &t.run.guesses
	if g.own != nil || g.stopped != "" {
		return g.own
	}
	name := t.run.target.user()
	t.Open()
	before := ok(t.Ask("PWD"))
	for i, try := range []struct{ what, password string }{
		{"a wrong password", "wrong-" + randomToken()}, {"a second wrong password", "wrong-" + randomToken()}, {"an empty password", ""},
	} {
		if i >= mostGuesses || g.stopped != "" {
			break
		}
		if try.password == "" {
			if t.run.target.password() == "" {
				break
			}
			t.Open()
		}
		got := t.guess(try.what, name, try.password)
		if errors.Is(got.err, errTooMany) {
			g.stopped = got.err.Error()
			break
		}
		if got.err == nil && refused(got.pass) && got.pass.Code != 421 && !before {
			got.in = ok(t.Ask("PWD"))
		}
		g.own = append(g.own, got)
		g.stopped = t.enough(got)
	}
	return g.own
}

// enough says why the server is to get no further wrong password, or "".
func (t *T) enough(g guess) string {
	switch {
	case g.err != nil:
		return fmt.Sprintf("%s got no reply: %v", g.what, g.err)
	case g.pass.Code == 0:
		return "USER asks for no password: " + brief(g.user)
	case g.pass.Code == 421 || t.c.ended:
		return fmt.Sprintf("after %s the session ends: %s", g.what, brief(g.pass))
	case locked.MatchString(g.pass.Text()):
		return fmt.Sprintf("after %s the server speaks of a limit: %s", g.what, brief(g.pass))
	}
	return ""
}

// guessOthers tries wrong passwords with a name that nobody has, on one connection, until
// the server ends it.
func (t *T) guessOthers() []guess {
	g := &t.run.guesses
	if g.others != nil {
		return g.others
	}
	t.Open()
	start := time.Now()
	for i := range mostStrangers {
		if time.Since(start) > longGuessing {
			break
		}
		got := t.guess(fmt.Sprintf("wrong password number %d", i+1), nobody, "wrong-"+randomToken())
		if errors.Is(got.err, errTooMany) {
			break
		}
		g.others = append(g.others, got)
		if got.err != nil || got.pass.Code == 0 || got.pass.Code == 421 {
			break
		}
	}
	return g.others
}

// anonymous reports whether the account is one that takes any password.
func (t *T) anonymous() bool {
	name := strings.ToLower(t.run.target.user())
	return name == "anonymous" || name == "ftp"
}

// notAnonymous skips a case about the password of the account.
func (t *T) notAnonymous() {
	if t.anonymous() {
		t.Skipf("the account is %s, for which any password is right", t.run.target.user())
	}
}
