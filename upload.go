package ftpwire

import (
	"bytes"
	"context"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Upload copies a local file to a remote one, which is replaced. A nil error says
// that the server confirmed it and, where it tells sizes, that the size is right, and
// what else o demands. o may be nil.
//
// If ctx ends, Upload returns within 250 ms, and a temporary file is removed behind it: see
// [Client.Settle]. Only where a file that is to be replaced is moved aside at that moment,
// Upload goes on, for 15 s at most, until a file has the name again.
//
// With [TransferOptions.Resume] the next Upload goes on from where a failed one ended:
// by REST and STOR where the server lists REST STREAM, else by APPE; and by the
// other one where the server refuses or does something else.
func (c *Client) Upload(ctx context.Context, local, remote string, o *TransferOptions) (TransferResult, error) {
	u := &upload{c: c, remote: remote, target: remote, local: local}
	if o != nil {
		u.o = *o
	}
	f, err := os.Open(local)
	if err != nil {
		return u.r, err
	}
	defer f.Close()
	if u.info, err = f.Stat(); err != nil {
		return u.r, err
	}
	switch {
	case u.info.IsDir():
		return u.r, &fs.PathError{Op: "upload", Path: local, Err: errIsDirectory}
	case !u.info.Mode().IsRegular() && (u.o.Resume || u.o.Retry.Attempts > 0):
		return u.r, &fs.PathError{Op: "upload", Path: local, Err: errors.New("is no regular file, and can't be read twice")}
	}
	u.f = f
	done, err := c.take(ctx)
	if err != nil {
		return u.r, err
	}
	defer done()
	if u.o.Resume {
		if err := c.conn.Resumable(); err != nil {
			return u.r, err
		}
	}
	if u.o.TempUpload {
		u.target = u.o.tempName(remote)
	}
	err = c.retried(ctx, &u.o, remote, &u.r, u.attempt)
	if err != nil && u.stored {
		c.leave(ctx, u)
	}
	return u.r, u.withAside(err)
}

// An upload is one call of Upload.
type upload struct {
	c             *Client
	local, remote string
	target        string // remote, or the temporary name
	o             TransferOptions
	r             TransferResult
	f             *os.File
	info          fs.FileInfo

	stored bool   // something of it may be under target
	keep   bool   // it must stay there: nobody knows what is under remote
	aside  string // where the file is that was to be replaced, "" if it was not moved
	alg    string
	hash   hash.Hash
	reason string // why a proof is missing
}

// attempt tries on the present connection.
func (u *upload) attempt(ctx context.Context) error {
	u.r.Bytes, u.r.Proof, u.r.Partial, u.r.Prefix, u.r.ResumedFrom = 0, 0, "", "", 0
	if err := u.prepare(); err != nil {
		return err
	}
	offset, err := u.offset(ctx)
	if err != nil {
		return err
	}
	if err := u.send(ctx, offset); err != nil {
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
	return u.rename(ctx)
}

// prepare finds out whether the proofs demanded can be had.
func (u *upload) prepare() error {
	binary := u.c.binary()
	if u.alg, u.reason = "", ""; binary && u.o.hashes() {
		u.alg = u.c.bestHash()
	}
	switch {
	case u.o.Require.Has(ProofEnd):
		u.reason = "close_notify proves nothing of an upload"
	case !binary && u.o.Require&(ProofSize|ProofHash) != 0:
		u.reason = "the file is transferred as text or in records"
	case u.o.Require.Has(ProofHash) && u.alg == "":
		u.reason = "the server offers no sums"
	case u.o.Require.Has(ProofSize) && u.c.conn.Err() == nil && !u.c.usesSIZE():
		u.reason = "the server does not tell sizes"
	default:
		return nil
	}
	return &UnprovenError{Path: u.remote, Want: u.o.Require, Reason: u.reason}
}

// offset returns how much the server has that is proven to be the beginning of the
// local file, 0 if that is not worth going on from.
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
		u.c.noRest = true // more than is behind the offset
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

// send sends what is behind offset, in the ways that there are, and the whole file if
// none of them works.
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
		if re.Reason != wayRefused {
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

// wayRefused is the reason when the server refused before anything was changed.
const wayRefused = "the server refuses"

func (u *upload) open(ctx context.Context, verb protocol.Verb, offset int64) (*control.Upload, error) {
	if verb == "APPE" {
		return u.c.conn.Appe(ctx, u.target)
	}
	return u.c.conn.Stor(ctx, u.target, offset)
}

// sendBy sends what is behind offset in one way. A *ResumeError says that it does
// not work that way.
func (u *upload) sendBy(ctx context.Context, way uploadWay, offset int64) error {
	w, err := u.open(ctx, way.verb, offset)
	if err != nil {
		if offset > 0 && u.c.conn.Err() == nil && anotherWay(err) {
			return &ResumeError{u.target, wayRefused}
		}
		if ctx.Err() != nil && u.target != u.remote && !u.o.Resume {
			u.stored = true // the command may be on its way
		}
		return err
	}
	u.stored = true
	u.r.ResumedFrom = offset
	u.o.begin(offset, u.size())
	if u.o.Tally != nil {
		u.tally(w, offset)
	}
	n, err := u.copy(w, offset)
	u.r.Bytes = offset + n
	sent := err == nil
	if sent {
		err = w.Close()
	} else {
		w.Abort()
	}
	u.r.Data = w.Data()
	u.r.Moved += w.Octets()
	early := isType[*control.EarlyReplyError](err)
	if err != nil && !(early && sent) {
		return err
	}
	if !early {
		u.r.Proof = ProofReply
	}
	if !u.c.binary() {
		return err
	}
	return u.compareSize(ctx, way, offset, n, err)
}

// anotherWay reports whether a refusal leaves hope for the other way to go on with a
// file: it is about going on, or tells nothing. What is passing is no reason to begin
// anew, nor is what every way would meet.
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

// compareSize holds the server's size against what was sent: servers are known that
// answer 226 to an upload that they lost the end of, that ignore REST, or whose APPE
// overwrites. early is not nil if the server answered before it had all; then only the
// size proves that it has it now.
//
// A connection that ends behind the final reply leaves the reply as the proof. Of a file
// that was gone on with it is not enough.
func (u *upload) compareSize(ctx context.Context, way uploadWay, offset, n int64, early error) error {
	size := u.c.storedSize(ctx, u.target)
	switch {
	case size == offset+n:
		u.r.Proof |= ProofReply | ProofSize
		return nil
	case early != nil:
		return early
	case ctx.Err() != nil || offset > 0 && u.c.conn.Err() != nil:
		return u.c.lost(ctx)
	case size < 0 && offset == 0:
		return nil
	case offset > 0:
		return &ResumeError{u.target, "the server does not continue the file by " + string(way.verb)}
	}
	return &control.TransferError{Verb: way.verb, Phase: control.PhaseReply, Bytes: n, Err: &control.SizeError{Want: n, Got: size}}
}

// tally has Tally told how the upload fares. How much text becomes is not known before.
func (u *upload) tally(w *control.Upload, offset int64) {
	total := int64(-1)
	if size := u.size(); size >= 0 && u.c.binary() {
		total = size - offset
	}
	w.OnTally(total, u.o.Tally)
}

func (u *upload) size() int64 {
	if !u.info.Mode().IsRegular() {
		return -1
	}
	return u.info.Size()
}

// copy sends the file from offset on.
func (u *upload) copy(w *control.Upload, offset int64) (int64, error) {
	if u.info.Mode().IsRegular() {
		if _, err := u.f.Seek(offset, io.SeekStart); err != nil {
			return 0, err
		}
	}
	r := io.Reader(u.f) // alone, the kernel may copy
	if u.hash = nil; u.alg != "" {
		u.hash = newHash(u.alg)
		if err := hashHead(u.hash, u.f, offset); err != nil {
			return 0, err
		}
		r = io.TeeReader(r, u.hash)
	}
	if u.o.Reader != nil {
		r = u.o.Reader(r)
	}
	return w.ReadFrom(r) // not io.Copy, which would hide a file from it
}

// check proves what the server has as demanded.
func (u *upload) check(ctx context.Context) error {
	if now, err := u.f.Stat(); u.o.Resume && (err != nil || now.Size() != u.info.Size() || !now.ModTime().Equal(u.info.ModTime())) {
		if err == nil {
			u.info = now // of the next attempt
		}
		return &ChangedError{Path: u.local, Local: true}
	}
	if lost := u.c.lost(ctx); lost != nil {
		// The server has confirmed the file, and can't be asked for more. If more is
		// demanded, another attempt may get it.
		if u.r.Proof.Has(u.o.Require) && ctx.Err() == nil {
			return nil
		}
		return lost
	}
	if u.hash != nil {
		reason, err := u.c.prove(ctx, &u.r, u.target, u.alg, hexSum(u.hash))
		if err != nil {
			return err
		}
		u.reason = reason
	}
	if u.reason == "" {
		u.reason = "the server does not tell the size"
	}
	return lacking(u.remote, u.o.Require, u.r.Proof, u.reason)
}
