package control

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// StatList lists a directory, or one file, over the control connection (STAT with an
// argument; RFC 959, Section 4.1.3): it works where no data connection can be opened. The
// format is that of LIST on most servers. Many servers do not have it, and the limits of
// replies bound it (see [Config.Limits]). An empty path is the working directory.
//
// A line that can't be read is yielded as an error and the listing goes on. A refusal is a
// *[protocol.ReplyError]; if the reply holds no listing, the error is a *[parse.Error].
func (c *Conn) StatList(ctx context.Context, path string, o ListOptions) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		lines, err := c.statLines(ctx, path)
		if err != nil {
			yield(listing.Entry{}, err)
			return
		}
		if o.Lines.Now.IsZero() {
			o.Lines.Now = time.Now()
		}
		if o.Lines.CodePage == nil {
			o.Lines.CodePage = c.listed()
		}
		for e, err := range listing.Lines(slices.Values(lines), o.Lines) {
			if err == nil {
				e = c.entryName(e)
				c.given(e.Name)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// statLines returns the lines of a listing over the control connection. No lines mean an
// empty directory only if path is a directory: servers answer the same for a path that does
// not exist.
func (c *Conn) statLines(ctx context.Context, path string) ([]string, error) {
	stat := protocol.Command{Verb: "STAT", Arg: c.pathArg("STAT", statPath(path))}
	if err := c.sendable(stat); err != nil {
		return nil, err
	}
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	r, err := c.exchange(ctx, stat)
	if err != nil {
		return nil, err
	}
	lines, ok := statListing(r)
	if !ok {
		return nil, &parse.Error{What: "reply to STAT", Text: excerpt(r.Text()), Reason: "no listing"}
	}
	if len(lines) == 0 && path != "" {
		return nil, c.confirmDirectory(ctx, path)
	}
	return lines, nil
}

// statPath returns "." for the working directory, because STAT without an argument means
// something else.
func statPath(path string) string {
	if path == "" {
		return "."
	}
	return path
}

// statListing returns the lines between the first and the last of a reply to STAT, without
// the code that some servers put before each. ok is false if it cannot be a listing.
func statListing(r protocol.Reply) (lines []string, ok bool) {
	if !r.Code.IsStatus() || len(r.Lines) < 2 {
		return nil, false
	}
	lines = slices.Clone(r.Lines[1 : len(r.Lines)-1])
	code := decimal(int64(r.Code))
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, code); ok && rest != "" && (rest[0] == '-' || rest[0] == ' ') {
			lines[i] = rest[1:]
		}
	}
	return lines, true
}

// excerpt shortens the part of a reply that an error quotes.
func excerpt(text string) string { return text[:min(len(text), 100)] }
