package main

import (
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

func (a *app) dfCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "df URL",
		Short: "Tell how much space is left",
		Long: `Tells how much may still be stored in a directory, and what is used, in octets, as far
as the server says: by AVBL, XQUOTA or SITE QUOTA, or in the text after a listing.

The exit code is 1 if the server tells nothing.`,
		Example: `  ftpwire df ftpes://alice@ftp.example.com/
  ftpwire df --format json ftpes://alice@ftp.example.com/backup/ | jq .free`,
		Args: nargs(1, 1, "a URL is missing"),
	}
	f.addDataFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "a property a line, or one JSON object")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return a.with(&f, args[0], func(c *ftpwire.Client, l *ftpwire.Location) error {
			dir := bare(l.Path)
			var s control.Space
			err := a.again(&f, func() (err error) { s, err = c.Space(a.ctx, dir); return err })
			switch {
			case errors.Is(err, errors.ErrUnsupported):
				return &hintError{err: err, hint: "The server does not tell how much space there is, perhaps because there is no limit."}
			case err != nil:
				return onPath(dir, err)
			case format.value == "json":
				return writeJSON(a.stdout, newSpaceJSON(l.Path, s))
			}
			return a.writeSpace(newSpaceJSON(l.Path, s))
		})
	}
	return cmd
}

// A spaceJSON says how much space there is, in octets. What is not known is absent.
type spaceJSON struct {
	Path       string `json:"path"`
	Free       *int64 `json:"free,omitempty"`
	Used       *int64 `json:"used,omitempty"`
	Limit      *int64 `json:"limit,omitempty"`
	Unlimited  bool   `json:"unlimited,omitempty"`
	FilesUsed  *int64 `json:"files_used,omitempty"`
	FilesLimit *int64 `json:"files_limit,omitempty"`
	By         string `json:"by"` // the command that told it
}

func newSpaceJSON(path string, s control.Space) spaceJSON {
	known := func(n int64) *int64 {
		if n < 0 {
			return nil
		}
		return &n
	}
	return spaceJSON{
		Path: path, Free: known(s.Free), Used: known(s.Used), Limit: known(s.Limit), Unlimited: s.Unlimited,
		FilesUsed: known(s.FilesUsed), FilesLimit: known(s.FilesLimit), By: string(s.By),
	}
}

func (a *app) writeSpace(s spaceJSON) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, p := range []struct {
		name string
		n    *int64
	}{{"free", s.Free}, {"used", s.Used}, {"limit", s.Limit}, {"files used", s.FilesUsed}, {"files limit", s.FilesLimit}} {
		if p.n != nil {
			fmt.Fprintf(w, "%s\t%s\n", p.name, strconv.FormatInt(*p.n, 10))
		}
	}
	if s.Unlimited {
		fmt.Fprintln(w, "limit\tnone")
	}
	return w.Flush()
}
