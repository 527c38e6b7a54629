package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A DataInfo describes the data connection of one transfer.
type DataInfo struct {
	Mode  string     // EPSV, PASV, CPSV, EPRT or PORT; "" if the server had nothing to send and opened none
	Addr  string     // the peer
	TLS   bool       // protected by TLS
	Reuse tlsx.Reuse // whether the TLS session was resumed; see TLS
	Reply string     // text of the preliminary reply
	Final string     // text of the final reply once it is in, secrets masked; z/OS tells a job's id in it

	// Level is how a Mechanism protects the data. It is zero in clear and under TLS.
	Level protocol.Level

	Format mode.Format // the format set by SetFileFormat, or the one for listings
}

// A transfer is a transfer command under way, and its data connection.
// It holds the connection's turn until it ends.
type transfer struct {
	c       *Conn
	ctx     context.Context // for its cause only; the AfterFunc below acts on its end
	f       *flight
	opening *opening       // the opening of this transfer
	dc      *datachan.Conn // nil if the server had nothing to send
	format  mode.Format
	level   protocol.Level // the level of a mechanism
	stop    func() bool    // ends the watch on the context
	end     chan struct{}
	err     error // sticky
	over    bool
	began   time.Time // when the data connection was open
	ended   sync.Once // reported
	back    func()    // returns to the working directory, or nil
	doubt   error     // if nothing came: why the data connection does not prove that there was nothing to send

	givenUp <-chan struct{} // closed when the connection is in step again, or shut; nil if abort was not called
	leaveBy time.Time       // until when to keep a caller whose context has ended; zero until it has

	want     atomic.Int64 // expected size of a download, -1 if unknown
	slow     atomic.Pointer[SlowError]
	lingered atomic.Bool // all of a download has come, but not the end of its connection

	asking   sync.Mutex // guards the fields below
	asked    []*flight  // STAT and NOOP beside the transfer
	dataOver bool
	closed   bool // no more commands are sent beside the transfer
}

// notEstablished explains why there is no data connection: if the server refused the
// transfer, that is the reason. It returns nil if the server reported success without a
// data connection, which may mean that it had nothing to send. It also settles the
// control connection.
func (c *Conn) notEstablished(ctx context.Context, f *flight, err error) error {
	bound := c.saving(err)
	saving, cancel := patience.Within(context.Background(), bound)
	defer cancel()
	if ctx.Err() != nil {
		c.giveUp(saving, f, nil)
		return context.Cause(ctx)
	}
	ended := errors.Is(err, datachan.ErrEnded)
	// After a broken handshake the server's reply is still on its way, and it says why.
	if bound < 0 {
		bound = patience.Abort.Default // leaves time for ABOR
	}
	if !c.settled(saving, f, bound/2) {
		c.giveUp(saving, f, nil)
		return err
	}
	refusal := f.result()
	switch {
	case refusal != nil && ended && !isStranger(err):
		return refusal
	case refusal != nil:
		return errors.Join(err, refusal)
	case !f.cmd.Verb.Does(protocol.Uploads):
		return withoutConnection(err)
	}
	return err
}

// isStranger reports whether connections from others than the server were refused: the reply
// then does not tell why there is no data connection.
func isStranger(err error) bool {
	_, ok := errors.AsType[*datachan.StrangerError](err)
	return ok
}

func (c *Conn) newTransfer(ctx context.Context, f *flight, dc *datachan.Conn, format mode.Format, took time.Duration) *transfer {
	t := &transfer{c: c, ctx: ctx, f: f, dc: dc, format: format, end: make(chan struct{})}
	t.want.Store(-1)
	if dc == nil {
		t.stop = func() bool { return true }
		return t
	}
	t.level = c.protectData(dc)
	c.traceData(t, took)
	t.stop = context.AfterFunc(ctx, dc.Interrupt)
	go t.watch()
	if every := c.cfg.KeepAlive; every > 0 {
		go t.keepAlive(every)
	}
	if rate, over := c.cfg.LowestRate, patience.Slow.Or(c.cfg.LowestTime); rate > 0 && over > 0 {
		dc.CountOften()
		go t.keepRate(rate, over)
	}
	return t
}

// watch acts on the final reply while data still flows. A refusal (the disk is full) ends
// that at once. After a success, some servers never close the data connection of a
// download: the download then ends when all that was expected has come.
func (t *transfer) watch() {
	select {
	case <-t.f.done:
	case <-t.end:
		return
	}
	if t.f.Failed() {
		t.dc.Abort()
		return
	}
	tick := time.NewTicker(patience.DataEnd.Default)
	defer tick.Stop()
	for {
		select {
		case <-t.end:
			return
		case <-tick.C:
			if !t.format.MarksEnd() && t.moved() == t.want.Load() {
				t.lingered.Store(true)
				t.dc.Interrupt()
				return
			}
		}
	}
}

// traceData reports a data connection that is open; opening it has taken took.
func (c *Conn) traceData(t *transfer, took time.Duration) {
	t.began = time.Now()
	text := string(t.f.cmd.Verb) + ": data connection " + t.dc.Mode() + " " + t.dc.RemoteAddr().String()
	if tc := t.dc.TLS(); tc != nil {
		text += ", " + tlsx.VersionName(tc.ConnectionState().Version) + ", " + tc.Reuse().String()
	}
	if t.level != protocol.LevelClear {
		text += ", " + t.level.String() + " blocks"
	}
	c.emit(TraceEvent{
		Kind: TraceData, Text: text, Verb: t.f.cmd.Verb, Address: t.dc.RemoteAddr().String(), Took: took,
		Protected: t.dc.TLS() != nil || t.level != protocol.LevelClear,
	})
	if tc := t.dc.TLS(); tc != nil && tc.Reuse() == tlsx.Reversed && !tc.Proven() {
		c.trace(TraceNote, "the peer of the data connection has not shown the server's certificate: only its address says that it is the server")
	}
}

// traceEnd reports the end of the data connection, once. err is nil if it ended in order.
func (t *transfer) traceEnd(err error) {
	if t.dc == nil {
		return
	}
	t.ended.Do(func() {
		n := t.moved()
		text := fmt.Sprintf("%s: %d octets", t.f.cmd.Verb, n)
		if err != nil {
			text += ", then: " + errtext.Of(err)
		}
		t.c.emit(TraceEvent{
			Kind: TraceDataEnd, Text: text, Verb: t.f.cmd.Verb, Octets: n,
			Address: t.dc.RemoteAddr().String(), Took: time.Since(t.began), Err: err,
		})
	})
}

// ErrGivenUp is the error of a [TraceEvent] for a data connection that this side ended
// before its time.
var ErrGivenUp = errors.New("given up on this side")

// dataSession returns the TLS session for data connections, nil for clear ones.
func (c *Conn) dataSession() *tlsx.Session {
	if c.protection().Data == protocol.LevelPrivate {
		return c.sess
	}
	return nil
}

// info describes the data connection.
func (t *transfer) info() DataInfo {
	i := DataInfo{Level: t.level, Format: t.format}
	if t.f.isStarted() {
		i.Reply = t.f.prelim.Text()
	}
	if t.f.isDone() {
		i.Final = t.c.redact.String(t.f.reply.Text())
	}
	if t.dc == nil {
		return i
	}
	i.Mode, i.Addr = t.dc.Mode(), t.dc.RemoteAddr().String()
	if tc := t.dc.TLS(); tc != nil {
		i.TLS, i.Reuse = true, tc.Reuse()
	}
	return i
}

func (t *transfer) moved() int64 {
	if t.dc == nil {
		return 0
	}
	return t.dc.Moved()
}

// fault turns an error of the data connection into the error for the caller: a refusal on
// the control connection explains it, and so does a cancelled context.
func (t *transfer) fault(err error) error {
	t.traceEnd(err)
	t.dataEnds()
	broken := t.ctx.Err() == nil && t.brokenByReply(err)
	if t.ctx.Err() != nil {
		err = context.Cause(t.ctx)
	} else if slow := t.slow.Load(); slow != nil {
		err = slow
	} else if broken {
		if _, alert := errors.AsType[*tlsx.HandshakeError](err); alert {
			err = errors.Join(err, t.f.result()) // the reply alone says less
		} else {
			err = t.explainRefusal(t.f.result())
		}
	}
	if t.err == nil {
		t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: t.moved(), Err: err}
		t.c.recall(t.err)
	}
	return t.err
}

// brokenByReply reports whether a refusal explains why the data connection broke.
func (t *transfer) brokenByReply(err error) bool {
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return false
	}
	wait := time.NewTimer(patience.ExplainingReply.Default)
	defer wait.Stop()
	select {
	case <-t.f.done:
		return t.f.Failed()
	case <-wait.C:
		return false
	case <-t.ctx.Done():
		return false
	}
}

// complete waits for the final reply once the data is through.
func (t *transfer) complete() error {
	if err := t.c.await(t.ctx, t.f, t.c.cfg.finalTimeout()); err != nil {
		if !t.f.isDone() { // the context ended
			t.abort()
		}
		t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseReply, Bytes: t.moved(), Err: t.explainRefusal(err)}
		return t.err
	}
	if t.dc != nil && t.dc.TLS() != nil {
		t.c.mu.Lock()
		t.c.session.probed = true
		t.c.mu.Unlock()
	}
	return nil
}

// abort gives the transfer up before its end. If the context has ended, abort returns
// after a moment, and the rest goes on after that.
func (t *transfer) abort() {
	t.traceEnd(ErrGivenUp)
	t.dataEnds()
	cause := t.err
	t.givenUp = t.c.afterReturn(func() {
		ctx, cancel := patience.Within(context.Background(), t.c.saving(cause))
		defer cancel()
		t.c.giveUp(ctx, t.f, t.dc)
		t.settleAsked(ctx)
	})
	if !waitBriefly(t.ctx, t.givenUp, &t.leaveBy) && t.dc != nil {
		t.dc.EndTally() // nobody listens any more
	}
}

// outcome returns the error of a transfer that was given up: nil if the connection can
// still be used.
func (t *transfer) outcome() error {
	if t.err != nil {
		return t.err
	}
	select {
	case <-t.givenUp:
		return t.c.Err()
	default:
		return &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: t.moved(), Err: context.Cause(t.ctx)}
	}
}

// close releases the connection for the next operation, once it is in step again.
func (t *transfer) close() {
	if t.over {
		return
	}
	t.unwatch()
	c := t.c
	c.recall(t.err)
	c.busy.Store(false) // the next caller waits for the turn
	waitBriefly(t.ctx, c.afterReturn(func() {
		t.settle()
		c.release()
	}), &t.leaveBy)
}

// finish is close without giving back the turn.
func (t *transfer) finish() {
	t.unwatch()
	t.settle()
}

// unwatch stops the goroutines that watch the transfer.
func (t *transfer) unwatch() {
	t.over = true
	t.stop()
	close(t.end)
}

// settle waits until the connection is in step again and returns to the working
// directory.
func (t *transfer) settle() {
	if t.givenUp != nil {
		<-t.givenUp
	}
	ctx, cancel := t.c.aborting()
	t.settleAsked(ctx)
	cancel()
	if t.back != nil {
		t.back()
	}
}

func (f *flight) isStarted() bool {
	select {
	case <-f.started:
		return true
	default:
		return false
	}
}

// exchanger lends the control connection to the data-channel manager while the
// turn is held.
type exchanger struct {
	c       *Conn
	waiting protocol.Verb    // was sent and not answered
	last    protocol.Command // was sent last
}

func (x *exchanger) Exchange(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
	x.waiting = ""
	if err := x.c.Err(); err != nil {
		return protocol.Reply{}, err
	}
	x.waiting, x.last = cmd.Verb, cmd
	r, err := x.c.exchange(ctx, cmd)
	if err == nil {
		x.waiting = ""
	}
	return r, err
}
func (x *exchanger) LocalAddr() net.Addr  { return x.c.raw.LocalAddr() }
func (x *exchanger) RemoteAddr() net.Addr { return x.c.RemoteAddr() }
