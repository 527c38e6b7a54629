package control

import (
	"context"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// An Upload is data on its way to a file on the server. Close completes it, and only a
// nil error from Close says that the server has stored everything.
type Upload struct {
	t *transfer
	w io.Writer

	enc       *mode.Writer // nil if the data goes as it is
	written   int64        // octets that the caller has written
	midRecord bool         // the last octet did not end a line
	marks     []Mark       // sent, confirmed or not
}

// Stor opens a file for writing; an existing one is replaced. With an offset, writing
// begins there (REST; RFC 3659, Section 5). In TYPE A and E an offset counts octets on
// the wire, which can fall into the middle of a line end: there the caller must write the
// text from its beginning, and the part that the server has is not sent.
//
// Before the first upload over TLS that replaces a file, a listing of its name is read,
// unless the Config says otherwise: a server that refuses the TLS session of data
// connections does so only after it has emptied the file.
//
// ctx governs the whole transfer: if it ends, writes fail with its cause.
func (c *Conn) Stor(ctx context.Context, path string, offset int64) (*Upload, error) {
	return c.upload(ctx, protocol.Command{Verb: "STOR", Arg: path}, restart(offset), max(offset, 0))
}

// Appe opens a file for writing at its end; the server creates it if it does not exist.
func (c *Conn) Appe(ctx context.Context, path string) (*Upload, error) {
	return c.upload(ctx, protocol.Command{Verb: "APPE", Arg: path}, "", 0)
}

// Stou opens a new file under a name that the server chooses; see [Upload.Name].
func (c *Conn) Stou(ctx context.Context) (*Upload, error) {
	return c.upload(ctx, protocol.Command{Verb: "STOU"}, "", 0)
}

func (c *Conn) upload(ctx context.Context, cmd protocol.Command, rest string, skip int64) (*Upload, error) {
	if err := c.sendable(cmd); err != nil {
		return nil, err // checked before the probe
	}
	if cmd.Verb == "STOR" && rest == "" {
		if err := c.probe(ctx, cmd.Arg); err != nil {
			return nil, &TransferError{Verb: cmd.Verb, Path: c.pathOf(cmd), Phase: PhaseOpen, Err: err}
		}
	}
	// What is added to a file is not shown by its own size to have come as it was.
	t, err := c.openTransfer(ctx, cmd, c.FileFormat().Type, rest, rest != "" || cmd.Verb == "APPE")
	if err != nil {
		return nil, err
	}
	u := &Upload{t: t, w: t.dc}
	u.encode(skip)
	t.dc.Uploading()
	return u, nil
}

// Data describes the data connection.
func (u *Upload) Data() DataInfo { return u.t.info() }

// Octets returns how many octets went over the data connection so far.
func (u *Upload) Octets() int64 { return u.t.moved() }

// Done returns a channel that is closed when the final reply is in, or the control
// connection is gone. While data still flows, it is usually a refusal; Write then fails
// at once, and a caller that waits for data to write can stop waiting: [Upload.Refusal]
// tells. [Upload.Close] tells more.
func (u *Upload) Done() <-chan struct{} { return u.t.f.done }

// Refusal returns why the server takes no more data: its reply, a *[protocol.ReplyError],
// or how the control connection ended. It is nil before [Upload.Done], and after it if the
// final reply is a success. It may be called while others write.
func (u *Upload) Refusal() error {
	if !u.t.f.isDone() {
		return nil
	}
	return u.t.f.result()
}

// OnTally makes f report the progress of the upload; see [datachan.Conn.OnTally]. The
// total is not known.
func (u *Upload) OnTally(f func(datachan.Tally)) { u.t.dc.OnTally(-1, f) }

// Name returns the name that the server chose for a file sent with STOU, "" if it
// did not say (RFC 1123, Section 4.1.2.9).
func (u *Upload) Name() string {
	if !u.t.f.isStarted() {
		return ""
	}
	_, name, ok := strings.Cut(u.t.f.prelim.LastLine(), "FILE: ")
	if !ok {
		return ""
	}
	return strings.TrimSpace(name)
}

// Write implements io.Writer. Its errors are *[TransferError]; if the server
// refuses the rest of the data, the cause is its reply.
func (u *Upload) Write(b []byte) (int, error) {
	if err := u.refused(); err != nil {
		return 0, err
	}
	n, err := u.w.Write(b)
	u.wrote(b[:n])
	if err != nil {
		err = u.t.fault(u.early(err))
	}
	return n, err
}

// refused returns why nothing more can be written: an earlier error, or a refusal that is
// in, even if the data connection is not cut yet.
func (u *Upload) refused() error {
	if u.t.err == nil && u.t.f.isDone() && u.t.f.Failed() {
		return u.t.fault(u.t.f.result())
	}
	return u.t.err
}

// ReadFrom implements io.ReaderFrom: a binary upload in clear from an *os.File is copied
// by the kernel, if the caller calls this method directly: io.Copy hides that the source
// is a file. An error of r is returned unchanged, and the caller must then give up the
// upload with Abort.
func (u *Upload) ReadFrom(r io.Reader) (int64, error) {
	if err := u.refused(); err != nil {
		return 0, err
	}
	if u.w != io.Writer(u.t.dc) {
		return io.Copy(struct{ io.Writer }{u}, r)
	}
	lr := &localReader{r: r}
	src := io.Reader(lr)
	if isFile(r) {
		src = r // unwrapped: the kernel may copy
	}
	n, err := u.t.dc.ReadFrom(src)
	switch {
	case lr.err != nil:
		return n, lr.err
	case isFile(r) && localFault(err):
		return n, err
	}
	if err != nil {
		err = u.t.fault(u.early(err))
	}
	return n, err
}

// A localReader keeps an error of the source.
type localReader struct {
	r   io.Reader
	err error
}

func (l *localReader) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}

// Close ends the data, waits for the final reply and returns nil if the server stored the
// file. After a failed Write it gives the upload up, as Abort does, and returns that
// error. A final reply that came before the end of the data proves nothing about the
// data: the error is then an *[EarlyReplyError].
func (u *Upload) Close() error {
	t := u.t
	if t.over {
		return t.err
	}
	defer t.close()
	if cause := context.Cause(t.ctx); cause != nil && t.err == nil {
		// The watch on the context may be a moment late: data that was cut short must not
		// be ended as if it were complete.
		t.fault(cause)
	}
	early := u.early(nil) // checked before the server can know that the data is complete
	t.dataEnds()
	if t.err == nil {
		if err := u.end(); err != nil {
			t.fault(err)
		} else {
			t.traceEnd(nil)
		}
	}
	if t.err != nil {
		t.abort()
		return t.err
	}
	err := t.complete()
	t.dc.Finish()
	if err == nil && early != nil {
		t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: t.moved(), Err: early}
		err = t.err
	}
	return err
}

// Abort gives the upload up within the AbortTimeout. If the context has ended, it returns
// after 250 ms at most, and the rest goes on after that. The server decides what becomes
// of the file: most keep the part that came.
func (u *Upload) Abort() error {
	t := u.t
	if t.over {
		return t.err
	}
	defer t.close()
	t.abort()
	t.err = t.outcome()
	return t.err
}
