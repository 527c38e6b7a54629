package ftpwire

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// modTime asks when a remote file was last modified, by MLST or MDTM, which tell it in UTC (RFC 3659,
// Sections 3 and 7.5.3). The time is zero if the server does not tell; the reason says why.
func (c *Client) modTime(ctx context.Context, name string) (t time.Time, reason string) {
	if c.usesMLST() {
		if e, err := c.conn.Mlst(ctx, name); err == nil && !e.Time.IsZero() {
			return e.Time, ""
		}
	}
	t, err := c.conn.Mdtm(ctx, name)
	switch {
	case err == nil:
		return t, ""
	case protocol.MeaningIn(err).NotImplemented():
		return time.Time{}, "the server does not tell times"
	}
	return time.Time{}, "the server does not tell the time: " + errtext.Of(err)
}

// keepTime gives the part the time of the original, before it becomes the file.
func (d *download) keepTime(ctx context.Context, p *part) {
	if !d.o.KeepTime {
		return
	}
	if d.state.Time.IsZero() {
		d.r.Untimed = d.untimed
		return
	}
	t := wholeSecond(d.state.Time)
	if !time.Unix(0, t.UnixNano()).Equal(t) { // os.Chtimes would set another one
		d.r.Untimed = fmt.Sprintf("the server tells the time %s, which files here can't have", t.UTC().Format(time.RFC3339))
		return
	}
	if err := os.Chtimes(p.f.Name(), t, t); err != nil {
		d.r.Untimed = err.Error()
		return
	}
	info, err := os.Stat(p.f.Name())
	if err != nil {
		d.r.Untimed = err.Error()
		return
	}
	switch off := info.ModTime().Unix() - t.Unix(); {
	case off < -2, off > 2: // FAT has every second one
		d.r.Untimed = fmt.Sprintf("the file system has made %s of %s", info.ModTime().UTC().Format(time.RFC3339), t.UTC().Format(time.RFC3339))
	default:
		d.r.Time = t
	}
}

// keepTime gives the remote file the time of the local one, and asks whether it has it: some servers
// take the time for another zone's, or for nothing.
func (u *upload) keepTime(ctx context.Context, name string) {
	switch {
	case !u.o.KeepTime:
		return
	case !u.regular():
		u.r.Untimed = "a stream has no time"
		return
	case name == "":
		u.r.Untimed = "the name of the file is not known"
		return
	}
	t := wholeSecond(u.info.ModTime())
	if err := u.c.conn.SetModTime(ctx, name, t); err != nil {
		u.r.Untimed = errtext.Of(err)
		return
	}
	now, reason := u.c.modTime(ctx, name)
	switch {
	case reason != "":
		u.r.Time, u.r.Untimed = t, "" // the server has confirmed it, and tells no times
	case !wholeSecond(now).Equal(t):
		u.r.Untimed = fmt.Sprintf("the server confirmed the time %s, and says that it is %s", t.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	default:
		u.r.Time = t
	}
}
