package ftpwire

import (
	"context"
	"crypto/rand"
	"path"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// tempName returns the name to upload under.
func (o *TransferOptions) tempName(remote string) string {
	if o.TempName != nil {
		return o.TempName(remote)
	}
	dir, base := path.Split(remote)
	base = strings.Map(plain, base)
	if o.Resume {
		return dir + "." + shorten(base) + ".ftpwire-part"
	}
	return dir + "." + shorten(base) + ".ftpwire-" + rand.Text()[:8]
}

// plain returns the replacement, in temporary names, for a character that servers change; see
// [OtherNameError].
func plain(r rune) rune {
	if isControl(r) {
		return '_'
	}
	return r
}

// leave removes the temporary file of an upload that failed, or says that it is there.
// A target that has its own name is not removed: it may have been there before.
func (u *upload) leave(ctx context.Context) {
	if !u.stored || u.target == "" || u.target == u.remote && !u.o.Resume {
		return
	}
	u.r.Partial = u.target
	if u.c.conn.Err() != nil {
		u.r.PartialUnsure = true
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience.Cleanup.Default)
	defer cancel()
	if !u.o.Resume && !u.keep && u.c.conn.Dele(ctx, u.target) == nil {
		u.r.Partial = ""
		return
	}
	switch now := u.look(ctx, u.target); {
	case now.absent():
		u.r.Partial = ""
	case !now.known():
		u.r.PartialUnsure = true
	}
}

func wholeSecond(t time.Time) time.Time { return t.Truncate(time.Second) }
