package main

import (
	"io/fs"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) chmodCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "chmod MODE URL...",
		Short: "Set the permissions of files",
		Long: `Sets the permissions of files and directories by SITE CHMOD, or by MFF where the
server has that. MODE is octal: 640 lets the owner read and write, the group read.`,
		Example: "  ftpwire chmod 640 ftpes://alice@ftp.example.com/pub/report.pdf",
		Args:    nargs(2, -1, "MODE and URL are needed"),
	}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "nothing, or JSON lines: one object for each URL")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		mode, err := strconv.ParseUint(args[0], 8, 9)
		if err != nil {
			return &usageError{err: usagef("the mode %q is not octal, from 0 to 777", args[0]), hint: "640 lets the owner read and write, and the group read."}
		}
		return a.each(cmd, &f, format.value == "json", args[1:], func(c *ftpwire.Client, path string) error {
			return c.Chmod(a.ctx, bare(path), fs.FileMode(mode))
		})
	}
	return cmd
}
