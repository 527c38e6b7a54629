package ftpwire

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A RenameError reports an upload whose temporary file did not certainly get its final
// name. It says where the files are now that do not have their names.
type RenameError struct {
	From, To string // remote: the temporary name, and the final one
	Aside    string // where the file is that was to be replaced, "" if it was not moved
	Reason   string // what is known besides Err
	Err      error  // the refusal, or how the connection was lost
}

func (e *RenameError) Error() string {
	s := fmt.Sprintf("ftp: renaming %q to %q: %s", e.From, e.To, errtext.Of(e.Err))
	if e.Reason != "" {
		s += "; " + e.Reason
	}
	return s
}

// Unwrap returns the refusal, or what else went wrong.
func (e *RenameError) Unwrap() error { return e.Err }

// rename gives the temporary file its name. Most servers replace what has the name.
//
// A refusal is not believed: some servers rename and answer 553. So nothing is touched
// before it is known what is there now. The file that has the name is moved aside for a
// moment only if the refusal says that something is in the way, and something is.
func (u *upload) rename(ctx context.Context) error {
	err := u.c.conn.Rename(ctx, u.target, u.remote)
	if err == nil {
		return u.renamed(ctx)
	}
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !refused || re.Verb != "RNTO" || u.c.lost(ctx) != nil {
		return err
	}
	from, to := u.look(ctx, u.target), u.look(ctx, u.remote)
	if lost := u.c.lost(ctx); lost != nil {
		return err
	}
	switch {
	case from.absent() && !to.absent():
		return u.renamedNevertheless(ctx, to, err)
	case from.absent() || !from.known() || !to.known():
		u.keep = true // it may hold the only copy under either name
		return &RenameError{From: u.target, To: u.remote, Err: err, Reason: fmt.Sprintf("whether that was done could not be found out; the new file may be left as %q", u.target)}
	case to.isFile() && u.inTheWay(ctx, re):
		return u.swap(ctx, err)
	}
	return err
}

// inTheWay reports whether an RNTO was refused because something has the name: the server
// says so; or its words may mean that, and it also refuses the name of another file of
// ours.
func (u *upload) inTheWay(ctx context.Context, re *protocol.ReplyError) bool {
	switch m := re.Meaning(); {
	case m == protocol.Exists:
		return true
	case m != protocol.Unexplained && m != protocol.Permission, re.Transient():
		return false
	}
	return u.refusesTaken(ctx, u.target+"-2")
}

// refusesTaken reports whether the server refuses to rename to a name that is taken. That
// is tried with two files of ours; second is the name of the other one.
func (u *upload) refusesTaken(ctx context.Context, second string) bool {
	if u.putOctet(ctx, second) != nil || !u.look(ctx, second).isFile() {
		u.c.conn.Dele(ctx, second)
		return false
	}
	err := u.c.conn.Rename(ctx, u.target, second)
	if !u.look(ctx, u.target).absent() {
		u.c.conn.Dele(ctx, second)
		return isRefusal(err)
	}
	// It was renamed, whatever the server said: it goes back.
	u.c.conn.Rename(ctx, second, u.target)
	if u.look(ctx, u.target).absent() {
		u.target = second
	}
	return false
}

// putOctet stores a file of one octet: servers are known that can't take none.
func (u *upload) putOctet(ctx context.Context, name string) error {
	w, err := u.c.conn.Stor(ctx, name, 0)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte{'\n'}); err != nil {
		w.Abort()
		return err
	}
	return w.Close()
}

// renamedNevertheless judges a refused RNTO, if the temporary name is gone after it.
func (u *upload) renamedNevertheless(ctx context.Context, to presence, refusal error) error {
	u.stored = false // under that name
	e := &RenameError{From: u.target, To: u.remote, Err: refusal}
	if !to.isFile() {
		e.Reason = "the temporary file is gone nevertheless"
		return e
	}
	if u.c.binary() && to.size == u.r.Bytes && u.isOurs(ctx, u.remote) {
		return u.finished(ctx)
	}
	if lost := u.c.lost(ctx); lost != nil {
		return lost
	}
	e.Reason = fmt.Sprintf("the temporary file is gone nevertheless, and it is not proven that %q is the new file", u.remote)
	return e
}

// isOurs reports whether a file on the server has what was sent: by its sum, or the
// end of it.
func (u *upload) isOurs(ctx context.Context, name string) bool {
	if u.hash != nil {
		reason, err := u.c.prove(ctx, &u.r, name, u.alg, hexSum(u.hash))
		if err != nil || reason == "" {
			return err == nil
		}
	}
	from := max(u.r.Bytes-tailWindow, 0)
	if from > 0 && u.c.noRest || !u.regular() {
		return false
	}
	rd, err := u.c.conn.Retr(ctx, name, from)
	if err != nil {
		return false
	}
	want, got := make([]byte, u.r.Bytes-from), make([]byte, u.r.Bytes-from+1)
	n, err := io.ReadFull(rd, got)
	cerr := rd.Close()
	u.r.Moved += rd.Octets()
	if err != io.ErrUnexpectedEOF && err != io.EOF || cerr != nil {
		return false
	}
	_, err = u.f.ReadAt(want, from)
	return (err == nil || err == io.EOF) && bytes.Equal(got[:n], want)
}

// swap moves the file that has the name aside, gives the name to the temporary one, and
// removes the old one when the new one is seen there. Otherwise the old one gets its
// name back. The name is free meanwhile, so that a swap goes on when ctx ends.
func (u *upload) swap(ctx context.Context, refusal error) error {
	s := &swap{u: u, refusal: refusal}
	known := false
	if s.dir, known = u.c.conn.WorkingDir(); !known {
		var err error
		if s.dir, err = u.c.conn.Pwd(ctx); err != nil && !path.IsAbs(u.remote) {
			return refusal // a new connection could not find the files
		}
	}
	dir, base := path.Split(u.remote)
	u.aside = dir + "." + shorten(base) + ".old-" + rand.Text()[:8]
	busy, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience.Swap.Default)
	defer cancel()
	err := u.c.conn.Rename(busy, u.remote, u.aside)
	if err == nil {
		err = u.c.conn.Rename(busy, u.target, u.remote)
	}
	return s.settle(busy, ctx, err)
}

// A swap is one call of swap.
type swap struct {
	u       *upload
	dir     string // working directory, if names are relative to it
	refusal error  // of the first RNTO
}

// settle finds out what the swap has done, whatever the replies said, and leaves a file
// under the name if the server allows that at all. whole is the caller's context.
func (s *swap) settle(ctx, whole context.Context, err error) error {
	u := s.u
	if err == nil {
		err = s.refusal
	}
	if lost := s.connect(ctx); lost != nil {
		return s.failed(lost, fmt.Sprintf("the connection was lost while %q was moved aside: it may be left as %q", u.remote, u.aside))
	}
	aside, to := u.look(ctx, u.aside), u.look(ctx, u.remote)
	if aside.absent() && to.isFile() {
		u.aside = ""
		if u.look(ctx, u.target).absent() {
			return u.renamedNevertheless(ctx, to, s.refusal)
		}
		return s.refusal // nothing was moved
	}
	if to.absent() && u.c.conn.Rename(ctx, u.target, u.remote) == nil { // once more, now that the name is free
		to = u.look(ctx, u.remote)
	}
	same := to.size == u.r.Bytes || to.size < 0 || !u.c.binary()
	switch {
	case to.isFile() && same && u.look(ctx, u.target).absent():
		return u.finished(ctx)
	case aside.absent():
		return s.failed(err, fmt.Sprintf("what had the name %q can't be found any more", u.remote))
	}
	return s.restore(ctx, whole, err)
}

// connect makes a new connection if there is none any more.
func (s *swap) connect(ctx context.Context) error {
	if s.u.c.conn.Err() == nil {
		return nil
	}
	return s.u.c.redial(ctx, s.dir)
}

// restore gives the old file its name back. Where the server refuses that too, the new
// one is sent once more, straight under its name.
func (s *swap) restore(ctx, whole context.Context, err error) error {
	u := s.u
	again := u.c.conn.Rename(ctx, u.aside, u.remote)
	if lost := s.connect(ctx); lost != nil {
		return s.failed(lost, fmt.Sprintf("the file that was to be replaced may be left as %q", u.aside))
	}
	aside, to := u.look(ctx, u.aside), u.look(ctx, u.remote)
	switch {
	case to.isFile() && aside.absent():
		u.aside = ""
		return err
	case to.absent() && u.direct(whole) == nil:
		return u.finished(whole)
	case aside.isFile():
		return s.failed(errors.Join(err, again), fmt.Sprintf("the file that was to be replaced is left as %q", u.aside))
	}
	return s.failed(errors.Join(err, again), fmt.Sprintf("the file that was to be replaced may be left as %q", u.aside))
}

// withAside names in err where the file is that was moved aside in an earlier attempt.
func (u *upload) withAside(err error) error {
	if err == nil || u.aside == "" || isType[*RenameError](err) {
		return err
	}
	aside := &RenameError{From: u.target, To: u.remote, Aside: u.aside, Err: err, Reason: fmt.Sprintf("the file that was to be replaced may be left as %q", u.aside)}
	return &FileError{Op: u.op, Path: u.remote, Err: aside}
}

func (s *swap) failed(err error, reason string) error {
	s.u.keep = true
	return &RenameError{From: s.u.target, To: s.u.remote, Aside: s.u.aside, Reason: reason, Err: err}
}

// direct sends the file straight to its name, which nothing has.
func (u *upload) direct(ctx context.Context) error {
	temp := u.target
	u.target = u.remote
	defer func() { u.target = temp }()
	if !u.regular() {
		return errors.ErrUnsupported
	}
	if err := u.sendBy(ctx, uploadWay{verb: "STOR"}, 0); err != nil {
		return err
	}
	u.c.conn.Dele(ctx, temp)
	return nil
}

var errNotRenamed = errors.New("the server says that it is done, and both are as they were")

// renamed checks whether the file has its name now: some servers confirm a rename too
// early, or wrongly.
func (u *upload) renamed(ctx context.Context) error {
	if err := u.kept(ctx, u.remote); err != nil && u.look(ctx, u.target).absent() {
		return err
	}
	if u.r.Proof.Has(ProofSize) {
		size := u.c.storedSize(ctx, u.remote)
		switch err := u.c.lost(ctx); {
		case ctx.Err() != nil:
			return err
		case err != nil && size < 0:
			return u.finished(ctx) // the server has confirmed it
		case size != u.r.Bytes:
			return &control.TransferError{Verb: "RNTO", Path: u.remote, Phase: control.PhaseReply, Bytes: u.r.Moved, Err: &control.SizeError{Want: u.r.Bytes, Got: size}}
		}
		unmoved := u.look(ctx, u.target).isFile() && !u.isOurs(ctx, u.remote)
		switch err := u.c.lost(ctx); {
		case ctx.Err() != nil, unmoved && err != nil:
			return err
		case unmoved:
			return &RenameError{From: u.target, To: u.remote, Err: errNotRenamed}
		}
	}
	return u.finished(ctx)
}

// finished ends an upload whose file has its name. If the old file can't be removed, that
// is no reason to fail.
func (u *upload) finished(ctx context.Context) error {
	u.stored = false
	if u.aside != "" {
		u.c.conn.Dele(ctx, u.aside)
		u.aside = ""
	}
	return nil
}
