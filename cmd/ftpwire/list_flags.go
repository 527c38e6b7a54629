package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// listFlags are the flags that say how the lines of a listing are read.
type listFlags struct {
	dialect *choice
	tz      string
	dates   string
	charset string

	all, byStat bool
}

func (f *listFlags) add(cmd *cobra.Command) {
	f.dialect = addChoice(cmd, "dialect", "auto", "auto|"+strings.Join(listing.Dialects(), "|")+"|netware-psu|qvtnet|cisco", "format of the lines; lines in other formats are errors")
	f.dialect.kind = "NAME"
	cmd.Flags().StringVar(&f.tz, "tz", "", "zone of the server's times: a `NAME` such as Europe/Vienna, UTC, or auto to find it by MDTM")
	cmd.Flags().StringVar(&f.dates, "date-format", "", "`FORMAT` of the dates, such as \"dd.MM.yyyy HH:mm\" (default: all known ones)")
}

// addMeans adds the flags that say how a directory is listed.
func (f *listFlags) addMeans(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.all, "all", "a", false, "list hidden names too, where the server leaves them out (LIST -a)")
	cmd.Flags().BoolVar(&f.byStat, "stat", false, "list over the control connection (STAT), for where no data connection can be opened")
}

// addCharset adds --charset.
func addCharset(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "charset", "", "code page of the names, a `NAME` such as windows-1252, or auto:NAME for those that are not UTF-8 (default UTF-8)")
}

// codePage returns the code page that --charset names, nil for none.
func codePage(name string) (*listing.CodePage, error) {
	if name == "" {
		return nil, nil
	}
	p, err := listing.LookupCodePage(name)
	if err != nil {
		return nil, usagef("--charset: %w", err)
	}
	return p, nil
}

// dialectHelp names the formats.
var dialectHelp = "--dialect is one of auto, " + wrapWords(listing.Dialects(), 26, 85) + "."

// wrapWords joins words with commas in lines of at most width columns, the first of which has some already.
func wrapWords(words []string, column, width int) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(',')
			if column += len(w) + 2; column < width {
				b.WriteByte(' ')
			} else {
				b.WriteByte('\n')
				column = len(w)
			}
		}
		b.WriteString(w)
	}
	return b.String()
}

// dateFormatHelp is what --help says about the syntax of --date-format.
const dateFormatHelp = `--date-format says how the server writes dates where they come out wrong or not at all,
in letters (dd.MM.yyyy HH:mm) or as a Go layout (02.01.2006 15:04); several are joined
by "|". Letters: yyyy yy MMM MM M dd d HH H hh h mm ss S a (AM or PM) Z (offset).`

// set hands what the flags say to those of the connection, and returns it.
func (f *listFlags) set(conn *connFlags) (o listing.Options, err error) {
	f.charset = conn.charset
	o, err = f.options()
	conn.list = &control.ListOptions{Lines: listing.Options{Dialect: o.Dialect}, All: f.all, ByStat: f.byStat}
	conn.zone, conn.dates = f.tz, f.dates
	return o, err
}

// detectZone reports whether the server is to be asked for its zone.
func (f *listFlags) detectZone() bool { return f.tz == "auto" }

// options returns what the flags say.
func (f *listFlags) options() (o listing.Options, err error) {
	if f.dialect.value != "auto" {
		o.Dialect = f.dialect.value
	}
	if f.tz != "" && !f.detectZone() {
		if o.Location, err = time.LoadLocation(f.tz); err != nil {
			return o, usagef("--tz: %w", err)
		}
	}
	if f.dates != "" {
		if o.Dates, err = listing.ParseDateFormat(f.dates); err != nil {
			return o, usagef("--date-format: %w", err)
		}
	}
	o.CodePage, err = codePage(f.charset)
	return o, err
}
