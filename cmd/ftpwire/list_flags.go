package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/parse"
)

// listFlags are the flags that say how the lines of a listing are read.
type listFlags struct {
	dialect *choice
	tz      string
}

func (f *listFlags) add(cmd *cobra.Command) {
	f.dialect = addChoice(cmd, "dialect", "auto", "auto|"+strings.Join(parse.Dialects(), "|"), "format of the lines; others count as errors")
	cmd.Flags().StringVar(&f.tz, "tz", "", "zone of the server's times: a `NAME` such as Europe/Vienna, or UTC")
}

// options returns what the flags say.
func (f *listFlags) options() (o parse.ListOptions, err error) {
	if f.dialect.value != "auto" {
		o.Dialect = f.dialect.value
	}
	if f.tz != "" {
		if o.Location, err = time.LoadLocation(f.tz); err != nil {
			return o, usagef("--tz: %w", err)
		}
	}
	return o, nil
}
