package control

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Security says when TLS protects the control connection.
type Security uint8

// The kinds of security. The zero value is the strictest that works on port 21.
const (
	SecurityExplicit Security = iota // AUTH TLS before anything else, or an error (RFC 4217)
	SecurityImplicit                 // TLS before the greeting, usually on port 990
	SecurityNone                     // no TLS: clear text, unless there is a Mechanism
	SecurityAuto                     // explicit TLS where the server takes AUTH, else clear text
)

// String returns the name that the command line uses.
func (s Security) String() string {
	names := [...]string{"explicit", "implicit", "none", "auto"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// A Config configures a Conn. The zero Config demands explicit TLS with a
// verified certificate, protects data connections and resumes their TLS sessions
// where the server can. It must not be modified once passed to [Dial].
type Config struct {
	// Security says when TLS begins. With SecurityAuto anybody on the path can get the
	// password in clear text by refusing AUTH; [Conn.TLS] tells whether TLS is in use.
	Security Security

	// Auth holds the mechanisms that AUTH names, in the order of trial: "TLS", "TLS-C",
	// "TLS-P" (RFC 4217, Section 2) or "SSL", which older servers want and which means
	// the same TLS. If empty, TLS is tried, then TLS-C or TLS-P if the server does not
	// know TLS and FEAT lists them.
	Auth []string

	// TLS is the base configuration of both connections; it is cloned. If nil,
	// TLS 1.2 and up with the system's roots.
	TLS *tls.Config

	// ServerName is the name that the certificate must carry, if it differs from
	// the host that was dialled.
	ServerName string

	// Verify says how the server's certificate is verified, and whom to ask about one
	// that fails. If nil, package crypto/tls verifies it as the field TLS says. Its Host
	// and Port are those that were dialled, unless they are set.
	Verify *tlsx.Verification

	// Identity says which certificate a data connection has to show. If zero, the
	// control connection's.
	Identity tlsx.Identity

	// NoDataCertificate keeps the client's certificate from data connections. The server
	// has already seen it on the control connection.
	NoDataCertificate bool

	// ClearCommandChannel sends CCC after the login (RFC 4217, Section 5): commands and replies
	// then travel in clear, where anybody on the path can read and change them; firewalls
	// and NAT that have to see addresses want that. Data connections stay as they are. No
	// password is sent after it.
	ClearCommandChannel bool

	// Resumption is the policy for TLS sessions of data connections.
	Resumption tlsx.Resumption

	// SessionIDs resumes by TLS 1.2 session ID on servers that issue no tickets; see
	// tlsx.Config. If false, their sessions are not resumed.
	SessionIDs bool

	// Mechanism is a security mechanism of RFC 2228 that protects the session in place of
	// TLS. Both at once are not possible: Security must be SecurityNone. ClearCommandChannel and
	// DataProtection act on it as on TLS. If nil, there is none.
	Mechanism *Mechanism `json:"-"`

	// DataProtection says whether data connections are protected. If zero, they are. With
	// ProtectClear (PROT C) the names in listings and the files travel in clear text,
	// although the password did not.
	DataProtection Protect

	// ListProtection and FileProtection are the same for listings and for files alone. If
	// zero, DataProtection counts. PROT is sent whenever the next transfer needs the other
	// one, which is not possible after CCC (RFC 4217, Section 5).
	ListProtection, FileProtection Protect

	// Login says how [Conn.Login] logs in.
	Login LoginOptions

	// Data configures data connections. Its Dial defaults to this Config's.
	Data datachan.Config

	// Dial opens connections, control and data. If nil, a net.Dialer does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// ConnectTimeout limits connecting (without the greeting), writing a command, and
	// each TLS handshake. If zero, it is 30 seconds. If negative, only the context limits
	// it. docs/patience.md lists this and all other waits.
	ConnectTimeout time.Duration

	// ReplyTimeout is the longest wait for a reply to a command. If zero, it is
	// 60 seconds. If negative, only the context limits it.
	ReplyTimeout time.Duration

	// FinalTimeout is the longest wait for the final reply of a transfer once its
	// data is through. If zero, it is 60 seconds; servers take a while to store
	// large files. If negative, only the context limits it.
	FinalTimeout time.Duration

	// AbortTimeout limits the attempt to save the connection when a transfer is given up.
	// If zero, it is 5 seconds. If negative, there is no limit, and [Conn.Close] cuts the
	// attempt short. After a timeout the limit is at most a tenth of the data connection's
	// IdleTimeout, or a second if that is more, because the server has already been waited
	// for. That holds even if AbortTimeout is negative.
	AbortTimeout time.Duration

	// LowestRate is the least number of octets a second that a transfer must move,
	// averaged over any LowestTime; a slower one is given up with a *[SlowError]. It
	// counts what the caller reads or writes, so a slow caller counts too. If zero, any
	// rate will do as long as the data connection's IdleTimeout is kept. If LowestTime is
	// zero, it is 30 seconds; if negative, the rate is not watched.
	LowestRate int64
	LowestTime time.Duration

	// KeepAlive is the interval of a NOOP on the control connection while a transfer
	// moves data. If zero, none is sent: servers do not count a session with a transfer
	// as idle, TCP's own probes (see TCPKeepAlive) keep firewalls and NAT from forgetting
	// the connection, and such a NOOP confuses some servers.
	KeepAlive time.Duration

	// IdleKeepAlive is the interval of keepalives, as [Conn.KeepAlive] sends them, while
	// the connection is unused after a login. If zero, none is sent and the server ends
	// the session when it has been idle for too long.
	IdleKeepAlive time.Duration

	// TCPKeepAlive sets the probes of TCP on the control connection, and on data
	// connections unless Data has its own. If nil, they stay as Dial set them: package
	// net sends one every 15 seconds.
	TCPKeepAlive *net.KeepAliveConfig

	// EBCDIC is the code page of TYPE E. If zero, it is 1047.
	EBCDIC mode.CodePage

	// EBCDICCRLF ends the lines of uploads in TYPE E with CR LF. If false, they end with
	// NL, as RFC 959 says. Downloads may have either.
	EBCDICCRLF bool

	// InflateLimit is the largest number of octets that one transfer in MODE Z may
	// inflate to; a server can produce them from a thousandth of that. If zero, it is 1
	// GiB for a listing, and for a file the number given to [Download.Expect], or no
	// limit. If negative, there is no limit.
	InflateLimit int64

	// Quirks forces or forbids workarounds for what particular servers do; see [Quirks].
	Quirks QuirkPolicy

	// Limits bound the size of the server's replies.
	Limits protocol.Limits

	// StrictReplies ends the connection with a *[protocol.SyntaxError] at the first reply that
	// differs from the syntax of RFC 959, Section 4.2, as [protocol.Lint] lists it. If false,
	// that is forgiven where it is harmless.
	StrictReplies bool

	// LooseReplies lets a reply of several lines end with another code than it begins with,
	// which some servers do; the higher one counts. If false, only the code at its beginning
	// ends a reply. It excludes StrictReplies.
	LooseReplies bool

	// NoUploadProbe skips the listing that otherwise precedes the first upload over TLS.
	// Servers that refuse a data connection's TLS session do so after they have emptied
	// the file that the upload replaces; the listing finds that out first.
	NoUploadProbe bool

	// Trace is called for every command, reply, TLS handshake and data connection,
	// secrets masked. It must not call the Conn.
	Trace func(TraceEvent)

	// Logger is told the same as Trace, with the attributes of [TraceEvent.Attrs], at level
	// Info, and at level Warn what failed: the commands only with LogSent, the replies only
	// with LogReceived. If nil and one of these is set, it is slog.Default(), for that
	// alone.
	Logger *slog.Logger

	// LogSent has the commands logged, LogReceived the replies. Secrets are masked.
	LogSent, LogReceived bool
}

func (c *Config) connectTimeout() time.Duration { return patience.Connect.Or(c.ConnectTimeout) }
func (c *Config) replyTimeout() time.Duration   { return patience.Reply.Or(c.ReplyTimeout) }
func (c *Config) finalTimeout() time.Duration   { return patience.FinalReply.Or(c.FinalTimeout) }
func (c *Config) abortTimeout() time.Duration   { return patience.Abort.Or(c.AbortTimeout) }

func (c *Config) inflateLimit(verb protocol.Verb) int64 {
	if c.InflateLimit == 0 && verb.Does(protocol.Lists) {
		return 1 << 30
	}
	return max(c.InflateLimit, 0)
}

func (c *Config) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.Dial != nil {
		return c.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (c *Config) tlsx(host, port string) *tlsx.Config {
	t := &tlsx.Config{
		TLS: c.TLS, ServerName: cmp.Or(c.ServerName, host),
		Resumption: c.Resumption, SessionIDs: c.SessionIDs,
		Identity: c.Identity, NoDataCertificate: c.NoDataCertificate,
		HandshakeTimeout: c.connectTimeout(),
	}
	if d := c.Data.ConnectTimeout; d > 0 && (t.HandshakeTimeout < 0 || d < t.HandshakeTimeout) {
		t.DataHandshakeTimeout = d
	}
	if c.Verify != nil {
		v := *c.Verify
		v.Host = cmp.Or(v.Host, host)
		if n, err := strconv.Atoi(port); err == nil && v.Port == 0 {
			v.Port = n
		}
		t.Verify = &v
	}
	return t
}

func (c *Config) data() *datachan.Config {
	d := c.Data
	if d.Dial == nil {
		d.Dial = c.Dial
	}
	if d.TCPKeepAlive == nil {
		d.TCPKeepAlive = c.TCPKeepAlive
	}
	return &d
}
