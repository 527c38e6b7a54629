package ftpwire

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// findLeft finds out what a failed upload has left under its name.
func (u *upload) findLeft(ctx context.Context, err error) {
	u.r.Left, u.r.LeftSize = LeftUnknown, -1
	switch {
	case u.o.Unique:
		u.r.Left = LeftUnasked // it has no name that something else could have
		return
	case u.target != u.remote && !u.renaming, !u.renaming && !u.stored && untouched(err):
		u.r.Left = LeftOld
		return
	case u.target != u.remote && !isType[*RenameError](err) && isRefusal(err) && u.aside == "":
		u.r.Left = LeftOld // rename has looked
		return
	case u.target != u.remote, u.c.conn.Err() != nil:
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience.Cleanup.Default)
	defer cancel()
	size, total := int64(-1), u.size()
	if u.c.binary() {
		size = u.c.storedSize(ctx, u.remote)
	}
	if total >= 0 && u.o.Append {
		total += u.base
	}
	u.r.LeftSize = size
	switch {
	case size >= 0 && u.o.Append && size == u.base:
		u.r.Left = LeftOld
	case size >= 0 && size == total && u.truncated() == nil:
		u.r.Left = LeftWhole
	case size >= 0:
		u.r.Left = LeftPart
	case u.c.conn.Err() == nil && u.c.lookByMLST(ctx, u.remote).absent():
		u.r.Left = LeftNone
	}
}

// untouched reports whether an upload that failed with err, before data could move, has changed
// nothing: it was not begun, or the server refused the name. A refusal that is about the data
// connection does not tell: servers are known that empty the file before they open that.
func untouched(err error) bool {
	t, ok := errors.AsType[*control.TransferError](err)
	if !ok {
		return true // what came before the transfer has failed
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && t.Phase == control.PhaseOpen && !re.Meaning().OfData()
}

// truncated returns an error if the final reply says that not everything was stored, though it is a
// success: z/OS cuts lines that are longer than the records of the data set.
func (u *upload) truncated() error {
	if remark, lines := protocol.RemarkOf(u.r.Data.Final, u.target); remark == protocol.Truncated {
		u.r.Proof &^= ProofReply
		return &UnprovenError{Path: u.remote, Want: ProofReply, Have: u.r.Proof, Reason: "the server's reply is a success and says: " + lines}
	}
	return nil
}
