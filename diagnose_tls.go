package ftpwire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes about certificates.
const (
	CauseClientCertificateMissing Cause = "client-certificate-missing"
	CauseClientCertificateIssuer  Cause = "client-certificate-issuer"
	CauseClientCertificateRefused Cause = "client-certificate-refused"
	CauseTrustDamaged             Cause = "trust-damaged"
	CauseTrustLocked              Cause = "trust-locked"
	CauseTrustFile                Cause = "trust-file"
	CauseCertificateChanged       Cause = "certificate-changed"
	CauseNotPinned                Cause = "not-pinned"
	CauseRevoked                  Cause = "revoked"
	CauseSeveralFaults            Cause = "several-faults"
	CauseSelfSigned               Cause = "self-signed"
	CauseUnknownAuthority         Cause = "unknown-authority"
	CauseNameInCommonName         Cause = "name-in-common-name"
	CauseWrongName                Cause = "wrong-name"
	CauseExpired                  Cause = "expired"
	CauseBadChain                 Cause = "bad-chain"
	CauseOtherCertificate         Cause = "other-certificate"
)

const goOnBlindly = "to go on without knowing who answers, switch verification off{Insecure=true}"

var certificateRules = []diagnosisRule{
	{
		cause: CauseClientCertificateMissing, find: clientCertificate(tlsx.ClientCertificateMissing),
		words:  words(func(e *tlsx.ClientCertificateError) []string { return []string{trusted(e)} }),
		advice: "the server lets in clients with a certificate only. Give one and its key{ClientCertificates}, signed by an authority that the server trusts%s",
	},
	{
		cause: CauseClientCertificateIssuer, find: clientCertificate(tlsx.ClientCertificateUnknownIssuer),
		words: words(func(e *tlsx.ClientCertificateError) []string { return []string{e.Issuer, trusted(e)} }),
		advice: "the server does not trust the authority that signed the client certificate (%s). Give another certificate{ClientCertificates}, signed by an authority that the server trusts%s; " +
			"or ask the server's administrator to trust that authority",
	},
	{
		cause: CauseClientCertificateRefused, find: a[*tlsx.ClientCertificateError](),
		words:  words(func(e *tlsx.ClientCertificateError) []string { return []string{e.Subject} }),
		advice: "the server refused the client certificate (%s): it may have expired, been revoked, or not be meant for clients. Give another one{ClientCertificates}",
	},
	{
		cause: CauseTrustDamaged, find: a[*tlsx.TrustFileError](),
		words:  words(func(e *tlsx.TrustFileError) []string { return []string{e.Path} }),
		advice: "a line of the file of accepted certificates is damaged: correct it in %s, or remove it{Verify.Trust=remove}",
	},
	{
		cause: CauseTrustLocked, find: is(tlsx.ErrTrustLocked),
		advice: "the certificate could not be remembered: another program holds the file of accepted certificates. Try again",
	},
	{
		cause: CauseTrustFile, find: a[*tlsx.TrustStoreError](),
		advice: "the file of accepted certificates can't be read or written. Nothing is said against the certificate. Use another file{Verify.Trust=file}, or do without remembering: trust the certificate{RootCAs}, or pin it{Verify.Pins}",
	},
	{
		cause: CauseCertificateChanged, find: a((*tlsx.CertificateError).Changed),
		advice: "the server shows another certificate than the one that was accepted before. That can be a renewal, or somebody in between: " +
			"ask the server's administrator for the new fingerprint, then accept it{Verify.Trust=accept}. Nothing was sent",
	},
	{
		cause: CauseNotPinned, find: judged(tlsx.ReasonNotPinned),
		advice: "the server's certificate matches no pin{Verify.Pins}. It was renewed with another key, or somebody is in between. Nothing was sent",
	},
	{
		cause: CauseRevoked, find: judged(tlsx.ReasonRevoked),
		advice: "the certificate's authority has revoked it: the server's key may be known to others. Its administrator must replace it",
	},
	{
		cause: CauseSeveralFaults, find: a(func(e *tlsx.CertificateError) bool {
			return (e.Reasons.Has(tlsx.ReasonWrongName) || e.Reasons.Has(tlsx.ReasonExpired)) && e.Reasons != tlsx.ReasonWrongName && e.Reasons != tlsx.ReasonExpired
		}),
		advice: "several things are wrong with the server's certificate: compare its fingerprint with the server's administrator. " +
			"If it is the right one, accept it for this host{Verify.Trust=accept}",
	},
	{
		cause: CauseSelfSigned, find: either(judged(tlsx.ReasonSelfSigned), without(judged(tlsx.ReasonUnknownAuthority), a(selfSigned))),
		advice: "the server's certificate is self-signed. If you know the server, accept it for this host{Verify.Trust=accept}, or give it as trusted{RootCAs}; " + goOnBlindly,
	},
	{
		cause: CauseUnknownAuthority, find: either(a[x509.UnknownAuthorityError](), judged(tlsx.ReasonUnknownAuthority)),
		advice: "the server's certificate is signed by an authority that this computer does not know. " +
			"If you know the server, give its CA certificate{RootCAs}, or accept this certificate for this host{Verify.Trust=accept}; " + goOnBlindly,
	},
	{
		cause: CauseNameInCommonName, find: a(func(e x509.HostnameError) bool {
			c := e.Certificate
			return c != nil && c.Subject.CommonName != "" && len(c.DNSNames)+len(c.IPAddresses) == 0
		}),
		words: words(func(e x509.HostnameError) []string { return []string{e.Certificate.Subject.CommonName} }),
		advice: "the server's certificate has its name (%s) as common name (CN) only, which counts no more: host names have to be subject alternative names. " +
			"The server's administrator can have it made anew; until then, if you know the server, accept it for this host{Verify.Trust=accept}",
	},
	{
		cause: CauseWrongName, find: either(a[x509.HostnameError](), judged(tlsx.ReasonWrongName)),
		advice: "the server's certificate is for another name. Use the name that stands in the certificate as the host, or, if you know the server, accept it for this host{Verify.Trust=accept}",
	},
	{
		cause: CauseExpired, find: either(invalid(x509.Expired), judged(tlsx.ReasonExpired), judged(tlsx.ReasonNotYetValid)),
		advice: "the server's certificate has expired or is not valid yet. Check this computer's clock; the server's administrator must renew the certificate. Until then it can be accepted for this host{Verify.Trust=accept}",
	},
	{
		cause: CauseBadChain, find: either(judged(tlsx.ReasonBadChain), a[x509.CertificateInvalidError]()),
		advice: "the server's certificate, or one of its authorities, is not meant for servers, or breaks another rule. Its administrator can replace it; until then, if you know the server, " +
			"accept it for this host{Verify.Trust=accept}, or have its chain not checked{Verify.SkipChain=true}; " + goOnBlindly,
	},
	{
		cause: CauseOtherCertificate, find: a[*tlsx.IdentityError](),
		advice: "the data connection showed another certificate than the control connection: somebody may have taken it over, or a load balancer answered. Nothing was transferred. " +
			"If the server is several machines, certificates that verify can be taken on data connections{Identity=verified}",
	},
}

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

// Causes about TLS.
const (
	CauseSessionIDOnly     Cause = "session-id-only"
	CauseSessionIDUnusable Cause = "session-id-unusable"
	CauseResumptionOff     Cause = "resumption-off"
	CauseNotResumedTLS     Cause = "not-resumed-tls"
	CauseTruncated         Cause = "truncated"
	CauseCommandsInClear   Cause = "commands-in-clear"
	CauseTLSCut            Cause = "tls-cut"
	CauseTLSVersion        Cause = "tls-version"
	CauseNoCommonCipher    Cause = "no-common-cipher"
	CauseClientCertificate Cause = "client-certificate"
	CauseTLSAlert          Cause = "tls-alert"
	CauseTLSPeer           Cause = "tls-peer"
	CauseTLSControl        Cause = "tls-control"
	CauseTLSData           Cause = "tls-data"
	CauseMechanism         Cause = "mechanism"
	CauseAuthSSL           Cause = "auth-ssl"
	CauseOddAuthReply      Cause = "odd-auth-reply"
	CauseNoExplicitTLS     Cause = "no-explicit-tls"
	CauseNoDataProtection  Cause = "no-data-protection"
	CauseNoClearData       Cause = "no-clear-data"
)

var tlsRules = []diagnosisRule{
	{
		cause: CauseSessionIDOnly, find: notResumed(func(e *tlsx.NotResumedError) bool { return e.Reuse == tlsx.SessionIDOnly }),
		advice: "the server resumes TLS sessions by session ID, not by ticket. Allow that{SessionIDs=true}; or the server's administrator enables session tickets, or TLS 1.3",
	},
	{
		cause: CauseSessionIDUnusable, find: notResumed(func(e *tlsx.NotResumedError) bool { return e.Reuse == tlsx.SessionIDUnusable }),
		advice: "the server resumes TLS sessions by session ID, and its ID could not be used. The server's administrator can enable session tickets, or TLS 1.3",
	},
	{
		cause: CauseResumptionOff, find: notResumed(func(e *tlsx.NotResumedError) bool { return e.ByServer && e.Reuse == tlsx.Off }),
		advice: "the server refused a data connection that did not resume the TLS session, and probably demands it: resumption is switched off here. Allow it{Resumption=preferred}",
	},
	{
		cause: CauseNotResumedTLS, find: notResumed(func(e *tlsx.NotResumedError) bool { return !e.ByServer }),
		advice: "the server did not resume the TLS session on the data connection, and resumption is required. Prefer it instead of requiring it{Resumption=preferred}, or try another TLS version{TLSMax=1.2}",
	},
	{
		cause: CauseTruncated, find: without(a[*control.EmptyError](), is(tlsx.ErrTruncated)),
		advice: "the connection ended in the middle of the data, without TLS's end mark (close_notify): the data may be cut. Try again. If it was not the network, " + acceptCuts,
	},
	{
		cause: CauseCommandsInClear, find: a[*tlsx.ClearError](),
		advice: "TLS was to end on the control connection after the login, and the server ended all of it, or went on in a way that is not understood. Leave TLS on{ClearCommandChannel=false}",
	},
	{
		cause: CauseTLSVersion, find: handshake(tlsx.FailureVersion), words: hintOf,
		advice: "%s. The versions that are offered can be set{TLSMin}{TLSMax}",
	},
	{
		cause: CauseNoCommonCipher, find: alert(40, 71), words: alertOf,
		advice: "%s. Old servers have cipher suites only that are not offered unless they are named{CipherSuites}, or want an old version{TLSMin}; others demand a client certificate{ClientCertificates}",
	},
	{
		cause: CauseClientCertificate, find: alert(42, 43, 44, 45, 46, 48, 116), words: alertOf,
		advice: "%s. The client's certificate and its key can be named{ClientCertificates}",
	},
	{
		cause: CauseTLSAlert, find: alert(), words: alertOf,
		advice: "%s",
	},
	{
		cause: CauseTLSCut, find: without(a[*control.UnansweredLoginError](), handshake(tlsx.FailureEnded)), words: hintOf,
		advice: "%s. Firewalls and old servers do that with a ClientHello that is too large or too new for them: TLS 1.2 has a smaller one{TLSMax=1.2}. Or the server does not speak TLS here, or not in this way{Security}",
	},
	{
		cause: CauseTLSPeer, find: a(func(e *tlsx.HandshakeError) bool { return e.Hint != "" }), words: hintOf,
		advice: "%s",
	},
	{
		cause: CauseTLSControl, find: a(func(e *tlsx.HandshakeError) bool { return e.Phase == tlsx.PhaseControl }),
		advice: "the TLS handshake failed. The server may want another variant of TLS{Security}, another version{TLSMin}{TLSMax} or other cipher suites{CipherSuites}",
	},
	{
		cause: CauseTLSData, find: a[*tlsx.HandshakeError](),
		advice: "the TLS handshake of the data connection failed. A server that demands session resumption, or a firewall that looks into FTP, does that; try another version{TLSMax=1.2}",
	},
	{
		cause: CauseMechanism, find: a(func(e *control.SecurityError) bool { return e.Mechanism != "" }),
		words: words(func(e *control.SecurityError) []string { return []string{e.Mechanism} }),
		advice: "the server and this side do not agree about the security mechanism %s: whether the server has it, the keys, or the levels of protection. " +
			"Nothing was sent with less of it than was demanded",
	},
	{
		cause: CauseAuthSSL, find: a(func(e *control.SecurityError) bool { return slices.Contains(e.Offers, "SSL") }),
		advice: "the server knows TLS by an old name: ask for it by AUTH SSL{Auth=SSL}. No password was sent",
	},
	{
		cause: CauseOddAuthReply, find: a(func(e *control.SecurityError) bool {
			re, ok := errors.AsType[*protocol.ReplyError](e.Err)
			return ok && re.Verb == "AUTH" && re.Reply.Code.Class() == 2
		}),
		advice: "the server agreed to something, but not to begin TLS: perhaps its greeting came twice, and this is the second one. Implicit TLS needs no AUTH{Security=implicit}. No password was sent",
	},
	{
		cause: CauseNoExplicitTLS, find: refusalOf("AUTH"),
		advice: "the server has no explicit TLS on this port. Try implicit TLS, port 990{Security=implicit}, or the old name of explicit TLS{Auth=SSL}; if the network is trusted, clear text{Security=none}. No password was sent",
	},
	{
		cause: CauseNoClearData, find: a(func(e *control.SecurityError) bool { return strings.Contains(e.Reason, "PROT C") }),
		advice: "the server takes no data connections without protection. Protect them{DataProtection=P}",
	},
	{
		cause: CauseNoDataProtection, find: refusalOf("PROT", "PBSZ"),
		advice: "the server does not protect data connections as asked. Names and contents of files would travel differently from what was demanded. " +
			"If anybody on the way may read and change them, do without protection of data{DataProtection=C}",
	},
}

func notResumed(cond func(*tlsx.NotResumedError) bool) finder { return a(cond) }

func handshake(kind tlsx.Failure) finder {
	return a(func(e *tlsx.HandshakeError) bool { return e.Failure == kind })
}

var hintOf = words(func(e *tlsx.HandshakeError) []string { return []string{e.Hint} })

// An alertError is the alert with which the server ended a connection, in the handshake
// or after it: a TLS 1.3 server reports a missing certificate after the handshake.
type alertError struct{ hint string }

func (e *alertError) Error() string { return e.hint }

var alertOf = words(func(e *alertError) []string { return []string{e.hint} })

// alert finds one of these alerts, or any alert that has an explanation.
func alert(numbers ...tls.AlertError) finder {
	return func(f *failure) error {
		hint := tlsx.AlertHint(f.err)
		if number, ok := tlsx.AlertOf(f.err); !ok || hint == "" || numbers != nil && !slices.Contains(numbers, number) {
			return nil
		}
		return &alertError{hint}
	}
}

// refusalOf finds a SecurityError because of a refusal of one of these.
func refusalOf(list ...protocol.Verb) finder {
	return a(func(e *control.SecurityError) bool {
		re, ok := errors.AsType[*protocol.ReplyError](e.Err)
		return ok && slices.Contains(list, re.Verb)
	})
}

// cut reports whether a connection ended without an alert.
func cut(err error) bool {
	for _, t := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE} {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}
