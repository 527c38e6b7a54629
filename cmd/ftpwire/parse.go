package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func (a *app) parseCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "parse list|feat|reply [FILE]",
		Short: "Show what the parsers make of a server's text",
		Long: `Reads text as a server sent it, from FILE or standard input, and prints what it
means, as JSON lines: to find out why a date or a name comes out wrong.`,
		Example: `  ftpwire parse list --dialect unix listing.txt
  ftpwire parse reply < transcript.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{err: errors.New("what is it: list, feat or reply?"), hint: "Usage: " + cmd.CommandPath() + " list|feat|reply [FILE]"}
			}
			return &usageError{err: fmt.Errorf("unknown kind of text %q", args[0]), hint: suggestCommand(cmd, args[0])}
		},
	}
	cmd.AddCommand(a.parseListCmd(), a.parseFeatCmd(), a.parseReplyCmd())
	return cmd
}

// open returns what a parser reads: the file that args names, or standard input.
func (a *app) open(args []string) (io.ReadCloser, error) {
	if len(args) == 0 || args[0] == "-" {
		return io.NopCloser(a.input()), nil
	}
	f, err := os.Open(args[0])
	if err != nil {
		return nil, cannot(err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, usagef("%s: is a directory", args[0])
	}
	return f, nil
}

// An unread is a piece of text that could not be understood.
type unread struct {
	Error string `json:"error"`
	Raw   string `json:"raw"`
}
