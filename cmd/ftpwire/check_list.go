package main

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ftpwire/ftpwire/conformance"
)

// checkPatterns refuses a pattern that is malformed or matches nothing: a report
// about nothing would look like a good one.
func (f *checkFlags) checkPatterns() error {
	for _, pattern := range f.only {
		if _, err := path.Match(pattern, ""); err != nil {
			return usagef("--only: %q is no pattern: %w", pattern, err)
		}
		if !matchesAny(pattern) {
			return &usageError{err: fmt.Errorf("--only: no check matches %q", pattern), hint: `"ftpwire check --list" shows the ids.`}
		}
	}
	for _, pattern := range f.skip {
		if _, err := path.Match(pattern, ""); err != nil {
			return usagef("--skip: %q is no pattern: %w", pattern, err)
		}
	}
	return nil
}

// staleSkips returns the patterns of --skip that leave nothing out: a typo, or a check that
// has another id now. They change no verdict, as their checks are made.
func (f *checkFlags) staleSkips() (stale []string) {
	for _, pattern := range f.skip {
		if !matchesAny(pattern) {
			stale = append(stale, pattern)
		}
	}
	return stale
}

func matchesAny(pattern string) bool {
	return slices.ContainsFunc(conformance.Cases(), func(c conformance.Case) bool { return matches(pattern, c.ID) })
}

// matches reports whether a pattern of Options selects an id.
func matches(pattern, id string) bool {
	ok, _ := path.Match(pattern, id)
	return ok || !strings.ContainsAny(pattern, `*?[\`) && strings.HasPrefix(id, pattern)
}

// selects reports whether --only, --skip and --level take a check.
func (f *checkFlags) selects(c *conformance.Case) bool {
	heavy := map[string]conformance.Level{"must": conformance.MustNot, "should": conformance.ShouldNot, "may": conformance.Info}[f.level.value]
	if c.Level > heavy {
		return false
	}
	for _, p := range f.skip {
		if matches(p, c.ID) {
			return false
		}
	}
	for _, p := range f.only {
		if matches(p, c.ID) {
			return true
		}
	}
	return len(f.only) == 0
}

// count returns how many checks the flags take.
func (f *checkFlags) count() (n int) {
	for _, c := range conformance.Cases() {
		if f.selects(&c) {
			n++
		}
	}
	return n
}

type caseJSON struct {
	ID     string            `json:"id"`
	RFC    string            `json:"rfc"`
	Level  conformance.Level `json:"level"`
	Text   string            `json:"text"`
	Needs  []string          `json:"needs,omitempty"`
	Faults []string          `json:"faults,omitempty"`
}

func (f *checkFlags) listCases(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range conformance.Cases() {
		if !f.selects(&c) {
			continue
		}
		if f.format.value == "json" {
			if err := writeJSON(w, caseJSON{c.ID, c.RFC, c.Level, c.Text, c.Needs, c.Faults}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", c.ID, c.Level, c.Text)
	}
	return tw.Flush()
}
