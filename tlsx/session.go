package tlsx

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// A Session is the TLS state of one control connection: its ticket store, the version and
// curve it negotiated and the server's certificate. It ends with the control connection;
// a new connection needs a new Session. Its methods may be called concurrently.
type Session struct {
	config Config
	own    ownCertificates // for data connections on which this side is the TLS server

	mu      sync.Mutex
	control *controlState // nil until Control succeeds
}

// controlState is what data connections need to know about the control connection. It
// does not change.
type controlState struct {
	version uint16
	curve   tls.CurveID // 0 if the key exchange had none
	alpn    string      // "" if the server chose none
	leaf    []byte      // DER of the server's certificate
	tickets *ticketStore
	demand  *certificateDemand
}

// NewSession returns the session of a control connection that is not protected yet. A nil
// c is the zero Config.
func NewSession(c *Config) *Session {
	s := &Session{}
	if c != nil {
		s.config = *c
	}
	return s
}

// Control performs the handshake of the control connection as TLS client. It is always a
// full handshake. Session tickets of TLS 1.3 come later: they reach the Session whenever
// the returned connection is read. If clear text comes in the middle of TLS, its Read
// returns a *[ClearTextError]; see [AlertHint] for alerts. [Session.Clear] ends TLS
// again.
//
// On an error, a *[HandshakeError], conn is closed. The context governs the
// handshake only; when it ends, conn is closed at once. A second call, after
// REIN and a new AUTH, forgets all tickets of the first.
func (s *Session) Control(ctx context.Context, conn net.Conn) (*tls.Conn, error) {
	s.mu.Lock()
	s.control = nil
	s.mu.Unlock()

	ctx = withStopwatch(ctx)
	store := &ticketStore{}
	t := &tap{Conn: conn, keepMost: maxServerHello}
	cfg := s.config.controlConfig(ctx, store)
	var secrets *secretLog
	if s.config.SessionIDs && s.config.Resumption != ResumeOff {
		secrets = &secretLog{next: cfg.KeyLogWriter}
		defer secrets.wipe()
		cfg.KeyLogWriter = secrets
	}
	t.demand.watch(cfg)
	records := &RecordConn{Conn: t}
	tc := tls.Client(records, cfg)
	if err := s.handshake(ctx, tc, t, s.config.handshakeTimeout()); err != nil {
		return nil, s.config.handshakeError(PhaseControl, err, t)
	}
	records.up.Store(true)
	st := tc.ConnectionState()
	if s.config.Resumption != ResumeOff {
		store.noteSessionID(&st, t.received(), secrets)
	}
	c := &controlState{
		version: st.Version,
		curve:   st.CurveID,
		alpn:    st.NegotiatedProtocol,
		tickets: store,
		demand:  &t.demand,
	}
	if len(st.PeerCertificates) > 0 {
		c.leaf = st.PeerCertificates[0].Raw
	}
	s.mu.Lock()
	s.control = c
	s.mu.Unlock()
	return tc, nil
}

// Data performs the handshake of a data connection as TLS client. The FTP client has this
// role in active mode too (RFC 4217, Section 7); for the one exception see
// [Session.DataAsServer]. It offers a ticket of this session as the policy says, and
// demands the certificate of the control connection (RFC 4217, Section 15.1.1) unless
// Config.Identity says otherwise.
//
// The error is a *[HandshakeError], with an *[IdentityError] in its chain if the
// certificate is another one, or a *[NotResumedError] if resumption is required and the
// server did not resume. On an error conn is closed. The context governs the handshake
// only; when it ends, conn is closed at once, without close_notify.
func (s *Session) Data(ctx context.Context, conn net.Conn) (*Conn, error) {
	s.mu.Lock()
	p := s.control
	s.mu.Unlock()
	if p == nil {
		conn.Close()
		return nil, &HandshakeError{Phase: PhaseData, Err: errNoControl}
	}

	tc, t, view, err := s.dataHandshake(ctx, p, conn)
	if err == errIDNotSent {
		tc, t, view, err = s.dataHandshake(ctx, p, conn) // the store has dropped it
	}
	if err != nil {
		if view != nil && isTicketFailure(err) {
			view.failed()
		}
		if e, ok := errors.AsType[*NotResumedError](err); ok {
			return nil, e
		}
		return nil, s.config.handshakeError(PhaseData, s.config.identityFault(p, err), t)
	}
	return s.newConn(p, tc, t, view.diagnose(tc.ConnectionState().DidResume)), nil
}

// dataHandshake runs one handshake on conn. If the error is errIDNotSent,
// nothing has been sent and conn is still open.
func (s *Session) dataHandshake(ctx context.Context, p *controlState, conn net.Conn) (*tls.Conn, *tap, *dataView, error) {
	t := &tap{Conn: conn, ownDeadlines: true}
	var view *dataView
	if s.config.Resumption != ResumeOff {
		view = &dataView{store: p.tickets, started: t.wrote.Load}
	}
	cfg := s.config.dataConfig(p, view)
	if view != nil {
		view.offerSessionID(cfg, t)
	}
	t.demand.watch(cfg)
	tc := tls.Client(t, cfg)
	return tc, t, view, s.handshake(ctx, tc, t, cmp.Or(s.config.DataHandshakeTimeout, s.config.handshakeTimeout()))
}

// Tickets returns how many tickets the session holds. It is 0 before Control
// and under ResumeOff; with TLS 1.3 it may be 0 until the control connection
// has been read once. A server that leaves it at 0 cannot be resumed.
func (s *Session) Tickets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.control == nil {
		return 0
	}
	return s.control.tickets.len()
}

// RefusedReuse explains a data connection that the server refused although its handshake
// had succeeded: with the reply 522 (RFC 4217, Section 10.2), or one that servers send in
// its place. reuse is the result of resumption on that data connection.
func (s *Session) RefusedReuse(reuse Reuse) *NotResumedError {
	e := &NotResumedError{Reuse: reuse, ByServer: true}
	if reuse == SessionIDUnusable {
		e.SessionID = s.sessionIDError()
	}
	return e
}

// sessionIDError says why a session ID that the server issued cannot be used
// for data connections: Reuse is SessionIDUnusable then. It is a
// *[SessionIDError], or nil.
func (s *Session) sessionIDError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.control == nil {
		return nil
	}
	return s.control.tickets.sessionIDError()
}

// handshake runs one handshake, which d bounds if it is positive, and closes the transport if it fails, unless
// the error is errIDNotSent.
func (s *Session) handshake(ctx context.Context, tc *tls.Conn, t *tap, d time.Duration) error {
	hctx := ctx
	if d > 0 {
		var cancel context.CancelFunc
		hctx, cancel = limit(ctx, d)
		defer cancel()
	}
	err := tc.HandshakeContext(hctx)
	if err == nil {
		return nil
	}
	if errors.Is(err, errIDNotSent) {
		return errIDNotSent
	}
	t.Close() // closes the transport: tls.Conn.Close may wait for a peer that does not read
	if err == context.Canceled && context.Cause(hctx) == errHandshakeTime {
		return &timeoutError{d}
	}
	// A context that ended hides the result of the handshake. If it ended because the
	// server answered our refusal, that refusal is the reason. The second call returns
	// the error that crypto/tls has kept.
	if own := tc.Handshake(); ctx.Err() != nil && isVerdict(own) {
		return own
	}
	return err
}

// isVerdict reports whether this side refused the connection.
func isVerdict(err error) bool {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, judged := errors.AsType[*CertificateError](err)
	return untrusted || judged || errors.Is(err, ErrIdentity) || errors.Is(err, ErrNotResumed)
}

// isTicketFailure reports whether a handshake may have failed because of the ticket it
// offered: an alert from either side, but not a network failure, a timeout, or a refusal
// by this side.
func isTicketFailure(err error) bool {
	if _, ok := remoteAlert(err); ok {
		return true
	}
	switch err.(type) {
	case *IdentityError, *CertificateError, *NotResumedError, *tls.CertificateVerificationError, tls.RecordHeaderError:
		return false
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return false
	}
	for _, target := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, context.Canceled, os.ErrDeadlineExceeded, net.ErrClosed} {
		if errors.Is(err, target) {
			return false
		}
	}
	return true
}
