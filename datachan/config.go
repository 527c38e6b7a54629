package datachan

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Mode says who opens data connections, and by which command.
type Mode uint8

// The modes.
const (
	ModePassive Mode = iota // EPSV, or PASV where EPSV does not work
	ModeEPSV                // EPSV only
	ModePASV                // PASV only
	ModeActive              // EPRT, or PORT where EPRT is refused
	ModeEPRT                // EPRT only
	ModePORT                // PORT only

	// ModeCPSV is CPSV only: like PASV, except that the server is the TLS client of that
	// one connection. See [Manager.SetReversed] for what that means. Without TLS it is
	// the same as PASV.
	ModeCPSV
)

// String returns the mode's name on the command line.
func (m Mode) String() string {
	names := [...]string{"passive", "EPSV", "PASV", "active", "EPRT", "PORT", "CPSV"}
	if int(m) < len(names) {
		return names[m]
	}
	return "unknown"
}

// A Sync says how the TLS handshake of a data connection and the preliminary reply
// (1yz) to the transfer command wait for each other.
type Sync uint8

// The ways.
const (
	// SyncAuto begins the handshake when the reply comes, or after HandshakeDelay,
	// whichever is first. If a server has held the reply until TLS was up, the handshake
	// does not wait for it again. It does not wait at all after [Manager.BearsTLS].
	SyncAuto Sync = iota

	// SyncOn takes one step at a time: connection, command, reply, and only then TLS. It
	// is for servers that fail when the handshake comes early. It does not work with a
	// server that holds the reply until TLS is up: the wait ends in an error.
	SyncOn

	// SyncOff begins the handshake as soon as the command is sent.
	SyncOff
)

// String returns "auto", "on" or "off".
func (s Sync) String() string {
	names := [...]string{"auto", "on", "off"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// A Config configures a Manager. The zero Config is passive, trusts no address from the
// server, and is ready to use. It must not be modified once in use.
type Config struct {
	// Mode is how data connections are opened. If zero, it is ModePassive.
	Mode Mode

	// NAT says which host a passive connection goes to if a 227 reply names one.
	NAT NAT

	// EPSVAll sends EPSV ALL before the first data connection, which promises that only
	// EPSV will be used (RFC 2428, Section 4); devices on the path may rely on it. PASV,
	// EPRT and PORT are then never sent, not even if EPSV fails, and modes other than
	// ModePassive and ModeEPSV are errors. If the server refuses EPSV ALL, nothing was
	// promised, and the Mode decides.
	EPSVAll bool

	// EPSVNumber sends EPSV with the number of the control connection's protocol, as
	// "EPSV 1" (RFC 2428, Section 3), while the default is plain EPSV. If the server
	// refuses one form, the other is tried in either case.
	EPSVNumber bool

	// BlockedPorts are passive ports that are never dialled, such as those that a
	// firewall on the path drops. A server that offers one is asked again.
	BlockedPorts []PortRange

	// PassiveAttempts is how many times one data connection asks for a port that is not
	// blocked. If zero or negative, it is 10.
	PassiveAttempts int

	// Memory is what an earlier connection has learned about the same server; see
	// [Manager.Memory].
	Memory Memory

	// Dial opens passive data connections. If nil, a net.Dialer does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Listen opens the listener of active mode. If nil, net.Listen does. The address that
	// the listener reports is announced, if it is the address of a host.
	Listen func(network, address string) (net.Listener, error)

	// ListenFor opens the listener of active mode elsewhere, at a proxy that the control
	// connection goes through; peer is the server's end of the control connection,
	// "host:port". If set, Listen and ActivePorts are not used.
	ListenFor func(ctx context.Context, network, peer string) (net.Listener, error)

	// ActiveAddr is the address announced in active mode, if it differs from the
	// listener's: that of a router that forwards ActivePorts. Its zone is never sent. If
	// invalid, the listener's address is announced.
	ActiveAddr netip.Addr

	// ActivePorts are the ports to listen on, including both ends of the range. If one is
	// in use, the next is tried. If zero, the system chooses.
	ActivePorts PortRange

	// AnyPeer lets a host other than the control connection's peer connect in
	// active mode. Only servers with several addresses need it.
	AnyPeer bool

	// PeerPort demands that active connections come from the port one below that of the
	// server's end of the control connection, 20 for 21, as RFC 959, Section 5.2 says. It
	// keeps out other processes on the server's host, but also servers without the right
	// to use that port, or behind NAT.
	PeerPort bool

	// ConnectTimeout bounds the connect or accept, and with a control.Conn also the TLS
	// handshake after it. If zero, it is 30 seconds; if
	// negative, only the context bounds it. docs/patience.md lists this and all other
	// waits.
	ConnectTimeout time.Duration

	// AcceptTimeout bounds the wait for the server's connection in active mode. If
	// zero, it is the ConnectTimeout; if negative, only the context bounds it.
	AcceptTimeout time.Duration

	// Sync says whether the TLS handshake waits for the preliminary reply. With SyncAuto
	// it waits for HandshakeDelay at most.
	Sync Sync

	// HandshakeDelay is how long the TLS handshake waits for the preliminary reply (1yz)
	// under SyncAuto. If zero, it is 200 ms; if negative, there is none. Some servers
	// reset a data connection on which bytes come before they have read the transfer
	// command; others send 150 only once TLS is up.
	HandshakeDelay time.Duration

	// IdleTimeout is the longest time without a byte moving. If zero, it is
	// 60 seconds; if negative, there is none.
	IdleTimeout time.Duration

	// FINDelay is how long FIN waits after close_notify at the end of an upload over TLS;
	// the final reply may make it needless. If zero, FIN follows at once. Some proxies
	// (microsocks 1.0.3) cut both directions when one side has ended, and lose the end of
	// the file.
	FINDelay time.Duration

	// CloseGrace is how long the end of an upload waits for the peer's end once
	// the final reply is in. If zero, it is 50 ms; if negative, it does not wait.
	CloseGrace time.Duration

	// Tap is called with the data that goes over data connections, in the format of the
	// transfer mode and without TLS. It must not keep b. With a Tap the kernel never
	// copies files. If nil, there is none.
	Tap func(sent bool, b []byte)

	// Down and Up limit how fast data is received and sent. If nil, there is no limit. A
	// Limiter may be shared: by both directions, and by the Configs of several
	// connections.
	Down, Up *Limiter

	// Choose returns the Config for the next data connection in place of this one; its own
	// Choose does not count. So one control connection can try several ways. If Choose is
	// nil, or returns nil, nothing changes. What was learned about the server is replaced
	// by the Memory of what it returns; what was promised by EPSVAll stays in force.
	Choose func() *Config

	// TCPKeepAlive sets the probes of TCP on data connections. If nil, they stay as
	// dialling or accepting set them: package net sends one every 15 seconds.
	TCPKeepAlive *net.KeepAliveConfig

	// SendBuffer and ReceiveBuffer are how many octets the system should keep of a data
	// connection that are not sent, or not read, yet (SO_SNDBUF, SO_RCVBUF). It may round or
	// bound them. If zero, it chooses, and adapts them to the way: setting them is for ways
	// that are long and fast where it does not, and for little memory. They are set once the
	// connection is open.
	SendBuffer, ReceiveBuffer int
}

func (c *Config) connectTimeout() time.Duration { return patience.Connect.Or(c.ConnectTimeout) }
func (c *Config) acceptTimeout() time.Duration {
	return cmp.Or(c.AcceptTimeout, c.connectTimeout())
}
func (c *Config) handshakeDelay() time.Duration {
	return patience.HandshakeDelay.Or(c.HandshakeDelay)
}
func (c *Config) idleTimeout() time.Duration { return patience.Idle.Or(c.IdleTimeout) }
func (c *Config) closeGrace() time.Duration  { return patience.CloseGrace.Or(c.CloseGrace) }

func (c *Config) passiveAttempts() int {
	if c.PassiveAttempts <= 0 {
		return 10
	}
	return c.PassiveAttempts
}

func (c *Config) blocked(port uint16) bool {
	return slices.ContainsFunc(c.BlockedPorts, func(r PortRange) bool { return r.Contains(port) })
}

func (c *Config) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.Dial != nil {
		return c.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (c *Config) listen(network, address string) (net.Listener, error) {
	if c.Listen != nil {
		return c.Listen(network, address)
	}
	return net.Listen(network, address)
}

// bounded returns a context that ends after d, if d is positive.
func bounded(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// An Exchanger is the part of a control connection that data connections need.
type Exchanger interface {
	// Exchange sends a command and returns its final reply; a refusal is a
	// *protocol.ReplyError.
	Exchange(ctx context.Context, c protocol.Command) (protocol.Reply, error)

	// LocalAddr and RemoteAddr are the ends of the control connection.
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}

// Progress reports the state of the transfer command while its data connection opens.
type Progress interface {
	Started() <-chan struct{} // closed when a preliminary reply has come
	Done() <-chan struct{}    // closed when the final reply has come, or the control connection is dead
	Failed() bool             // once Done is closed: whether the transfer was refused or cut off
}
