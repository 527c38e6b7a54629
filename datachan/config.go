package datachan

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
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
)

// String returns the mode's name as the command line has it.
func (m Mode) String() string {
	names := [...]string{"passive", "EPSV", "PASV", "active", "EPRT", "PORT"}
	if int(m) < len(names) {
		return names[m]
	}
	return "unknown"
}

// A NAT policy decides which host a passive data connection goes to, when the
// server's reply names one.
type NAT uint8

// The policies.
const (
	// NATControlHost uses the address of the control connection and ignores the
	// one in the reply. It works through NAT and cannot be lured to other hosts.
	NATControlHost NAT = iota

	// NATServer uses the address in a 227 reply as it is. A hostile server can
	// then point the client at any host it likes.
	NATServer
)

// A Config configures a Manager. The zero Config is passive, trusts no address
// of the server, and is ready to use. It must not be modified once in use.
type Config struct {
	Mode Mode
	NAT  NAT

	// Dial opens passive data connections. If nil, a net.Dialer does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Listen opens the listener of active mode. If nil, net.Listen does.
	Listen func(network, address string) (net.Listener, error)

	// ActiveAddr is the address announced in active mode, where it differs from
	// the local address of the control connection. If invalid, that one is announced.
	ActiveAddr netip.Addr

	// AnyPeer lets a host other than the control connection's peer connect in
	// active mode. Only servers with several addresses need it.
	AnyPeer bool

	// ConnectTimeout bounds the connect or accept. If zero, it is 30 seconds;
	// if negative, only the context bounds it.
	ConnectTimeout time.Duration

	// HandshakeDelay is how long the TLS handshake waits for the preliminary reply
	// (1yz). If zero, it is 200 ms; if negative, the handshake starts at once.
	// Some servers reset a data connection that speaks before the transfer command
	// was read; others send 150 only once TLS is up.
	HandshakeDelay time.Duration

	// IdleTimeout is the longest time without a byte moving. If zero, it is
	// 60 seconds; if negative, there is none.
	IdleTimeout time.Duration

	// CloseGrace is how long the end of an upload waits for the peer's end once
	// the final reply is in. If zero, it is 50 ms.
	CloseGrace time.Duration

	// Down and Up bound how fast data comes and goes. If nil, nothing does. A Limiter
	// may be shared: by both directions, and by the Configs of several connections.
	Down, Up *Limiter

	// TCPKeepAlive sets the probes of TCP on data connections. If nil, they stay as
	// they were dialled or accepted: package net has them on, every 15 seconds.
	TCPKeepAlive *net.KeepAliveConfig
}

func orDefault(v, def time.Duration) time.Duration {
	if v == 0 {
		return def
	}
	return v
}

func (c *Config) connectTimeout() time.Duration { return orDefault(c.ConnectTimeout, 30*time.Second) }
func (c *Config) handshakeDelay() time.Duration {
	return orDefault(c.HandshakeDelay, 200*time.Millisecond)
}
func (c *Config) idleTimeout() time.Duration { return orDefault(c.IdleTimeout, time.Minute) }
func (c *Config) closeGrace() time.Duration  { return orDefault(c.CloseGrace, 50*time.Millisecond) }

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

// An Exchanger is the control connection, as far as data connections need it.
type Exchanger interface {
	// Exchange sends a command and returns its final reply; a refusal is a
	// *protocol.ReplyError.
	Exchange(ctx context.Context, c protocol.Command) (protocol.Reply, error)

	// LocalAddr and RemoteAddr are the ends of the control connection.
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}

// Progress tells how the transfer command fares while its data connection opens.
type Progress interface {
	Started() <-chan struct{} // closed when a preliminary reply is in
	Done() <-chan struct{}    // closed when the final reply is in, or the control connection is dead
	Failed() bool             // once Done: the transfer was refused or cut off
}
