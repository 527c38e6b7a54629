package datachan

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// An Opening is a data connection that is not yet open.
type Opening struct {
	m        *Manager
	mode     string
	addr     string
	conn     net.Conn     // passive: connected
	listener net.Listener // active: waiting
	peer     netip.Addr   // active: the host that may connect; invalid means any
	peerPort uint16       // active: the port it must come from; 0 means any
	stranger string       // active: the last connection that was refused, "" if none
	v4       bool         // active: PORT could name the address
	reversed bool         // the server is the TLS client
}

// Mode returns the command of the opening: EPSV, PASV, CPSV, EPRT or PORT.
func (o *Opening) Mode() string { return o.mode }

// Abort gives the connection up.
func (o *Opening) Abort() {
	if o.conn != nil {
		o.conn.Close()
	}
	if o.listener != nil {
		o.listener.Close()
	}
}

// Establish completes the connection once the transfer command has been sent: it accepts
// in active mode, and with a session it performs the TLS handshake, as TLS client unless
// the manager was told otherwise ([Manager.SetReversed]). It waits for the replies p and
// the connection together. A refusal ends the wait with [ErrEnded]; a successful final reply
// does so a short time later, if there is no connection by then. That alone does not prove
// that the server had nothing to send.
//
// On an error, an *[OpenError] or one of package tlsx, the connection is gone.
func (o *Opening) Establish(ctx context.Context, p Progress, s *tlsx.Session) (*Conn, error) {
	begun := time.Now()
	c, err := o.establish(ctx, p, s)
	if err != nil {
		cause := err
		if oe, ok := err.(*OpenError); ok {
			cause = oe.Err // mode and address are told beside it
		}
		o.m.failed(o.mode, o.addr, begun, cause)
	}
	return c, err
}

func (o *Opening) establish(ctx context.Context, p Progress, s *tlsx.Session) (*Conn, error) {
	if o.listener != nil {
		if err := o.awaitPeer(ctx, p); err != nil {
			o.Abort()
			return nil, &OpenError{Mode: o.mode, Addr: o.addr, Err: err}
		}
	}
	auto := s != nil && o.m.cfg.Sync == SyncAuto
	bears := auto && o.m.bearsTLS && !o.reversed
	holds := auto && !bears && o.m.Memory().HoldsTLS
	c := newConn(o.mode, o.conn, &o.m.cfg)
	early, err := o.awaitStart(ctx, p, holds || bears)
	if err != nil {
		o.Abort()
		return nil, &OpenError{Mode: o.mode, Addr: o.addr, Err: err}
	}
	if s == nil {
		return c, nil
	}
	if c.tls, err = o.handshake(ctx, p, s, bears); err != nil {
		o.Abort()
	}
	switch {
	case bears && err != nil && ctx.Err() == nil && !errors.Is(err, ErrEnded):
		o.m.bearsTLS = false // that may have been why
	case bears:
	case o.m.cfg.Sync == SyncAuto && ctx.Err() == nil:
		o.m.judgeOrder(holds, early, isClosed(p.Started()), err)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// maxEarly is how many preliminary replies in a row must come before TLS is up, until a
// server no longer counts as one that holds them. A single one may have overtaken the end
// of the handshake, which goes over another connection.
const maxEarly = 2

// judgeOrder learns from a handshake whether the server sends the preliminary reply only
// once TLS is up, and corrects what it has learned: if a handshake that began at once
// failed, or if the reply came before TLS was up. A refusal may have its cause there, or
// not.
func (m *Manager) judgeOrder(holds, early, started bool, err error) {
	switch {
	case holds && err != nil && !errors.Is(err, ErrEnded):
		m.early = maxEarly
	case holds && (started || err != nil):
		m.early++
	case holds:
		m.early = 0
	case early && !started && err == nil:
		m.early = 0
		m.learn(func(l *Memory) { l.HoldsTLS = true })
	}
	if holds && m.early >= maxEarly {
		m.early = 0
		m.learn(func(l *Memory) { l.HoldsTLS = false })
	}
}

func (o *Opening) awaitPeer(ctx context.Context, p Progress) error {
	type accepted struct {
		conn net.Conn
		err  error
	}
	ch := make(chan accepted, 1)
	go func() {
		conn, err := o.accept()
		ch <- accepted{conn, err}
	}()
	stop := func(err error) error {
		o.listener.Close()
		if a := <-ch; a.conn != nil {
			a.conn.Close()
		}
		if o.stranger != "" {
			return &StrangerError{Addr: o.stranger, Server: o.peer.String(), Err: err}
		}
		return err
	}
	actx, cancel := bounded(ctx, o.m.cfg.acceptTimeout())
	defer cancel()
	done := p.Done()
	var late <-chan time.Time
	for {
		select {
		case a := <-ch:
			o.listener.Close()
			o.conn = a.conn
			return a.err
		case <-done:
			if p.Failed() {
				return stop(ErrEnded)
			}
			done, late = nil, time.After(patience.OvertakenConnection.Default)
		case <-late:
			return stop(ErrEnded)
		case <-actx.Done():
			if err := context.Cause(ctx); err != nil {
				return stop(err)
			}
			return stop(fmt.Errorf("the server did not connect within %v: %w", o.m.cfg.acceptTimeout(), os.ErrDeadlineExceeded))
		}
	}
}

// awaitStart waits until the TLS handshake, or the data in clear, may begin: at the
// preliminary reply, or after a short time even without it, unless Config.Sync says
// otherwise, or at once where that is known to be good. early reports that the reply did not come. In clear it waits so that a
// refusal is noticed here.
func (o *Opening) awaitStart(ctx context.Context, p Progress, atOnce bool) (early bool, err error) {
	delay := o.m.cfg.handshakeDelay()
	switch o.m.cfg.Sync {
	case SyncOn:
		delay = o.m.cfg.connectTimeout()
	case SyncOff:
		delay = -1
	}
	if atOnce || delay < 0 && o.m.cfg.Sync != SyncOn {
		return true, nil
	}
	wctx, cancel := bounded(ctx, delay)
	defer cancel()
	select {
	case <-p.Started():
		return false, nil
	case <-p.Done():
		if p.Failed() {
			return false, ErrEnded
		}
		return false, nil
	case <-wctx.Done():
	}
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case o.m.cfg.Sync == SyncOn:
		return false, fmt.Errorf("%w (%v): %w", ErrReplyHeld, delay, os.ErrDeadlineExceeded)
	}
	return true, nil
}

// handshake runs the TLS handshake. The final reply ends it soon: after a refusal the
// server's TLS may still give the reason; after a success a server that had nothing to
// send may never have accepted the connection. A server that bears TLS before its preliminary reply has
// that to say of a refusal only if it has begun the transfer.
func (o *Opening) handshake(ctx context.Context, p Progress, s *tlsx.Session, bears bool) (*tlsx.Conn, error) {
	hctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	finished := make(chan struct{})
	watched := make(chan struct{})
	refused := false
	go func() {
		defer close(watched)
		select {
		case <-p.Done():
		case <-finished:
			return
		}
		last := patience.HandshakeAfterSuccess
		if refused = p.Failed(); refused {
			last = patience.AlertAfterRefusal
		}
		if refused && bears && !isClosed(p.Started()) {
			cancel(ErrEnded)
			return
		}
		t := time.NewTimer(last.Default)
		defer t.Stop()
		select {
		case <-t.C:
			cancel(ErrEnded)
		case <-finished:
		}
	}()
	data := s.Data
	if o.reversed {
		data = s.DataAsServer
	}
	c, err := data(hctx, o.conn)
	close(finished)
	<-watched
	if ended := refused || errors.Is(context.Cause(hctx), ErrEnded); err != nil && ended && !explains(err) {
		return nil, endedError(ctx, err)
	}
	return c, err
}

// endedError is the error of a handshake that the final reply ended. The handshake was
// cancelled then, but not by the caller, whose context ctx is.
func endedError(ctx context.Context, err error) error {
	if h, ok := errors.AsType[*tlsx.HandshakeError](err); ok && ctx.Err() == nil && errors.Is(h.Err, context.Canceled) {
		ours := *h
		ours.Err = ErrEnded
		return &ours
	}
	return errtext.Errorf("%w: %w", ErrEnded, err)
}

// explains reports whether the handshake's error is the cause of a refusal on the control
// connection, and not its consequence: this side refused the connection, after which
// Pure-FTPd 1.0.50 ends the session; or the server refused the client's certificate,
// after which vsftpd 3.0.3 writes "500 OOPS" in clear; or the handshake timed out on this
// side, and the server's refusal is about the end of the connection.
func explains(err error) bool {
	if _, ok := errors.AsType[*tlsx.ClientCertificateError](err); ok {
		return true
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, judged := errors.AsType[*tlsx.CertificateError](err)
	return untrusted || judged || errors.Is(err, tlsx.ErrNotResumed) || errors.Is(err, tlsx.ErrIdentity)
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
