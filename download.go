package ftpwire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Download copies a remote file to a local one. The data go to another file in the same
// directory. That file gets the name only when the transfer is confirmed and proven as o
// demands, and the data are on disk. So a failure leaves no part of the file under the
// name, and leaves an existing file as it was. o may be nil.
//
// Nobody else can read the data before that. The file then has the permissions of the
// file that it replaces, and its owner and group if that is allowed; a new file has the
// permissions that the umask leaves. If local is a symbolic link, the link is replaced,
// and its target stays as it is. To replace the target, resolve the link first
// ([filepath.EvalSymlinks]).
//
// With [TransferOptions.Resume] a failure keeps what can be resumed, and the next
// Download to the same local file goes on from there. Besides the errors that
// [TransferOptions] names, the error may be a *[control.TransferError] or an error of the
// local file.
func (c *Client) Download(ctx context.Context, remote, local string, o *TransferOptions) (TransferResult, error) {
	d := &download{job: newJob(c, "download", remote, o), local: local}
	if info, err := os.Stat(local); err == nil && info.IsDir() {
		return d.r, &fs.PathError{Op: "download", Path: local, Err: errIsDirectory}
	}
	if err := d.o.conflict(false); err != nil {
		return d.r, err
	}
	err := d.run(ctx, d.attempt, nil)
	return d.r, err
}

// A download is one call of Download or Get. The latter has no part: where a *part is an
// argument, it is nil.
type download struct {
	job
	local string
	w     io.Writer // of Get, else nil

	state   remoteState
	untimed string // why the time of the original is not known

	head     []byte // the beginning of the file, if a range has needed it
	unplaced int64  // the begin of a range that REST could not be proven for
}

// attempt tries on the present connection.
func (d *download) attempt(ctx context.Context) error {
	if err := d.prepare(ctx); err != nil {
		return err
	}
	if err := d.mayReplace(); err != nil {
		return err
	}
	if d.o.MakeDirs {
		if err := os.MkdirAll(filepath.Dir(d.local), 0o777); err != nil {
			return err
		}
	}
	p, err := openPart(d.local, d.o.Resume)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			d.r.Partial = p.leave()
		}
	}()
	if err := d.proven(ctx, p, d.fill(ctx, p)); err != nil {
		return err
	}
	d.keepTime(ctx, p)
	if err := p.commit(d.local, d.o.NoClobber); err != nil {
		return err
	}
	done = true
	return nil
}

// prepare asks the server what must be known before data move.
func (d *download) prepare(ctx context.Context) (err error) {
	d.state = remoteState{Size: -1}
	if d.o.ranged() && d.c.binary() {
		if err := control.RenewType(ctx, d.c.conn); err != nil { // it is asked for the size in it, too
			return err
		}
	}
	d.askAhead(ctx)
	switch {
	case d.o.Resume:
		d.state, err = d.c.state(ctx, d.remote)
	case d.c.binary():
		d.state.Size = d.c.sizeIfKnown(ctx, d.remote)
	}
	if err != nil {
		return err
	}
	if !d.o.ranged() {
		if err := withinSize(d.state.Size, d.o.MaxSize); err != nil {
			return err
		}
	}
	if (d.o.KeepTime || d.o.Newer) && d.state.Time.IsZero() {
		d.state.Time, d.untimed = d.c.modTime(ctx, d.remote)
		if err := d.c.lost(ctx); err != nil {
			return err
		}
	}
	return d.job.prepare(d.state.Size)
}

// askAhead has the questions of prepare, and that for the address of the data connection,
// go out together.
func (d *download) askAhead(ctx context.Context) {
	if d.o.ranged() {
		return
	}
	var verbs []protocol.Verb
	if d.c.usesSIZE() && (d.o.Resume || d.c.binary()) {
		verbs = append(verbs, "SIZE")
	}
	switch byMLST := d.c.usesMLST(); {
	case d.o.Resume && d.c.conn.Features().Has("MDTM"):
		verbs = append(verbs, "MDTM")
	case d.o.Resume && !byMLST:
	case d.o.Resume, (d.o.KeepTime || d.o.Newer) && byMLST:
		verbs = append(verbs, "MLST")
	case d.o.KeepTime, d.o.Newer:
		verbs = append(verbs, "MDTM")
	}
	// What may not begin must not ask where.
	if !d.o.NoClobber && !d.o.Newer && d.o.MaxSize == 0 && d.o.Require == 0 {
		verbs = append(verbs, "EPSV")
	}
	control.AskAhead(ctx, d.c.conn, d.remote, verbs...)
}

// mayReplace returns an error if the options do not want the local file replaced. A file that an
// earlier attempt could not finish is not there.
func (d *download) mayReplace() error {
	if !d.o.NoClobber && !d.o.Newer {
		return nil
	}
	local, err := localVersion(d.local)
	if err != nil {
		return err
	}
	size := d.state.Size
	if d.o.ranged() {
		size = -1
	}
	return d.skip(d.local, version{there: true, size: size, time: d.state.Time}, local)
}

// fill brings the data into the part, from where it can go on.
func (d *download) fill(ctx context.Context, p *part) error {
	offset, err := d.offset(ctx, p)
	if err != nil {
		return err
	}
	if err := d.origin(p, offset); err != nil {
		return err
	}
	err = d.transfer(ctx, p, offset)
	if re, ok := errors.AsType[*ResumeError](err); ok && offset > 0 {
		d.r.Restarted = re.Reason
		if !re.untouched { // else it is kept until the file comes from its beginning
			if terr := p.restart(); terr != nil {
				return terr
			}
		}
		if d.c.conn.Err() == nil && ctx.Err() == nil {
			d.r.Prefix = ""
			return d.transfer(ctx, p, 0)
		}
	}
	return err
}

// origin notes which file the part belongs to. A part that is not continued is emptied
// first.
func (d *download) origin(p *part, offset int64) error {
	if !d.o.Resume {
		return nil
	}
	if offset == 0 {
		if err := p.restart(); err != nil {
			return err
		}
	}
	return p.setNote(partOrigin{d.server(), d.remote, d.state.Size, d.state.Time})
}

func (d *download) server() string {
	if d.c.profile == nil {
		return d.c.conn.RemoteAddr().String()
	}
	addr, _ := d.c.profile.Address() // it was good enough to dial
	return addr
}

// offset returns where to go on: the size of the part, or 0 if it is not proven
// that it is the beginning of the remote file.
func (d *download) offset(ctx context.Context, p *part) (int64, error) {
	if p.size == 0 {
		return 0, nil
	}
	why := ""
	switch {
	case p.size <= tailWindow:
		why = "the part is short"
	case d.state.Size < 0:
		why = "the server does not tell the size"
	case p.size > d.state.Size:
		why = "the part is longer than the file"
	case d.c.noRest:
		why = "the server ignores REST"
	}
	if why != "" {
		d.r.Restarted = why
		return 0, nil
	}
	o, known := p.note, p.noted
	if known && o.Server == d.server() && o.Path == d.remote && d.state.same(remoteState{o.Size, o.Time}) {
		d.r.Prefix = "size and time"
		if d.state.Time.IsZero() {
			d.r.Prefix = "size"
		}
		return p.size, nil
	}
	alg, same, err := d.c.provenHead(ctx, d.remote, p.f, p.size, p.size == d.state.Size)
	switch {
	case err != nil:
		return 0, err
	case same:
		d.r.Prefix = alg
		return p.size, nil
	case alg != "" || known:
		d.r.Restarted = "the file has changed, or the part is of another one"
	default:
		d.r.Restarted = "it is not known what the part is of"
	}
	return 0, nil
}

// transfer appends to the part what comes from offset on. A *ResumeError says that the
// part is not the beginning of what comes.
func (d *download) transfer(ctx context.Context, p *part, offset int64) error {
	if d.o.ranged() {
		return d.span(ctx, p)
	}
	window := min(offset, tailWindow)
	// If the size is not known, nothing else would show that the server has kept an offset.
	rd, err := d.c.retr(ctx, d.remote, offset-window, d.state.Size < 0 && d.c.restProven > 0)
	if err != nil {
		if offset > 0 && refusesRest(err) && d.c.conn.Err() == nil {
			return &ResumeError{Path: d.remote, Reason: "the server refuses to begin there (REST)", untouched: true}
		}
		return err
	}
	d.begun = true
	if offset == 0 {
		if err := p.restart(); err != nil {
			rd.Close()
			return err
		}
	}
	if d.state.Size >= 0 {
		rd.Expect(d.state.Size - (offset - window))
	}
	if d.o.MaxSize > 0 {
		rd.AtMost(max(d.o.MaxSize-(offset-window), 0))
	}
	d.r.ResumedFrom = offset
	m := d.meter(offset, window, d.state.Size)
	m.watch(rd.OnTally)
	err = d.tail(rd, p, offset, window)
	if err == nil {
		err = d.copy(rd, p, offset, m)
	}
	cerr := rd.Close()
	m.end(d.r.Bytes)
	d.moved(rd.Data(), rd.Octets())
	if err == nil {
		err = cerr
	}
	switch {
	case err != nil && offset > 0 && isOverlong(err):
		// Data that match by chance, such as a file of zeros, have the wrong size.
		reason := "the server ignores REST"
		if _, err := d.c.ignoresRest(ctx, d.remote, d.state.Size); err == nil {
			reason = "the file has grown"
		}
		return &ResumeError{Path: d.remote, Reason: reason}
	case err != nil:
		if isOverlong(err) {
			p.restart() // the file grew during the transfer: the part mixes two versions
		}
		return err
	}
	d.r.Proof = ProofReply
	if via := rd.Data(); (via.TLS || via.Level.Covers(protocol.LevelSafe)) && !rd.Unterminated() {
		d.r.Proof |= ProofEnd
	}
	if d.state.Size >= 0 {
		d.r.Proof |= ProofSize
	}
	return nil
}

func isOverlong(err error) bool {
	se, ok := errors.AsType[*control.SizeError](err)
	return ok && se.Got > se.Want
}

// refusesRest reports whether the offset may be why a transfer did not begin. Servers
// refuse that with REST, or take REST and refuse RETR with 554, as RFC 1123 has it, or
// with a 550 that looks like that of a missing file, or "451 Restart not permitted".
func refusesRest(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || re.Verb == "REST" {
		return ok
	}
	switch m := re.Meaning(); {
	case re.Verb != "RETR", m.OfData():
		return false
	case re.Transient():
		return strings.Contains(strings.ToLower(re.Reply.Text()), "restart")
	default:
		return m != protocol.NotLoggedIn && m != protocol.WantsTLS && m != protocol.InUse
	}
}

// tail compares the end of the part with what comes first.
func (d *download) tail(rd *control.Download, p *part, offset, window int64) error {
	if window == 0 {
		return nil
	}
	want, got := make([]byte, window), make([]byte, window)
	if _, err := p.f.ReadAt(want, offset-window); err != nil {
		return err
	}
	if _, err := io.ReadFull(rd, got); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return &ResumeError{Path: d.remote, Reason: "the data ended before what is there already"}
		}
		return err
	}
	if bytes.Equal(got, want) {
		return nil
	}
	if _, err := p.f.ReadAt(want, 0); err == nil && bytes.Equal(got, want) {
		d.c.noRest = true
		return &ResumeError{Path: d.remote, Reason: "the server ignores REST"}
	}
	return &ResumeError{Path: d.remote, Reason: "the end of the part differs from the file"}
}

// copy appends the rest.
func (d *download) copy(rd *control.Download, p *part, offset int64, m *meter) error {
	w, head := d.w, io.ReaderAt(nil)
	if p != nil {
		w, head = p.f, p.f // alone, the kernel may copy
		if _, err := p.f.Seek(offset, io.SeekStart); err != nil {
			return err
		}
	}
	if err := d.startHash(head, offset); err != nil {
		return err
	}
	if d.hash != nil {
		w = io.MultiWriter(w, d.hash)
	}
	if d.o.writer != nil {
		w = d.o.writer(w)
	}
	n, err := io.Copy(m.writer(w), rd)
	d.r.Bytes = offset + n
	return err
}

// proven makes the proofs that are demanded, unless there is an error already. Data that
// are not right are not kept.
func (d *download) proven(ctx context.Context, p *part, err error) error {
	if err != nil {
		return err
	}
	if d.o.Resume {
		// The part of a file that changed during the transfer may mix two versions.
		now, err := d.c.state(ctx, d.remote)
		if err != nil {
			return err
		}
		if d.state.Size >= 0 && !now.same(d.state) {
			p.restart()
			return &ChangedError{Path: d.remote}
		}
	}
	err = d.prove(ctx, d.remote, d.missing())
	if isType[*MismatchError](err) {
		p.restart()
	}
	return err
}

// missing says why there is no proof other than a hash.
func (d *download) missing() string {
	switch miss := d.o.Require &^ d.r.Proof; {
	case miss.Has(ProofEnd) && !d.r.Data.TLS:
		return "the data came in clear"
	case miss.Has(ProofEnd):
		return "the data ended without close_notify"
	}
	return "the server does not tell the size"
}
