package tlsx

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A CertificateError reports a server's certificate that was refused. It is in the chain
// of a *[HandshakeError], and has the errors of crypto/x509 in its own chain.
type CertificateError struct {
	Host     string           // of the control connection, as it was dialed; "" if the caller named none
	Port     int              // of the control connection
	Reasons  Reason           // what is wrong; 0 if only Err says it
	Problems []string         // the same in words, one sentence each, such as "it is self-signed"
	Facts    CertificateFacts // of the server's certificate
	// Known is the trust store's entry for this host and port, or nil. Either it is for
	// another certificate (see Changed), or more is wrong now than was accepted then.
	Known *Trusted
	// Err joins the errors of the checks and of the trust store.
	Err error

	storeFailed bool // Err holds an error of the trust store
}

// Changed reports whether the host was known by another certificate.
func (e *CertificateError) Changed() bool {
	return e.Known != nil && e.Known.SHA256 != e.Facts.SHA256
}

// final reports whether nobody can accept the certificate.
func (e *CertificateError) final() bool {
	return e.Reasons == 0 || !ReasonAny.Has(e.Reasons) || e.storeFailed
}

// Error names the host, all that is wrong and the certificate's SHA-256; for a changed
// certificate also that of the old one.
func (e *CertificateError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ftp: the certificate of %s was refused", net.JoinHostPort(clean(e.Host), strconv.Itoa(e.Port)))
	sep := ": "
	for _, p := range e.Problems {
		b.WriteString(sep + p)
		sep = "; "
	}
	if e.Err != nil && (e.Reasons == 0 || e.storeFailed) {
		b.WriteString(sep + clean(errtext.Of(e.Err)))
		sep = "; "
	}
	if e.Facts.SHA256 != (Fingerprint{}) {
		b.WriteString(sep + "SHA-256 " + e.Facts.SHA256.String())
	}
	if e.Changed() {
		fmt.Fprintf(&b, "; it has changed: on %s SHA-256 %s was accepted",
			e.Known.Date.UTC().Format("2006-01-02"), e.Known.SHA256)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *CertificateError) Unwrap() error { return e.Err }

// hint says what to do, for a HandshakeError.
func (e *CertificateError) hint() string {
	switch r := e.Reasons; {
	case e.storeFailed && !e.Changed():
		return "" // the error of the trust store says it
	case r.Has(ReasonRevoked):
		return "the authority has revoked the server's certificate; only the server's administrator can help"
	case r.Has(ReasonNotPinned):
		return "the server's certificate is not the pinned one; if it was renewed, pin the new one, otherwise somebody may be in between"
	case e.Changed():
		return "the server's certificate has changed since it was accepted, and the new one cannot be verified: ask its administrator whether the new fingerprint is right; if not, somebody may be in between"
	case r.Has(ReasonSelfSigned), r.Has(ReasonUnknownAuthority):
		return "the server's certificate is self-signed or its issuer is not trusted"
	case r.Has(ReasonWrongName):
		return "the server's certificate is for another host name"
	case r.Has(ReasonExpired), r.Has(ReasonNotYetValid):
		return "the server's certificate has expired or is not yet valid; check the clock too"
	}
	return "the server's certificate could not be verified"
}
