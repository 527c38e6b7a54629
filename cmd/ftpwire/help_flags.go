package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is how many columns the flags in the help take.
const helpWidth = 100

// sectionKey is the annotation that holds a flag's section.
const sectionKey = "section"

// inSection puts the flags that define adds into a section of the help.
func inSection(cmd *cobra.Command, title string, define func(*pflag.FlagSet)) {
	flags := cmd.Flags()
	sorted := flags.SortFlags
	flags.SortFlags = false // VisitAll has them in the order in which they were added, and need not sort
	defer func() { flags.SortFlags = sorted }()
	before := 0
	flags.VisitAll(func(*pflag.Flag) { before++ })
	define(flags)
	n := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if n++; n > before {
			flags.SetAnnotation(f.Name, sectionKey, []string{title})
		}
	})
}

// The sections of flags that most commands have: the help of a command leaves them out, and
// names the topic that has them.
var commonSections = []string{sectionConnection, sectionLog, sectionProxy, sectionData, sectionLogin, sectionTLS, sectionCertificate}

// sectionsOf returns the sections of cmd's own flags: those of the command alone first, then,
// if common is set, those that most commands have.
func sectionsOf(cmd *cobra.Command, common bool) []section {
	titles := []string{"", sectionStore, sectionTransfer, sectionFormat}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if title := sectionOf(f); !slices.Contains(titles, title) && !slices.Contains(commonSections, title) {
			titles = append([]string{title}, titles...)
		}
	})
	if common {
		titles = append(titles, commonSections...)
	}
	var all []section
	for _, title := range titles {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if sectionOf(f) == title && !f.Hidden && cmd.InheritedFlags().Lookup(f.Name) == nil {
				set.AddFlag(f)
			}
		})
		if set.HasAvailableFlags() {
			all = append(all, section{title, set})
		}
	}
	return all
}

// A section is a part of the flags in the help.
type section struct {
	title string
	flags *pflag.FlagSet
}

// heading returns what stands above the flags.
func (s section) heading() string {
	if s.title == "" {
		return "Flags:\n"
	}
	return s.title + " flags:\n"
}

// full returns the flags with all that is said about them.
func (s section) full() string { return s.heading() + s.flags.FlagUsagesWrapped(helpWidth) }

// brief returns the flags, each on a line of its own.
func (s section) brief() string {
	var b strings.Builder
	b.WriteString(s.heading())
	column := 0
	eachFlag(s.flags, func(name, _ string) { column = max(column, min(len(name), maxNameColumn)) })
	eachFlag(s.flags, func(name, usage string) {
		name = fmt.Sprintf("%-*s   ", column, name)
		b.WriteString(name + shortened(usage, helpWidth-len(name)) + "\n")
	})
	return b.String()
}

// names returns the names of the flags, and nothing about them.
func (s section) names() string {
	var names []string
	s.flags.VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return s.heading() + inLines("  ", strings.Join(names, ", ")) + "\n"
}

// maxNameColumn is the widest column of names in the brief form; longer names stand out.
const maxNameColumn = 36

// eachFlag calls do with the parts of the line of each flag, as package pflag writes them.
func eachFlag(flags *pflag.FlagSet, do func(name, usage string)) {
	for line := range strings.Lines(flags.FlagUsages()) {
		line = strings.TrimRight(line, "\n")
		at := strings.Index(line, "-")
		if gap := strings.Index(line[at:], "   "); gap > 0 {
			do(line[:at+gap], strings.TrimSpace(line[at+gap:]))
		}
	}
}

// shortened returns text without its last parts, so that no more than width columns are left.
func shortened(text string, width int) string {
	if len(text) <= width {
		return text
	}
	for _, separator := range []string{"; ", ": ", " (", ", "} {
		if i := strings.LastIndex(text[:width+1], separator); i > width/4 && strings.Count(text[:i], "(") == strings.Count(text[:i], ")") {
			return text[:i]
		}
	}
	return strings.TrimRight(text[:strings.LastIndexByte(text[:width-1], ' ')], ",;: ") + " …"
}

// inLines returns text in lines that begin with indent.
func inLines(indent, text string) string {
	var lines []string
	line := indent
	for i, word := range strings.Fields(text) {
		if i > 0 && len(line)+1+len(word) > helpWidth {
			lines, line = append(lines, line), indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}

func sectionOf(f *pflag.Flag) string {
	if s := f.Annotations[sectionKey]; len(s) > 0 {
		return s[0]
	}
	return ""
}
