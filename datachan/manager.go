package datachan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Manager opens the data connections of one control connection, and remembers
// what worked. Its methods must not be called concurrently.
type Manager struct {
	cfg       Config
	onNote    func(string)
	onFailure func(mode, address string, took time.Duration, err error)

	promised   bool // EPSV ALL was accepted
	refusedAll bool // EPSV ALL was refused
	triedPORT  bool // PORT was tried because no connection followed EPRT
	reversed   bool // SSCN ON is in force
	bearsTLS   bool // BearsTLS was called, and nothing spoke against it
	early      int  // preliminary replies in a row that did not wait for TLS, although the server was known to hold them

	mu     sync.Mutex
	memory Memory
}

// NewManager returns a manager. A nil config is the zero Config.
func NewManager(c *Config) *Manager {
	m := &Manager{}
	if c != nil {
		m.cfg, m.memory = *c, c.Memory
	}
	return m
}

// Reinitialized tells the manager that REIN was carried out: EPSV ALL and SSCN ON are no
// longer in force. The Memory stays.
func (m *Manager) Reinitialized() { m.promised, m.refusedAll, m.reversed = false, false, false }

// SetReversed tells the manager that the server has carried out SSCN ON, or OFF: whether
// it is the TLS client of later data connections, and this side the TLS server. Only its
// address then proves the identity of a peer without a certificate; see
// [tlsx.Session.DataAsServer].
func (m *Manager) SetReversed(on bool) { m.reversed = on }

// Reversed reports whether the server is the TLS client of the next data connection, if
// that has TLS: after SSCN ON, and under [ModeCPSV].
func (m *Manager) Reversed() bool { return m.reversed || m.cfg.Mode == ModeCPSV }

// BearsTLS tells the manager that the server is known to bear a TLS handshake that begins before its preliminary
// reply: under [SyncAuto] that saves a round trip. If such a handshake fails, the next one waits again.
func (m *Manager) BearsTLS() { m.bearsTLS = true }

// OnNote makes the manager call f with remarks for a log, such as an address in a reply
// that was not used. f must not call the manager.
func (m *Manager) OnNote(f func(string)) { m.onNote = f }

// OnFailure makes the manager call f when a data connection could not be opened: mode is
// the command, such as EPSV, address that of the connection or, in active mode, of the
// listener. A transfer that the server refused is not a failure of its data connection. f
// must not call the manager.
func (m *Manager) OnFailure(f func(mode, address string, took time.Duration, err error)) {
	m.onFailure = f
}

func (m *Manager) failed(mode, address string, begun time.Time, err error) {
	if _, tried := errors.AsType[*tlsx.HandshakeError](err); errors.Is(err, ErrEnded) && !tried || m.onFailure == nil {
		return
	}
	m.onFailure(mode, address, time.Since(begun), err)
}

func (m *Manager) note(s string) {
	if m.onNote != nil {
		m.onNote(s)
	}
}

// Open prepares a data connection: in passive mode it is connected on return, in active
// mode the listener is open. TYPE must be sent before, because some servers fix it here.
// The caller then sends the transfer command and calls [Opening.Establish], or
// [Opening.Abort].
//
// The error is a *[protocol.ReplyError] if the server refused, or an *[OpenError].
func (m *Manager) Open(ctx context.Context, x Exchanger) (*Opening, error) {
	m.choose()
	if m.cfg.EPSVAll {
		if err := m.promise(ctx, x); err != nil {
			return nil, err
		}
	}
	o, err := m.open(ctx, x)
	if err != nil {
		return nil, err
	}
	o.reversed = m.Reversed()
	return o, nil
}

// choose takes over the configuration that the Config's Choose returns.
func (m *Manager) choose() {
	choose := m.cfg.Choose
	if choose == nil {
		return
	}
	next := choose()
	if next == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	dial := m.cfg.Dial
	m.cfg, m.memory, m.triedPORT, m.early = *next, next.Memory, false, 0
	m.cfg.Choose = choose
	if m.cfg.Dial == nil {
		m.cfg.Dial = dial
	}
}

func (m *Manager) open(ctx context.Context, x Exchanger) (*Opening, error) {
	switch m.cfg.Mode {
	case ModeActive, ModeEPRT, ModePORT:
		return m.openActive(ctx, x)
	}
	return m.openPassive(ctx, x)
}

// refused reports whether err is a refusal after which another command may work.
func refused(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok {
		return false
	}
	switch re.Meaning() {
	case protocol.Closing, protocol.IdledOut, protocol.NotLoggedIn, protocol.WantsPret:
		return false
	}
	return true
}

// hostOf returns the address of one end of the control connection.
func hostOf(a net.Addr) (netip.Addr, bool) {
	if t, ok := a.(*net.TCPAddr); ok {
		ip := t.AddrPort().Addr()
		return ip.Unmap(), ip.IsValid()
	}
	ap, err := netip.ParseAddrPort(a.String())
	return ap.Addr().Unmap(), err == nil
}

func portOf(a net.Addr) uint16 {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Port()
	}
	ap, _ := netip.ParseAddrPort(a.String())
	return ap.Port()
}
