package main

import (
	"fmt"
	"io"
	"path"
	"slices"
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
	o := conformance.Options{Only: []string{pattern}}
	return slices.ContainsFunc(conformance.Cases(), func(c conformance.Case) bool { return o.Selects(&c) })
}

// selection returns what the flags select.
func (f *checkFlags) selection() *conformance.Options {
	return &conformance.Options{
		Only: f.only, Skip: f.skip, Full: f.profile.value == "full",
		Level: map[string]conformance.Level{"must": conformance.Must, "should": conformance.Should}[f.level.value],
	}
}

// count returns how many checks the flags take.
func (f *checkFlags) count() (n int) {
	opts := f.selection()
	for _, c := range conformance.Cases() {
		if opts.Selects(&c) {
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
	Rests  []string          `json:"rests,omitempty"`
	Faults []string          `json:"faults,omitempty"`

	WidelyMissed bool   `json:"widely_missed,omitempty"`
	Hurts        string `json:"hurts,omitempty"`
	Security     bool   `json:"security,omitempty"`
	Full         bool   `json:"full,omitempty"`
}

func (f *checkFlags) listCases(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	opts := f.selection()
	for _, c := range conformance.Cases() {
		if !opts.Selects(&c) {
			continue
		}
		if f.format.value == "json" {
			if err := writeJSON(w, caseJSON{c.ID, c.RFC, c.Level, c.Text, c.Needs, c.Rests, c.Faults, c.Lenient, c.Hurts, c.Security, c.Full}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", c.ID, c.Weight(), c.Text)
	}
	return tw.Flush()
}
