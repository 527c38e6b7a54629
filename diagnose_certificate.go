package ftpwire

import (
	"crypto/x509"
	"strings"

	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes about certificates.
const (
	causeClientCertificateMissing Cause = "client-certificate-missing"
	causeClientCertificateIssuer  Cause = "client-certificate-issuer"
	causeClientCertificateRefused Cause = "client-certificate-refused"
	causeTrustDamaged             Cause = "trust-damaged"
	causeTrustLocked              Cause = "trust-locked"
	causeTrustFile                Cause = "trust-file"
	causeCertificateChanged       Cause = "certificate-changed"
	causeNotPinned                Cause = "not-pinned"
	causeRevoked                  Cause = "revoked"
	causeSeveralFaults            Cause = "several-faults"
	causeSelfSigned               Cause = "self-signed"
	causeUnknownAuthority         Cause = "unknown-authority"
	causeNameInCommonName         Cause = "name-in-common-name"
	causeWrongName                Cause = "wrong-name"
	causeExpired                  Cause = "expired"
	causeBadChain                 Cause = "bad-chain"
	causeOtherCertificate         Cause = "other-certificate"
)

const (
	trySkip   = "go on without knowing who answers{Insecure=true}"
	tryAccept = "accept it for this host, if you know the server{Trust=accept}"
	tryCA     = "give the authority's certificate{RootCAs}"
	seeCert   = "RFC 4217, Section 10.1; RFC 5280"
)

var certificateRules = []diagnosisRule{
	{
		cause: causeClientCertificateMissing, find: clientCertificate(tlsx.ClientCertificateMissing), see: seeClientCert,
		words: words(func(e *tlsx.ClientCertificateError) []string { return []string{trusted(e)} }),
		says:  "the server lets in clients with a certificate only, signed by an authority that it trusts%s",
		try:   []string{"give one and its key{?ClientCertificates}"},
	},
	{
		cause: causeClientCertificateIssuer, find: clientCertificate(tlsx.ClientCertificateUnknownIssuer), see: seeClientCert,
		words: words(func(e *tlsx.ClientCertificateError) []string { return []string{e.Issuer, trusted(e)} }),
		says:  "the server does not trust the authority that signed the client certificate (%s), but others%s",
		try:   []string{"give another certificate, signed by one of those{ClientCertificates}"},
		then:  "Or ask the server's administrator to trust that authority",
	},
	{
		cause: causeClientCertificateRefused, find: a[*tlsx.ClientCertificateError](), see: seeClientCert,
		words: words(func(e *tlsx.ClientCertificateError) []string { return []string{e.Subject} }),
		says:  "the server refused the client certificate (%s): it may have expired, been revoked, or not be meant for clients",
		try:   []string{"give another one{ClientCertificates}"},
	},
	{
		cause: causeTrustDamaged, find: a[*tlsx.TrustFileError](),
		words: words(func(e *tlsx.TrustFileError) []string { return []string{e.Path} }),
		says:  "a line of the file of accepted certificates is damaged: %s",
		try:   []string{"correct it, or remove it{Trust=remove}"},
	},
	{
		cause: causeTrustLocked, find: is(tlsx.ErrTrustLocked),
		says: "the certificate could not be remembered: another program holds the file of accepted certificates. Try again",
	},
	{
		cause: causeTrustFile, find: a[*tlsx.TrustStoreError](),
		says: "the file of accepted certificates can't be read or written. Nothing is said against the certificate",
		try:  []string{"use another file{Trust=file}", "do without remembering: pin the certificate{Verify.Pins}"},
	},
	{
		cause: causeCertificateChanged, find: a((*tlsx.CertificateError).Changed), see: seeCert,
		says: "the server shows another certificate than the one that was accepted before. That can be a renewal, or somebody in between: " +
			"ask the server's administrator for the new fingerprint",
		try:  []string{"accept it if it is the same{Trust=accept}"},
		then: "Nothing was sent",
	},
	{
		cause: causeNotPinned, find: judged(tlsx.ReasonNotPinned), see: seeCert,
		says: "the server's certificate matches no pin. It was renewed with another key, or somebody is in between",
		try:  []string{"correct the pin, if the server's administrator confirms the new key{Verify.Pins}"},
		then: "Nothing was sent",
	},
	{
		cause: causeRevoked, find: judged(tlsx.ReasonRevoked), see: seeCert,
		says: "the certificate's authority has revoked it: the server's key may be known to others. Its administrator must replace it",
	},
	{
		cause: causeSeveralFaults, find: a(func(e *tlsx.CertificateError) bool {
			return (e.Reasons.Has(tlsx.ReasonWrongName) || e.Reasons.Has(tlsx.ReasonExpired)) && e.Reasons != tlsx.ReasonWrongName && e.Reasons != tlsx.ReasonExpired
		}), see: seeCert,
		says: "several things are wrong with the server's certificate: compare its fingerprint with the server's administrator",
		try:  []string{"accept it for this host, if it is the right one{Trust=accept}"},
	},
	{
		cause: causeSelfSigned, find: either(judged(tlsx.ReasonSelfSigned), without(judged(tlsx.ReasonUnknownAuthority), a(selfSigned))), see: seeCert,
		says: "the server's certificate is self-signed: nobody but itself vouches for it",
		try:  []string{tryAccept, "give it as trusted{RootCAs}", trySkip},
	},
	{
		cause: causeUnknownAuthority, find: either(a[x509.UnknownAuthorityError](), judged(tlsx.ReasonUnknownAuthority)), see: seeCert,
		says: "the server's certificate is signed by an authority that this computer does not know",
		try:  []string{tryCA, tryAccept, trySkip},
	},
	{
		cause: causeNameInCommonName, find: a(func(e x509.HostnameError) bool {
			c := e.Certificate
			return c != nil && c.Subject.CommonName != "" && len(c.DNSNames)+len(c.IPAddresses) == 0
		}), see: "RFC 9525, Section 2",
		words: words(func(e x509.HostnameError) []string { return []string{e.Certificate.Subject.CommonName} }),
		says: "the server's certificate has its name (%s) as common name (CN) only, which counts no more: host names have to be subject alternative names. " +
			"The server's administrator can have it made anew",
		try: []string{tryAccept},
	},
	{
		cause: causeWrongName, find: either(a[x509.HostnameError](), judged(tlsx.ReasonWrongName)), see: "RFC 9525, Section 6",
		says: "the server's certificate is for another name: use the name that stands in the certificate as the host",
		try:  []string{tryAccept},
	},
	{
		cause: causeExpired, find: either(invalid(x509.Expired), judged(tlsx.ReasonExpired), judged(tlsx.ReasonNotYetValid)), see: seeCert,
		says: "the server's certificate has expired or is not valid yet. Check this computer's clock; the server's administrator must renew the certificate",
		try:  []string{tryAccept},
	},
	{
		cause: causeBadChain, find: either(judged(tlsx.ReasonBadChain), a[x509.CertificateInvalidError]()), see: seeCert,
		says: "the server's certificate, or one of its authorities, is not meant for servers, or breaks another rule. Its administrator can replace it",
		try:  []string{tryAccept, "have its chain not checked{Verify.SkipChain=true}", trySkip},
	},
	{
		cause: causeOtherCertificate, find: a[*tlsx.IdentityError](), see: "RFC 4217, Section 10.2",
		says: "the data connection showed another certificate than the control connection: somebody may have taken it over, or a load balancer answered. Nothing was transferred",
		try:  []string{"take every certificate that verifies, if the server is several machines{Identity=verified}"},
	},
}

const seeClientCert = "RFC 4217, Section 10.3"

func clientCertificate(r tlsx.ClientCertificateReason) finder {
	return a(func(e *tlsx.ClientCertificateError) bool { return e.Reason == r })
}

// trusted names the authorities that the server accepts, in parentheses.
func trusted(e *tlsx.ClientCertificateError) string {
	if len(e.Authorities) == 0 {
		return ""
	}
	return " (" + strings.Join(e.Authorities, "; ") + ")"
}

func judged(r tlsx.Reason) finder {
	return a(func(e *tlsx.CertificateError) bool { return e.Reasons.Has(r) })
}

func invalid(r x509.InvalidReason) finder {
	return a(func(e x509.CertificateInvalidError) bool { return e.Reason == r })
}

func selfSigned(e x509.UnknownAuthorityError) bool {
	return e.Cert != nil && e.Cert.Issuer.String() == e.Cert.Subject.String()
}
