package conformance

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// removeSandbox removes the directory and everything that the run has made in it. It
// reports what is left, if anything.
func (r *runner) removeSandbox() (leftover string) {
	s := &r.box
	if !s.asked {
		return ""
	}
	var t *T
	// A session that has come out of step is no reason to leave anything, and neither are a
	// few names over which the server hangs up.
	for range 5 {
		t = r.newT()
		gone := false
		t.attempt(func(t *T) { gone = t.cleanUp() })
		if r.shared != nil {
			r.shared.depart()
			r.shared = nil
		}
		if gone && !t.verdict.red() {
			return visible(strings.Join(r.strays, "; "))
		}
		if s.doubt != "" || s.unmarked || r.gone != "" || r.ctx.Err() != nil {
			break
		}
	}
	return s.remains(strings.Join(t.reasons, "; "))
}

// remains says what is left on the server, where, and why.
func (s *sandbox) remains(why string) string {
	what := path.Join(s.base, s.name)
	if s.dir != "" {
		what = s.dir
	}
	if s.marked && !s.proven {
		what += fmt.Sprintf(" and the file %s, in it or in %s", s.marker, s.base)
	}
	if s.doubt != "" {
		why = s.doubt + "; nothing was removed"
	}
	return visible(what) + ": " + why
}

// cleanUp removes the sandbox. It reports whether it is gone.
func (t *T) cleanUp() bool {
	r, s := t.run, &t.run.box
	if s.doubt != "" || r.refused != nil && !s.proven {
		t.Failf("%s", s.whyLeft(r.refused))
	}
	r.opts.MaxLogins = 0
	t.sharedOrNew()
	if s.proven {
		t.enterProven()
	} else {
		t.Must("CWD "+s.base, 2)
		t.c.cwd = s.base
		if refused(t.Ask("CWD " + s.name)) {
			return true // the MKD was cut off
		}
		r.license = mayMake
		t.prove()
	}
	t.tidy(true)
	s.unmarked = true
	t.Ask("DELE " + s.marker)
	t.Must("CWD "+s.base, 2)
	if ok(t.Ask("RMD " + s.dir)) {
		return true
	}
	// A file may have been in use after its case, or have got another name. What is listed is
	// removed before what is not: the server may hang up over a name that it does not take.
	t.Must("CWD "+s.dir, 2)
	for _, name := range t.strangersHere() {
		t.remove(name)
	}
	t.Must("CWD "+s.base, 2)
	if ok(t.Ask("RMD " + s.dir)) {
		return true
	}
	t.Must("CWD "+s.dir, 2)
	slices.Reverse(r.stubborn)
	r.made, r.stubborn = r.stubborn, nil
	t.tidy(true)
	t.Must("CWD "+s.base, 2)
	t.Must("RMD "+s.dir, 2)
	return true
}

func (s *sandbox) whyLeft(refused *refusedError) string {
	if s.doubt != "" {
		return s.doubt
	}
	return fmt.Sprintf("%s: %s: %s", refused.what, refused.verb, brief(refused.reply))
}

// sharedOrNew takes the shared session, or another one if that does not answer.
func (t *T) sharedOrNew() {
	r := t.run
	if r.shared != nil && r.shared.alive() {
		t.c, r.shared.tape = r.shared, t.tape
		return
	}
	if r.shared != nil {
		r.shared.close()
	}
	r.shared = t.Open()
	t.Login()
	if t.c.secure {
		t.protectIfWilling()
	}
}
