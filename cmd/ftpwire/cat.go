package main

import (
	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) catCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "cat URL",
		Short: "Write a file to standard output",
		Long: `Writes a file to standard output as it arrives. Only exit code 0 means that it was
complete: what came before a failure has already been written.`,
		Example: `  ftpwire cat ftpes://alice@ftp.example.com/pub/data.csv | head`,
		Args:    nargs(1, 1, "a URL is missing"),
	}
	f.addFileFlags(cmd)
	f.maxSize.add(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.cat(&f, args[0]) }
	return cmd
}

func (a *app) cat(f *connFlags, rawURL string) error {
	l, err := a.locateFile(f, rawURL)
	if err != nil {
		return err
	}
	return a.withLocation(f, l, func(c *ftpwire.Client) error {
		_, err := c.Get(a.ctx, l.Path, a.stdout, &ftpwire.TransferOptions{MaxSize: int64(f.maxSize)})
		return onPath(l.Path, err)
	})
}
