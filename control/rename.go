package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// Rename renames from to to: RNFR, then RNTO (RFC 959, Section 4.1.3). The server decides
// what happens to an existing file with the new name.
func (c *Conn) Rename(ctx context.Context, from, to string) error {
	rnfr := protocol.Command{Verb: "RNFR", Arg: c.pathArg("RNFR", from)}
	rnto := protocol.Command{Verb: "RNTO", Arg: c.pathArg("RNTO", to)}
	if err := c.sendable(rnfr, rnto); err != nil {
		return err
	}
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	for again := false; ; again = true {
		if _, err := c.exchange(ctx, rnfr); err != nil {
			return err
		}
		_, err := c.exchangeOnce(ctx, rnto)
		if again || !c.wantsAccount(rnto, err) || !c.sendAccount(ctx) {
			return err
		}
		// The refusal ended the sequence, so it begins again.
	}
}
