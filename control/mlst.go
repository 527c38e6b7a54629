package control

import (
	"context"
	"fmt"
	"slices"
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
	return mlstEntry(r, path)
}

// mlstEntry returns the entry of a reply to MLST for path. It belongs into the middle, on
// a line of its own with a space in front (RFC 3659, Section 7.2); some servers have it on
// the last line or on the first, or leave out the name. A line with facts is the entry
// wherever it stands; without one, it is the first line in the middle.
func mlstEntry(r protocol.Reply, path string) (listing.Entry, error) {
	middle := middleLines(r)
	for _, line := range slices.Concat(middle, []string{r.LastLine()}, r.Lines[:1]) {
		e, err := listing.MLSx(line)
		if (err != nil || !tells(e)) && strings.HasSuffix(line, ";") && path != "" {
			e, err = listing.MLSx(line + " " + path)
		}
		if err == nil && tells(e) {
			return e, nil
		}
	}
	if len(middle) > 0 {
		return listing.MLSx(middle[0])
	}
	return listing.Entry{}, &parse.Error{What: "MLST reply", Text: r.Text(), Reason: "no entry between the first and the last line"}
}

// middleLines returns what stands between the first line and the last, without empty lines
// and without the code that some servers repeat.
func middleLines(r protocol.Reply) (lines []string) {
	for i, line := range r.Lines {
		if i == 0 || i == len(r.Lines)-1 || strings.TrimSpace(line) == "" {
			continue
		}
		lines = append(lines, strings.TrimPrefix(line, fmt.Sprintf("%03d-", int(r.Code))))
	}
	return lines
}

// tells reports whether an entry has a fact that says what it is about.
func tells(e listing.Entry) bool {
	return e.Kind != listing.KindUnknown || e.Size >= 0 || !e.Time.IsZero()
}
