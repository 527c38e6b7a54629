package conformance

import (
	"fmt"
	"regexp"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

var (
	timeVal    = regexp.MustCompile(`^[0-9]{14}(\.[0-9]+)?$`)
	someTime   = regexp.MustCompile(`\b[0-9]{14}(\.[0-9]+)?\b`)
	onlyDigits = regexp.MustCompile(`^[0-9]+$`)
	someSize   = regexp.MustCompile(`[0-9]+`)
)

// mdtm returns the time of a file. How the reply should be written is for one case to
// judge.
func (t *T) mdtm(name string) time.Time {
	r := t.Ask("MDTM " + name)
	if unknown(r) || refused(r) && !t.run.feats.Has("MDTM") {
		t.Unimplf("MDTM: %s", brief(r))
	}
	when, there := timeIn(r)
	if !there {
		t.blame(ownMDTM, "MDTM: got %s, want 213 and a time", brief(r))
	}
	return when
}

// timeIn returns the time in a reply to MDTM.
func timeIn(r protocol.Reply) (time.Time, bool) {
	when, _, err := parse.TimeVal(someTime.FindString(r.Text()))
	return when, err == nil && r.Code == 213
}

// A span is the time that an upload took, by our clock.
type span struct{ from, to time.Time }

// timedUp is Up that says when.
func (t *T) timedUp(name string, data []byte) span {
	from := time.Now().Truncate(time.Second) // as few servers give fractions
	t.Up(name, data)
	return span{from, time.Now()}
}

// off returns how far a time lies outside of the span.
func (s span) off(when time.Time) time.Duration {
	switch {
	case when.Before(s.from):
		return when.Sub(s.from)
	case when.After(s.to):
		return when.Sub(s.to)
	}
	return 0
}

// zone returns the offset from UTC that explains how far a time is off, or 0.
func zone(off time.Duration) time.Duration {
	z := off.Round(15 * time.Minute)
	if z.Abs() > 14*time.Hour || (off-z).Abs() > 30*time.Second {
		return 0
	}
	return z
}

// clockSlack is how far two clocks that are set may differ, and an upload may lag.
const clockSlack = 5 * time.Second

// fresh judges the time of a file that was stored within a span. A server's clock may be
// wrong, and nothing else tells the time there: that is a warning.
func (t *T) fresh(what string, when time.Time, s span) {
	off := s.off(when)
	switch z := zone(off); {
	case off.Abs() <= clockSlack:
	case z != 0:
		t.Failf("%s of a file just stored is off by %s: local time instead of UTC", what, z)
	default:
		t.Warnf("%s of a file just stored is off by %s: the time is wrong, or the server's clock is", what, off.Round(time.Second))
	}
}

// tick is long enough for any file system to give two changes different times: FAT has
// steps of two seconds.
const tick = 2100 * time.Millisecond

// modificationTimes stores two files one after the other.
func modificationTimes(t *T) {
	a, b := t.Name("mdtm"), t.Name("mdtm")
	first := t.timedUp(a, []byte("x"))
	early := t.mdtm(a)
	t.setBack(first.off(early))
	t.fresh("MDTM", early, first)
	time.Sleep(time.Until(first.to.Add(tick)))
	second := t.timedUp(b, []byte("x"))
	late := t.mdtm(b)
	if again := t.mdtm(a); !again.Equal(early) {
		t.Failf("MDTM of a file that nobody touched was %s, and is %s now", clock(early), clock(again))
	}
	if !late.After(early) {
		t.Failf("of two files stored %s apart MDTM says %s and %s", second.to.Sub(first.to).Round(time.Second/10), clock(early), clock(late))
	}
	apart := span{second.from.Add(-first.to.Sub(early)), second.to.Add(early.Sub(first.from))}
	if off := apart.off(late); off.Abs() > clockSlack {
		t.Warnf("two files were stored %s apart, and MDTM has them %s apart", second.to.Sub(first.to).Round(time.Second), late.Sub(early))
	}
}

// setBack sets the time of a second file, if MDTM is off and the server has MFMT: if MDTM
// of it is off as well, the server's clock is not to blame.
func (t *T) setBack(off time.Duration) {
	if off.Abs() <= clockSlack || zone(off) != 0 || !t.run.feats.Has("MFMT") {
		return
	}
	name := t.File("set")
	if r := t.Ask("MFMT " + setTime + " " + name); !ok(r) {
		return
	}
	if got := t.mdtm(name); (got.Sub(mustTime(setTime)) - off).Abs() < 2*time.Second {
		t.Failf("MDTM is off by %s, of a file whose time MFMT has set, too", off.Round(time.Second))
	}
}

// clock writes a time as a reason has it.
func clock(at time.Time) string { return at.UTC().Format("15:04:05.999") }

// listed compares a feature's line in FEAT with what a command got.
func (t *T) listed(name string, r protocol.Reply) {
	t.needFeat()
	switch has := t.run.feats.Has(name); {
	case has && unknown(r):
		t.Failf("FEAT lists %s, but it got %s", name, brief(r))
	case !has && ok(r):
		t.Failf("%s works, but FEAT does not list it", name)
	case !has:
		t.Unimplf("%s: %s", name, fmt.Sprint(brief(r)))
	}
}

// needFeat skips what is about the lines of FEAT on a server without it: RFC 2389 is
// optional.
func (t *T) needFeat() {
	if t.run.featText == nil {
		t.Skipf("not applicable: the server has no FEAT")
	}
}
