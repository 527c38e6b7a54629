package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// afterCommand moves flags in front of the command after it, as in "ftpwire --log ls URL",
// which the library of the command line takes for the flags of ftpwire itself. Arguments
// that are anything else are returned as they are.
func afterCommand(root *cobra.Command, args []string) []string {
	for i, arg := range args {
		if i == 0 {
			continue // there is no flag before it
		}
		for _, cmd := range root.Commands() {
			if cmd.Name() == arg && areFlagsOf(cmd, root, args[:i]) {
				return append(append([]string{arg}, args[:i]...), args[i+1:]...)
			}
		}
	}
	return args
}

// areFlagsOf reports whether all arguments are flags of cmd or root, with their values.
func areFlagsOf(cmd, root *cobra.Command, args []string) bool {
	for i := 0; i < len(args); i++ {
		flag := flagNamed(args[i], cmd.Flags(), root.PersistentFlags())
		if flag == nil {
			return false
		}
		if flag.NoOptDefVal == "" && !strings.Contains(args[i], "=") {
			i++ // its value
		}
		if i >= len(args) {
			return false // the command's name would be its value
		}
	}
	return true
}

// flagNamed returns the flag that an argument names, nil if it names none.
func flagNamed(arg string, sets ...*pflag.FlagSet) *pflag.Flag {
	name, _, _ := strings.Cut(arg, "=")
	for _, fs := range sets {
		if long, ok := strings.CutPrefix(name, "--"); ok {
			if f := fs.Lookup(long); f != nil {
				return f
			}
		} else if len(name) == 2 && name[0] == '-' && name[1] != '-' {
			if f := fs.ShorthandLookup(name[1:]); f != nil {
				return f
			}
		}
	}
	return nil
}
