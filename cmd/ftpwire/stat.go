package main

import (
	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) statCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "stat URL",
		Short: "Describe one file or directory",
		Long: `Prints what the server says about one file or directory. A server without MLST is
asked for the size and the time, and whether the path is a directory.

The exit code is 1 if there is no such file, so that scripts can ask.`,
		Example: `  ftpwire stat ftpes://alice@ftp.example.com/pub/report.pdf
  ftpwire stat --format json ftpes://alice@ftp.example.com/pub/report.pdf | jq .size`,
		Args: nargs(1, 1, "a URL is missing"),
	}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "a property a line, or one JSON object")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return a.asking(&f, args[0], func(c *ftpwire.Client, l *ftpwire.Location) error {
			path := l.Path
			if path == "" {
				path = "." // commands other than MLST want a name
			}
			e, err := c.Stat(a.ctx, path)
			if err != nil {
				return onPath(path, err)
			}
			if format.value == "json" {
				return writeJSON(a.stdout, newEntryJSON(e))
			}
			return writeEntry(a.stdout, e)
		})
	}
	return cmd
}
