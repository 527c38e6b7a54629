package ftpwire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Upload copies a local file to a remote one, which is replaced. A nil error means that
// the server confirmed it, that the size is right if the server tells sizes, and that
// everything else that o demands is proven. o may be nil.
//
// If ctx ends, Upload returns within 250 ms. A temporary file is removed after that: see
// [Client.Settle]. The exception is an upload that has moved the old file aside at that
// moment: it goes on, for 15 s at most, until a file has the name again.
//
// With [TransferOptions.Resume] the next Upload goes on where a failed one ended. It uses
// REST and STOR if the server lists REST STREAM, otherwise APPE. If the server refuses
// that way or does something else, it uses the other one.
func (c *Client) Upload(ctx context.Context, local, remote string, o *TransferOptions) (TransferResult, error) {
	u := &upload{job: newJob(c, "upload", remote, o), local: local}
	f, err := os.Open(local)
	if err != nil {
		return u.r, err
	}
	defer f.Close()
	if u.info, err = f.Stat(); err != nil {
		return u.r, err
	}
	u.f, u.src = f, f
	switch {
	case u.info.IsDir():
		return u.r, &fs.PathError{Op: "upload", Path: local, Err: errIsDirectory}
	case !u.regular() && u.onlyOnce() != nil:
		return u.r, &fs.PathError{Op: "upload", Path: local, Err: errors.New("is no regular file, and can't be read twice")}
	}
	return u.all(ctx)
}

// An upload is one call of Upload or Put.
type upload struct {
	job
	local  string
	target string      // remote, or the temporary name
	src    io.Reader   // f, or what Put reads
	f      *os.File    // nil for Put, as is what follows
	info   fs.FileInfo // of f

	looked   bool  // whether the copy may be replaced
	base     int64 // octets that were there before what is appended, -1 if that is not known
	renaming bool

	stored bool   // a part of it may be under target
	keep   bool   // target must stay: nobody knows what is under remote
	aside  string // where the file is that was to be replaced, "" if it was not moved
}

// regular reports whether what is sent is a file that can be read again.
func (u *upload) regular() bool { return u.info != nil && u.info.Mode().IsRegular() }

// all makes the attempts.
func (u *upload) all(ctx context.Context) (TransferResult, error) {
	if err := u.o.conflict(true); err != nil {
		return u.r, err
	}
	if u.target = u.remote; u.o.TempUpload {
		u.target = u.o.tempName(u.remote)
	}
	err := u.run(ctx, u.attempt, func(err error) {
		if err != nil && !isType[*SkippedError](err) {
			u.c.leave(ctx, u, err)
		}
	})
	return u.r, u.withAside(err)
}

// attempt tries on the present connection.
func (u *upload) attempt(ctx context.Context) error {
	if u.o.Require.Has(ProofEnd) {
		return u.unprovable("close_notify proves nothing of an upload")
	}
	if err := u.prepare(-1); err != nil {
		return err
	}
	if err := u.mayReplace(ctx); err != nil {
		return err
	}
	if err := u.allocate(ctx); err != nil {
		return err
	}
	switch {
	case u.o.Unique:
		return u.unique(ctx)
	case u.o.Append:
		return u.appendAll(ctx)
	}
	if err := u.store(ctx); err != nil {
		return err
	}
	u.keepTime(ctx, u.remote)
	return nil
}

// store replaces the remote file.
func (u *upload) store(ctx context.Context) error {
	offset, err := u.offset(ctx)
	if err != nil {
		return err
	}
	if err := u.sendInto(ctx, func() error { return u.send(ctx, offset) }); err != nil {
		return err
	}
	if err := u.check(ctx); err != nil {
		return err
	}
	if u.target == u.remote {
		return nil
	}
	if err := u.c.lost(ctx); err != nil {
		return err
	}
	u.renaming = true
	return u.rename(ctx)
}

// offset returns how much the server has that is proven to be the beginning of the local
// file, or 0 if that is too little to go on from.
func (u *upload) offset(ctx context.Context) (int64, error) {
	if !u.o.Resume {
		return 0, nil
	}
	s, err := u.c.state(ctx, u.target)
	switch {
	case err != nil:
		return 0, err
	case s.Size <= 0:
		return 0, nil
	case s.Size <= tailWindow:
		u.r.Restarted = "what the server has is short"
		return 0, nil
	case s.Size > u.info.Size():
		u.r.Restarted = "what the server has is longer than the file"
		return 0, nil
	}
	alg, same, err := u.c.provenHead(ctx, u.target, u.f, s.Size, true)
	switch {
	case err != nil:
		return 0, err
	case same:
		u.r.Prefix = alg
		return s.Size, nil
	case alg != "":
		u.r.Restarted = "what the server has is not the beginning of the file"
		return 0, nil
	case s.Time.IsZero() || s.Time.Before(wholeSecond(u.info.ModTime())):
		u.r.Restarted = "the file may have changed since the server got its beginning"
		return 0, nil
	}
	if u.r.Restarted, err = u.compareTail(ctx, s.Size); u.r.Restarted != "" || err != nil {
		return 0, err
	}
	u.r.Prefix = "tail"
	return s.Size, nil
}

// compareTail reads the end of what the server has and returns why it is not the
// same as here, "" if it is. The error is one to stop at.
func (u *upload) compareTail(ctx context.Context, size int64) (string, error) {
	if u.c.noRest {
		return "the server ignores REST, so that it can't be compared", nil
	}
	rd, err := u.c.conn.Retr(ctx, u.target, size-tailWindow)
	if err != nil {
		return "what the server has can't be read back", u.c.fatal(ctx, err)
	}
	want, got := make([]byte, tailWindow), make([]byte, tailWindow+1)
	n, err := io.ReadFull(rd, got)
	cerr := rd.Close()
	u.r.Moved += rd.Octets()
	switch {
	case err == nil:
		u.c.noRest = true // more than what follows the offset
		return "the server ignores REST, so that it can't be compared", u.c.lost(ctx)
	case err != io.ErrUnexpectedEOF && err != io.EOF:
		return "what the server has can't be read back", u.c.fatal(ctx, err)
	case cerr != nil:
		return "what the server has can't be read back", u.c.fatal(ctx, cerr)
	}
	if _, err := u.f.ReadAt(want, size-tailWindow); err != nil {
		return "", err
	}
	if !bytes.Equal(got[:n], want) {
		return "the end of what the server has is not in the file at this place", nil
	}
	return "", nil
}

// send sends what follows offset, in one way or the other, and the whole file if neither
// works.
func (u *upload) send(ctx context.Context, offset int64) error {
	for offset > 0 {
		way, ok := u.way()
		if !ok {
			u.r.Restarted, u.r.Prefix = "the server continues no uploads", ""
			break
		}
		err := u.sendBy(ctx, way, offset)
		re, failed := errors.AsType[*ResumeError](err)
		if !failed {
			return err
		}
		if u.c.conn.Err() != nil || ctx.Err() != nil {
			return err
		}
		*way.broken = true
		if !re.untouched {
			u.r.Restarted, u.r.Prefix = re.Reason, ""
			break
		}
	}
	return u.sendBy(ctx, uploadWay{verb: "STOR"}, 0)
}

// An uploadWay is a command that continues an upload. broken notes that it does not
// on this server.
type uploadWay struct {
	verb   protocol.Verb
	broken *bool
}

func (u *upload) way() (uploadWay, bool) {
	stor, appe := uploadWay{"STOR", &u.c.noRestStor}, uploadWay{"APPE", &u.c.noAppe}
	ways := []uploadWay{appe, stor}
	if u.c.conn.Features().RestStream() {
		ways = []uploadWay{stor, appe}
	}
	for _, w := range ways {
		if !*w.broken {
			return w, true
		}
	}
	return uploadWay{}, false
}

func (u *upload) open(ctx context.Context, verb protocol.Verb, offset int64) (*control.Upload, error) {
	if verb == "APPE" {
		return u.c.conn.Appe(ctx, u.target)
	}
	return u.c.conn.Stor(ctx, u.target, offset)
}

// sendBy sends what follows offset in one way. A *ResumeError says that this way does not
// work.
func (u *upload) sendBy(ctx context.Context, way uploadWay, offset int64) error {
	w, err := u.open(ctx, way.verb, offset)
	if err != nil {
		if offset > 0 && u.c.conn.Err() == nil && anotherWay(err) {
			return &ResumeError{Path: u.target, Reason: "the server refuses", untouched: true}
		}
		if ctx.Err() != nil && u.target != u.remote && !u.o.Resume {
			u.stored = true // the command may be on its way
		}
		return err
	}
	return u.transmit(ctx, w, way, offset)
}

// anotherWay reports whether the other way to go on with a file may work after a refusal:
// the refusal is about going on, or tells nothing. A transient refusal, or one that every
// way would meet, is no reason to start at the beginning.
func anotherWay(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || re.Verb != "REST" && re.Verb != "STOR" && re.Verb != "APPE" {
		return false
	}
	switch m := re.Meaning(); m {
	case protocol.NoRestart:
		return true
	case protocol.NoSpace, protocol.NeedAccount:
		return false
	default:
		return !re.Transient() && !m.OfData()
	}
}

// compareSize compares the server's size with what was sent: some servers answer 226 to
// an upload whose end they lost, ignore REST, or overwrite on APPE. early is not nil if
// the server answered before it had everything; then only the size proves that it has
// everything now.
//
// If the connection ends after the final reply, the reply is the proof. For a resumed
// file it is not enough.
func (u *upload) compareSize(ctx context.Context, way uploadWay, offset, n int64, early error) error {
	size, want := int64(-1), u.base+offset+n
	if u.base >= 0 {
		size = u.c.storedSize(ctx, u.target)
	}
	switch {
	case size == want && size >= 0:
		u.r.Proof |= ProofReply | ProofSize
		return u.kept(ctx, u.target)
	case early != nil:
		return early
	case ctx.Err() != nil || offset > 0 && u.c.conn.Err() != nil:
		return u.c.lost(ctx)
	case size < 0 && offset == 0:
		return u.kept(ctx, u.target) // it may be there under another name
	case offset > 0:
		return &ResumeError{Path: u.target, Reason: "the server does not continue the file by " + string(way.verb)}
	}
	return &control.TransferError{Verb: way.verb, Path: u.target, Phase: control.PhaseReply, Bytes: n, Err: &control.SizeError{Want: want, Got: size}}
}

// kept is [Client.kept]. A file stored under another name is not under target, so there
// is nothing to remove there.
func (u *upload) kept(ctx context.Context, name string) error {
	err := u.c.kept(ctx, name)
	if err != nil && name == u.target {
		u.stored = false
	}
	return err
}

// size returns how much there is to send, -1 if that is not known.
func (u *upload) size() int64 {
	if u.info == nil {
		return sizeOf(u.src)
	}
	if !u.regular() {
		return -1
	}
	return u.info.Size()
}

// copy sends the file from offset on.
func (u *upload) copy(ctx context.Context, w *control.Upload, offset int64, m *meter) (int64, error) {
	if u.regular() {
		if _, err := u.f.Seek(offset, io.SeekStart); err != nil {
			return 0, err
		}
	}
	if err := u.startHash(u.f, offset); err != nil {
		return 0, err
	}
	r := u.src // alone, the kernel may copy
	if mayWait(r) {
		f := newFeed(ctx, w, r)
		defer f.stop()
		r = f
	}
	if u.hash != nil {
		r = io.TeeReader(r, u.hash)
	}
	if u.o.reader != nil {
		r = u.o.reader(r)
	}
	n, err := w.ReadFrom(m.reader(r)) // not io.Copy, which would hide a file from it
	if errors.Is(err, errRefused) {
		if _, refusal := w.Write(nil); refusal != nil {
			err = refusal
		}
	}
	return n, err
}

// check makes the required proofs about what the server has.
func (u *upload) check(ctx context.Context) error {
	if u.o.Resume {
		now, err := u.f.Stat()
		if err != nil || now.Size() != u.info.Size() || !now.ModTime().Equal(u.info.ModTime()) {
			if err == nil {
				u.info = now // of the next attempt
			}
			return &ChangedError{Path: u.local, Local: true}
		}
	}
	if lost := u.c.lost(ctx); lost != nil {
		// The server has confirmed the file, and can't be asked for more. If more is
		// demanded, another attempt may get it.
		if u.r.Proof.Has(u.o.Require) && ctx.Err() == nil {
			return nil
		}
		return lost
	}
	return u.prove(ctx, u.target, "the server does not tell the size")
}
