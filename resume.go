package ftpwire

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// TransferOptions say how [Client.Download] and [Client.Upload] go about it. A nil
// pointer and the zero value mean one attempt from the beginning, and whatever proof
// of completeness comes without asking for more than the size.
type TransferOptions struct {
	// Resume goes on where an earlier attempt ended, if it is proven that what is
	// there is the beginning of the same file, and leaves what can be resumed behind
	// after a failure.
	//
	// A download leaves [PartialName] beside the target, and what it knows about the
	// remote file in a second file of that name with ".json" after it. It goes on if
	// size and time on the server are the same as then (size alone where the server
	// tells no time), or else if the server's sum of that part is right; and in any case
	// only after the last 64 KiB that came, which are transferred again and compared:
	// so a server that ignores REST is noticed, too. An upload goes on after what the
	// server has under the name if the server's sum of that is right, or else, where no
	// sum is to be had, if its last 64 KiB read back are, and if the local file has not
	// changed since. Whatever is not proven, and what is shorter than 64 KiB, is
	// transferred from the beginning.
	//
	// It is refused for text (TYPE A), records and block mode with a
	// *[control.OffsetError]. Where [PartialName] or the file beside it is something that
	// no download has left there, such as a link, the error is a *[PartError].
	Resume bool

	// TempUpload uploads under a temporary name and renames that once it is complete,
	// so that nobody sees half a file and an existing one is replaced by a whole one or
	// stays. After a failure the temporary file is removed, unless Resume is set.
	TempUpload bool

	// TempName returns the temporary name for a remote path. If nil, it is in the same
	// directory: "." before the name, and after it ".ftpwire-part" with Resume, and
	// something random without.
	TempName func(path string) string

	// Verify compares the server's sum of the file with that of the local one where it
	// offers sums. The local sum is computed while the data pass, so that they take the
	// way through this program and not the kernel's shortcut.
	Verify bool

	// Require lists the proofs without which the transfer fails, with an
	// *[UnprovenError]. What can be told before is: then nothing is transferred.
	// ProofHash implies Verify. If zero, the final reply is enough.
	Require Proof

	// MaxSize is how many octets a download may have: as they travel, line ends of text
	// being two of them. A larger file is a *[control.TooLargeError]: before anything is
	// transferred if the server tells the size, else as soon as more comes. If zero, any
	// number.
	MaxSize int64

	// Retry says whether to try again what failed for a passing reason. If zero, not.
	Retry Retry

	// Writer and Reader, if not nil, stand between the transfer and the local file of
	// a download or an upload, to show progress or to limit the rate. They are
	// called for every attempt.
	Writer func(io.Writer) io.Writer
	Reader func(io.Reader) io.Reader

	// Begin, if not nil, is told for every attempt where in the file it begins, and
	// the size of the file, -1 if that is not known.
	Begin func(from, size int64)

	// Tally, if not nil, is told how every attempt's data connection fares, without
	// standing in its way: see [datachan.Conn.OnTally]. It counts the octets of that
	// connection, and of a download that goes on up to 64 KiB of what was there come
	// again; Total minus Moved is what is yet to come.
	Tally func(datachan.Tally)
}

func (o *TransferOptions) hashes() bool { return o.Verify || o.Require.Has(ProofHash) }

func (o *TransferOptions) begin(from, size int64) {
	if o.Begin != nil {
		o.Begin(from, size)
	}
}

// tailWindow is how much of the end of a part is compared before it is continued.
const tailWindow = 64 << 10

// A remoteState is what tells one version of a remote file from another.
type remoteState struct {
	Size int64     // -1 if unknown
	Time time.Time // zero if unknown
}

func (s remoteState) same(t remoteState) bool {
	return s.Size >= 0 && s.Size == t.Size && s.Time.Equal(t.Time)
}

// state asks for size and time of a file. What the server refuses for good is unknown.
// An error is of the connection or the context, or a refusal that passes: a part is
// not to be thrown away for that.
func (c *Client) state(ctx context.Context, path string) (remoteState, error) {
	s := remoteState{Size: -1}
	if c.usesSIZE() {
		size, err := c.conn.Size(ctx, path)
		if err == nil {
			s.Size = size
		} else if err := c.unsettled(ctx, err); err != nil {
			return s, err
		}
	}
	switch {
	case c.conn.Features().Has("MDTM"):
		t, err := c.conn.Mdtm(ctx, path)
		if err == nil {
			s.Time = t
		}
		return s, c.unsettled(ctx, err)
	case c.usesMLST():
		e, err := c.conn.Mlst(ctx, path)
		if err == nil {
			s.Time = e.Time
		}
		return s, c.unsettled(ctx, err)
	}
	return s, nil
}

// unsettled returns an error that leaves a question open.
func (c *Client) unsettled(ctx context.Context, err error) error {
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok && re.Transient() {
		return err
	}
	return c.lost(ctx)
}

// binary reports whether files travel as they are.
func (c *Client) binary() bool { return c.conn.FileFormat().Exact() }

// lost returns why nothing more is to be asked: the context or the connection ended.
func (c *Client) lost(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return c.conn.Err()
}
