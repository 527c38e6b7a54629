package main

import (
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// maxRecent is how many events --verbose prints after an error.
const maxRecent = 20

// keepRecent has the last events of the sessions of p kept for --verbose.
func (a *app) keepRecent(f *connFlags, p *ftpwire.Profile) {
	if !a.verbose {
		return
	}
	before := p.Trace
	p.Trace = func(e control.TraceEvent) {
		shown := e
		shown.Text = a.private(f, p).String(e.Text)
		a.mu.Lock()
		a.recent = append(a.recent, shown)
		if len(a.recent) > maxRecent {
			a.recent = a.recent[1:]
		}
		a.mu.Unlock()
		if before != nil {
			before(e)
		}
	}
}

// recentLines returns the last events as --log prints them.
func (a *app) recentLines() (lines []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.recent {
		lines = append(lines, strings.Split(a.redact.String(a.timed(e)), "\n")...)
	}
	return lines
}

// tellRecent prints them, once, unless --log has done so all along.
func (a *app) tellRecent() {
	lines := a.recentLines()
	if len(lines) == 0 || a.logged {
		return
	}
	a.say("what was said last:")
	for _, line := range lines {
		a.say(line)
	}
	a.mu.Lock()
	a.recent = nil
	a.mu.Unlock()
}
