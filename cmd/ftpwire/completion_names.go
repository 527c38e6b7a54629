package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A completer is what cobra asks for the words that may stand at the cursor.
type completer = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective)

// The places of several targets.
const (
	everyArgument = -1
	afterFirst    = -2
)

// targetPlaces says which argument of a command is a URL or NAME:PATH. The others are local
// files, or nothing that can be completed.
var targetPlaces = map[string]int{
	"ls": 0, "stat": 0, "cat": 0, "get": 0, "put": 1, "append": 1, "mv": 0, "hash": 0, "quote": 0, "check": 0, "probe": 0,
	"rm": everyArgument, "rmdir": everyArgument, "mkdir": everyArgument, "touch": everyArgument, "fxp": everyArgument, "chmod": afterFirst,
}

// targetsOf returns the arguments that are URLs or NAME:PATH.
func (a *app) targetsOf(cmd *cobra.Command, args []string, place int) []string {
	n := len(args)
	switch {
	case cmd.Name() == "put":
		return args[max(n-1, 0):]
	case cmd.Name() == "get" && n > 0 && (n > 1 || cmd.Flags().Changed("files-from")) && !a.isRemote(args[n-1]):
		return args[:n-1]
	case cmd.Name() == "get":
		return args
	}
	switch place {
	case everyArgument:
		return args
	case afterFirst:
		return args[min(1, len(args)):]
	}
	return args[min(place, len(args)):min(place+1, len(args))]
}

// isTargetAt reports whether argument n is a URL or NAME:PATH.
func isTargetAt(n, place int) bool {
	return place == n || place == everyArgument || place == afterFirst && n > 0
}

// completeTargets has the commands below root complete what may stand for their arguments.
func (a *app) completeTargets(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if place, ok := targetPlaces[cmd.Name()]; ok {
			cmd.ValidArgsFunction = a.targetsAt(place)
		}
		for _, sub := range cmd.Commands() {
			switch sub.CommandPath() {
			case "ftpwire trust show", "ftpwire trust accept":
				sub.ValidArgsFunction = a.targetsAt(0)
			case "ftpwire trust remove":
				sub.ValidArgsFunction = a.completeTrusted
			}
		}
	}
	completeFlags(root)
}

func (a *app) targetsAt(place int) completer {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
		local := place >= 0 && place != len(args) && slices.Contains(localFiles, cmd.Name())
		several := cmd.Name() != "append" && len(args) > 0 && isTarget(word)
		switch {
		case local && !several:
			return nil, cobra.ShellCompDirectiveDefault
		case !isTargetAt(len(args), place) && !(local && several):
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if scheme, rest, ok := strings.Cut(word, "://"); ok {
			host, path, ok := strings.Cut(rest, "/")
			if ok && host != "" && !strings.Contains(word, protocol.Mask) { // nor with a password in it: see forCompletion
				return beginning(a.completePath(cmd, scheme+"://"+host+"/", path, true), word), directive
			}
			return nil, directive
		}
		if name, path, ok := splitName(word); ok {
			return beginning(a.completePath(cmd, name+":", path, false), word), directive
		}
		words := a.completeNames(":")
		if word != "" {
			words = append(words, cobra.CompletionWithDesc("ftpes://", "explicit TLS"), cobra.CompletionWithDesc("ftps://", "implicit TLS"), cobra.CompletionWithDesc("ftp://", "clear text"))
		}
		return beginning(words, word), directive
	}
}

// localFiles are the commands that take a file of this computer, too.
var localFiles = []string{"get", "put", "append"}

// completeFlags has the flags below root whose values are no files complete no files.
func completeFlags(root *cobra.Command) {
	none := cobra.FixedCompletions(nil, cobra.ShellCompDirectiveNoFileComp)
	for _, cmd := range root.Commands() {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			switch value, _ := pflag.UnquoteUsage(f); {
			case strings.Contains(value, "DIR") && f.Name != "path" && f.Name != "write-dir":
				cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs))
			case !strings.Contains(value, "FILE"):
				cmd.RegisterFlagCompletionFunc(f.Name, none) // fails where there is a better one
			}
		})
		completeFlags(cmd)
	}
}

// completeTrusted completes the servers whose certificates were accepted.
func (a *app) completeTrusted(cmd *cobra.Command, args []string, word string) (words []cobra.Completion, directive cobra.ShellCompDirective) {
	directive = cobra.ShellCompDirectiveNoFileComp
	file, _ := cmd.Flags().GetString("trust-file")
	store, err := a.trustStore(file)
	if err != nil || len(args) > 0 {
		return nil, directive
	}
	entries, err := store.Entries()
	if err != nil {
		return nil, directive
	}
	for _, e := range entries {
		words = append(words, cobra.CompletionWithDesc(hostPort(e.Host, e.Port), visible(e.Subject)))
	}
	return beginning(words, word), directive
}

// completeCases completes the ids of the checks.
func completeCases(_ *cobra.Command, _ []string, word string) (words []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, c := range conformance.Cases() {
		words = append(words, cobra.CompletionWithDesc(c.ID, c.Text))
	}
	return beginning(words, word), cobra.ShellCompDirectiveNoFileComp
}

// completeNames returns the stored connections, each with suffix after its name.
func (a *app) completeNames(suffix string) (words []cobra.Completion) {
	d := a.quietStore()
	for _, name := range d.Names(kindConnection) {
		words = append(words, cobra.CompletionWithDesc(name+suffix, summary(d, name)))
	}
	return words
}

// quietStore returns the stored connections, or none if there is anything wrong with them.
func (a *app) quietStore() *tomledit.Document {
	if s, err := a.store(); err == nil {
		if d, err := s.read(); err == nil {
			return d
		}
	}
	return &tomledit.Document{}
}

// oneName completes the name of a connection, and nothing after it.
func (a *app) oneName(_ *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(a.completeNames(""), word), cobra.ShellCompDirectiveNoFileComp
}

// beginning returns the words that begin with what was typed.
func beginning(words []cobra.Completion, typed string) []cobra.Completion {
	return slices.DeleteFunc(words, func(w cobra.Completion) bool { return !strings.HasPrefix(w, typed) })
}

// completeGroups completes the groups of the stored connections.
func (a *app) completeGroups(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	d := a.quietStore()
	var groups []string
	for _, name := range d.Names(kindConnection) {
		if g := textOf(d, name, keyGroup); g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return beginning(groups, word), cobra.ShellCompDirectiveNoFileComp
}

// completeTables completes the names of certificates, or of what is trusted.
func (a *app) completeTables(kind string) completer {
	return func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return beginning(a.quietStore().Names(kind), word), cobra.ShellCompDirectiveNoFileComp
	}
}

// completePath returns what the directory of path holds on a server, which start names. In a
// URL, names are written as URLs have them. It asks nobody, says nothing, and gives up soon.
func (a *app) completePath(cmd *cobra.Command, start, path string, inURL bool) (words []cobra.Completion) {
	dir := path[:strings.LastIndexByte(path, '/')+1]
	ctx, cancel := context.WithTimeout(a.ctx, patience.Completion.Default)
	defer cancel()
	var out bytes.Buffer
	silent := newApp(ctx, strings.NewReader(""), &out, io.Discard, a.env)
	silent.quiet, silent.unattended = true, true
	args := append([]string{"ls", "--format", "json"}, a.typedFlags(cmd)...)
	silent.run(append(args, "--", start+dir))
	for lines := json.NewDecoder(&out); ; {
		var e entryJSON
		if lines.Decode(&e) != nil {
			return words
		}
		if e.NameBytes != "" || e.Name == "" || strings.ContainsFunc(e.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			continue // can't be typed as it is
		}
		name := e.Name
		if inURL {
			name = url.PathEscape(name)
		}
		word := start + dir + name
		if e.Type == "dir" {
			word += "/"
		}
		words = append(words, word)
	}
}

// typedFlags returns the flags of the command line that is being completed, as far as ls
// has them.
func (a *app) typedFlags(cmd *cobra.Command) (args []string) {
	ls, _, err := cmd.Root().Find([]string{"ls"})
	if err != nil {
		return nil
	}
	add := func(f *pflag.Flag) {
		if f.Name == "format" || f.Name == "log" {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				args = append(args, "--"+f.Name+"="+v)
			}
			return
		}
		args = append(args, "--"+f.Name+"="+f.Value.String())
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if ls.Flags().Lookup(f.Name) != nil || ls.InheritedFlags().Lookup(f.Name) != nil {
			add(f)
		}
	})
	return args
}
