package conformance

import (
	"errors"
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// limitCases are those of what a server allows for how long, and how many.
var limitCases = []Case{
	{
		ID: "rfc1635-anonymous", RFC: "1635", Level: Info,
		Full:   true,
		Text:   "Whether anonymous logins are possible, with an address as the password, and may write.",
		Faults: []string{"anonymous-331-again", "anonymous-writes"},
		Run:    anonymousLogin,
	},
	{
		ID: "rfc1123-4.1.2.11-4xx-for-transient", RFC: "1123 4.1.2.11", Level: Should,
		Text:   "What may succeed later, such as one session more than there may be, is refused with 4yz.",
		Needs:  []string{NeedLogin, NeedCrowd},
		Faults: []string{"sessions-530"},
		Run:    crowd,
	},
	{
		ID: "rfc1123-4.1.3.2-idle-default", RFC: "1123 4.1.3.2", Level: Should,
		Text:   "An idle session is kept for five minutes, or for as long as the operator has said.",
		Needs:  []string{NeedLogin, NeedSlow},
		Rests:  []string{"rfc959-5.4-one-final-reply"},
		Faults: []string{"idle-short", "idle-for-ever", "reply-unasked"},
		Run:    idleSession,
	},
	{
		ID: "rfc1123-4.1.3.2-idle-not-in-transfer", RFC: "1123 4.1.3.2", Level: Should,
		Text:   "A session with a transfer under way is not idle.",
		Needs:  []string{NeedLogin, NeedWrite, NeedSlow},
		Faults: []string{"idle-in-transfer"},
		Run:    idleInTransfer,
	},
}

// anonymousLogin tries the convention of RFC 1635. Where the account itself is anonymous,
// the run has shown it.
func anonymousLogin(t *T) {
	if t.anonymous() {
		if t.run.workDir != "" {
			t.Warnf("anonymous users may make directories and store files")
		}
		t.end(Note, "the run itself has logged in as %s", t.run.target.user())
	}
	if !t.run.has[NeedCrowd] {
		t.Skipf("a login that may be refused is intrusive, which was not asked for")
	}
	t.Open()
	t.c.goodbye = true // a refused login may end the session
	if err := t.run.countLogin(); err != nil {
		t.Skipf("%v", err)
	}
	r := t.Ask("USER anonymous")
	if r.Code.Class() == 3 {
		t.Send("PASS ftpwire@example.com")
		var err error
		if r, err = t.c.receive(t.guessPatience()); err != nil {
			t.lost("an anonymous PASS", err)
		}
	}
	switch {
	case ok(r):
		if what := t.anonymousWrites(); what != "" {
			t.Warnf("anonymous users may %s", what)
		}
		t.Infof("anonymous users may log in: %s", brief(r))
	case refused(r) || r.Code == 332:
		t.Infof("anonymous users may not log in: %s", brief(r))
	default:
		t.Failf("an anonymous PASS got %s", brief(r))
	}
}

// mostSessions are opened beside the one that a run has.
const mostSessions = 16

// crowd opens sessions until one is refused, which is a thing that passes.
func crowd(t *T) {
	for n := 1; n <= mostSessions; n++ {
		t.dial()
		r, err := t.c.receive(t.run.opts.timeout())
		if err == nil && r.Code == 120 {
			r, err = t.c.receive(t.run.opts.timeout())
		}
		if err != nil {
			t.Skipf("session %d gets no greeting: %v", n, err)
		}
		if ok(r) {
			if t.run.target.TLS == tlsx.ModeExplicit {
				t.AuthTLS()
			}
			if r, err = t.run.login(t.c); errors.Is(err, errTooMany) {
				break
			} else if err != nil {
				t.notLoggedIn(err)
			}
		}
		if !ok(r) {
			t.c.goodbye = true
			t.Grade(r, fmt.Sprintf("session %d, which the server does not want", n), is(4), is(3, 5))
			return
		}
	}
	t.Skipf("nothing could be produced that passes: %d sessions at once are let in", len(t.opened))
}

// leastIdle is how long a session must be kept, less the time that it took to begin.
const leastIdle = 290 * time.Second

// idleSession waits on a session of its own.
func idleSession(t *T) {
	limit := t.run.target.IdleLimit
	wait := leastIdle
	if limit > 0 {
		wait = limit + 30*time.Second
	}
	t.mayWait(wait)
	t.Open()
	t.Login()
	t.leaveShared()
	start := time.Now()
	r, err := t.c.receive(wait)
	idle := time.Since(start).Round(time.Second)
	t.c.goodbye = true
	switch {
	case err == nil && r.Code != 421:
		t.Failf("an idle session gets a reply to nothing: %s", brief(r))
	case err == nil:
		t.WantEnd("after 421")
	}
	closed := !errors.Is(err, errSilence)
	switch {
	case closed && limit == 0:
		t.Warnf("an idle session is ended after %s, want five minutes at least", idle)
	case closed && idle < limit*9/10:
		t.Warnf("an idle session is ended after %s, and the limit is said to be %s", idle, limit)
	case closed && err != nil:
		t.Infof("an idle session is ended after %s without a 421", idle)
	case !closed && limit > 0:
		t.Warnf("an idle session is still open after %s, and the limit is said to be %s", idle, limit)
	case !closed:
		t.Must("NOOP", 200, t.noop())
	}
}

// mayWait skips a case whose wait would not end in the time of the run.
func (t *T) mayWait(wait time.Duration) {
	if end, bounded := t.run.ctx.Deadline(); bounded && time.Until(end) < wait+30*time.Second {
		t.Skipf("it takes %s, and the total time of the run leaves %s", wait, time.Until(end).Round(time.Second))
	}
}

// leaveShared ends the shared session: it would be idle for as long as the case waits.
func (t *T) leaveShared() {
	if s := t.run.shared; s != nil && s != t.c {
		s.depart()
		t.run.shared = nil
	}
}

// idleInTransfer reads a big file so slowly that it takes twice the idle limit.
func idleInTransfer(t *T) {
	limit := t.run.target.IdleLimit
	if limit <= 0 {
		t.Skipf("the server's limit of idle time is not known")
	}
	t.mayWait(2 * limit)
	t.Session()
	x := t.stall()
	t.leaveShared()
	const pause = 250 * time.Millisecond
	piece := int(bigSize / max(2*limit/pause, 1))
	n := 0
	for n+piece < bigSize {
		err := x.d.read(piece, t.run.opts.timeout(), func(b []byte) { n += len(b) })
		if err != nil {
			x.d.event("%d bytes, then: %v", n, err)
			break
		}
		select {
		case <-t.run.ctx.Done():
			t.Skipf("the run is over")
		case <-time.After(pause):
		}
	}
	rest, err := x.d.drain()
	n += rest
	x.d.goodbye()
	t.c.goodbye = true // it may be idle from now on, or be over
	r := x.Final()
	if err != nil || n != bigSize || !ok(r) {
		t.Failf("a transfer that takes twice the limit of idle time: %d of %d bytes (%v), and %s", n, bigSize, err, brief(r))
	}
}
