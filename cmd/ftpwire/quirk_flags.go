package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// quirkFlags force and forbid workarounds.
type quirkFlags struct{ force, forbid []string }

func (f *quirkFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionConnection, func(fs *pflag.FlagSet) {
		fs.StringArrayVar(&f.force, "quirk", nil, "work around the server's quirk `NAME` from the start; \"ftpwire help quirks\" lists them (repeatable)")
		fs.StringArrayVar(&f.forbid, "no-quirk", nil, "never work around the quirk `NAME` (repeatable)")
	})
	cmd.RegisterFlagCompletionFunc("quirk", completeQuirks(func(control.Quirk) bool { return true }))
	cmd.RegisterFlagCompletionFunc("no-quirk", completeQuirks(forbiddable))
}

func forbiddable(q control.Quirk) bool { return q.Mode != control.QuirkAlways }

// applyQuirks checks the names, which a server need not be asked about.
func (f *connFlags) applyQuirks(p *ftpwire.Profile) error {
	for _, name := range slices.Concat(f.force, f.forbid) {
		if _, ok := control.LookupQuirk(name); !ok {
			return &usageError{err: fmt.Errorf("unknown quirk %q", name), hint: suggestion(nearQuirks(name), `"ftpwire help quirks" lists them.`)}
		}
	}
	for _, name := range f.forbid {
		if q, _ := control.LookupQuirk(name); !forbiddable(q) {
			return usagef("--no-quirk %s: what is done about it is harmless and always done", name)
		}
		if slices.Contains(f.force, name) {
			return usagef("--quirk and --no-quirk both name %s", name)
		}
	}
	p.Quirks.Force, p.Quirks.Forbid = f.force, f.forbid
	return nil
}

func nearQuirks(name string) (near []string) {
	for q := range control.Quirks() {
		if similar(name, q.Name) || len(name) > 2 && strings.HasPrefix(q.Name, name) {
			near = append(near, q.Name)
		}
	}
	return near
}

func completeQuirks(want func(control.Quirk) bool) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var names []cobra.Completion
		for q := range control.Quirks() {
			if want(q) {
				names = append(names, cobra.CompletionWithDesc(q.Name, q.Behaviour))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// quirksText is the topic that lists the quirks.
func quirksText() string {
	var b strings.Builder
	b.WriteString(`Servers differ from the RFCs, and from each other. What is known of them has a name,
and --log says which is at work: "quirk NAME". --quirk NAME works around it from the
start, whether or not the server was seen to have it; --no-quirk NAME never does.
`)
	for _, mode := range []struct {
		mode  control.QuirkMode
		title string
	}{
		{control.QuirkDetected, "Worked around once the server was seen to have it:"},
		{control.QuirkOnRequest, "Worked around only with --quirk:"},
		{control.QuirkAlways, "Always worked around, being harmless elsewhere:"},
	} {
		b.WriteString("\n" + mode.title + "\n")
		for q := range control.Quirks() {
			if q.Mode == mode.mode {
				fmt.Fprintf(&b, "\n  %s\n%s", q.Name, paragraph(q.Behaviour+": "+q.Workaround, "      ", 85))
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// paragraph breaks text into indented lines of at most width columns.
func paragraph(text, indent string, width int) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case column == 0:
			b.WriteString(indent)
			column = len(indent)
		case column+1+len(word) > width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String() + "\n"
}
