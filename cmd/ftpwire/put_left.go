package main

import (
	"context"
	"fmt"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// leftText says what a failed upload of total octets, -1 if that is not known, has left under its name.
func (a *app) leftText(f *transferFlags, remote string, total int64, r ftpwire.TransferResult) string {
	name := visibleName(remote)
	switch r.Left {
	case ftpwire.LeftOld:
		if r.Moved == 0 && a.ctx.Err() == nil {
			return "" // nobody would think otherwise
		}
		if f.append {
			return fmt.Sprintf("Nothing was added to %s on the server.", name)
		}
		return fmt.Sprintf("What has the name %s on the server is as it was before.", name)
	case ftpwire.LeftWhole:
		return fmt.Sprintf("All octets are on the server as %s, but it has not confirmed them.", name)
	case ftpwire.LeftNone:
		return fmt.Sprintf("Nothing has the name %s on the server.", name)
	case ftpwire.LeftPart:
		if f.append {
			return fmt.Sprintf("%s has %d octets on the server now%s: look at it before you append again.", name, r.LeftSize, before(r))
		}
		of := ""
		if total >= 0 {
			of = fmt.Sprintf(" of %d", total)
		}
		text := fmt.Sprintf("%s on the server has %d%s octets now; what it was before is lost, unless the server keeps that until an upload is complete.", name, r.LeftSize, of)
		if !f.resumeFile {
			text += " --temp prevents that."
		}
		return text
	case ftpwire.LeftUnknown:
		if f.append {
			return fmt.Sprintf("It is not known whether a part was added to %s on the server%s; \"ftpwire stat\" tells its size.", name, before(r))
		}
		return fmt.Sprintf("It is not known what has the name %s on the server now: the old file, a part of the new one, or all of it; \"ftpwire stat\" tells its size.", name)
	}
	return ""
}

func before(r ftpwire.TransferResult) string {
	if r.Before < 0 {
		return ""
	}
	return fmt.Sprintf(", and had %d before", r.Before)
}

// settleLeft waits after a signal, for a bounded time, until a cancelled upload has been cleaned up, and
// asks what it has left.
func (a *app) settleLeft(c *ftpwire.Client, f *transferFlags, remote string, total int64, r *ftpwire.TransferResult) {
	if r.Partial != "" && !f.resumeFile {
		r.Partial = a.settle(c, r.Partial)
	}
	if r.Left != ftpwire.LeftUnknown || f.temp || f.unique || !alive(c.Conn()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), patience.SignalCleanup.Default)
	defer cancel()
	c.Settle(ctx)
	e, err := c.Stat(ctx, remote)
	switch {
	case err != nil || e.Kind != listing.KindFile || e.Size < 0:
	case f.append && e.Size == r.Before:
		r.Left, r.LeftSize = ftpwire.LeftOld, e.Size
	case !f.append && e.Size == total:
		r.Left, r.LeftSize = ftpwire.LeftWhole, e.Size
	default:
		r.Left, r.LeftSize = ftpwire.LeftPart, e.Size
	}
}

// tellReply says what the server's final reply to an upload has besides the success: z/OS tells a job's id.
func (a *app) tellReply(remote string, r ftpwire.TransferResult) {
	if remark, lines := protocol.RemarkOf(r.Data.Final, remote); remark != protocol.NoRemark && !a.quiet {
		a.say("ftpwire: the server says: " + lines)
	}
}
