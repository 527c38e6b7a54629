package tlsx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// A Verification says how a server's certificate is verified. The zero Verification
// demands a chain to the system's roots, dates and the name. Each check can be skipped
// separately; the others stay in force. A Verification must not be modified once a Config
// that holds it is in use.
//
// All checks run on resumed handshakes as well, before the handshake is complete. On the
// control connection, a certificate that fails is looked up in Trust, then accepted by
// AcceptNew, then put to Ask. If a data connection shows the certificate of its control
// connection, that is not verified again; [Config].Identity says how to treat any other,
// and nobody is asked about it.
type Verification struct {
	// SkipName accepts a certificate for another host.
	SkipName bool
	// SkipDates accepts certificates outside their validity. The chain is
	// verified at a time at which it was valid.
	SkipDates bool
	// SkipChain accepts a certificate whoever has signed it, even a self-signed one. Its
	// dates and name are still checked.
	SkipChain bool

	// Roots are the authorities. If nil, they are RootCAs of the Config's TLS,
	// and if that is nil too, the system's.
	Roots *x509.CertPool

	// Pins name the certificates or keys that a server may have: one must match, in
	// addition to the other checks. Neither Trust nor Ask overrules them.
	Pins []Pin

	// Trust holds the certificates accepted before, and stores those that Ask or
	// AcceptNew accept permanently. If nil, nothing is remembered.
	Trust *TrustStore

	// AcceptNew accepts what is wrong with the certificate of a host that Trust does not
	// know, and remembers it there. It never accepts a changed certificate. It has no
	// effect without Trust, since only Trust shows a change.
	AcceptNew bool

	// Ask is asked about a certificate that has failed a check. If nil, the answer is
	// Reject. It is called at most once for each control connection, but possibly for
	// several of them at the same time; [AskOnce] puts the questions in order. Meanwhile
	// the handshake waits and HandshakeTimeout does not run; the server may be less
	// patient. When ctx is done, the answer no longer matters.
	Ask func(ctx context.Context, q *CertificateQuestion) Answer

	// Host and Port are those of the server; Trust finds its entry by them. If empty,
	// Host is the Config's ServerName; if zero, Port is 21.
	Host string
	Port int
}

// An Answer decides about a certificate that failed a check.
type Answer int

const (
	// Reject ends the handshake with a *[CertificateError].
	Reject Answer = iota
	// AcceptOnce accepts the certificate for this control connection and its
	// data connections.
	AcceptOnce
	// AcceptAlways also stores the certificate in the trust store. If that fails, so does
	// the handshake. Without a store it is AcceptOnce.
	AcceptAlways
)

// String returns "reject", "accept once" or "accept always".
func (a Answer) String() string {
	switch a {
	case Reject:
		return "reject"
	case AcceptOnce:
		return "accept once"
	case AcceptAlways:
		return "accept always"
	}
	return fmt.Sprintf("Answer(%d)", int(a))
}

// A CertificateQuestion puts a certificate that failed a check to a person.
type CertificateQuestion struct {
	// CertificateError says what is wrong, and is what the handshake fails with if the
	// certificate is not accepted.
	CertificateError
	// Chain is what the server sent, its own certificate first.
	Chain []*x509.Certificate
}

const defaultPort = 21

func (c *Config) host() string {
	switch {
	case c.Verify != nil && c.Verify.Host != "":
		return c.Verify.Host
	case c.ServerName == "" && c.TLS != nil:
		return c.TLS.ServerName
	}
	return c.ServerName
}

func (c *Config) port() int {
	if c.Verify != nil && c.Verify.Port != 0 {
		return c.Verify.Port
	}
	return defaultPort
}

func (c *Config) now() time.Time {
	if c.TLS != nil && c.TLS.Time != nil {
		return c.TLS.Time()
	}
	return time.Now()
}

// verifyControl returns the check of a control connection. The context is that
// of the handshake; next is the caller's own check and comes last.
func (c *Config) verifyControl(ctx context.Context, next func(tls.ConnectionState) error) func(tls.ConnectionState) error {
	return func(st tls.ConnectionState) error {
		if err := c.verify(ctx, st); err != nil {
			return err
		}
		if next != nil {
			return next(st)
		}
		return nil
	}
}

// verify verifies the certificate of a full handshake, and asks about it if allowed.
func (c *Config) verify(ctx context.Context, st tls.ConnectionState) error {
	if c.Verify == nil {
		return c.refuseRevoked(st)
	}
	e, known := c.judge(st)
	if e == nil {
		return nil
	}
	if e.final() {
		return e
	}
	answer := Reject
	switch v := c.Verify; {
	case known == nil && v.AcceptNew && v.Trust != nil:
		answer = AcceptAlways
	case v.Ask != nil:
		var err error
		if answer, err = ask(ctx, v.Ask, c.question(e, st)); err != nil {
			return err
		}
	}
	switch {
	case answer == AcceptOnce, answer == AcceptAlways && c.Verify.Trust == nil:
		return nil
	case answer == AcceptAlways:
		return c.remember(e)
	}
	return e
}

// judge returns what is wrong with the certificate, or nil if nothing is or if
// the trust store holds it; and the store's entry for the host.
func (c *Config) judge(st tls.ConnectionState) (*CertificateError, *Trusted) {
	e := c.examine(st)
	if e == nil || e.final() {
		return e, nil
	}
	t, ok, err := c.Verify.Trust.Lookup(e.Host, e.Port)
	if err != nil {
		e.Err, e.storeFailed = errors.Join(e.Err, err), true
		return e, nil
	}
	if !ok {
		return e, nil
	}
	if t.SHA256 == e.Facts.SHA256 && t.Reasons.Has(e.Reasons) {
		return nil, &t
	}
	e.Known = &t
	return e, &t
}

func (c *Config) question(e *CertificateError, st tls.ConnectionState) *CertificateQuestion {
	return &CertificateQuestion{CertificateError: *e, Chain: st.PeerCertificates}
}

// remember stores the certificate of e, provided that the store still says
// what it said when e was made.
func (c *Config) remember(e *CertificateError) error {
	t := Trusted{
		Host: e.Host, Port: e.Port,
		SHA256: e.Facts.SHA256, Reasons: e.Reasons,
		Date: c.now(), Subject: e.Facts.Subject,
	}
	var err error
	if e.Known != nil {
		if e.Known.SHA256 == t.SHA256 {
			t.Reasons |= e.Known.Reasons
		}
		err = c.Verify.Trust.Replace(*e.Known, t)
	} else {
		err = c.Verify.Trust.Accept(t)
	}
	if err == nil {
		return nil
	}
	if conflict, ok := errors.AsType[*TrustConflictError](err); ok && conflict.Found.Host != "" {
		e.Known = &conflict.Found
	}
	e.Err, e.storeFailed = errors.Join(e.Err, err), true
	return e
}
