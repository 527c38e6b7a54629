package control

import (
	"context"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Dele deletes a file.
func (c *Conn) Dele(ctx context.Context, path string) error {
	_, err := c.do(ctx, "DELE", path)
	return err
}

// Rename renames from to to: RNFR, then RNTO (RFC 959, Section 4.1.3). What
// happens to an existing file of the new name is the server's choice.
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
		// The refusal ended the sequence: it begins again.
	}
}

// Size returns the size of a file in octets, as a binary transfer would move them
// (RFC 3659, Section 4). It switches to TYPE I first, as the size depends on the type.
func (c *Conn) Size(ctx context.Context, path string) (int64, error) {
	size := protocol.Command{Verb: "SIZE", Arg: c.pathArg("SIZE", path)}
	if err := c.sendable(size); err != nil {
		return 0, err
	}
	if err := c.acquire(ctx); err != nil {
		return 0, err
	}
	defer c.release()
	return c.sizeLocked(ctx, path)
}

// sizeLocked is Size with the turn held.
func (c *Conn) sizeLocked(ctx context.Context, path string) (int64, error) {
	if err := c.ensureType(ctx, 'I'); err != nil {
		return 0, err
	}
	r, err := c.exchange(ctx, protocol.Command{Verb: "SIZE", Arg: c.pathArg("SIZE", path)})
	if err != nil {
		return 0, err
	}
	return parse.Size(r.LastLine())
}

// Mdtm returns when a file was last modified (RFC 3659, Section 3), in UTC.
func (c *Conn) Mdtm(ctx context.Context, path string) (time.Time, error) {
	r, err := c.do(ctx, "MDTM", path)
	if err != nil {
		return time.Time{}, err
	}
	return parse.MDTM(r.LastLine())
}

// Mlst returns the facts of one file or directory over the control connection
// (RFC 3659, Section 7). The empty path is the working directory.
func (c *Conn) Mlst(ctx context.Context, path string) (parse.Entry, error) {
	r, err := c.do(ctx, "MLST", path)
	if err != nil {
		return parse.Entry{}, err
	}
	return mlstEntry(r)
}

// mlstEntry returns the entry of a reply to MLST.
func mlstEntry(r protocol.Reply) (parse.Entry, error) {
	for i, line := range r.Lines {
		if i > 0 && i < len(r.Lines)-1 && strings.TrimSpace(line) != "" {
			return parse.MLSx(line)
		}
	}
	return parse.Entry{}, &parse.Error{What: "MLST reply", Text: r.Text(), Reason: "no entry between the first and the last line"}
}
