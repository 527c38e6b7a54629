package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// manyFlags say which files a command is about, if it is about more than its arguments name.
type manyFlags struct {
	recursive bool
	filesFrom string
	null      bool
}

// add adds the flags. each is what one line of --files-from holds.
func (f *manyFlags) add(cmd *cobra.Command, section, tree, each string) {
	inSection(cmd, section, func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.recursive, "recursive", "r", false, tree)
		fs.StringVar(&f.filesFrom, "files-from", "", "read more "+each+" from `FILE`, one a line; - is standard input")
		fs.BoolVarP(&f.null, "null", "0", false, "what --files-from names ends in NUL, not in a line end")
	})
	cmd.Args = manyArgs(cmd.Args)
}

// manyArgs is check with one argument less where --files-from names the rest.
func manyArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("files-from") {
			args = append([]string{""}, args...)
		}
		return check(cmd, args)
	}
}

// maxListed bounds what --files-from is read from, in octets.
const maxListed = 256 << 20

// readList returns the names that --files-from holds, as they are: blanks and the signs of patterns are part of a name.
func (a *app) readList(file string, null bool) ([]string, error) {
	var r io.Reader
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, usagef("--files-from: %w", err)
		}
		defer opened.Close()
		r = opened
	} else {
		r = a.input()
	}
	text, err := io.ReadAll(io.LimitReader(r, maxListed+1))
	switch {
	case err != nil && a.ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, &usageError{err: errtext.Errorf("--files-from: %w", err)}
	case len(text) > maxListed:
		return nil, usagef("--files-from: there are more than %d MiB in %s", maxListed>>20, file)
	}
	end := "\n"
	if null {
		end = "\x00"
	} else if bytes.IndexByte(text, 0) >= 0 {
		return nil, &usageError{err: errors.New("--files-from: there is a NUL in what should be lines"), hint: "Names that end in NUL, as \"find -print0\" writes them, need --null."}
	}
	var names []string
	for name := range strings.SplitSeq(string(text), end) {
		if !null {
			name = strings.TrimSuffix(name, "\r")
		}
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, usagef("--files-from: %s names nothing", file)
	}
	return names, nil
}

// listOf reads what --files-from of cmd names, once.
func (a *app) listOf(cmd *cobra.Command) ([]string, error) {
	flag := cmd.Flags().Lookup("files-from")
	if flag == nil || !flag.Changed {
		return nil, nil
	}
	null, err := cmd.Flags().GetBool("null")
	if err != nil {
		return nil, err
	}
	if p := cmd.Flags().Lookup("password-file"); p != nil && p.Value.String() == "-" && flag.Value.String() == "-" {
		return nil, usagef("both the names of the files and the password are to come from standard input")
	}
	a.listed, err = a.readList(flag.Value.String(), null)
	return a.listed, err
}

// check refuses what makes no sense.
func (f *manyFlags) check() error {
	if f.null && f.filesFrom == "" {
		return usagef("--null needs --files-from")
	}
	return nil
}
