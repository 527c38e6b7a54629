package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) rmCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "rm URL...",
		Short: "Delete files",
		Long: `Deletes files. Directories are rmdir's; with --recursive, they are deleted with all that is in
them. Symbolic links are deleted, and not what they lead to.

` + patternHelp,
		Example: `  ftpwire rm ftpes://alice@ftp.example.com/old.txt ftpes://alice@ftp.example.com/older.txt
  ftpwire rm 'ftpes://alice@ftp.example.com/tmp/*.tmp'
  ftpwire rm -r ftpes://alice@ftp.example.com/old/`,
		Args: nargs(1, -1, "a URL is missing"),
	}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	f.manyFlags.add(cmd, "", "delete directories, with all that is in them", "URLs")
	format := addFormat(cmd, "nothing, or JSON lines: one object for each file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.rm(cmd, &f, format.value == "json", args) }
	return cmd
}

// patternHelp explains patterns, in the help of the commands that have them.
const patternHelp = `A name may hold *, ? and [a-z] (in a URL, not ?), in quotes for the shell: it stands for all
names on the server that it matches, unless a file has just that name. %2A, %5B and, after
NAME:, [*] stand for the sign itself.`

func (a *app) rm(cmd *cobra.Command, f *connFlags, asJSON bool, args []string) error {
	if err := f.manyFlags.check(); err != nil {
		return err
	}
	all, err := a.sources(f, args, a.listed)
	if err != nil {
		return err
	}
	for i, s := range all {
		if s.Path == "" && i < len(args) {
			return needPath(s.Location, args[i])
		}
	}
	if len(args) == 1 && f.filesFrom == "" && all[0].pattern == "" && !f.recursive {
		return a.each(cmd, f, asJSON, args, func(c *ftpwire.Client, path string) error { return c.Unlink(a.ctx, path) })
	}
	b := &batch{app: a, cmd: cmd, f: f, asJSON: asJSON}
	err = b.eachSource(all, func(c *ftpwire.Client, path string) error {
		if f.recursive {
			return a.removeTree(c, path)
		}
		return c.Unlink(a.ctx, path)
	})
	if err != nil {
		return err
	}
	return b.end()
}

// removeTree removes a file, or a directory with all that is in it. That nothing is there is an error.
func (a *app) removeTree(c *ftpwire.Client, path string) error {
	path = bare(path)
	refusal := c.Unlink(a.ctx, path)
	if refusal == nil {
		return nil
	}
	if _, err := c.Stat(a.ctx, path); errors.Is(err, fs.ErrNotExist) {
		return refusal
	}
	return c.RemoveAll(a.ctx, path)
}
