package control

import (
	"context"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// Mlst returns the facts of one file or directory over the control connection
// (RFC 3659, Section 7). The empty path is the working directory.
func (c *Conn) Mlst(ctx context.Context, path string) (listing.Entry, error) {
	r, err := c.do(ctx, "MLST", path)
	if err != nil {
		return listing.Entry{}, err
	}
	return mlstEntry(r)
}

// mlstEntry returns the entry of a reply to MLST.
func mlstEntry(r protocol.Reply) (listing.Entry, error) {
	for i, line := range r.Lines {
		if i > 0 && i < len(r.Lines)-1 && strings.TrimSpace(line) != "" {
			return listing.MLSx(line)
		}
	}
	return listing.Entry{}, &parse.Error{What: "MLST reply", Text: r.Text(), Reason: "no entry between the first and the last line"}
}
