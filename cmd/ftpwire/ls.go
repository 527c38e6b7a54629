package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

func (a *app) lsCmd() *cobra.Command {
	var f connFlags
	var lf listFlags
	cmd := &cobra.Command{
		Use:   "ls URL",
		Short: "List a directory",
		Long: `Lists a directory: type and permissions, size in octets, time of last modification,
name. Times that end in Z are UTC; times without a zone are the server's own.
Names with control characters stand in quotes, escaped.

With --format json, each entry is one JSON object on a line of its own. A line of
the server's listing that can't be read is reported and the listing goes on. What may
help is proposed at the end: a date format, or a code page for names that are not UTF-8.

--sort orders a whole listing: by name, or with the largest or the newest first.

--dialect, --tz, --date-format and --charset say how to read what servers without MLSD
write; "ftpwire help parse list" explains them.`,
		Example: `  ftpwire ls ftpes://alice@ftp.example.com/
  ftpwire ls --format json ftp://ftp.example.com/pub/ | jq -r .name
  ftpwire ls --sort time ftpes://alice@ftp.example.com/log/ | head -n 3`,
		Args: nargs(1, 1, "a URL is missing"),
	}
	f.addDataFlags(cmd)
	f.retryFlags.add(cmd)
	lf.add(cmd)
	lf.addMeans(cmd)
	format := addFormat(cmd, "columns for people, or JSON lines")
	order := addSort(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		lines, err := lf.set(&f)
		if err != nil {
			return err
		}
		if order.value == sortNone {
			f.list.Limits = listing.Limits{Entries: -1, Bytes: -1} // entries are printed as they come
		}
		return a.asking(&f, args[0], func(c *ftpwire.Client, l *ftpwire.Location) error {
			l2 := lister{app: a, cmd: cmd, json: format.value == "json", lines: lines, order: order.value}
			l2.table.w = a.stdout
			if lf.detectZone() {
				if _, ok, err := c.DetectZone(a.ctx, l.Path); err == nil && !ok {
					a.warn("the zone of the server's times could not be found out: no file here has a time of day that MDTM confirms")
				}
			}
			err := l2.list(c, l.Path)
			if lf.all && hasQuirk(c, control.QuirkListOptions) {
				a.warn("the server does not list hidden names when asked to (LIST -a): some may be missing")
			}
			return err
		})
	}
	return cmd
}

func hasQuirk(c *ftpwire.Client, name control.QuirkName) bool {
	return slices.ContainsFunc(c.Conn().Quirks(), func(q control.AppliedQuirk) bool { return q.Name == name })
}

// A lister prints a listing.
type lister struct {
	app   *app
	cmd   *cobra.Command
	json  bool
	table entryTable
	shown int
	lines listing.Options
	notes listNotes

	order  string          // of --sort
	sorted []listing.Entry // what waits for the end of the listing, to be sorted
}

func (l *lister) list(c *ftpwire.Client, path string) error {
	unread := false
	for e, err := range c.Entries(l.app.ctx, path) {
		l.notes.add(e, err)
		if pe, ok := unreadLine(err); ok {
			unread = true
			l.app.report(l.cmd, pe)
			continue
		}
		if err != nil {
			return l.failed(c, path, err)
		}
		if err := l.take(e); err != nil {
			return err
		}
	}
	if err := l.showSorted(); err != nil {
		return err
	}
	if err := l.table.flush(); err != nil {
		return err
	}
	l.notes.say(l.app, l.lines)
	if unread {
		return saidError{ftpwire.KindOther, "a line of the listing can't be read"}
	}
	return nil
}

// unreadLine returns the error of a line that can't be read, which does not end the listing.
// A transfer may fail over a reply that can't be read; that is no line of a listing.
func unreadLine(err error) (*parse.Error, bool) {
	if _, ended := errors.AsType[*control.TransferError](err); ended {
		return nil, false
	}
	return errors.AsType[*parse.Error](err)
}

// failed deals with a listing that ended in an error: the path may be a file's.
func (l *lister) failed(c *ftpwire.Client, path string, err error) error {
	if serr := l.showSorted(); serr != nil {
		return serr
	}
	if ferr := l.table.flush(); ferr != nil {
		return ferr
	}
	if _, refused := errors.AsType[*protocol.ReplyError](err); refused && l.shown == 0 && path != "" && alive(c.Conn()) {
		if e, serr := c.Stat(l.app.ctx, path); serr == nil && e.Kind != listing.KindUnknown && !isDir(e) {
			if err := l.show(e); err != nil {
				return err
			}
			return l.table.flush()
		}
	}
	if path == "" {
		return err
	}
	return onPath(path, err)
}

func (l *lister) show(e listing.Entry) error {
	l.shown++
	if l.json {
		return writeJSON(l.app.stdout, newEntryJSON(e))
	}
	return l.table.add(e)
}
