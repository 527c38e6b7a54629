package control

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Download is data that comes from the server: a file or a listing. It must be closed.
// io.EOF from Read does not mean success: only a nil error from Close says that the
// server, too, regards the data as complete.
type Download struct {
	t    *transfer
	path string // as the caller named it
	r    io.Reader
	eof  bool

	dec   *mode.Reader // nil if the data goes as it is
	from  int64        // the offset sent to the server
	read  int64        // octets that the caller has read
	marks []Mark
	most  int64 // octets that the caller allows, -1: any number

	unterminated bool
}

// Retr opens a file for reading from offset on (RFC 959, Section 4.1.3; RFC 3659, Section
// 5). In TYPE A line ends are turned into LF, and an offset counts octets on the wire;
// many servers refuse an offset there. A refusal is a *[TransferError] whose cause is a
// *[protocol.ReplyError]: errors.Is matches fs.ErrNotExist and the like.
//
// ctx governs the whole transfer: if it ends, reads fail with its cause.
func (c *Conn) Retr(ctx context.Context, path string, offset int64) (*Download, error) {
	return c.download(ctx, protocol.Command{Verb: "RETR", Arg: path}, c.FileFormat().Type, offset, offset > 0)
}

func (c *Conn) download(ctx context.Context, cmd protocol.Command, typ byte, offset int64, part bool) (*Download, error) {
	t, err := c.openTransfer(ctx, cmd, typ, restart(offset), part)
	if err != nil {
		return nil, err
	}
	d := newDownload(t)
	d.path, d.from = cmd.Arg, max(offset, 0)
	return d, nil
}

func newDownload(t *transfer) *Download {
	d := &Download{t: t, most: -1}
	if t.dc != nil {
		d.r = t.dc
		d.decode()
	}
	return d
}

func restart(offset int64) string {
	if offset <= 0 {
		return ""
	}
	return decimal(offset)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// OnTally makes f report the progress of the download; see [datachan.Conn.OnTally]. The
// total is the number that is expected when OnTally is called. It does nothing if there
// is no data connection.
func (d *Download) OnTally(f func(datachan.Tally)) {
	if d.t.dc != nil {
		d.t.dc.OnTally(d.t.want.Load(), f)
	}
}

// Data describes the data connection.
func (d *Download) Data() DataInfo { return d.t.info() }

// Octets returns how many octets have come over the data connection.
func (d *Download) Octets() int64 { return d.t.moved() }

// Read implements io.Reader. Errors other than io.EOF are *[TransferError].
func (d *Download) Read(b []byte) (int, error) {
	if d.t.err != nil {
		return 0, d.t.err
	}
	if d.r == nil {
		d.eof = true
		return 0, io.EOF
	}
	n, err := d.r.Read(b)
	d.read += int64(n)
	return n, d.ended(err)
}

// WriteTo implements io.WriterTo: a binary download in clear to an *os.File is
// copied by the kernel.
func (d *Download) WriteTo(w io.Writer) (int64, error) {
	if d.t.err != nil {
		return 0, d.t.err
	}
	if d.r != io.Reader(d.t.dc) || d.t.dc == nil {
		return io.Copy(w, struct{ io.Reader }{d})
	}
	lw := &localWriter{w: w}
	dst := io.Writer(lw)
	if isFile(w) {
		dst = w // unwrapped, so that the kernel may copy
	}
	n, err := d.t.dc.WriteTo(dst)
	switch {
	case lw.err != nil:
		return n, lw.err // the caller's side failed, not the transfer
	case isFile(w) && localFault(err):
		return n, err
	}
	if err == nil {
		err = io.EOF
	}
	if err = d.ended(err); err == io.EOF {
		err = nil
	}
	return n, err
}

// isFile reports whether v is a regular file, which the kernel may copy.
func isFile(v any) bool {
	f, ok := v.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// localFault reports whether the kernel's error of a copy between a file and a socket is
// about the file. Both come as *fs.PathError: the error number decides.
func localFault(err error) bool {
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EFBIG, syscall.EROFS, syscall.EBADF} {
		if errors.Is(err, no) {
			return true
		}
	}
	return errors.Is(err, os.ErrClosed)
}

// A localWriter keeps an error of the destination.
type localWriter struct {
	w   io.Writer
	err error
}

func (l *localWriter) Write(b []byte) (int, error) {
	n, err := l.w.Write(b)
	if err != nil {
		l.err = err
	}
	return n, err
}

// ended judges an error of the data connection.
func (d *Download) ended(err error) error {
	switch {
	case err == nil:
		return nil
	case isOverrun(err):
		return d.overrun()
	case d.isGoodEnd(err):
	case err != io.EOF:
		return d.t.fault(err)
	}
	// After a refusal the watcher cut the connection, which can look like an end.
	if d.t.f.isDone() && d.t.f.Failed() {
		return d.t.fault(io.ErrUnexpectedEOF)
	}
	d.t.traceEnd(d.disorder(err))
	d.t.dataEnds()
	d.eof = true
	return io.EOF
}

// disorder returns how the data ended if that is not as it should be, and counts as a
// proper end all the same.
func (d *Download) disorder(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// isGoodEnd reports whether an error of the data connection counts as a proper end.
func (d *Download) isGoodEnd(err error) bool {
	if errors.Is(err, tlsx.ErrTruncated) && d.forgive(errors.Is(err, tlsx.ErrCutRecord)) {
		d.t.c.trace(TraceNote, "the server ended the data without close_notify, where its end is certain without")
		d.unterminated = true
		return true
	}
	if d.t.lingered.Load() && d.octets() == d.t.want.Load() {
		d.t.c.trace(TraceNote, "the server leaves the data connection open after its final reply; all that was expected is there")
		d.unterminated = d.t.dc.Protected()
		return true
	}
	return d.emptyByReset(err)
}

// forgive reports whether an end without close_notify may pass. The number of octets can
// prove that a file is complete, and so can the checksum of MODE Z. If nothing came,
// Close asks for a proof. An end in the middle of a record is not what the quirk is about.
func (d *Download) forgive(midRecord bool) bool {
	if d.dec != nil && d.dec.Complete() {
		return true
	}
	if want := d.t.want.Load(); want >= 0 {
		return d.octets() == want
	}
	if d.t.c.isForced(QuirkNoCloseNotify) && !midRecord {
		return true
	}
	if d.t.moved() > 0 {
		return false
	}
	d.t.doubt = tlsx.ErrTruncated
	return true
}

// Unterminated reports whether the data over TLS ended without close_notify, in a case
// where that is not an error: the size was as expected, the checksum of MODE Z was right,
// the control connection proved that there was nothing to send, or the caller forced the
// quirk no-close-notify.
func (d *Download) Unterminated() bool { return d.unterminated }

// Close ends the transfer. After io.EOF it waits for the final reply, and its error, a
// *[TransferError], says that the data is not known to be complete. Before io.EOF it
// aborts the transfer within the AbortTimeout and returns nil if the connection can still
// be used. If the context has ended, it waits no longer than 250 ms for that; the rest
// goes on after it has returned.
func (d *Download) Close() error {
	t := d.t
	if t.over {
		return t.err
	}
	defer t.close()
	if !d.eof {
		t.abort()
		t.err = t.outcome()
		return t.err
	}
	if t.dc != nil {
		t.dc.Close()
	}
	if err := t.complete(); err != nil {
		return err
	}
	if d.isEmpty() {
		if err := d.confirmEmpty(); err != nil {
			t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseReply, Err: err}
			return t.err
		}
	}
	if d.dec != nil && d.dec.Trailing() > 0 {
		t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: t.moved(), Err: errAfterEnd}
		return t.err
	}
	if want, got := t.want.Load(), d.octets(); want >= 0 && got != want {
		t.c.suspectRest(want, got)
		var cause error = &SizeError{Want: want, Got: got}
		if t.doubt != nil && got == 0 {
			cause = &EmptyError{Path: d.path, Reason: decimal(want) + " octets were expected", Err: t.doubt}
		}
		t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseReply, Bytes: t.moved(), Err: cause}
	}
	return t.err
}
