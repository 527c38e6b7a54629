package main

import (
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// listNotes gathers what of a listing was not understood, and proposes the flags that help.
type listNotes struct {
	names listing.CodePageDetector
	dates listing.DateFormatDetector
}

// add notes an entry, or the line of an error.
func (n *listNotes) add(e listing.Entry, err error) {
	if errors.Is(err, listing.ErrMessage) {
		return
	}
	if err == nil {
		n.names.Add(&e)
	}
	n.dates.Add(&e)
}

// say warns of what o leaves open.
func (n *listNotes) say(a *app, o listing.Options) {
	n.dates.Dialect = o.Dialect
	if guesses := n.names.Guesses(); o.CodePage == nil && len(guesses) > 0 {
		text := fmt.Sprintf("%s not UTF-8; the code page may be %s", count(n.names.Names(), "name is", "names are"), guesses[0])
		for _, g := range guesses[1:] {
			text += fmt.Sprintf(", or %s", g)
		}
		a.warn(text + fmt.Sprintf(": try --charset auto:%s", guesses[0].CodePage))
	}
	if format, all := n.dates.Propose(); o.Dates == nil && format != "" {
		reads := "some of them"
		if all {
			reads = "them, and the dates of the other lines"
		}
		a.warn(fmt.Sprintf("the date of %s is not known: --date-format %q reads %s", count(n.dates.Unread(), "line", "lines"), format, reads))
	}
}

// count returns "1 line" or "2 lines".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
