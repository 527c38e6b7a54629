package tlsx

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
)

// Identity is the policy for the certificate of a data connection. Whoever reaches a data
// port first can answer there, so the peer must prove to be the server of the control
// connection (RFC 4217, Section 15.1.1).
type Identity int

const (
	// IdentitySame demands a session of the control connection, resumed, or the
	// same certificate; anything else is an *[IdentityError].
	IdentitySame Identity = iota
	// IdentityVerified also accepts another certificate that passes the same checks as
	// the control connection's, for the same name: for a server that consists of several
	// machines. What a person accepted on the control connection holds only for that
	// certificate.
	IdentityVerified
	// IdentityNone accepts any certificate. The data is encrypted, but the peer may be
	// anybody.
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

// parseIdentity reads "same", "verified" or "none".
func parseIdentity(s string) (Identity, error) {
	for _, i := range []Identity{IdentitySame, IdentityVerified, IdentityNone} {
		if s == i.String() {
			return i, nil
		}
	}
	return 0, fmt.Errorf("ftp: unknown identity policy %q: want same, verified or none", shorten(s))
}

// MarshalText is String.
func (i Identity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText is parseIdentity.
func (i *Identity) UnmarshalText(b []byte) (err error) {
	*i, err = parseIdentity(string(b))
	return err
}

// verifyIdentity applies the policy to a data connection of p. A resumed session carries
// the certificate of the handshake that it resumes, to which the policy was applied then,
// so one comparison is enough for both.
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

// identityFault returns an *IdentityError in place of the error with which crypto/tls
// refused another certificate before verifyIdentity saw it: that it is another
// certificate says more than what is wrong with it.
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
