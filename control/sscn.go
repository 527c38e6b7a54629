package control

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// listsReversed reports whether, while SSCN ON is in force, the server is the TLS client
// of listings as well as of files.
func (c *Conn) listsReversed() bool {
	if strings.Contains(strings.ToLower(c.greeting.Text()), "proftpd") {
		c.notice(QuirkSSCNNotListings, "the greeting names ProFTPD")
	}
	return !c.HasQuirk(QuirkSSCNNotListings)
}

// listUnreversed notices a server that waits for this side's ClientHello, although SSCN
// ON told it to send one itself. No reply says so.
var listUnreversed = remedy{
	name: "this side is the TLS client",
	fits: func(o *opening, err error) bool {
		he, ok := errors.AsType[*tlsx.HandshakeError](err)
		return ok && he.Silent && errors.Is(he, os.ErrDeadlineExceeded) &&
			o.c.session.sscn && o.cmd.Verb.Does(protocol.Lists) && !o.c.HasQuirk(QuirkSSCNNotListings)
	},
	apply: func(_ context.Context, o *opening, _ *protocol.ReplyError) bool {
		return o.c.notice(QuirkSSCNNotListings, string(o.cmd.Verb)+" after SSCN ON: the server did not begin TLS")
	},
}

// QuirkSSCNNotListings: after SSCN ON the server is the TLS client of file transfers, but
// still the TLS server of listings.
const QuirkSSCNNotListings QuirkName = "sscn-not-listings"

var rowSSCNNotListings = Quirk{
	Name: QuirkSSCNNotListings, Mode: QuirkDetected,
	Behaviour:  "after SSCN ON the server is the TLS client of transfers of files, and the TLS server of listings all the same",
	Evidence:   "the greeting names ProFTPD when a listing comes after SSCN ON, or not one byte of TLS comes for a listing after it",
	Workaround: "this side is the TLS client of listings then; the one that failed is asked for again",
	Refs:       []string{"ProFTPD 1.3.8"},
}
