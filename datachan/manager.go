package datachan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/protocol"
)

// A Manager opens the data connections of one control connection, and remembers
// what worked. Its methods must not be called concurrently.
type Manager struct {
	cfg Config

	noEPSV   bool        // EPSV was refused, or its port did not answer where PASV's did
	noEPRT   bool        // EPRT was refused where PORT was taken
	holdsTLS atomic.Bool // the server sends 1yz only once TLS is up
	onNote   func(string)
}

// NewManager returns a manager. A nil config is the zero Config.
func NewManager(c *Config) *Manager {
	m := &Manager{}
	if c != nil {
		m.cfg = *c
	}
	return m
}

// OnNote has f called with remarks that a log should hold, such as an address in
// a reply that was not used. f must not call the manager.
func (m *Manager) OnNote(f func(string)) { m.onNote = f }

func (m *Manager) note(s string) {
	if m.onNote != nil {
		m.onNote(s)
	}
}

// Open prepares a data connection: in passive mode it is connected on return, in
// active mode it is listened for. TYPE must be settled before, because servers are
// known that fix it here. The caller then sends the transfer command and calls
// [Opening.Establish], or [Opening.Abort].
//
// The error is a *[protocol.ReplyError] if the server refused, or an *[OpenError].
func (m *Manager) Open(ctx context.Context, x Exchanger) (*Opening, error) {
	switch m.cfg.Mode {
	case ModeActive, ModeEPRT, ModePORT:
		return m.openActive(ctx, x)
	}
	return m.openPassive(ctx, x)
}

// refused reports whether err is a refusal that another command may get around.
func refused(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && re.Reply.Code != 421 && re.Reply.Code != 530
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
