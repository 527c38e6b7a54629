package tlsx

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
)

// Identity is the policy for the certificate of a data connection. Anyone who
// reaches a data port first can answer there, so it must prove to be the
// server of the control connection (RFC 4217, Section 15.1.1).
type Identity int

const (
	// IdentitySame demands a session of the control connection, resumed, or the
	// same certificate; anything else is an *[IdentityError].
	IdentitySame Identity = iota
	// IdentityVerified also takes another certificate that passes the checks of
	// the control connection's, for the same name: for a server that is several
	// machines. What was accepted once on the control connection, by a person,
	// holds for that certificate alone.
	IdentityVerified
	// IdentityNone takes any certificate. The data are encrypted, for whoever
	// answered.
	IdentityNone
)

// String returns "same", "verified" or "none".
func (i Identity) String() string {
	switch i {
	case IdentitySame:
		return "same"
	case IdentityVerified:
		return "verified"
	case IdentityNone:
		return "none"
	}
	return fmt.Sprintf("Identity(%d)", int(i))
}

// ParseIdentity reads "same", "verified" or "none".
func ParseIdentity(s string) (Identity, error) {
	for _, i := range []Identity{IdentitySame, IdentityVerified, IdentityNone} {
		if s == i.String() {
			return i, nil
		}
	}
	return 0, fmt.Errorf("ftp: unknown identity policy %q: want same, verified or none", shorten(s))
}

// MarshalText is String.
func (i Identity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText is ParseIdentity.
func (i *Identity) UnmarshalText(b []byte) (err error) {
	*i, err = ParseIdentity(string(b))
	return err
}

// verifyIdentity holds a data connection of p to the policy. A resumed session
// carries the certificate of the handshake it resumes, which was held to the
// policy then, so that one comparison is enough for both.
func (c *Config) verifyIdentity(p *controlState, st tls.ConnectionState) error {
	if c.Identity == IdentityNone {
		return nil
	}
	err := p.verifyIdentity(st)
	if err == nil || c.Identity != IdentityVerified {
		return err
	}
	if c.Verify == nil {
		return c.refuseRevoked(st) // crypto/tls has verified the rest
	}
	if e, _ := c.judge(st); e != nil {
		return e
	}
	return nil
}

// identityFault returns an *IdentityError in the place of the error with which
// crypto/tls refused another certificate before verifyIdentity saw it: that it
// is another one says more than what is wrong with it.
func (c *Config) identityFault(p *controlState, err error) error {
	e, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || c.Identity != IdentitySame {
		return err
	}
	if fault := p.verifyIdentity(tls.ConnectionState{PeerCertificates: e.UnverifiedCertificates}); fault != nil {
		return fault
	}
	return err
}

// verifyIdentity demands the certificate of the control connection.
func (p *controlState) verifyIdentity(st tls.ConnectionState) error {
	var leaf []byte
	if len(st.PeerCertificates) > 0 {
		leaf = st.PeerCertificates[0].Raw
	}
	if bytes.Equal(leaf, p.leaf) {
		return nil
	}
	return &IdentityError{Control: sha256.Sum256(p.leaf), Data: sha256.Sum256(leaf)}
}
