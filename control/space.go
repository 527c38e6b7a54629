package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Space asks how much may still be stored in a directory; an empty path is the working
// directory. AVBL is asked first (draft-peterson-streamlined-ftp-command-extensions), then
// SITE QUOTA, whose text is about the user, whatever the path. Numbers that the server
// does not tell are -1.
//
// The error is the refusal of SITE QUOTA, a *[protocol.ReplyError], or a *[parse.Error] if
// the text has no numbers, for example because there is no limit.
func (c *Conn) Space(ctx context.Context, path string) (parse.Quota, error) {
	avbl := protocol.Command{Verb: "AVBL", Arg: c.pathArg("AVBL", path)}
	if err := c.sendable(avbl); err != nil {
		return parse.Quota{}, err
	}
	if err := c.acquire(ctx); err != nil {
		return parse.Quota{}, err
	}
	defer c.release()
	if f := c.Features(); f == nil || f.Has("AVBL") {
		r, err := c.exchange(ctx, avbl)
		if err == nil {
			n, err := parse.Avbl(r.LastLine())
			return parse.Quota{Free: n, Used: -1, Limit: -1, FilesUsed: -1, FilesLimit: -1}, err
		}
		if c.onlyRefused(err) != nil {
			return parse.Quota{}, err
		}
	}
	r, err := c.exchange(ctx, protocol.Command{Verb: "SITE", Arg: "QUOTA"})
	if err != nil {
		return parse.Quota{}, err
	}
	q, ok := parse.Quotas(r.Lines)
	if !ok {
		return parse.Quota{}, &parse.Error{What: "reply to SITE QUOTA", Text: excerpt(r.Text()), Reason: "no numbers"}
	}
	return q, nil
}
