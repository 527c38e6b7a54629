package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// maxHelp is how many lines the help of a command may have, so that a terminal shows it whole.
const maxHelp = 45

// helpText returns the help of cmd, or of all that there is to say if all is set.
func helpText(cmd *cobra.Command, all bool) string {
	cmd.InitDefaultHelpFlag()
	if f := cmd.Flags().Lookup("help"); f != nil {
		f.Usage = "print this; with --all, everything"
	}
	switch {
	case cmd.Name() == topicConnectionFlags:
		return cmd.Long + "\n\n" + flagsText(commonFlags(cmd.Root(), commonSections))
	case cmd.Name() == topicConnections:
		return cmd.Long + "\n\n" + keysText()
	case cmd.IsAdditionalHelpTopicCommand():
		return cmd.Long + "\n"
	case all:
		return pageOf(cmd, form{paragraphs: unlimited, examples: unlimited, common: true})
	}
	text := ""
	for _, f := range forms(cmd) {
		if text = pageOf(cmd, f); strings.Count(text, "\n") <= maxHelp {
			break
		}
	}
	return text
}

// A form says how much of the help is shown.
type form struct {
	paragraphs int      // of the description
	examples   int      // lines of them
	common     bool     // the sections that most commands have, too
	brief      bool     // a line for each flag, and for each of the less important commands
	names      []string // the sections of which there are the names alone
}

const unlimited = 1 << 20

// forms returns the forms of the help of cmd, the fullest first.
func forms(cmd *cobra.Command) (list []form) {
	list = append(list, form{paragraphs: unlimited, examples: unlimited})
	for n := strings.Count(cmd.Long, "\n\n") + 1; n > 0; n-- {
		list = append(list, form{paragraphs: n, examples: unlimited, brief: true})
	}
	rare, most := []string{sectionFormat}, []string{sectionFormat, sectionTransfer}
	return append(list,
		form{paragraphs: 1, examples: unlimited, brief: true, names: rare}, form{paragraphs: 1, examples: 2, brief: true, names: rare},
		form{paragraphs: 1, examples: 2, brief: true, names: most}, form{paragraphs: 1, brief: true, names: most})
}

// pageOf returns the help of cmd in a form.
func pageOf(cmd *cobra.Command, f form) string {
	parts := []string{fitted(first(cmd.Long, "\n\n", f.paragraphs)) + "\n", usageOf(cmd)}
	if examples := first(cmd.Example, "\n", f.examples); examples != "" {
		parts = append(parts, "Examples:\n"+examples+"\n")
	}
	if cmd.HasAvailableSubCommands() {
		parts = append(parts, commandsOf(cmd, f))
	}
	for _, s := range sectionsOf(cmd, f.common) {
		switch {
		case slices.Contains(f.names, s.title):
			parts = append(parts, s.names())
		case f.brief:
			parts = append(parts, s.brief())
		default:
			parts = append(parts, s.full())
		}
	}
	if cmd.HasAvailableInheritedFlags() {
		parts = append(parts, section{"Global", cmd.InheritedFlags()}.brief())
	}
	if text := footer(cmd, f); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n")
}

func usageOf(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "Usage:\n  ftpwire COMMAND [FLAGS] [ARGUMENTS]\n"
	}
	return "Usage:\n  " + cmd.UseLine() + "\n"
}

// footer says where the rest is.
func footer(cmd *cobra.Command, f form) string {
	path := cmd.CommandPath()
	switch {
	case !cmd.HasParent():
		return `"ftpwire COMMAND --help" explains a command, "ftpwire help TOPIC" a topic.` + "\n"
	case f.common:
		return ""
	case len(sectionsOf(cmd, true)) > len(sectionsOf(cmd, false)):
		return fmt.Sprintf("Flags about the connection, such as --user, --tls and --timeout: \"ftpwire help connection-flags\".\nEverything: %q.\n", path+" --help --all")
	case f.brief:
		return fmt.Sprintf("Everything: %q.\n", path+" --help --all")
	}
	return ""
}

// fitted returns text with the lines broken that are too long.
func fitted(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len(line) > helpWidth && !strings.HasPrefix(line, " ") {
			lines[i] = inLines("", line)
		}
	}
	return strings.Join(lines, "\n")
}

// first returns the first n parts of text.
func first(text, separator string, n int) string {
	parts := strings.Split(text, separator)
	return strings.Join(parts[:min(n, len(parts))], separator)
}

// commandsOf lists the commands below cmd, in their groups, and the topics.
func commandsOf(cmd *cobra.Command, f form) string {
	var parts []string
	for _, g := range cmd.Groups() {
		parts = append(parts, commandList(g.Title, cmd.Commands(), f.brief && g.ID == groupOther, func(c *cobra.Command) bool { return c.GroupID == g.ID }))
	}
	if len(parts) == 0 {
		parts = append(parts, commandList("Commands:", cmd.Commands(), false, (*cobra.Command).IsAvailableCommand))
	}
	if !cmd.HasParent() {
		parts = append(parts, commandList("Topics:", cmd.Commands(), f.brief, (*cobra.Command).IsAdditionalHelpTopicCommand))
	}
	return strings.Join(parts, "\n")
}

// commandList lists the commands that are wanted, each with what it does unless only names are to
// be shown.
func commandList(title string, commands []*cobra.Command, names bool, wanted func(*cobra.Command) bool) string {
	var b strings.Builder
	var list []string
	column := 0
	for _, c := range commands {
		if wanted(c) && !c.Hidden {
			list = append(list, c.Name())
			column = max(column, len(c.Name()))
		}
	}
	if names {
		return inLines("", title+" "+strings.Join(list, ", ")) + "\n"
	}
	b.WriteString(title + "\n")
	for _, c := range commands {
		if wanted(c) && !c.Hidden {
			fmt.Fprintf(&b, "  %-*s  %s\n", column, c.Name(), c.Short)
		}
	}
	return b.String()
}

// allHelp takes --all out of a command line that asks for the help.
func (a *app) allHelp(args []string) []string {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	words := args[:end]
	if !slices.Contains(words, "--all") || !slices.Contains(words, "--help") && !slices.Contains(words, "-h") {
		return args
	}
	a.helpAll = true
	return append(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "--all" }), args[end:]...)
}
