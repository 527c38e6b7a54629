package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// passwordCases are those that send wrong passwords. They come last in a run, as a server
// may take the client for an attacker.
var passwordCases = []Case{
	{
		ID: "sec-wrong-password", RFC: "practice, 959 4.1.1", Level: Must,
		Security: true,
		Text:     "A wrong password is refused, and so is a second one on the same connection; nobody is logged in then.",
		Needs:    []string{NeedLogin, NeedCrowd},
		Faults:   []string{"any-password", "second-password", "wrong-password-530-in", "wrong-password-unanswered", "tls13-keyupdate-ends"},
		Run: func(t *T) {
			t.notAnonymous()
			for _, g := range t.guessOwn() {
				if g.what != "an empty password" {
					t.wantRefused(g)
				}
			}
			if own := t.run.guesses.own; len(own) < 2 {
				t.Infof("no second one was tried: %s", t.run.guesses.stopped)
			}
		},
	},
	{
		ID: "sec-empty-password", RFC: "practice, 959 4.1.1", Level: Must,
		Security: true,
		Text:     "An empty password is refused where the account has one.",
		Needs:    []string{NeedLogin, NeedCrowd},
		Rests:    []string{"sec-wrong-password"},
		Faults:   []string{"empty-password"},
		Run: func(t *T) {
			t.notAnonymous()
			if t.run.target.password() == "" {
				t.Skipf("the account has an empty password")
			}
			own := t.guessOwn()
			i := slices.IndexFunc(own, func(g guess) bool { return g.what == "an empty password" })
			if i < 0 {
				t.Skipf("it was not tried: %s", t.run.guesses.stopped)
			}
			t.wantRefused(own[i])
		},
	},
	{
		ID: "rfc2577-7-no-user-oracle", RFC: "2577 7", Level: Should,
		Security: true,
		Text:     "Neither USER nor a refused PASS reveals whether a name exists.",
		Faults:   []string{"user-oracle", "user-oracle-slow", "pass-oracle", "user-232", "tls13-keyupdate-ends"},
		Run:      noOracle,
	},
	{
		ID: "rfc2577-5-fail-delay", RFC: "2577 5", Level: May,
		Security: true,
		Full:     true,
		Text:     "A wrong password is answered after some seconds.",
		Needs:    []string{NeedLogin, NeedCrowd, NeedSlow},
		Faults:   []string{"wrong-password-unanswered"},
		Run: func(t *T) {
			others := t.guessOthers()
			t.answered(others)
			t.Infof("a wrong password is answered after %s", rounded(median(others)))
		},
	},
	{
		ID: "rfc2577-7-timing", RFC: "2577 7", Level: Info,
		Security: true,
		Full:     true,
		Text:     "The time to refuse a password does not depend on whether the name exists.",
		Needs:    []string{NeedLogin, NeedCrowd, NeedSlow},
		Rests:    []string{"rfc2577-5-fail-delay"},
		Faults:   []string{"wrong-password-slow-if-known"},
		Run: func(t *T) {
			t.notAnonymous()
			own, others := t.guessOwn(), t.guessOthers()
			t.answered(own)
			t.answered(others)
			n := min(len(own), len(others), 2) // those on one connection
			if apart(times(own[:n]), times(others[:n]), 200*time.Millisecond) {
				t.Warnf("the name is known by the time that a refusal takes")
			}
			t.Infof("a wrong password of a user that exists takes %s, of one that does not %s", rounded(median(own[:n])), rounded(median(others[:n])))
		},
	},
	{
		ID: "rfc2577-5-attempt-limit", RFC: "2577 5", Level: Should,
		Security: true,
		Text:     "After three to five wrong passwords the server answers 421 and closes.",
		Needs:    []string{NeedLogin, NeedCrowd, NeedSlow},
		Rests:    []string{"sec-wrong-password"},
		Faults:   []string{"wrong-passwords-unlimited", "wrong-password-closes"},
		Run:      attemptLimit,
	},
}

// wantRefused judges one wrong password.
func (t *T) wantRefused(g guess) {
	switch {
	case g.lost():
		t.Infof("%s ends the session without a reply", g.what)
	case g.err != nil:
		t.Failf("%s got no reply: %v", g.what, g.err)
	case g.pass.Code == 0:
		t.Skipf("USER asks for no password: %s", brief(g.user))
	case g.pass.Code == 202:
		t.Warnf("%s is superfluous, as every one seems to be: %s", g.what, brief(g.pass))
	case ok(g.pass):
		t.Failf("%s is accepted: %s", g.what, brief(g.pass))
	case g.in:
		t.Failf("%s is refused (%s), and the session is logged in: PWD is answered", g.what, brief(g.pass))
	case g.pass.Code == 332:
		t.Infof("%s is followed by the demand of an account, which is not known: %s", g.what, brief(g.pass))
	case !refused(g.pass):
		t.Failf("%s: got %s, want 530", g.what, brief(g.pass))
	}
}

// answered skips a case if nothing was tried, and fails if the first got no reply. Later
// ones may take longer than anyone waits.
func (t *T) answered(list []guess) {
	if len(list) == 0 {
		t.Skipf("no wrong password was tried: %v", errTooMany)
	}
	switch g := list[0]; {
	case errors.Is(g.err, errSilence):
		t.Failf("%s got no reply within %s", g.what, t.guessPatience())
	case g.err == nil && g.pass.Code == 0:
		t.Skipf("USER asks for no password: %s", brief(g.user))
	}
}

func attemptLimit(t *T) {
	others := t.guessOthers()
	t.answered(others)
	n, last := len(others), others[len(others)-1]
	if last.pass.Code == 0 {
		n-- // the one before was the last to be answered
	}
	switch total := whole(times(others)); {
	case errors.Is(last.err, errSilence), total > longGuessing:
		t.Infof("wrong passwords are answered slowly, %d in %s; whether there is a limit was not waited for", n, rounded(total))
	case last.lost():
		t.Failf("after %d wrong passwords the connection is closed without a 421", n)
	case last.pass.Code != 421 && last.user.Code != 421:
		if refused(last.user) {
			t.end(Warn, "after %d wrong passwords USER gets %s, and the connection stays open", n, brief(last.user))
		} else if n < mostStrangers {
			t.Skipf("%d wrong passwords were tried, and no more: %v", n, errTooMany)
		}
		t.Warnf("after %d wrong passwords the connection is still open", n)
	case n < 3:
		t.Warnf("the limit is %d, which a user who mistypes reaches too soon", n)
	case n > 5:
		t.Warnf("the limit is %d, want 3 to 5", n)
	}
}

// noOracle compares what a name that exists gets with what another gets: the replies, and
// how long they take.
func noOracle(t *T) {
	if t.anonymous() {
		t.Skipf("the account is %s, which is no secret", t.run.target.user())
	}
	user := t.run.target.user()
	t.Open()
	known := t.Ask("USER " + user)
	t.Open()
	unknown := t.Ask("USER " + nobody)
	if !alike(known, unknown, user) {
		t.Warnf("USER: a name that exists gets %s, one that does not gets %s", brief(known), brief(unknown))
	}
	if known.Code == 331 && unknown.Code == 331 {
		t.sameTime(user)
	}
	if !t.run.has[NeedCrowd] {
		return
	}
	own, others := t.guessOwn(), t.guessOthers()
	if len(own) > 0 && len(others) > 0 && own[0].err == nil && others[0].err == nil && own[0].pass.Code != 0 && others[0].pass.Code != 0 &&
		!ok(own[0].pass) && !alike(own[0].pass, others[0].pass, user) {
		t.Warnf("a wrong PASS: a name that exists gets %s, one that does not gets %s", brief(own[0].pass), brief(others[0].pass))
	}
}

// sameTime compares how long USER takes, three times each in turn.
func (t *T) sameTime(user string) {
	var took [2][]time.Duration
	for range 3 {
		for i, name := range []string{user, nobody} {
			start := time.Now()
			if t.Ask("USER "+name).Code != 331 {
				return
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	if apart(took[0], took[1], 50*time.Millisecond) {
		t.Warnf("USER: a name that exists is answered after %s, one that does not after %s", rounded(took[0][1]), rounded(took[1][1]))
	}
}

// alike reports whether two replies say the same, but for the name and for numbers, which
// may count.
func alike(known, unknown protocol.Reply, user string) bool {
	text := func(r protocol.Reply, name string) string {
		return strings.Map(func(c rune) rune {
			if c >= '0' && c <= '9' {
				return '#'
			}
			return c
		}, strings.ReplaceAll(r.Text(), name, ""))
	}
	return known.Code == unknown.Code && text(known, user) == text(unknown, nobody)
}

// apart reports whether every time of one list is well above every one of the other.
func apart(a, b []time.Duration, least time.Duration) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	far := func(a, b []time.Duration) bool { return slices.Min(a) > 2*slices.Max(b)+least }
	return far(a, b) || far(b, a)
}

func times(list []guess) (d []time.Duration) {
	for _, g := range list {
		d = append(d, g.took)
	}
	return d
}

func whole(d []time.Duration) (total time.Duration) {
	for _, x := range d {
		total += x
	}
	return total
}

func median(list []guess) time.Duration {
	d := times(list)
	slices.Sort(d)
	return d[len(d)/2]
}

func rounded(d time.Duration) string { return fmt.Sprint(d.Round(10 * time.Millisecond)) }
