package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/control"
)

// helpCmd replaces cobra's, which returns 0 for what it cannot find.
func (a *app) helpCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [COMMAND|TOPIC|FLAG|QUIRK]",
		Short: "Explain a command, a topic or a flag",
		Long: `Explains a command, a topic, a flag, or a quirk of servers; without any, lists commands and
topics. "help flags COMMAND" prints all flags of a command.`,
		Example:            "  ftpwire help get\n  ftpwire help urls\n  ftpwire help --resume-tls\n  ftpwire help flags ls",
		DisableFlagParsing: true, // flags are what is asked for
		ValidArgsFunction:  a.completeHelp,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		words := helpWords(args, &a.helpAll)
		if slices.Contains(words, "--help") || slices.Contains(words, "-h") {
			_, err := io.WriteString(a.stdout, helpText(cmd, a.helpAll))
			return err
		}
		text, ok := explain(cmd.Root(), words, a.helpAll)
		if !ok {
			name := strings.Join(words, " ")
			return &usageError{err: fmt.Errorf("no help on %q", name), hint: suggestTopic(cmd.Root(), name)}
		}
		_, err := io.WriteString(a.stdout, text)
		return err
	}
	return cmd
}

// helpWords returns what is asked for: args without the flags that every command has, if
// there is anything else.
func helpWords(args []string, all *bool) (words []string) {
	for _, arg := range args {
		if arg == "--all" {
			*all = true
			continue
		}
		words = append(words, arg)
	}
	if len(words) > 1 {
		words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains([]string{"-q", "--quiet", "-v", "--verbose"}, w) })
	}
	return words
}

// explain returns the help on a command, a topic, a flag, a section of flags or a quirk.
func explain(root *cobra.Command, words []string, all bool) (text string, ok bool) {
	if len(words) > 1 && (words[0] == "flags" || words[0] == topicConnectionFlags) {
		words, all = words[1:], true
	}
	if cmd, rest, err := root.Find(words); err == nil && len(rest) == 0 && cmd != nil && (len(words) == 0 || cmd != root) {
		return helpText(cmd, all), true
	}
	if len(words) != 1 {
		return "", false
	}
	word := words[0]
	if text, ok := explainFlag(root, word); ok {
		return text, true
	}
	name := strings.ToLower(strings.TrimLeft(word, "-"))
	if topic := commandNamed(root, topicWords[name]); topic != nil {
		return helpText(topic, all), true
	}
	if titles := sectionWords[name]; titles != nil {
		return flagsText(commonFlags(root, titles)) + fmt.Sprintf("\nAll flags about the connection: %q.\n", "ftpwire help "+topicConnectionFlags), true
	}
	return explainQuirk(name)
}

// topicWords are other words for topics.
var topicWords = map[string]string{
	"flags": topicConnectionFlags, "options": topicConnectionFlags, "url": "urls", "proxy": "proxies", "socks": "proxies", "http": "proxies",
	"password": "passwords", "netrc": "passwords", ".netrc": "passwords", "environment": "passwords", "quirk": "quirks",
	"exit": "exit-codes", "exit-code": "exit-codes", "exitcodes": "exit-codes", "status": "exit-codes", "code": "exit-codes", "codes": "exit-codes",
	"config": "connections", "configuration": "connections", "toml": "connections", "profile": "connections", "profiles": "connections", "bookmarks": "connections",
}

// sectionWords are words for sections of flags.
var sectionWords = map[string][]string{
	"tls": {sectionTLS, sectionCertificate}, "ssl": {sectionTLS, sectionCertificate}, "ftps": {sectionTLS, sectionCertificate}, "ciphers": {sectionTLS},
	"certificate": {sectionCertificate}, "certificates": {sectionCertificate}, "ca": {sectionCertificate},
	"login": {sectionLogin}, "user": {sectionLogin}, "encoding": {sectionLogin}, "unicode": {sectionLogin},
	"passive": {sectionData}, "active": {sectionData}, "pasv": {sectionData}, "epsv": {sectionData}, "port": {sectionData}, "eprt": {sectionData}, "data": {sectionData}, "nat": {sectionData}, "firewall": {sectionData},
	"timeouts": {sectionConnection, sectionData}, "ipv6": {sectionConnection}, "ipv4": {sectionConnection},
	"log": {sectionLog}, "logging": {sectionLog}, "debug": {sectionLog}, "trace": {sectionLog},
	"firewalls": {sectionData, sectionProxy},
}

// flagsText returns sections with all that is said about their flags.
func flagsText(sections []section) string {
	var parts []string
	for _, s := range sections {
		parts = append(parts, s.full())
	}
	return strings.Join(parts, "\n")
}

// commonFlags returns the flags that most commands have, of some sections.
func commonFlags(root *cobra.Command, titles []string) (sections []section) {
	sets := map[string]*pflag.FlagSet{}
	for _, cmd := range root.Commands() {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			title := sectionOf(f)
			if !slices.Contains(titles, title) || f.Hidden {
				return
			}
			if sets[title] == nil {
				sets[title] = pflag.NewFlagSet("", pflag.ContinueOnError)
			}
			if sets[title].Lookup(f.Name) == nil {
				sets[title].AddFlag(f)
			}
		})
	}
	for _, title := range titles {
		if set := sets[title]; set != nil {
			sections = append(sections, section{title, set})
		}
	}
	return sections
}

// explainFlag returns what a flag of any command does, and which commands have it.
func explainFlag(root *cobra.Command, word string) (text string, ok bool) {
	name := strings.ToLower(strings.TrimLeft(word, "-"))
	var parts []string
	var owners = map[string][]string{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.PersistentFlags()} {
			f := flags.Lookup(name)
			if f == nil && len(name) == 1 && strings.HasPrefix(word, "-") {
				f = flags.ShorthandLookup(strings.TrimLeft(word, "-"))
			}
			if f == nil || f.Hidden || f.Name == "help" {
				continue
			}
			set := pflag.NewFlagSet("", pflag.ContinueOnError)
			set.AddFlag(f)
			usage := set.FlagUsagesWrapped(helpWidth)
			if owners[usage] == nil {
				parts = append(parts, usage)
			}
			if owner := strings.TrimPrefix(cmd.CommandPath(), "ftpwire "); !slices.Contains(owners[usage], owner) {
				owners[usage] = append(owners[usage], owner)
			}
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	if !strings.HasPrefix(word, "-") && sectionWords[name] != nil {
		return "", false // a word for more than the flag
	}
	for i, usage := range parts {
		of := "all commands"
		if !slices.Contains(owners[usage], "ftpwire") {
			of = strings.Join(owners[usage], ", ")
		}
		parts[i] = usage + inLines("  ", "Of: "+of) + "\n"
	}
	return strings.Join(parts, "\n"), len(parts) > 0
}

// explainQuirk returns what is known of a quirk.
func explainQuirk(name string) (text string, ok bool) {
	for q := range control.Quirks() {
		if string(q.Name) == name {
			text := name + "\n" + paragraph("What such a server does: "+q.Behaviour+".", "  ", 85)
			if q.Evidence != "" {
				text += paragraph("How it is noticed: "+q.Evidence+".", "  ", 85)
			}
			text += paragraph("What is done then: "+q.Workaround+".", "  ", 85)
			return text + paragraph(fmt.Sprintf("--quirk %s has it done from the start, --no-quirk %[1]s never.", name), "  ", 85), true
		}
	}
	for t := range control.Tolerances() {
		if t.Name == name {
			return name + "\n" + paragraph("What such a server does: "+t.Behaviour+".", "  ", 85) + paragraph("What is done, always: "+t.Workaround+".", "  ", 85), true
		}
	}
	return "", false
}

// helpNames returns everything that explain knows a name for.
func helpNames(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	for q := range control.Quirks() {
		names = append(names, string(q.Name))
	}
	for t := range control.Tolerances() {
		names = append(names, t.Name)
	}
	return names
}

func suggestTopic(root *cobra.Command, name string) string {
	words := helpNames(root)
	for word := range sectionWords {
		words = append(words, word)
	}
	for word := range topicWords {
		words = append(words, word)
	}
	words = append(words, namesOfFlags(root)...)
	var near []string
	for _, word := range words {
		if similar(name, word) {
			near = append(near, word)
		}
	}
	if len(near) == 0 {
		for _, word := range words {
			if len(name) > 2 && strings.HasPrefix(word, name) {
				near = append(near, word)
			}
		}
	}
	slices.Sort(near)
	return suggestion(slices.Compact(near), `"ftpwire help" lists commands and topics.`)
}

// namesOfFlags returns the names of the flags of all commands, with their hyphens.
func namesOfFlags(root *cobra.Command) (names []string) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	slices.Sort(names)
	return slices.Compact(names)
}

func (a *app) completeHelp(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	root := cmd.Root()
	parent := root
	if len(args) > 0 && args[0] != "flags" {
		found, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 || found == root {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		parent = found
	}
	var words []cobra.Completion
	for _, c := range parent.Commands() {
		if !c.Hidden && (len(args) == 0 || c.Runnable()) {
			words = append(words, cobra.CompletionWithDesc(c.Name(), c.Short))
		}
	}
	if len(args) == 0 {
		words = append(words, cobra.CompletionWithDesc("flags", "All flags of a command"))
		if word != "" {
			words = append(words, namesOfFlags(root)...)
			words = append(words, helpNames(root)[len(root.Commands()):]...)
		}
	}
	return beginning(words, word), cobra.ShellCompDirectiveNoFileComp
}
