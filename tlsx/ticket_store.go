package tlsx

import (
	"crypto/tls"
	"slices"
	"sync"
)

const (
	// maxTickets limits each list of a store. OpenSSL sends two tickets at
	// once; a server that sends more only replaces its own.
	maxTickets = 4
	// maxStrikes is how many times a handshake with a ticket may fail before the ticket
	// is no longer offered.
	maxStrikes = 2
)

// A ticketStore holds the session tickets of one control connection and of the
// data connections beside it. It is never shared with another control
// connection: ProFTPD refuses a session of a different one, even though the
// handshake resumes.
//
// crypto/tls's own LRU cache does not fit. Its key may be the peer's address,
// which differs for each data port, and a data handshake that times out
// deletes the only entry, so that every later transfer fails.
type ticketStore struct {
	clock ticketClock

	mu      sync.Mutex
	control []*ticket // newest last
	data    []*ticket // newest last

	// What the server gave in place of tickets: a session ID. It is always that of the
	// control connection, as ProFTPD demands.
	idOnly bool    // there is an ID, and there was no ticket
	id     *ticket // nil if it cannot or must not be offered
	idErr  error   // why not
}

type ticket struct {
	state   *tls.ClientSessionState
	id      []byte // session ID; nil for a ticket
	used    int    // times offered
	strikes int    // times a handshake failed with it
}

// pick returns the ticket to offer next, or nil: a control ticket not offered yet before
// a data ticket not offered yet, then one of either kind again. Every FTP server measured
// accepts a ticket more than once, and an upload that yields no ticket must not leave the
// store empty.
func (s *ticketStore) pick() *ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, again := range []bool{false, true} {
		for _, list := range [][]*ticket{s.control, s.data} {
			for _, t := range slices.Backward(list) {
				if t.strikes < maxStrikes && (again || t.used == 0) {
					t.used++
					return t
				}
			}
		}
	}
	return nil
}

func (s *ticketStore) add(list *[]*ticket, cs *tls.ClientSessionState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(*list) == maxTickets {
		*list = slices.Delete(*list, 0, 1)
	}
	*list = append(*list, &ticket{state: cs})
}

func (s *ticketStore) remove(t *ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := func(o *ticket) bool { return o == t }
	s.control = slices.DeleteFunc(s.control, is)
	s.data = slices.DeleteFunc(s.data, is)
	if s.id == t {
		s.id, s.idErr = nil, &SessionIDError{errIDExpired}
	}
}

func (s *ticketStore) strike(t *ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.strikes++
	if t == s.id && t.strikes == maxStrikes {
		s.idErr = &SessionIDError{errIDStruck}
	}
}

func (s *ticketStore) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.control) + len(s.data)
}

// controlCache is the store for the control connection: it stores tickets and never
// returns one. A control connection that resumed an older session breaks every data
// connection on ProFTPD with TLS 1.2.
type controlCache struct{ *ticketStore }

func (c controlCache) Get(string) (*tls.ClientSessionState, bool) { return nil, false }

func (c controlCache) Put(_ string, cs *tls.ClientSessionState) {
	if cs != nil {
		c.add(&c.control, cs)
	}
}

// dataView is the store for one data connection. Both methods ignore the key: all entries
// belong to the same control connection.
type dataView struct {
	store   *ticketStore
	started func() bool // whether a byte has been written
	id      *ticket     // a session ID to offer in place of a ticket, or nil

	mu      sync.Mutex
	offered *ticket
}

func (v *dataView) Get(string) (*tls.ClientSessionState, bool) {
	t := v.id
	if t == nil {
		t = v.store.pick()
	}
	if t == nil {
		return nil, false
	}
	v.mu.Lock()
	v.offered = t
	v.mu.Unlock()
	return t.state, true
}

// Put stores a ticket. A nil cs means one of two things. Before the ClientHello: the
// ticket or its certificate has expired, so it is dropped. After it: the handshake failed
// for any reason, even a timeout, which says nothing against the ticket.
func (v *dataView) Put(_ string, cs *tls.ClientSessionState) {
	if cs != nil {
		v.store.add(&v.store.data, cs)
		return
	}
	if v.started() {
		return
	}
	v.mu.Lock()
	t := v.offered
	v.offered = nil
	v.mu.Unlock()
	if t != nil {
		v.store.remove(t)
	}
}

// failed counts a failed handshake against the ticket it offered. The caller
// leaves out failures that the ticket cannot have caused.
func (v *dataView) failed() {
	v.mu.Lock()
	t := v.offered
	v.mu.Unlock()
	if t != nil {
		v.store.strike(t)
	}
}

// diagnose returns the result of the offer. A nil view had nothing to offer.
func (v *dataView) diagnose(resumed bool) Reuse {
	if v == nil {
		return Off
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case resumed && v.offered != nil && v.offered.id != nil:
		return ResumedByID
	case resumed:
		return Resumed
	case v.offered == nil:
		return v.store.nothing()
	}
	return OfferedRefused
}

// nothing says why there is nothing to offer.
func (s *ticketStore) nothing() Reuse {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.idErr != nil:
		return SessionIDUnusable
	case s.idOnly && s.id == nil:
		return SessionIDOnly
	}
	return NothingToOffer
}
