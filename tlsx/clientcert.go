package tlsx

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A ClientCertificateReason says why a server ended a connection because of the client's
// certificate.
type ClientCertificateReason int

const (
	// ClientCertificateMissing means that the server demands a certificate and none was
	// presented.
	ClientCertificateMissing ClientCertificateReason = iota + 1
	// ClientCertificateUnknownIssuer means that the server does not trust the
	// authority that signed it.
	ClientCertificateUnknownIssuer
	// ClientCertificateRefused means that the server refused it for another reason: its
	// dates, its kind, or because it was revoked.
	ClientCertificateRefused
)

// String returns the reason in plain words.
func (r ClientCertificateReason) String() string {
	switch r {
	case ClientCertificateMissing:
		return "the server demands a client certificate, and none was presented"
	case ClientCertificateUnknownIssuer:
		return "the server does not know the authority that signed the client certificate"
	case ClientCertificateRefused:
		return "the server refused the client certificate"
	}
	return fmt.Sprintf("ClientCertificateReason(%d)", int(r))
}

// A ClientCertificateError reports a connection that the server ended because of the
// client's certificate. With TLS 1.2 the handshake fails with it. With TLS 1.3 the
// client's handshake is complete by then, so a read returns the error: see
// [Session.Explain].
type ClientCertificateError struct {
	Reason ClientCertificateReason // what the server had against it
	// Subject and Issuer are the names in the certificate presented; "" if none was.
	Subject, Issuer string
	// Authorities are the names of the authorities that the server accepts, as it said in
	// the handshake; only the first few are kept. Empty means that it named none.
	// Characters that are not graphic are escaped.
	Authorities []string
	Err         error // the alert
}

func (e *ClientCertificateError) Error() string {
	s := "ftp: " + e.explanation()
	if e.Err != nil {
		s += ": " + errtext.Of(e.Err)
	}
	return s
}

// explanation returns the reason with the names that matter.
func (e *ClientCertificateError) explanation() string {
	s := e.Reason.String()
	if e.Issuer != "" {
		s += fmt.Sprintf(": %s, issued by %s", e.Subject, e.Issuer)
	}
	if len(e.Authorities) > 0 && e.Reason != ClientCertificateRefused {
		s += "; it accepts those of " + strings.Join(e.Authorities, "; ")
	}
	return s
}

// Unwrap returns the alert.
func (e *ClientCertificateError) Unwrap() error { return e.Err }

// Explain returns an error that explains err, an error of the control connection, or err
// itself if there is no explanation. A TLS 1.3 server checks the client's certificate
// after [Session.Control] has returned; the first read then fails with its alert, which
// Explain turns into a *[HandshakeError] with a *[ClientCertificateError] in its chain.
func (s *Session) Explain(err error) error {
	s.mu.Lock()
	p := s.control
	s.mu.Unlock()
	if p == nil {
		return err
	}
	return p.demand.late(PhaseControl, err)
}

// maxAuthorities is how many names of a server's list are kept at most.
const maxAuthorities = 8

// A certificateDemand is a server's request for a client certificate in one handshake,
// and the answer to it.
type certificateDemand struct {
	mu          sync.Mutex
	made        bool
	authorities []string
	presented   *x509.Certificate
}

// watch makes the handshake with t note the request.
func (d *certificateDemand) watch(t *tls.Config) {
	next, certs := t.GetClientCertificate, t.Certificates
	t.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		cert, err := chooseCertificate(next, certs, info)
		if err == nil {
			d.note(info, cert)
		}
		return cert, err
	}
}

// chooseCertificate prefers a certificate whose authority the server names. If there is
// none, it presents the first one that can sign, as other TLS libraries do and crypto/tls
// does not: the caller wants it to be used, servers' lists are incomplete, and the
// refusal then says what is wrong with it.
func chooseCertificate(next func(*tls.CertificateRequestInfo) (*tls.Certificate, error), certs []tls.Certificate, info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	if next != nil {
		return next(info)
	}
	anyone := *info
	anyone.AcceptableCAs = nil
	for _, r := range []*tls.CertificateRequestInfo{info, &anyone} {
		for i := range certs {
			if r.SupportsCertificate(&certs[i]) == nil {
				return &certs[i], nil
			}
		}
	}
	return new(tls.Certificate), nil
}

func (d *certificateDemand) note(info *tls.CertificateRequestInfo, cert *tls.Certificate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made, d.authorities, d.presented = true, nil, nil
	for _, raw := range info.AcceptableCAs[:min(len(info.AcceptableCAs), maxAuthorities)] {
		if name := distinguishedName(raw); name != "" {
			d.authorities = append(d.authorities, name)
		}
	}
	if cert == nil || len(cert.Certificate) == 0 {
		return
	}
	if d.presented = cert.Leaf; d.presented == nil {
		d.presented, _ = x509.ParseCertificate(cert.Certificate[0])
	}
	if d.presented == nil {
		d.presented = new(x509.Certificate) // unreadable, but presented
	}
}

func distinguishedName(raw []byte) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(raw, &name); err != nil || len(rest) > 0 {
		return ""
	}
	return printable(name.String())
}

// Alerts about the client's certificate. If none came, OpenSSL sends handshake_failure on
// TLS 1.2, Go bad_certificate.
const (
	alertHandshakeFailure    tls.AlertError = 40
	alertBadCertificate      tls.AlertError = 42
	alertUnknownCA           tls.AlertError = 48
	alertAccessDenied        tls.AlertError = 49
	alertCertificateRequired tls.AlertError = 116
)

// explain returns the *ClientCertificateError for an alert, or nil.
func (d *certificateDemand) explain(err error) *ClientCertificateError {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.made {
		return nil
	}
	e := &ClientCertificateError{Authorities: d.authorities, Err: err}
	is := func(alerts ...tls.AlertError) bool {
		for _, a := range alerts {
			if isAlert(err, a) {
				return true
			}
		}
		return false
	}
	switch {
	case d.presented == nil && is(alertHandshakeFailure, alertBadCertificate, alertCertificateRequired):
		e.Reason = ClientCertificateMissing
		return e
	case d.presented == nil:
		return nil
	case is(alertUnknownCA):
		e.Reason = ClientCertificateUnknownIssuer
	case is(alertBadCertificate, 43, 44, 45, 46, alertAccessDenied):
		e.Reason = ClientCertificateRefused
	default:
		return nil
	}
	e.Subject, e.Issuer = printable(d.presented.Subject.String()), printable(d.presented.Issuer.String())
	return e
}

// late explains an error of a connection whose handshake is complete on this side.
func (d *certificateDemand) late(phase Phase, err error) error {
	if e := d.explain(err); e != nil {
		return &HandshakeError{Phase: phase, Err: e}
	}
	return err
}
