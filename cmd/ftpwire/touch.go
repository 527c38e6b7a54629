package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

func (a *app) touchCmd() *cobra.Command {
	var f connFlags
	var at string
	var keep bool
	cmd := &cobra.Command{
		Use:   "touch URL...",
		Short: "Set the time of files, and make those that are not there",
		Long: `Sets when files were last modified: now, or --time, to the second. It uses MFMT, or
what servers without it have, and asks the server for the time after that.

A file that is not there is made, empty. That is done by appending nothing (APPE), so
that a file which somebody stores at that moment is not emptied.`,
		Example: `  ftpwire touch ftpes://alice@ftp.example.com/pub/ready
  ftpwire touch --time 2026-01-31T12:00:00Z ftpes://alice@ftp.example.com/pub/report.pdf`,
		Args: nargs(1, -1, "a URL is missing"),
	}
	cmd.Flags().StringVar(&at, "time", "", "`TIME` such as 2026-01-31T12:00:00Z, or \"2026-01-31 12:00\" here (default: now)")
	cmd.Flags().BoolVar(&keep, "no-create", false, "make no file")
	f.addDataFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "nothing, or JSON lines: one object for each URL")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := timeOf(at, time.Now())
		if err != nil {
			return err
		}
		return a.each(cmd, &f, format.value == "json", args, func(c *ftpwire.Client, path string) error { return a.touch(c, bare(path), t, at != "", keep) })
	}
	return cmd
}

// timeOf reads a TIME. One without a zone is of this computer.
func timeOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--time: %q must be a time such as 2026-01-31T12:00:00Z or \"2026-01-31 12:00\"", text)
}

// touch sets the time of a file, and makes it if it is not there. named says that the time was given.
func (a *app) touch(c *ftpwire.Client, path string, t time.Time, named, keep bool) error {
	_, err := c.Stat(a.ctx, path)
	fresh := errors.Is(err, fs.ErrNotExist) && alive(c.Conn())
	switch {
	case fresh && keep:
		return nil
	case fresh:
		if err := a.makeEmpty(c, path); err != nil {
			return err
		}
		if !named {
			return nil // it is of now
		}
	case err != nil:
		return err
	}
	if err := c.Chtimes(a.ctx, path, t); err != nil {
		return err
	}
	e, err := c.Stat(a.ctx, path)
	if want := t.UTC().Truncate(time.Second); err == nil && !e.Time.IsZero() && !e.Time.Truncate(time.Second).Equal(want) {
		return fmt.Errorf("the server confirmed the time %s, and says that it is %s", want.Format(time.RFC3339), e.Time.UTC().Format(time.RFC3339))
	}
	return nil
}

// makeEmpty makes a file, and never empties one.
func (a *app) makeEmpty(c *ftpwire.Client, path string) error {
	w, err := c.Append(a.ctx, path)
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if _, err := c.Stat(a.ctx, path); errors.Is(err, fs.ErrNotExist) {
		return errors.New("the server confirmed an empty file, and says that nothing has the name")
	}
	return nil
}
