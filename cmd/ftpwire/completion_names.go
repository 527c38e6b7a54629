package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A completer is what cobra asks for the words that may stand at the cursor.
type completer = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective)

// everyArgument has completeTargets complete all arguments.
const everyArgument = -1

// targetPlaces says which argument of a command is a URL or NAME:PATH. The others are local
// files, or nothing that can be completed.
var targetPlaces = map[string]int{
	"ls": 0, "stat": 0, "cat": 0, "get": 0, "put": 1, "mv": 0, "hash": 0, "quote": 0, "check": 0, "probe": 0,
	"rm": everyArgument, "rmdir": everyArgument, "mkdir": everyArgument, "fxp": everyArgument,
}

// completeTargets has the commands below root complete NAME:PATH.
func (a *app) completeTargets(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if place, ok := targetPlaces[cmd.Name()]; ok {
			cmd.ValidArgsFunction = a.targetsAt(place)
		}
	}
}

func (a *app) targetsAt(place int) completer {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if place != everyArgument && len(args) != place {
			return nil, cobra.ShellCompDirectiveDefault
		}
		if name, path, ok := splitName(word); ok {
			return beginning(a.completePath(cmd, name, path), word), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
		}
		return beginning(a.completeNames(":"), word), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	}
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

// completePath returns what the directory of path holds on the server of a connection. It
// asks nobody, says nothing, and gives up soon.
func (a *app) completePath(cmd *cobra.Command, name, path string) (words []cobra.Completion) {
	dir := path[:strings.LastIndexByte(path, '/')+1]
	ctx, cancel := context.WithTimeout(a.ctx, patience.Completion.Default)
	defer cancel()
	var out bytes.Buffer
	silent := newApp(ctx, strings.NewReader(""), &out, io.Discard, a.env)
	silent.quiet, silent.unattended = true, true
	args := append([]string{"ls", "--format", "json"}, a.typedFlags(cmd)...)
	silent.run(append(args, "--", name+":"+dir))
	for lines := json.NewDecoder(&out); ; {
		var e entryJSON
		if lines.Decode(&e) != nil {
			return words
		}
		if e.NameBytes != "" || e.Name == "" || strings.ContainsFunc(e.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			continue // can't be typed as it is
		}
		word := name + ":" + dir + e.Name
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
