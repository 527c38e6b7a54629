package conformance

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"path"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// A Target is the server to check.
type Target struct {
	// Addr is host and port of the control connection.
	Addr string

	// OtherAddr is host and port of the same server over IPv6 if Addr leads there over
	// IPv4, for cases about IPv6. If empty, it is tried: the name in Addr may have both
	// addresses, and a loopback has another one.
	OtherAddr string

	// TLS says how the control connection comes to TLS. If zero, it does not, and
	// cases about TLS are skipped.
	TLS tlsx.Mode

	// TLSConfig is the base of all TLS connections. If nil, the server's
	// certificate is verified with the system's roots.
	TLSConfig *tls.Config

	// Verify says how the server's certificate is verified, in place of TLSConfig: with
	// the certificates that were accepted before, or by a question. If nil, TLSConfig says
	// it.
	Verify *tlsx.Verification

	// Identity says which certificates data connections may show. If zero, only that of
	// their control connection.
	Identity tlsx.Identity

	// SessionIDs resumes TLS 1.2 sessions by ID, and NoDataCertificate keeps the client's
	// certificate from data connections; see tlsx.Config.
	SessionIDs, NoDataCertificate bool

	// Auth is the argument of AUTH by which sessions come to TLS. If empty, it is TLS.
	Auth string

	// User and Password log in. If User is empty, the login is anonymous.
	User, Password string

	// Account is sent if the server asks for one, with AccountAlways in every login.
	Account       string
	AccountAlways bool

	// NoOneTime sends the password itself even where the server's reply to USER holds a
	// challenge for a one-time password (RFC 2289); without it the password answers the
	// challenge. OneTimeOnly sends nothing but the answer to a challenge. Each login uses
	// one up.
	NoOneTime, OneTimeOnly bool

	// VirtualHost is sent with HOST before each login. If empty, HOST is not sent.
	VirtualHost string

	// OtherHost is the name of a virtual host at Addr (RFC 7151) that is not the one
	// that answers without HOST, and where the account is not known. If empty,
	// cases that need two hosts are skipped.
	OtherHost string

	// DownHost is the name of a virtual host at Addr that is out of service for the time
	// being. If empty, the case that needs one is skipped.
	DownHost string

	// IdleLimit is how long the server keeps an idle session. If zero, it is not known,
	// and must be five minutes at least.
	IdleLimit time.Duration

	// Dial opens control connections. If nil, a net.Dialer does. The RemoteAddr of what it
	// returns is the host that passive data connections go to.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	// DialData opens passive data connections. If nil, Dial does.
	DialData func(ctx context.Context, network, addr string) (net.Conn, error)

	// Listen opens the ports of active data connections; port 0 is any. If nil, it is
	// net.Listen. Without a SetDeadline as net.TCPListener has it, a server that never
	// connects is waited for until the run ends. If no server can connect to us, the error
	// is errors.ErrUnsupported, and cases about active mode are skipped.
	Listen func(network, addr string) (net.Listener, error)

	// ActiveAddr is the address to name in PORT and EPRT, if it is not that of the
	// listener: a router's that forwards the ports.
	ActiveAddr netip.Addr
}

func (t *Target) user() string { return cmp.Or(t.User, "anonymous") }

func (t *Target) password() string {
	if t.User == "" {
		return cmp.Or(t.Password, "ftpwire@example.com")
	}
	return t.Password
}

// Options select cases and bound the run. The zero value runs every case that
// the target permits.
type Options struct {
	// Cases are the cases to run, in this order. If nil, they are those of [Cases]; cases
	// of one's own are appended to them, or stand alone. A case without Run must be a
	// monitor of [Cases].
	Cases []Case

	// Only and Skip select cases by id, with patterns as of path.Match. A pattern
	// without meta characters also matches ids that begin with it.
	Only, Skip []string

	// Level leaves out cases below it: Must runs only what servers must do, Should
	// also what they should. If zero, all are run.
	Level Level

	// Full runs the full profile: also the cases marked Full, which tell what a server
	// makes of things that no RFC demands. Without it they run only if a pattern of Only
	// matches them.
	Full bool

	// Timeout is the longest wait for a reply, a connection, or the next byte of
	// a transfer. If zero, it is 10 seconds.
	Timeout time.Duration

	// ConnectTimeout is the longest wait for a control connection, and for TLS on it. If
	// zero, it is Timeout.
	ConnectTimeout time.Duration

	// MaxTime is the longest time that the whole run takes, the clean-up included.
	// When it is over, the report holds what is known. If zero, it is 10 minutes.
	MaxTime time.Duration

	// WriteDir is the directory of the server in which a directory of our own is
	// made. If empty, it is the one that the login leads to.
	WriteDir string

	// ReadOnly forbids everything that could change something: no verb is sent that
	// could, and cases that want one are skipped.
	ReadOnly bool

	// MaxLogins is the largest number of logins. Cases that would exceed it are
	// skipped. If zero, there is no limit.
	MaxLogins int

	// Slow permits cases that wait for more than five seconds, Intrusive those
	// that may trigger lockouts.
	Slow, Intrusive bool

	// AllowClear lets the password go in clear text to a target with TLS, for the cases
	// about that. Without it they are skipped, or judge less.
	AllowClear bool

	// Strict makes Report.Failed count WARN as a failure.
	Strict bool

	// Progress, if not nil, is called with every result as soon as it is known.
	Progress func(Result)

	// Trace, if not nil, is called with every line of every transcript as soon as it is
	// known, of the setting-up and the clean-up as well.
	Trace func(Line)
}

const quiet = 250 * time.Millisecond // how long nothing must arrive, after a NOOP

func (o *Options) timeout() time.Duration { return cmp.Or(o.Timeout, 10*time.Second) }

func (o *Options) connectTimeout() time.Duration { return cmp.Or(o.ConnectTimeout, o.timeout()) }

func (o *Options) maxTime() time.Duration { return cmp.Or(o.MaxTime, 10*time.Minute) }

func (o *Options) cases() []Case {
	if o.Cases == nil {
		return Cases()
	}
	return o.Cases
}

// Selects reports whether the patterns, the level and the profile take c.
func (o *Options) Selects(c *Case) bool {
	return o.Level.includes(c.Level) && (o.Full || !c.Full || len(o.Only) > 0) &&
		(len(o.Only) == 0 || matchAny(o.Only, c.ID)) && !matchAny(o.Skip, c.ID)
}

func matchAny(patterns []string, id string) bool {
	for _, p := range patterns {
		if ok, _ := path.Match(p, id); ok || !strings.ContainsAny(p, `*?[\`) && strings.HasPrefix(id, p) {
			return true
		}
	}
	return false
}

func (o *Options) check() error {
	for _, p := range append(append([]string(nil), o.Only...), o.Skip...) {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("conformance: pattern %q: %w", p, err)
		}
	}
	return checkCases(o.Cases)
}
