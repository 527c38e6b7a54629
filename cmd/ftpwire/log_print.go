package main

import (
	"fmt"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// tracer returns what --log and its like ask for, or nil. p is the profile that the user
// named, of which --log-private masks user and host.
func (a *app) tracer(f *connFlags, p *ftpwire.Profile) func(control.TraceEvent) {
	if !f.prints() {
		return nil
	}
	a.logged = a.logged || f.log
	return func(e control.TraceEvent) {
		if !f.wants(e.Kind) {
			return
		}
		e.Text = a.private(f, p).String(e.Text)
		for line := range strings.SplitSeq(a.timed(e), "\n") {
			a.say(line)
		}
	}
}

// wants reports whether events of a kind are printed.
func (f *logFlags) wants(kind control.TraceKind) bool {
	switch kind {
	case control.TraceSent:
		return f.log || f.logSent
	case control.TraceReceived:
		return f.log || f.logReceived
	}
	return f.log
}

// timed returns an event as lines of the log: the seconds since the beginning, what
// happened, and how long it took if that was long.
func (a *app) timed(e control.TraceEvent) string {
	begin := fmt.Sprintf("%8.3f ", e.Time.Sub(a.begun).Seconds())
	took := ""
	if e.Took >= patience.SlowReply.Default {
		took = fmt.Sprintf(" (%.3f s)", e.Took.Seconds())
	}
	return begin + strings.ReplaceAll(e.String(), "\n", "\n"+begin) + took
}
