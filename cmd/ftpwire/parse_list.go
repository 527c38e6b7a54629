package main

import (
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

func (a *app) parseListCmd() *cobra.Command {
	var f listFlags
	var now string
	cmd := &cobra.Command{
		Use:   "list [FILE]",
		Short: "Lines of LIST, MLSD or MLST",
		Long: `Reads the lines of a listing and prints one JSON object for each entry: name, type
(file, dir, link, other), size, time, precision of the time (second, minute, day,
year), zone (utc, offset, unknown), target, mode, owner, group, dialect, raw. What the
line does not say is absent. A line that can't be read is {"error": ..., "raw": ...},
and makes the exit code 1. Lines such as "total 12" are left out. What may help is
proposed on standard error: a date format, or a code page for names that are not UTF-8.

LIST gives recent dates without a year: --now says when the listing was made, so that
the year can be told. --tz says which zone the server's times are in.

` + dateFormatHelp + "\n\n" + dialectHelp,
		Example: `  ftpwire parse list listing.txt
  ftpwire parse list --now 2026-03-01T12:00:00Z --tz Europe/Vienna < listing.txt`,
		Args: nargs(0, 1, ""),
	}
	f.add(cmd)
	addCharset(cmd, &f.charset)
	cmd.Flags().StringVar(&now, "now", "", "`TIME` of the listing, as 2006-01-02T15:04:05Z or 2006-01-02 (default: now)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if f.detectZone() {
			return usagef("--tz auto: there is no server to ask here; name the zone, as in --tz Europe/Vienna")
		}
		opts, err := f.options()
		if err != nil {
			return err
		}
		if opts.Now, err = listingTime(now); err != nil {
			return err
		}
		r, err := a.open(args)
		if err != nil {
			return err
		}
		defer r.Close()
		return a.parseList(r, opts)
	}
	return cmd
}

// listingTime reads the value of --now.
func listingTime(now string) (time.Time, error) {
	if now == "" {
		return time.Now(), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, now); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--now: %q must be a time such as 2006-01-02T15:04:05Z or 2006-01-02", now)
}

func (a *app) parseList(r io.Reader, o listing.Options) error {
	bad := false
	var notes listNotes
	defer func() { notes.say(a, o) }()
	for e, err := range listing.Read(r, o, listing.Limits{Entries: -1, Bytes: -1}) {
		notes.add(e, err)
		if pe, ok := errors.AsType[*parse.Error](err); ok {
			bad = true
			if err := writeJSON(a.stdout, unread{errtext.Of(pe), e.Raw}); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := writeJSON(a.stdout, newEntryJSON(e)); err != nil {
			return err
		}
	}
	if bad {
		return errSaid
	}
	return nil
}
