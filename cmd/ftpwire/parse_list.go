package main

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/parse"
)

func (a *app) parseListCmd() *cobra.Command {
	var now, tz string
	cmd := &cobra.Command{
		Use:   "list [FILE]",
		Short: "Lines of LIST, MLSD or MLST",
		Long: `Reads the lines of a listing and prints one JSON object for each entry: name, type
(file, dir, link, other), size, time, precision of the time (second, minute, day,
year), zone (utc, offset, unknown), target, mode, owner, group, dialect, raw. What the
line does not say is absent. A line that can't be read is {"error": ..., "raw": ...},
and makes the exit code 1. Lines such as "total 12" are left out.

LIST gives recent dates without a year: --now says when the listing was made, so that
the year can be told. --tz says which zone the server's times are in.`,
		Example: `  ftpwire parse list listing.txt
  ftpwire parse list --now 2026-03-01T12:00:00Z --tz Europe/Vienna < listing.txt`,
		Args: nargs(0, 1, ""),
	}
	dialect := addChoice(cmd, "dialect", "auto", "auto|"+strings.Join(parse.Dialects(), "|"), "format of the lines; others count as errors")
	cmd.Flags().StringVar(&now, "now", "", "`TIME` of the listing, as 2006-01-02T15:04:05Z or 2006-01-02 (default: now)")
	cmd.Flags().StringVar(&tz, "tz", "", "zone of the server's times: a `NAME` such as Europe/Vienna, or UTC")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		opts, err := listOptions(now, tz)
		if err != nil {
			return err
		}
		r, err := a.open(args)
		if err != nil {
			return err
		}
		defer r.Close()
		if dialect.value != "auto" {
			opts.Dialect = dialect.value
		}
		return a.parseList(r, opts)
	}
	return cmd
}

func listOptions(now, tz string) (o parse.ListOptions, err error) {
	if tz != "" {
		if o.Location, err = time.LoadLocation(tz); err != nil {
			return o, usagef("--tz: %w", err)
		}
	}
	if now == "" {
		o.Now = time.Now()
		return o, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, now); err == nil {
			o.Now = t
			return o, nil
		}
	}
	return o, usagef("--now: %q is no time such as 2006-01-02T15:04:05Z or 2006-01-02", now)
}

func (a *app) parseList(r io.Reader, o parse.ListOptions) error {
	bad := false
	for e, err := range parse.Listing(r, o, parse.Limits{Entries: -1, Bytes: -1}) {
		if pe, ok := errors.AsType[*parse.Error](err); ok {
			bad = true
			if err := writeJSON(a.stdout, unread{errorText(pe), e.Raw}); err != nil {
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
