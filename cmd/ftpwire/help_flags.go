package main

import (
	"fmt"
	"io"
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

// sections makes the help of commands with many flags show them in sections, those of
// the command's own first.
func sections(root *cobra.Command) {
	usual := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		if cmd.HasAvailableSubCommands() || cmd.Flags().Lookup("timeout") == nil {
			return usual(cmd)
		}
		return writeUsage(cmd.OutOrStderr(), cmd)
	})
}

// withOthers returns the titles of sections, those of cmd's own flags that are not among
// them first.
func withOthers(cmd *cobra.Command, titles []string) []string {
	var others []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if title := sectionOf(f); !slices.Contains(titles, title) && !slices.Contains(others, title) {
			others = append(others, title)
		}
	})
	return append(others, titles...)
}

func writeUsage(w io.Writer, cmd *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, title := range withOthers(cmd, []string{"", sectionStore, sectionTransfer, sectionConnection, sectionLog, sectionProxy, sectionData, sectionLogin, sectionTLS, sectionCertificate}) {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if sectionOf(f) == title {
				set.AddFlag(f)
			}
		})
		if set.HasAvailableFlags() {
			fmt.Fprintf(&b, "\n%s\n%s", strings.TrimPrefix(title+" flags:", " "), set.FlagUsagesWrapped(helpWidth))
		}
	}
	if cmd.HasAvailableInheritedFlags() {
		fmt.Fprintf(&b, "\nGlobal flags:\n%s", cmd.InheritedFlags().FlagUsages())
	}
	_, err := io.WriteString(w, strings.Replace(b.String(), "\nflags:\n", "\nFlags:\n", 1))
	return err
}

func sectionOf(f *pflag.Flag) string {
	if s := f.Annotations[sectionKey]; len(s) > 0 {
		return s[0]
	}
	return ""
}
