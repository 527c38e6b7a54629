package ftpwire

import (
	"context"
	"errors"
	"io/fs"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// A presence is what the server says about a name. The zero value is that it does not say.
type presence struct {
	state presenceState
	size  int64 // -1 if unknown
}

type presenceState uint8

const (
	presenceUnknown presenceState = iota
	presenceNone
	presenceFile
	presenceOther // a directory, or what is neither
)

func (p presence) known() bool  { return p.state != presenceUnknown }
func (p presence) absent() bool { return p.state == presenceNone }
func (p presence) isFile() bool { return p.state == presenceFile }

// look asks what is under a name, by MLST and by SIZE. If SIZE says that nothing is
// there, that counts only if SIZE has told the size of this upload before. If SIZE knows
// better than MLST, MLST does not count.
func (u *upload) look(ctx context.Context, name string) presence {
	byMLST := u.c.lookByMLST(ctx, name)
	if byMLST.known() && !byMLST.absent() || !u.c.usesSIZE() && !u.r.Proof.Has(ProofSize) || u.c.conn.Err() != nil {
		return byMLST
	}
	size, err := u.c.conn.Size(ctx, name)
	switch {
	case err == nil:
		return presence{presenceFile, size}
	case errors.Is(err, fs.ErrNotExist) && u.r.Proof.Has(ProofSize):
		return presence{presenceNone, -1}
	}
	return byMLST
}

func (c *Client) lookByMLST(ctx context.Context, name string) presence {
	if !c.usesMLST() {
		return presence{}
	}
	e, err := c.conn.Mlst(ctx, name)
	switch {
	case err == nil && e.Kind == listing.KindFile:
		return presence{presenceFile, e.Size}
	case err == nil:
		return presence{presenceOther, -1}
	case errors.Is(err, fs.ErrNotExist):
		return presence{presenceNone, -1}
	case protocol.MeaningIn(err).NotImplemented():
		c.noMLST = true
	}
	return presence{}
}
