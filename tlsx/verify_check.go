package tlsx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// maxChain is how many certificates a server may send. Real chains have two to four; each
// one more costs signatures to check.
const maxChain = 16

var (
	errNoCertificate = errors.New("the server showed no certificate")
	errLongChain     = fmt.Errorf("the server sent more than %d certificates", maxChain)
	errNotPinned     = errors.New("certificate is not pinned")
	errRevoked       = errors.New("certificate is revoked")
)

// examine runs the checks of c.Verify, which is not nil, and returns what
// failed, or nil.
func (c *Config) examine(st tls.ConnectionState) *CertificateError {
	e := &CertificateError{Host: c.host(), Port: c.port()}
	switch n := len(st.PeerCertificates); {
	case n == 0:
		e.Err = errNoCertificate
		return e
	case n > maxChain:
		e.Facts, e.Err = Facts(st.PeerCertificates[0]), errLongChain
		return e
	}
	x := &examination{
		v: c.Verify, e: e, now: c.now(),
		leaf: st.PeerCertificates[0], sent: st.PeerCertificates,
	}
	if c.TLS != nil {
		x.roots = c.TLS.RootCAs
	}
	if c.Verify.Roots != nil {
		x.roots = c.Verify.Roots
	}
	x.chain()
	x.dates()
	x.name(c.base().ServerName)
	x.pins()
	x.staple(st)
	if e.Reasons == 0 {
		return nil
	}
	e.Facts = Facts(x.leaf)
	return e
}

// An examination collects what is wrong with one certificate.
type examination struct {
	v     *Verification
	e     *CertificateError
	now   time.Time
	leaf  *x509.Certificate
	sent  []*x509.Certificate
	roots *x509.CertPool

	verified []*x509.Certificate // a good chain, if there is one
}

func (x *examination) add(r Reason, err error, format string, args ...any) {
	x.e.Reasons |= r
	x.e.Problems = append(x.e.Problems, fmt.Sprintf(format, args...))
	x.e.Err = errors.Join(x.e.Err, err)
}

// chain looks for a chain to a root. If only dates may be at fault, it looks for a time
// at which the chain was valid, to tell such a fault from others.
func (x *examination) chain() {
	if x.v.SkipChain {
		return
	}
	intermediates := x509.NewCertPool()
	for _, cert := range x.sent[1:] {
		intermediates.AddCert(cert)
	}
	at := func(t time.Time) error {
		chains, err := x.leaf.Verify(x509.VerifyOptions{Roots: x.roots, Intermediates: intermediates, CurrentTime: t})
		if err == nil {
			x.verified = chains[0]
		}
		return err
	}
	err := at(x.now)
	if err == nil {
		return
	}
	late, outdated := asExpired(err)
	if outdated {
		if err = x.someTime(at); err == nil {
			if !x.v.SkipDates && late.Cert != nil && !late.Cert.Equal(x.leaf) {
				x.outdated(late, fmt.Sprintf("the certificate of its authority %s", clean(late.Cert.Subject.String())))
			}
			return
		}
	}
	x.addChain(err)
}

// someTime returns nil if the chain is valid at one of the possible times, and otherwise
// what is wrong with it apart from dates, if anything.
func (x *examination) someTime(at func(time.Time) error) error {
	latestStart, firstEnd := x.leaf.NotBefore, x.leaf.NotAfter
	for _, cert := range x.sent {
		if cert.NotBefore.After(latestStart) {
			latestStart = cert.NotBefore
		}
		if cert.NotAfter.Before(firstEnd) {
			firstEnd = cert.NotAfter
		}
	}
	var fault error
	for _, t := range []time.Time{firstEnd, latestStart, x.leaf.NotAfter, x.leaf.NotBefore} {
		err := at(t)
		if err == nil {
			return nil
		}
		if _, dates := asExpired(err); fault == nil || !dates {
			fault = err
		}
	}
	return fault
}

func (x *examination) addChain(err error) {
	switch _, unknown := errors.AsType[x509.UnknownAuthorityError](err); {
	case unknown && selfSigned(x.leaf):
		x.add(ReasonSelfSigned, err, "it is self-signed: nobody but the server itself vouches for it")
	case unknown:
		x.add(ReasonUnknownAuthority, err, "it is signed by an authority that is not known here: %s", clean(x.leaf.Issuer.String()))
	default:
		x.add(ReasonBadChain, err, "its chain is not valid: %s", clean(strings.TrimPrefix(err.Error(), "x509: ")))
	}
}

// dates checks the leaf; chain has checked the others.
func (x *examination) dates() {
	if x.v.SkipDates || !x.now.Before(x.leaf.NotBefore) && !x.now.After(x.leaf.NotAfter) {
		return
	}
	x.outdated(x509.CertificateInvalidError{Cert: x.leaf, Reason: x509.Expired}, "it")
}

func (x *examination) outdated(err x509.CertificateInvalidError, what string) {
	if from := err.Cert.NotBefore; x.now.Before(from) {
		err.Detail = fmt.Sprintf("current time %s is before %s", stampOf(x.now), stampOf(from))
		x.add(ReasonNotYetValid, err, "%s is not valid before %s (this computer's clock says %s)", what, stampOf(from), stampOf(x.now))
		return
	}
	err.Detail = fmt.Sprintf("current time %s is after %s", stampOf(x.now), stampOf(err.Cert.NotAfter))
	x.add(ReasonExpired, err, "%s expired on %s (this computer's clock says %s)", what, stampOf(err.Cert.NotAfter), stampOf(x.now))
}

func stampOf(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

func (x *examination) name(name string) {
	if x.v.SkipName {
		return
	}
	if err := x.leaf.VerifyHostname(verifiableName(name)); err != nil {
		x.add(ReasonWrongName, err, "it is for %s, not for %s", listNames(Facts(x.leaf).Names), clean(name))
	}
}

// verifiableName returns name in the form that certificates have.
func verifiableName(name string) string {
	if n, err := NormalizeHost(name); err == nil {
		name = n
	}
	return withoutZone(name)
}

// withoutZone returns name, or an IPv6 address without its zone, which means nothing
// outside this host and is in no certificate.
func withoutZone(name string) string {
	if addr, err := netip.ParseAddr(name); err == nil && addr.Zone() != "" {
		return addr.WithZone("").String()
	}
	return name
}

func (x *examination) pins() {
	if len(x.v.Pins) == 0 {
		return
	}
	want := make([]string, 0, len(x.v.Pins))
	for _, p := range x.v.Pins {
		if p.matches(x.leaf) {
			return
		}
		want = append(want, p.String())
	}
	x.add(ReasonNotPinned, errNotPinned, "it is not pinned: its pins are %s and %s, wanted is %s",
		KeyPin(x.leaf), certificatePin(x.leaf), listNames(want))
}

func (x *examination) staple(st tls.ConnectionState) {
	if x.verified != nil {
		st.VerifiedChains = [][]*x509.Certificate{x.verified}
	}
	if s := StapleStatus(st); s.Status == StapleRevoked {
		x.add(ReasonRevoked, errRevoked, "%s", s.revoked())
	}
}

// refuseRevoked is the check that crypto/tls's own verification lacks.
func (c *Config) refuseRevoked(st tls.ConnectionState) error {
	if len(st.VerifiedChains) == 0 {
		return nil // InsecureSkipVerify
	}
	s := StapleStatus(st)
	if s.Status != StapleRevoked {
		return nil
	}
	return &CertificateError{
		Host: c.host(), Port: c.port(),
		Reasons: ReasonRevoked, Problems: []string{s.revoked()},
		Facts: Facts(st.PeerCertificates[0]), Err: errRevoked,
	}
}

func asExpired(err error) (x509.CertificateInvalidError, bool) {
	e, ok := errors.AsType[x509.CertificateInvalidError](err)
	return e, ok && e.Reason == x509.Expired
}
