package ftpwire

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// tempName returns the name to upload under.
func (o *TransferOptions) tempName(remote string) string {
	if o.TempName != nil {
		return o.TempName(remote)
	}
	dir, base := path.Split(remote)
	if o.Resume {
		return dir + "." + shorten(base) + ".ftpwire-part"
	}
	return dir + "." + shorten(base) + ".ftpwire-" + rand.Text()[:8]
}

// cleanupPatience bounds what is done to leave nothing behind.
const cleanupPatience = 5 * time.Second

// leave removes the temporary file of an upload that failed, or says that it is there.
// A target that has its own name is not removed: it may have been there before.
func (u *upload) leave(ctx context.Context) {
	if u.target != u.remote && !u.o.Resume && u.c.conn.Err() == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupPatience)
		defer cancel()
		if err := u.c.conn.Dele(ctx, u.target); err == nil || isRefusal(err) && errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	if u.target != u.remote || u.o.Resume {
		u.r.Partial = u.target
	}
}

// replace gives a remote file the name of another one. Most servers replace what
// has the name; for those that refuse, it is moved aside for a moment.
func (c *Client) replace(ctx context.Context, from, to string) error {
	err := c.conn.Rename(ctx, from, to)
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !refused || re.Verb != "RNTO" || c.conn.Err() != nil {
		return err
	}
	dir, base := path.Split(to)
	aside := dir + "." + shorten(base) + ".old-" + rand.Text()[:8]
	if c.conn.Rename(ctx, to, aside) != nil {
		return err // there is none, or it can't be moved: that was not the reason
	}
	if again := c.conn.Rename(ctx, from, to); again != nil {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupPatience)
		defer cancel()
		if lost := c.conn.Rename(back, aside, to); lost != nil {
			return fmt.Errorf("%w; the file that was to be replaced is left as %q: %w", again, aside, lost)
		}
		return again
	}
	// It is replaced; what is left of the old one is no reason to fail.
	c.conn.Dele(ctx, aside)
	return nil
}

func wholeSecond(t time.Time) time.Time { return t.Truncate(time.Second) }
