package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) catCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "cat URL",
		Short: "Write a file to standard output",
		Long: `Writes a file to standard output as it arrives. Only exit code 0 means that it was
complete: what came before a failure has already been written. A URL that ends in
;type=d is that of a directory, whose names are written, a line each (RFC 1738).`,
		Example: `  ftpwire cat ftpes://alice@ftp.example.com/pub/data.csv | head`,
		Args:    nargs(1, 1, "a URL is missing"),
	}
	f.addFileFlags(cmd)
	f.retryFlags.add(cmd)
	f.maxSize.add(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.cat(&f, args[0]) }
	return cmd
}

func (a *app) cat(f *connFlags, rawURL string) error {
	a.once, f.fileOut = true, true
	l, err := a.locate(f, rawURL)
	if err != nil {
		return err
	}
	if l.Dir {
		return a.askingAt(f, l, func(c *ftpwire.Client) error { return a.catNames(c, l.Path) })
	}
	if err := needFile(l); err != nil {
		return err
	}
	return a.askingAt(f, l, func(c *ftpwire.Client) error {
		_, err := c.Get(a.ctx, l.Path, a.stdout, &ftpwire.TransferOptions{MaxSize: int64(f.maxSize), From: f.span.from, To: f.span.to})
		return onPath(l.Path, err)
	})
}

// catNames writes the names in a directory.
func (a *app) catNames(c *ftpwire.Client, path string) error {
	for e, err := range c.Entries(a.ctx, path) {
		if err != nil {
			return onPath(path, err)
		}
		if _, err := fmt.Fprintln(a.stdout, visibleName(e.Name)); err != nil {
			return err
		}
	}
	return nil
}
