package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol"
)

func (a *app) rmdirCmd() *cobra.Command {
	return a.eachCmd("rmdir URL...", "Remove empty directories", "Removes directories, which must be empty.",
		"  ftpwire rmdir ftpes://alice@ftp.example.com/old/",
		func(c *ftpwire.Client, path string) error { return c.Rmdir(a.ctx, bare(path)) })
}

func (a *app) mkdirCmd() *cobra.Command {
	parents := false
	cmd := a.eachCmd("mkdir URL...", "Make directories", "Makes directories. With --parents, those above are made, too, and it is no error if a directory\nis there already.",
		"  ftpwire mkdir ftpes://alice@ftp.example.com/a ftpes://alice@ftp.example.com/a/b\n  ftpwire mkdir -p ftpes://alice@ftp.example.com/2026/01/31",
		func(c *ftpwire.Client, path string) error {
			if parents {
				return c.MkdirAll(a.ctx, bare(path))
			}
			return a.mkdir(c, bare(path))
		})
	cmd.Flags().BoolVarP(&parents, "parents", "p", false, "make the directories above, too")
	return cmd
}

// mkdir makes a directory. If it can't, because the one above is not there, the hint names --parents.
func (a *app) mkdir(c *ftpwire.Client, name string) error {
	err := c.Mkdir(a.ctx, name)
	if up := path.Dir(name); isRefused(err) && up != "." && up != "/" && alive(c.Conn()) {
		if _, serr := c.Stat(a.ctx, up); errors.Is(serr, fs.ErrNotExist) {
			if e, ok := errors.AsType[*ftpwire.FileError](err); ok && e.Lost == nil {
				err = e.Err // which names the path, too
			}
			return &hintError{err: err, hint: fmt.Sprintf("The directory %s does not exist; --parents makes it, too.", visibleName(up))}
		}
	}
	return err
}

func isRefused(err error) bool {
	_, ok := errors.AsType[*protocol.ReplyError](err)
	return ok
}

// bare returns a directory's path without the slash at its end, which some servers
// do not take.
func bare(path string) string {
	for len(path) > 1 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return path
}

// eachCmd returns a command that does one thing to each of its URLs.
func (a *app) eachCmd(use, short, long, example string, do func(*ftpwire.Client, string) error) *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{Use: use, Short: short, Long: long, Example: example, Args: nargs(1, -1, "a URL is missing")}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "nothing, or JSON lines: one object for each URL")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.each(cmd, &f, format.value == "json", args, do)
	}
	return cmd
}

// A changeJSON says how a change went.
type changeJSON struct {
	Path  string       `json:"path"`
	To    string       `json:"to,omitempty"` // of mv
	OK    bool         `json:"ok"`
	Error *failureJSON `json:"error,omitempty"`
}
