package ftptest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// peerEnd bounds the wait for the client to close after a download.
const peerEnd = 100 * time.Millisecond

// A transfer moves one file or listing over a data connection. A handler sets it
// up and hands it to session.begin; from there on it belongs to its goroutine,
// but for cancel and moved.
type transfer struct {
	verb     protocol.Verb
	text     string          // of the preliminary reply
	private  bool            // TLS
	blocks   protocol.Blocks // of a mechanism, or nil
	buffer   uint32
	level    protocol.Level
	client   *tls.Config // of the server as TLS client, or nil
	endpoint *endpoint
	cancel   context.CancelFunc
	conn     *dataConn    // once it is open
	moved    atomic.Int64 // bytes so far

	source io.Reader // of a download, already converted
	sink   io.Writer // of an upload, converting
	file   io.Closer // what to close when the data are through
	flush  io.Closer // what to close before file, or nil

	start   int64        // where a download starts, in octets as they are sent
	stored  *countWriter // of an upload: how far the file is written
	pending func() int   // octets that the conversion of an upload holds back, or nil

	// What else the format of the data connection asks for: records, and modes other
	// than stream. Nil means that the bytes go as they are.
	encode func(io.Writer) io.WriteCloser
	decode func(io.Reader) io.Reader

	deviations // what faults have set
}

// An outcome is the final reply to a transfer.
type outcome struct {
	code protocol.Code
	text string
}

// refuseTransfer refuses a transfer command. It gives up the endpoint, which was for this
// transfer.
func (s *session) refuseTransfer(code protocol.Code, text string) {
	s.closeEndpoint()
	s.reply(code, text)
}

// mayTransfer checks what every transfer needs, and replies if something is missing.
func (s *session) mayTransfer() bool {
	switch {
	case s.endpoint == nil && !s.dialDefault():
		s.reply(425, "Use PASV, EPSV, PORT or EPRT first")
	case s.srv.cfg.RequireTLS && !s.private():
		s.refuseTransfer(521, "Data connections need PROT P") // RFC 4217, Section 10.2
	case s.dataTooLow():
		s.refuseTransfer(534, "Data connections need more protection (PROT)") // RFC 2228, Section 6
	default:
		return true
	}
	return false
}

// begin sends the preliminary reply and starts the transfer.
func (s *session) begin(t *transfer) {
	t.verb = s.current.Verb
	t.private = s.private()
	t.blocks, t.buffer, t.level = s.machine.DataBlocks(), s.machine.Protection().Buffer, s.machine.Protection().Data
	t.endpoint, s.endpoint = s.endpoint, nil
	if t.private && (s.reversed || t.endpoint.reversed) {
		t.client = s.clientConfig()
	}
	s.shape(t)
	for _, f := range s.srv.faults {
		if f.transfer != nil {
			f.transfer(s, t)
		}
	}
	if !t.latePreliminary {
		s.replyTo(t.verb, protocol.NewReply(150, t.text))
	}
	var ctx context.Context
	ctx, t.cancel = context.WithCancel(s.ctx)
	s.transfer = t
	s.wg.Go(func() {
		defer t.cancel()
		out := t.run(ctx, s)
		if t.file != nil {
			t.file.Close()
		}
		s.call(func() { s.finish(t, out) })
	})
}

// call has the session's goroutine run f, which must not wait. It returns when f
// has been taken, or false if the session is over.
func (s *session) call(f func()) bool {
	select {
	case s.calls <- f:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// finish sends the final reply, and the one to an ABOR that waited for it.
func (s *session) finish(t *transfer, out outcome) {
	s.transfer = nil
	s.log.Debug("transfer ended", "verb", string(t.verb), "code", int(out.code))
	if t.conn != nil {
		t.conn.record.change(func(d *DataConn) { d.Done = true })
	}
	s.replyTo(t.verb, protocol.NewReply(out.code, out.text))
	if s.aborting {
		s.aborting = false
		s.replyTo("ABOR", protocol.NewReply(226, "Abort successful"))
	}
}

// run opens the data connection, moves the data and closes it.
func (t *transfer) run(ctx context.Context, s *session) outcome {
	defer t.endpoint.close()
	if t.neverOpen {
		wait(ctx, s.srv.cfg.dataTimeout())
		return failure(ctx, 425, "Cannot open data connection")
	}
	raw, err := t.endpoint.open(ctx)
	if err != nil {
		return failure(ctx, 425, "Cannot open data connection")
	}
	t.conn = &dataConn{raw: raw, conn: raw, record: s.srv.newRecord(t, raw)}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	if t.keepOpen {
		s.call(func() { s.leftovers = append(s.leftovers, raw) })
	} else {
		defer raw.Close()
	}
	if t.private && t.stall {
		wait(ctx, s.srv.cfg.dataTimeout())
		return failure(ctx, 425, "Cannot open data connection")
	}
	if t.private {
		if err := t.secure(ctx, s); err != nil {
			if errors.Is(err, tlsx.ErrReuseRequired) {
				return failure(ctx, 522, "TLS data connection refused: session reuse required")
			}
			return failure(ctx, 522, "TLS handshake of the data connection failed")
		}
	}
	if t.blocks != nil {
		t.conn.conn = newBlockConn(raw, t.blocks, t.buffer)
		t.conn.record.change(func(d *DataConn) { d.Level = t.level })
	}
	if t.latePreliminary && !s.call(func() { s.replyTo(t.verb, protocol.NewReply(150, t.text)) }) {
		return outcome{426, "Session ended"}
	}
	if t.source != nil {
		return t.download(ctx, s)
	}
	return t.upload(ctx, s)
}

// secure performs the TLS handshake, as TLS server in active mode too (RFC 4217,
// Section 7), but after SSCN ON and CPSV.
func (t *transfer) secure(ctx context.Context, s *session) error {
	ctx, cancel := context.WithTimeout(ctx, s.srv.cfg.dataTimeout())
	defer cancel()
	control := s.tls
	if t.control != nil {
		control = t.control
	}
	tap := &tapConn{Conn: t.conn.raw}
	var conn *tls.Conn
	var err error
	if t.client != nil {
		conn, err = connectTLS(ctx, tap, t.client)
	} else {
		conn, err = control.Data(ctx, tap)
	}
	if err != nil {
		return err
	}
	t.conn.tap, t.conn.conn = tap, conn
	state := conn.ConnectionState()
	t.conn.record.change(func(d *DataConn) {
		d.Version, d.Resumed, d.Reversed = state.Version, state.DidResume, t.client != nil
	})
	if t.secured != nil {
		return t.secured(conn)
	}
	return nil
}

func (t *transfer) download(ctx context.Context, s *session) outcome {
	d := t.conn
	t.limitSource()
	dst, end := io.Writer(d.conn), io.Closer(nil)
	if t.encode != nil {
		w := t.encode(d.conn)
		dst, end = w, w
	}
	err := t.move(dst, t.source, s, func(n int64) { d.record.change(func(c *DataConn) { c.Sent += n }) })
	if end != nil && err == nil {
		err = end.Close()
	}
	if err == nil {
		err = t.endBlocks()
	}
	local, isLocal := errors.AsType[*localError](err)
	switch {
	case errors.Is(err, errReset):
		d.reset()
		d.record.change(func(c *DataConn) { c.Done = true })
		return t.result(outcome{426, "Connection closed; transfer aborted"})
	case isLocal:
		return t.result(localFailure(ctx, local.err))
	case err != nil:
		d.record.sawError(err, d.tap)
		return t.result(t.broken(ctx, err))
	}
	if t.atEnd != nil {
		t.atEnd(d)
	}
	d.finish(!t.noCloseNotify)
	d.raw.SetReadDeadline(time.Now().Add(peerEnd))
	_, err = d.conn.Read(make([]byte, 1))
	d.record.sawError(err, d.tap)
	return t.result(failure(ctx, 226, "Transfer complete"))
}

func (t *transfer) upload(ctx context.Context, s *session) outcome {
	d := t.conn
	sink := t.sink
	if t.wrapSink != nil {
		sink = t.wrapSink(sink)
	}
	src := io.Reader(d.conn)
	if t.decode != nil {
		src = t.decode(d.conn)
	}
	err := t.move(sink, src, s, func(n int64) { d.record.change(func(c *DataConn) { c.Received += n }) })
	local, isLocal := errors.AsType[*localError](err)
	switch {
	case errors.Is(err, errReset):
		d.reset()
		return t.result(outcome{426, "Connection closed; transfer aborted"})
	case isLocal:
		return t.result(localFailure(ctx, local.err))
	case err != nil:
		d.record.sawError(err, d.tap)
		return t.result(t.broken(ctx, err))
	}
	if t.decode == nil {
		d.record.sawError(io.EOF, d.tap)
	} else if t.trails(src) {
		return t.result(failure(ctx, 451, "Data after the end of the file"))
	}
	if t.flush != nil {
		err = t.flush.Close()
	}
	if cerr := t.file.Close(); err == nil {
		err = cerr
	}
	t.file = nil
	if s.srv.cfg.StrictClose && d.record.copy().End == EndFIN && d.tap != nil {
		return t.result(failure(ctx, 426, "TLS ended without close_notify; the upload may be incomplete"))
	}
	if !t.keepOpen {
		d.finish(!t.noCloseNotify)
		d.raw.Close()
	}
	if err != nil {
		return t.result(localFailure(ctx, err))
	}
	return t.result(failure(ctx, 226, "Transfer complete"))
}

// trails looks for the end of a connection whose format has an end of its own, and
// reports whether something else comes. A client may leave the connection open.
func (t *transfer) trails(src io.Reader) bool {
	if e, ok := src.(interface{ Trailing() int }); ok && e.Trailing() > 0 {
		return true
	}
	d := t.conn
	d.raw.SetReadDeadline(time.Now().Add(peerEnd))
	n, err := d.conn.Read(make([]byte, 1))
	d.record.sawError(err, d.tap)
	return n > 0
}

// failure returns the outcome given, or 426 if the transfer was cancelled.
func failure(ctx context.Context, code protocol.Code, text string) outcome {
	if ctx.Err() != nil {
		return outcome{426, "Transfer aborted"}
	}
	return outcome{code, text}
}

// localFailure returns the outcome of an error of the tree.
func localFailure(ctx context.Context, err error) outcome {
	switch {
	case errors.Is(err, errQuota):
		return failure(ctx, 552, "Quota exceeded")
	case errors.Is(err, errNoSpace), errors.Is(dirError(err), errNoSpace):
		return failure(ctx, 452, "No space left")
	}
	return failure(ctx, 451, "Local error in processing")
}

// wait waits for a time, or until the context ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
