package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) manCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Long:    "Prints the manual page, which holds the help of all commands and topics.",
		Example: "  ftpwire man > /usr/local/share/man/man1/ftpwire.1\n  ftpwire man | man -l -",
		Args:    nargs(0, 0, ""),
		RunE:    func(cmd *cobra.Command, _ []string) error { return writeMan(a.stdout, cmd.Root()) },
	}
}

// writeMan writes the help of root and of all below it as a page for man(1).
func writeMan(w io.Writer, root *cobra.Command) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, ".TH FTPWIRE 1\n.SH NAME\nftpwire \\- %s\n", roff(root.Short))
	fmt.Fprintf(b, ".SH SYNOPSIS\n.B ftpwire\n.I COMMAND\n[FLAGS] [ARGUMENTS]\n.SH DESCRIPTION\n%s", preformatted(root.Long))
	fmt.Fprintf(b, ".SH COMMANDS\n")
	manCommands(b, root)
	fmt.Fprintf(b, ".SH FLAGS OF ALL COMMANDS\n")
	manFlags(b, root.PersistentFlags())
	for _, c := range root.Commands() {
		if c.IsAdditionalHelpTopicCommand() {
			fmt.Fprintf(b, ".SH %s\n%s", strings.ToUpper(strings.ReplaceAll(c.Name(), "-", " ")), preformatted(c.Long))
			if c.Name() == topicConnections {
				b.WriteString(preformatted(keysText()))
			}
			if c.Name() == topicConnectionFlags {
				for _, s := range commonFlags(root, commonSections) {
					fmt.Fprintf(b, ".SS \"%s\"\n", roff(s.title))
					manFlags(b, s.flags)
				}
			}
		}
	}
	fmt.Fprintf(b, ".SH EXAMPLES\n%s", preformatted(root.Example))
	return b.Flush()
}

func manCommands(b *bufio.Writer, parent *cobra.Command) {
	for _, c := range parent.Commands() {
		if !c.Runnable() || c.Hidden {
			continue
		}
		use := strings.TrimSuffix(c.UseLine(), " [flags]")
		fmt.Fprintf(b, ".SS \"%s\"\n%s", strings.ReplaceAll(roff(use), `"`, `\(dq`), preformatted(c.Long))
		for _, s := range sectionsOf(c, false) {
			manFlags(b, s.flags)
		}
		manCommon(b, c)
		fmt.Fprintf(b, ".PP\nFor example:\n%s", preformatted(c.Example))
		manCommands(b, c)
	}
}

// manCommon names the flags of a command that stand with those of the connection.
func manCommon(b *bufio.Writer, cmd *cobra.Command) {
	var names []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(commonSections, sectionOf(f)) && !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	if len(names) > 0 {
		fmt.Fprintf(b, ".PP\nCONNECTION FLAGS explains the others: %s.\n", roff(strings.Join(names, ", ")))
	}
}

func manFlags(b *bufio.Writer, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(name+" "+value)), roff(usage))
	})
}

// preformatted returns text as lines that man leaves as they are.
func preformatted(text string) string {
	return ".PP\n.nf\n" + roff(strings.TrimRight(text, "\n")) + "\n.fi\n"
}

// roff escapes what would be a request or an escape.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", "\\(ga", "~", `\(ti`, "^", `\(ha`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
