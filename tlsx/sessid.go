package tlsx

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// Resuming TLS 1.2 by session ID (RFC 5246, Section 7.3) with crypto/tls.
//
// As a client, crypto/tls only resumes by ticket. But it does send a session ID, 32 bytes
// from Config.Rand, and treats the session as resumed if the server echoes it: that is
// how a client learns that a ticket was accepted (RFC 5077, Section 3.4). So a session
// with an empty ticket, whose "random" ID is the one that the server issued, is resumed
// by ID. Only the session itself is missing, because crypto/tls keeps none without a
// ticket. It is built here from the master secret in the key log, the ServerHello and the
// connection's state, in the encoding of tls.SessionState. That encoding may change with
// any Go version; see the self-test.

// sessionIDLen is the length of the only session IDs that crypto/tls sends.
const sessionIDLen = 32

var (
	errIDNotSent = errors.New("the ClientHello does not carry the session ID") // internal: nothing was sent
	errIDExpired = errors.New("the server's certificate is no longer valid")
	errIDStruck  = errors.New("handshakes that offered it failed")
)

// A SessionIDError says why a session ID cannot be used to resume a session. Data
// connections then make full handshakes.
type SessionIDError struct {
	Err error // the cause
}

func (e *SessionIDError) Error() string {
	return "ftp: resuming by session ID is not possible: " + errtext.Of(e.Err)
}

// Unwrap returns Err.
func (e *SessionIDError) Unwrap() error { return e.Err }

// noteSessionID records, after the control connection's handshake, whether the server has
// issued a session ID in place of a ticket, and adds it to the store if it may be used,
// that is, if secrets is not nil. head holds the server's first bytes. TLS 1.3 has no
// such IDs, and no version other than the negotiated one is ever tried.
func (s *ticketStore) noteSessionID(st *tls.ConnectionState, head []byte, secrets *secretLog) {
	if st.Version != tls.VersionTLS12 || s.len() > 0 {
		return
	}
	hello, ok := readServerHello(head)
	if !ok || len(hello.sessionID) == 0 {
		return
	}
	s.idOnly = true
	if secrets == nil {
		return
	}
	if err := sessionIDsWork(); err != nil {
		s.idErr = err
		return
	}
	t, err := newIDTicket(st, hello, secrets, nil, time.Now())
	if err != nil {
		s.idErr = &SessionIDError{err}
		return
	}
	s.id = t
}

// newIDTicket builds the session that hello's ID stands for. Its ticket is nil except in
// the self-test.
func newIDTicket(st *tls.ConnectionState, hello serverHello, secrets *secretLog, sessionTicket []byte, now time.Time) (*ticket, error) {
	if len(hello.sessionID) != sessionIDLen {
		return nil, fmt.Errorf("the server's session ID has %d bytes, and only one of %d can be sent", len(hello.sessionID), sessionIDLen)
	}
	secret := secrets.masterSecret()
	if len(secret) == 0 {
		return nil, errors.New("the key log holds no master secret")
	}
	state, err := tls.ParseSessionState(encodeSession(st, secret, hello.extendedMasterSecret, now))
	if err != nil {
		return nil, err
	}
	cs, err := tls.NewResumptionState(sessionTicket, state)
	if err != nil {
		return nil, err
	}
	return &ticket{state: cs, id: bytes.Clone(hello.sessionID)}, nil
}

// sessionID returns the session ID to offer. It is nil if there is none, or if there is a
// ticket, which is better.
func (s *ticketStore) sessionID() *ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id == nil || s.id.strikes >= maxStrikes || len(s.control)+len(s.data) > 0 {
		return nil
	}
	s.id.used++
	return s.id
}

func (s *ticketStore) dropSessionID(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = nil
	if s.idErr == nil {
		s.idErr = &SessionIDError{err}
	}
}

func (s *ticketStore) sessionIDError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.idErr
}

// offerSessionID makes the handshake that cfg configures offer the store's session ID, if
// there is one. If crypto/tls has not used it, the tap t stops the ClientHello: with the
// ID but without its session, a server that resumes would seem to break the protocol. The
// error of the handshake is then errIDNotSent, and the store has dropped the ID.
func (v *dataView) offerSessionID(cfg *tls.Config, t *tap) {
	id := v.store.sessionID()
	if id == nil {
		return
	}
	v.id = id
	cfg.Rand = &sessionIDRand{Reader: randOf(cfg), id: id.id}
	t.first = func(hello []byte) error {
		v.mu.Lock()
		offered := v.offered
		v.mu.Unlock()
		if offered == id && bytes.Equal(clientHelloSessionID(hello), id.id) {
			return nil
		}
		v.store.dropSessionID(errIDNotSent)
		return errIDNotSent
	}
}

// notResumed returns the error of a data connection that had to be resumed and was not.
func (v *dataView) notResumed() *NotResumedError {
	e := &NotResumedError{Reuse: v.diagnose(false)}
	if e.Reuse == SessionIDUnusable {
		e.SessionID = v.store.sessionIDError()
	}
	return e
}

// A sessionIDRand is a source of randomness whose second read of 32 bytes gives
// a session ID. crypto/tls reads the random value of the ClientHello first and
// the ID next.
type sessionIDRand struct {
	io.Reader
	id    []byte
	reads atomic.Int32
}

func (r *sessionIDRand) Read(b []byte) (int, error) {
	if r.reads.Add(1) == 2 && len(b) == len(r.id) {
		return copy(b, r.id), nil
	}
	return r.Reader.Read(b)
}
