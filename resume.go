package ftpwire

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// TransferOptions say how [Client.Download] and [Client.Upload] work. A nil pointer and
// the zero value mean one attempt from the beginning, and the proofs that are there
// without asking for more than the size.
type TransferOptions struct {
	// Resume goes on where an earlier attempt ended, if what is there is proven to be the
	// beginning of the same file. After a failure, it keeps what can be resumed.
	//
	// A download leaves [PartialName] beside the target. A second file, that name with
	// ".json" after it, holds what is known about the remote file. The next download goes
	// on if size and time on the server are the same as then (size alone if the server
	// tells no time), or otherwise if the server's sum of that part is right. In both
	// cases the last 64 KiB that came are transferred again and compared, which also
	// reveals a server that ignores REST. An upload goes on after what the server has
	// under the name if the server's sum of that is right, or, if the server has no sum,
	// if the last 64 KiB are right when read back. The local file must not have changed
	// since. Everything that is not proven, or is shorter than 64 KiB, is transferred
	// from the beginning.
	//
	// Resume is refused for text (TYPE A), records and block mode with a
	// *[control.OffsetError]. If [PartialName] or the file beside it is something that no
	// download has left there, for example a link, the error is a *[PartError].
	Resume bool

	// TempUpload uploads under a temporary name and renames the file when it is complete.
	// So nobody sees half a file, and an existing file stays until a complete one
	// replaces it. After a failure the temporary file is removed, unless Resume is set.
	TempUpload bool

	// NoClobber transfers nothing if something has the name of the copy: the error is then a
	// *[SkippedError], which matches fs.ErrExist. A download never replaces a local file that
	// appears meanwhile. An upload looks before it begins, and FTP has no way to do better: a
	// file that somebody else stores under the name after that is replaced.
	NoClobber bool

	// Newer transfers nothing if the time of the original is known to be no later than that of
	// the copy, to the second, and, where the times are the same, the sizes are, too: the error
	// is then a *[SkippedError]. If a time is not known, the file is transferred.
	Newer bool

	// KeepTime gives the copy the time at which the original was last modified, to the second.
	// If that does not work, the transfer succeeds nevertheless, and Untimed of the result says
	// why. A stream has no time.
	KeepTime bool

	// MakeDirs makes the directories of the copy that are not there.
	MakeDirs bool

	// From and To make a download one of the octets from From on up to To, without that, only; if To
	// is zero, up to the end. That needs a server that tells the size, unless From is zero, and a file
	// that is moved as it is. Before anything is taken for what is wanted, the server has to show that
	// it begins where it is told to, each time: see [File]. If it does not, the error is a
	// *[control.OffsetError], and nothing has been written. A range that ends before the file has no ProofReply: the transfer
	// is given up (ABOR) after the last octet that is wanted, and ProofSize says that all of them came.
	// They exclude Resume.
	From, To int64

	// Append adds what is uploaded to the end of the remote file (APPE), which is made if it is
	// not there. It excludes Resume, TempUpload, NoClobber, Newer and Unique. Once the server has
	// begun to take it, it is not repeated, whatever Retry says: a part could be there twice.
	Append bool

	// Unique has the server choose the name (STOU); the remote pathname is that of the directory,
	// "" for the working directory. The result has the Name. It excludes Resume, TempUpload,
	// NoClobber, Newer and Append.
	Unique bool

	// Allocate tells the server the size of an upload first (ALLO), if it is known. Only hosts
	// that reserve space need that, such as z/OS and MPE. A server that does not know the command
	// gets the file nevertheless; one that answers that there is no space does not.
	Allocate bool

	// TempName returns the temporary name for a remote path. If nil, the name is in the
	// same directory: "." before the file's name, and after it ".ftpwire-part" with
	// Resume, or something random without.
	TempName func(path string) string

	// Verify compares the server's sum of the file with that of the local file, if the
	// server offers sums. The local sum is computed while the data pass, so that they go
	// through this program instead of the kernel's shortcut.
	Verify bool

	// Require lists the required proofs. If one is missing, the transfer fails with an
	// *[UnprovenError]. If that is known before the transfer, nothing is transferred.
	// ProofHash implies Verify. If zero, the final reply is enough.
	Require Proof

	// MaxSize is how many octets a download may have, counted as they travel: a line end
	// of text is two. A larger file is a *[control.TooLargeError]: before anything is
	// transferred if the server tells the size, otherwise as soon as more comes. If zero,
	// there is no limit.
	MaxSize int64

	// Retry says whether to repeat a transfer that failed for a passing reason. If zero,
	// it is not repeated.
	Retry Retry

	// Progress, if not nil, is told how far the transfer is: done is the position in the
	// file, and total the size of the file, -1 if that is not known. It is called once when
	// the server has begun an attempt, with the offset from which that goes on, about ten
	// times a second after that, also while nothing moves, and once at the end of the data.
	// That end is no success: only the method's nil error is. A done that is smaller than
	// the last one is the begin of another attempt, or of the file.
	//
	// The calls come one at a time, but not all from one goroutine; none comes after the
	// method has returned. They do not slow the data down. Progress must not call the
	// Client. Where octets change on their way (text, compression), it is the local file's
	// octets that count.
	Progress func(done, total int64)

	// For tests: what stands between the transfer and the local file.
	writer func(io.Writer) io.Writer
	reader func(io.Reader) io.Reader
}

func (o *TransferOptions) hashes() bool { return o.Verify || o.Require.Has(ProofHash) }

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

// state asks for size and time of a file. A value that the server refuses permanently is
// unknown. An error is one of the connection or the context, or a transient refusal: a
// part must not be thrown away for these.
func (c *Client) state(ctx context.Context, path string) (s remoteState, err error) {
	if s.Size, err = c.sizeNow(ctx, path); err == nil {
		s.Time, err = c.timeNow(ctx, path)
	}
	return s, err
}

// sizeNow is state for the size.
func (c *Client) sizeNow(ctx context.Context, path string) (int64, error) {
	if !c.usesSIZE() {
		return -1, nil
	}
	size, err := c.conn.Size(ctx, path)
	if err != nil {
		return -1, c.unsettled(ctx, err)
	}
	return size, nil
}

// timeNow is state for the time.
func (c *Client) timeNow(ctx context.Context, path string) (t time.Time, err error) {
	switch {
	case c.conn.Features().Has("MDTM"):
		t, err = c.conn.Mdtm(ctx, path)
	case c.usesMLST():
		var e listing.Entry
		e, err = c.conn.Mlst(ctx, path)
		t = e.Time
	}
	if err != nil {
		return time.Time{}, c.unsettled(ctx, err)
	}
	return t, nil
}

// unsettled returns an error that leaves a question open.
func (c *Client) unsettled(ctx context.Context, err error) error {
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok && re.Transient() {
		return err
	}
	return c.lost(ctx)
}

// binary reports whether the octets of a file travel unchanged.
func (c *Client) binary() bool { return c.conn.FileFormat().Exact() }

// lost returns an error if nothing more can be asked, because the context or the
// connection ended.
func (c *Client) lost(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return c.conn.Err()
}
