package control

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A Space is what a server says about the space that there is. What it does not tell is -1: most servers tell only one or two of the
// numbers.
type Space struct {
	// Quota is what the server tells of the space.
	parse.Quota

	// By is what told it: "AVBL" and "LIST" (the text after a listing) are about the directory, "XQUOTA" and "SITE QUOTA" about the
	// user, whatever the directory.
	By string
}

// Space asks how much may still be stored in a directory; an empty path is the working directory. It asks AVBL if the server may know it
// (draft-peterson-streamlined-ftp-command-extensions), XQUOTA if FEAT lists it, and SITE QUOTA. If none tells a number, it lists the
// directory: some servers add to the final reply how much is free.
//
// The error is a *[protocol.ReplyError] if there is no such directory. It matches [errors.ErrUnsupported] if the server tells nothing,
// for example because there is no limit.
func (c *Conn) Space(ctx context.Context, path string) (Space, error) {
	why := []error{errUntold}
	for _, ask := range []func(context.Context, string) (Space, error){c.available, c.xquota, c.siteQuota, c.listedSpace} {
		s, err := ask(ctx, path)
		if err == nil {
			return s, nil
		}
		_, unread := errors.AsType[*parse.Error](err)
		switch m := protocol.MeaningIn(err); {
		case m == protocol.NotExist, m == protocol.NotDirectory:
			return Space{}, err
		case !unread && !errors.Is(err, errors.ErrUnsupported) && c.onlyRefused(err) != nil:
			return Space{}, err
		}
		if err != errUntold {
			why = append(why, err)
		}
	}
	return Space{}, errtext.Errorf("%w", errors.Join(why...))
}

// errUntold says that a server tells nothing about space.
var errUntold = errtext.Errorf("ftp: the server does not tell how much space there is: %w", errors.ErrUnsupported)

func (c *Conn) available(ctx context.Context, path string) (Space, error) {
	if f := c.Features(); f != nil && !f.Has("AVBL") {
		return Space{}, errUntold
	}
	r, err := c.Do(ctx, protocol.Command{Verb: "AVBL", Arg: c.pathArg("AVBL", path)})
	if err != nil {
		return Space{}, err
	}
	n, err := parse.Avbl(r.LastLine())
	return Space{parse.Quota{Free: n, Used: -1, Limit: -1, FilesUsed: -1, FilesLimit: -1}, "AVBL"}, err
}

func (c *Conn) xquota(ctx context.Context, _ string) (Space, error) {
	if f := c.Features(); f == nil || !f.Has("XQUOTA") {
		return Space{}, errUntold
	}
	return c.quota(ctx, "XQUOTA", protocol.Command{Verb: "XQUOTA"})
}

func (c *Conn) siteQuota(ctx context.Context, _ string) (Space, error) {
	return c.quota(ctx, "SITE QUOTA", protocol.Command{Verb: "SITE", Arg: "QUOTA"})
}

func (c *Conn) quota(ctx context.Context, by string, cmd protocol.Command) (Space, error) {
	r, err := c.Do(ctx, cmd)
	if err != nil {
		return Space{}, err
	}
	q, ok := parse.Quotas(r.Lines)
	if !ok {
		return Space{}, &parse.Error{What: "reply to " + by, Text: excerpt(r.Text()), Reason: "no numbers"}
	}
	return Space{q, by}, nil
}

// listedSpace looks at the text of the final reply to a listing, such as "226-Directory has 49,359,065,088 bytes of disk space available."
func (c *Conn) listedSpace(ctx context.Context, path string) (Space, error) {
	d, err := c.Open(ctx, "LIST", path)
	if err != nil {
		return Space{}, err
	}
	_, err = io.Copy(io.Discard, d)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return Space{}, err
	}
	if q, ok := parse.Quotas(strings.Split(d.Data().Final, "\n")); ok {
		return Space{q, "LIST"}, nil
	}
	return Space{}, errUntold
}
