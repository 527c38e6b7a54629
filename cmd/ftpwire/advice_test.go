package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

var flagPattern = regexp.MustCompile(`--([a-z-]+)`)

// Whatever a diagnosis says to change has a name on the command line, and that exists.
func TestFlagNames(t *testing.T) {
	flags := allFlags(newApp(t.Context(), nil, nil, nil, nil).root())
	used := map[string]bool{}
	for _, p := range properties {
		names := flagsOf(p.field)
		if len(names) == 0 {
			t.Errorf("%s has no name on the command line", p.field)
		}
		for _, m := range flagPattern.FindAllStringSubmatch(strings.Join(names, " "), -1) {
			if !slices.Contains(flags, m[1]) {
				t.Errorf("%s is called %q, and there is no --%s", p.field, names, m[1])
			}
		}
	}
	for _, d := range ftpwire.Causes() {
		for _, c := range everyChange(d) {
			name := flagName(c)
			if name == "" {
				t.Errorf("%s: %v has no name on the command line", d.Cause, c)
			}
			for _, m := range flagPattern.FindAllStringSubmatch(name, -1) {
				if !slices.Contains(flags, m[1]) {
					t.Errorf("%s: %v is called %q, and there is no --%s", d.Cause, c, name, m[1])
				}
			}
			used[rowOf(c)] = true
		}
	}
	for _, f := range flagNames {
		if c := (ftpwire.Change{Field: f.field, Value: f.value}); !used[c.String()] && !slices.ContainsFunc(properties, func(p property) bool { return p.field == f.field }) {
			t.Errorf("no diagnosis and no property needs the name of %v", c)
		}
	}
}

// everyChange returns what an advice names, and what would move up if that is set already.
func everyChange(d *ftpwire.Diagnosis) (all []ftpwire.Change) {
	for len(d.Changes) > 0 {
		named := d.Changes
		all = append(all, named...)
		d = d.Without(func(c ftpwire.Change) bool { return slices.Contains(named, c) })
	}
	return all
}

// rowOf returns the row of flagNames that has the name of c.
func rowOf(c ftpwire.Change) string {
	for _, f := range flagNames {
		if f.field == c.Field && (f.value == "" || f.value == c.Value) {
			return ftpwire.Change{Field: f.field, Value: f.value}.String()
		}
	}
	return ""
}

// allFlags returns the names of the flags of all commands.
func allFlags(cmd *cobra.Command) []string {
	var names []string
	for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
		set.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	}
	for _, sub := range cmd.Commands() {
		names = append(names, allFlags(sub)...)
	}
	return names
}

// causes is the part of docs/troubleshooting.md that lists what there is advice on.
func causes() string {
	var b strings.Builder
	b.WriteString("\n## Every cause\n\nWhat `ftpwire.Diagnose` tells from an error, the causes that lie deeper first; \"…\" stands for words of the error. " +
		"`Profile.Diagnose`, and the command, leave out what is set so already, what has no effect in the session, and what has just failed; then others move up. At most two settings are named.\n\n" +
		"| cause | advice | fields, the likelier first | more |\n|---|---|---|---|\n")
	for _, d := range ftpwire.Causes() {
		var fields []string
		for _, c := range everyChange(d) {
			fields = append(fields, "`"+c.String()+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Cause, strings.ReplaceAll(d.Advice(flagName), "|", `\|`), strings.Join(fields, ", "), d.See)
	}
	return b.String()
}

// A stored connection has no scheme that could be changed: the advice names the flag.
func TestAdviceOnStored(t *testing.T) {
	s := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit, RequireTLS: true})
	env := maps.Clone(s.env)
	env["FTPWIRE_CONFIG"] = filepath.Join(t.TempDir(), "connections.toml")
	address := strings.TrimPrefix(s.url, "ftpes://")
	runIn(t, setting{env: env}, "connection", "add", "lab", "ftp://"+address+"/").want(t, exitGood)
	runIn(t, setting{env: env}, "ls", "lab:/").want(t, exitLogin, "Use explicit TLS (--tls explicit), or use implicit TLS, port 990 (--tls implicit)")
	runIn(t, setting{env: env}, "ls", "lab:/", "--tls", "explicit", "--ca", s.ca).want(t, exitGood)
}
