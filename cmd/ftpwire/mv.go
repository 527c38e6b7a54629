package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) mvCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "mv URL NEWPATH",
		Short: "Rename a file or a directory",
		Long: `Renames a file or a directory. NEWPATH is a path on the same server, relative to the
login directory unless it begins with /; if it ends in /, the name stays. The server
decides whether an existing file is replaced. After NAME:PATH of a stored connection, NEWPATH
may have the same NAME: before it, and is relative to the connection's path.`,
		Example: `  ftpwire mv ftpes://alice@ftp.example.com/report.tmp report.pdf
  ftpwire mv ftpes://alice@ftp.example.com/report.pdf /archive/`,
		Args: nargs(2, 2, "URL and NEWPATH are needed"),
	}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "nothing, or one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l, err := a.locate(&f, args[0])
		if err != nil {
			return err
		}
		if err := needPath(l, args[0]); err != nil {
			return err
		}
		to, err := mvTarget(l.Path, a.sameConnection(args[1]))
		if err != nil {
			return err
		}
		return a.withLocation(&f, l, func(c *ftpwire.Client) error {
			err := onPath(l.Path, a.changing(&f, func() error { return c.Rename(a.ctx, bare(l.Path), to) }))
			if err != nil {
				return &outcomeError{err, func(f *failureJSON) any { return changeJSON{Path: l.Path, To: to, Error: f} }}
			}
			if format.value == "json" {
				return writeJSON(a.stdout, changeJSON{Path: l.Path, To: to, OK: true})
			}
			return nil
		})
	}
	return cmd
}

// sameConnection returns NEWPATH without the name of the stored connection that is in use,
// below the connection's path.
func (a *app) sameConnection(to string) string {
	if a.conn == nil || to == "" {
		return to
	}
	if name, path, ok := splitName(to); ok && name == a.conn.name {
		to = path
	}
	return a.conn.path(to)
}

// mvTarget returns where mv is to move path.
func mvTarget(path, to string) (string, error) {
	switch {
	case to == "":
		return "", usagef("NEWPATH is empty")
	case strings.Contains(to, "://"):
		return "", &usageError{
			err:  errors.New("NEWPATH is a path on the same server, not a URL"),
			hint: "It is relative to the login directory, as in a URL, but without %-encoding.",
		}
	case strings.ContainsAny(to, "\r\n\x00"):
		return "", usagef("NEWPATH can't hold CR, LF or NUL")
	case strings.HasSuffix(to, "/"):
		return join(to, path[strings.LastIndex(strings.TrimSuffix(path, "/"), "/")+1:]), nil
	}
	return to, nil
}
