package main

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// afterCommand moves flags in front of the command after it, as in "ftpwire --log ls URL",
// which the library of the command line takes for the flags of ftpwire itself. If they are not
// the command's, it is the command that says so.
func afterCommand(root *cobra.Command, args []string) []string {
	if len(args) == 0 || !strings.HasPrefix(args[0], "-") {
		return args
	}
	var wrong []string
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if i == 0 || commandNamed(root, arg) == nil {
			continue
		}
		cmd, rest, err := root.Find(args[i:])
		if err != nil {
			continue
		}
		moved := slices.Concat(strings.Fields(cmd.CommandPath())[1:], args[:i], rest)
		if areFlagsOf(cmd, root, args[:i]) {
			return moved
		}
		if wrong == nil {
			wrong = moved
		}
	}
	if wrong != nil {
		return wrong
	}
	return args
}

// areFlagsOf reports whether all arguments are flags of cmd or root, with their values.
func areFlagsOf(cmd, root *cobra.Command, args []string) bool {
	for i := 0; i < len(args); i++ {
		flag, glued := flagNamed(args[i], cmd.Flags(), root.PersistentFlags())
		if flag == nil {
			return false
		}
		if flag.NoOptDefVal == "" && !glued {
			i++ // its value
		}
		if i >= len(args) {
			return false // the command's name would be its value
		}
	}
	return true
}

// flagNamed returns the flag that an argument names, nil if it names none; of several letters,
// "-qv", the last. glued is true if its value is part of the argument.
func flagNamed(arg string, sets ...*pflag.FlagSet) (flag *pflag.Flag, glued bool) {
	find := func(name string, letter bool) *pflag.Flag {
		for _, fs := range sets {
			if f := fs.Lookup(name); f != nil && !letter {
				return f
			}
			if letter {
				if f := fs.ShorthandLookup(name); f != nil {
					return f
				}
			}
		}
		return nil
	}
	if long, ok := strings.CutPrefix(arg, "--"); ok {
		name, _, glued := strings.Cut(long, "=")
		return find(name, false), glued
	}
	letters, ok := strings.CutPrefix(arg, "-")
	if !ok {
		return nil, false
	}
	for i, c := range letters {
		if c >= utf8.RuneSelf {
			return nil, false // no flag, and ShorthandLookup would panic
		}
		if flag = find(letters[i:i+1], true); flag == nil {
			return nil, false
		}
		if flag.NoOptDefVal == "" || strings.HasPrefix(letters[i+1:], "=") {
			return flag, i+1 < len(letters)
		}
	}
	return flag, false
}
