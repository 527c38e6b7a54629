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
	cmd.RegisterFlagCompletionFunc("quirk", completeQuirks)
	cmd.RegisterFlagCompletionFunc("no-quirk", completeQuirks)
}

// applyQuirks checks the names and sets the quirks. That needs no server.
func (f *connFlags) applyQuirks(p *ftpwire.Profile) (err error) {
	if p.Quirks.Force, err = quirkNames("--quirk", f.force); err != nil {
		return err
	}
	if p.Quirks.Forbid, err = quirkNames("--no-quirk", f.forbid); err != nil {
		return err
	}
	for _, name := range f.forbid {
		if slices.Contains(f.force, name) {
			return usagef("--quirk and --no-quirk both name %s", name)
		}
	}
	return nil
}

// quirkNames returns the quirks that a flag names.
func quirkNames(flag string, names []string) (quirks []control.QuirkName, err error) {
	for _, name := range names {
		q, ok := control.LookupQuirk(control.QuirkName(name))
		if _, always := control.LookupTolerance(name); always {
			return nil, usagef("%s %s: what is done about it is harmless and always done", flag, name)
		}
		if !ok {
			return nil, &usageError{err: fmt.Errorf("unknown quirk %q", name), hint: suggestion(nearQuirks(name), `"ftpwire help quirks" lists them.`)}
		}
		quirks = append(quirks, q.Name)
	}
	return quirks, nil
}

func nearQuirks(name string) (near []string) {
	for q := range control.Quirks() {
		if is := string(q.Name); similar(name, is) || len(name) > 2 && strings.HasPrefix(is, name) {
			near = append(near, is)
		}
	}
	return near
}

func completeQuirks(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for q := range control.Quirks() {
		names = append(names, cobra.CompletionWithDesc(string(q.Name), q.Behaviour))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// quirksText is the topic that lists the quirks.
func quirksText() string {
	var b strings.Builder
	item := func(name, behaviour, workaround string) {
		fmt.Fprintf(&b, "\n  %s\n%s", name, paragraph(behaviour+": "+workaround, "      ", 85))
	}
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
	} {
		b.WriteString("\n" + mode.title + "\n")
		for q := range control.Quirks() {
			if q.Mode == mode.mode {
				item(string(q.Name), q.Behaviour, q.Workaround)
			}
		}
	}
	b.WriteString("\nAllowed for always, being harmless elsewhere. These are no quirks that a flag can name:\n")
	for t := range control.Tolerances() {
		item(t.Name, t.Behaviour, t.Workaround)
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
