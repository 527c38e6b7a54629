package ftpwire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/neterr"
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

// Causes about TLS that was not to be had as it was demanded.
const (
	causeMechanism        Cause = "mechanism"
	causeAuthSSL          Cause = "auth-ssl"
	causeOddAuthReply     Cause = "odd-auth-reply"
	causeMailServer       Cause = "mail-server"
	causeNoTLS            Cause = "no-tls"
	causeNoExplicitTLS    Cause = "no-explicit-tls"
	causeNoDataProtection Cause = "no-data-protection"
	causeNoClearData      Cause = "no-clear-data"
	causeCommandsInClear  Cause = "commands-in-clear"
)

var securityRules = []diagnosisRule{
	{
		cause: causeMechanism, find: a(func(e *control.SecurityError) bool { return e.Mechanism != "" }), see: "RFC 2228",
		words: words(func(e *control.SecurityError) []string { return []string{e.Mechanism} }),
		says: "the server and this side do not agree about the security mechanism %s: whether the server has it, the keys, or the levels of protection. " +
			"Nothing was sent with less of it than was demanded",
	},
	{
		cause: causeAuthSSL, find: a(func(e *control.SecurityError) bool { return slices.Contains(e.Offers, "SSL") }), see: "RFC 4217, Section 17",
		says: "the server knows TLS by an old name only",
		try:  []string{"ask for it by AUTH SSL{Variant=ftp-ssl-explicit}"},
		then: noPassword,
	},
	{
		cause: causeOddAuthReply, find: a(func(e *control.SecurityError) bool {
			re, ok := errors.AsType[*protocol.ReplyError](e.Err)
			return ok && re.Verb == "AUTH" && re.Reply.Code.Class() == 2
		}), see: "RFC 4217, Section 4",
		says: "the server agreed to something, but not to begin TLS: perhaps its greeting came twice, and this is the second one",
		try:  []string{"use implicit TLS, which needs no AUTH{Variant=ftp-tls-implicit}"},
		then: noPassword,
	},
	{
		cause: causeMailServer, find: either(a(func(e *control.SecurityError) bool { return e.MailServer }), speaksOfMail),
		says: "a mail server answers there (SMTP), whose greeting is like that of FTP. Use the port of the FTP server, usually 21",
		then: noPassword,
	},
	{
		cause: causeNoTLS, find: both(a(func(e *control.SecurityError) bool { return e.NoTLS }), refusalOf("AUTH")), see: "RFC 4217, Section 4",
		says: "the server has no TLS on this port: its list of features (FEAT) names none",
		try:  []string{tryImplicit, tryClear},
		then: noPassword,
	},
	{
		cause: causeNoExplicitTLS, find: refusalOf("AUTH"), see: "RFC 4217, Section 4",
		says: "the server has no explicit TLS on this port, or knows it by another name",
		try:  []string{tryImplicit, "use the older name{Variant=ftp-ssl-explicit}", tryClear},
		then: noPassword,
	},
	{
		cause: causeNoClearData, find: a(func(e *control.SecurityError) bool { return e.NoClearData }), see: "RFC 4217, Section 9",
		says: "the server takes no data connections without protection",
		try:  []string{tryProtect},
	},
	{
		cause: causeNoDataProtection, find: refusalOf("PROT", "PBSZ"), see: "RFC 4217, Section 9",
		says: "the server does not protect data connections as asked: names and contents of files would travel differently from what was demanded",
		try:  []string{"do without protection of data, if anybody on the way may read and change it{DataProtection=C}"},
	},
	{
		cause: causeCommandsInClear, find: either(a[*tlsx.ClearError](), silent("CCC"), cutAt("CCC")), see: "RFC 4217, Section 12.3",
		says: "TLS was to end on the control connection after the login, and the server ended all of it, did not answer, or went on in a way that is not understood",
		try:  []string{"leave TLS on{ClearCommandChannel=false}"},
	},
}

// beforeUpload finds the listing that an upload was preceded by, if that has failed.
func beforeUpload(f *failure) error {
	if f.transfer == nil || !uploads(f.transfer.Verb) {
		return nil
	}
	look, ok := errors.AsType[*control.TransferError](f.transfer.Err)
	if !ok || !look.Verb.Does(protocol.Lists) {
		return nil
	}
	return look
}

// speaksOfMail finds a refusal before the password that has the words of a mail server: it
// wants its own hello first, or takes no mail.
func speaksOfMail(f *failure) error {
	if f.reply == nil || !verbs("", "AUTH", "USER")(f.reply.Verb) {
		return nil
	}
	text := strings.ToUpper(f.reply.Reply.Text())
	for _, word := range []string{"SMTP", "EHLO", "HELO"} {
		if strings.Contains(text, word) {
			return f.reply
		}
	}
	return nil
}

const noPassword = "No password was sent"

// Causes about TLS.
const (
	causeSessionIDOnly     Cause = "session-id-only"
	causeSessionIDUnusable Cause = "session-id-unusable"
	causeResumptionOff     Cause = "resumption-off"
	causeNotResumedTLS     Cause = "not-resumed-tls"
	causeTruncated         Cause = "truncated"
	causeSSL3              Cause = "ssl-3"
	causeTLSVersion        Cause = "tls-version"
	causeNoCommonCipher    Cause = "no-common-cipher"
	causeRenegotiation     Cause = "renegotiation"
	causeClientCertificate Cause = "client-certificate"
	causeTLSAlert          Cause = "tls-alert"
	causeClearReply        Cause = "clear-reply"
	causeClearData         Cause = "clear-data"
	causeTLSSilent         Cause = "tls-silent"
	causeUploadLook        Cause = "upload-look"
	causeTLSDataSilent     Cause = "tls-data-silent"
	causeNoImplicitTLS     Cause = "no-implicit-tls"
	causeTLSDataCut        Cause = "tls-data-cut"
	causeTLSCut            Cause = "tls-cut"
	causeTLSPeer           Cause = "tls-peer"
	causeTLSControl        Cause = "tls-control"
	causeTLSData           Cause = "tls-data"
)

// oldSuites are what servers have that know no cipher suite with forward secrecy.
const oldSuites = "TLS_RSA_WITH_AES_256_CBC_SHA,TLS_RSA_WITH_AES_128_CBC_SHA"

const (
	seeTLS      = "RFC 8446; docs/servers.md"
	tryExplicit = "use explicit TLS, port 21{Variant=ftp-tls-explicit}"
	tryImplicit = "use implicit TLS, port 990{Variant=ftp-tls-implicit}"
	tryClear    = "use clear text, if the network is trusted{Variant=ftp}"
	tryClearing = "do without protection of data, if anybody on the way may read and change it{DataProtection=C}"
)

var tlsRules = []diagnosisRule{
	{
		cause: causeSessionIDOnly, find: notResumed(func(e *tlsx.NotResumedError) bool { return e.Reuse == tlsx.SessionIDOnly }), see: seeResume,
		says: "the server resumes TLS sessions by session ID, not by ticket",
		try:  []string{"allow that{SessionIDs=true}"},
		then: "Or the server's administrator enables session tickets, or TLS 1.3",
	},
	{
		cause: causeSessionIDUnusable, find: notResumed(func(e *tlsx.NotResumedError) bool { return e.Reuse == tlsx.SessionIDUnusable }), see: seeResume,
		says: "the server resumes TLS sessions by session ID, and its ID could not be used. The server's administrator can enable session tickets, or TLS 1.3",
	},
	{
		cause: causeResumptionOff, find: notResumed(func(e *tlsx.NotResumedError) bool { return e.ByServer && e.Reuse == tlsx.Off }), see: seeResume,
		says: "the server refused a data connection that did not resume the TLS session, and probably demands it: resumption is switched off here",
		try:  []string{"allow it{Resumption=preferred}"},
	},
	{
		cause: causeNotResumedTLS, find: notResumed(func(e *tlsx.NotResumedError) bool { return !e.ByServer }), see: seeResume,
		says: "the server did not resume the TLS session on the data connection, and resumption is required",
		try:  []string{"prefer it instead of requiring it{Resumption=preferred}", tryTLS12},
	},
	{
		cause: causeTruncated, find: without(a[*control.EmptyError](), is(tlsx.ErrTruncated)), see: "RFC 8446, Section 6.1",
		says: "the connection ended in the middle of the data, without TLS's end mark (close_notify): the data may be cut. Try again",
		try:  []string{acceptCuts}, then: cutsUnseen,
	},
	{
		cause: causeSSL3, find: a(func(e *tlsx.HandshakeError) bool {
			return e.Failure == tlsx.FailureVersion && strings.Contains(e.Hint, "SSL 3.0")
		}), see: "RFC 7568",
		says: "the server speaks SSL 3.0 only, which RFC 7568 forbids: whoever is in between can read it, so it is not to be had here. The server's administrator must enable TLS",
	},
	{
		cause: causeTLSVersion, find: handshake(tlsx.FailureVersion), words: hintOf, see: "RFC 8996",
		says: "%s",
		try:  []string{"allow newer versions{TLSMax=1.3}", "allow old versions, which are weak{TLSMin=1.0}"},
	},
	{
		cause: causeNoCommonCipher, find: alert(40, 71), words: alertOf, see: "RFC 4217, Section 3",
		says: "%s. Old servers have only cipher suites that are not offered unless they are named",
		try:  []string{"name them{CipherSuites=" + oldSuites + "}", "allow old versions, which are weak{TLSMin=1.0}"},
		then: "Others demand a client certificate",
	},
	{
		cause: causeRenegotiation, find: renegotiation, see: "RFC 8446, Section 4.1.2",
		says: "the server wants to negotiate TLS anew in the middle of the connection, which is not done here; some ask for a client certificate in that way. Its administrator can switch that off",
		try:  []string{"use TLS 1.3, which has no such thing{TLSMin=1.3}"},
	},
	{
		cause: causeClientCertificate, find: alert(42, 43, 44, 45, 46, 48, 116), words: alertOf, see: seeClientCert,
		says: "%s",
		try:  []string{"give the client's certificate and its key{ClientCertificates}"},
	},
	{
		cause: causeTLSAlert, find: alert(), words: alertOf, see: "RFC 8446, Section 6.2",
		says: "%s",
	},
	{
		cause: causeClearReply, find: a(notTLS("FTP reply")), words: hintOf, see: "RFC 4217, Appendix A",
		says: "the server answers in clear text where TLS was to begin",
		try:  []string{tryExplicit, tryImplicit, tryClear},
	},
	{
		cause: causeClearData, find: both(handshake(tlsx.FailureNotTLS), a(inPhase(tlsx.PhaseData))), see: "RFC 4217, Section 9",
		says: "the server does not protect data connections, though it agreed to",
		try:  []string{tryClearing},
	},
	{
		cause: causeTLSDataSilent, find: both(handshake(tlsx.FailureTimeout), a(inPhase(tlsx.PhaseData))), see: "RFC 4217, Section 7",
		says: "the data connection was opened, but TLS did not come about on it in time: the server waits for something else, or does not see that connection",
		try:  []string{"do one step at a time{SyncDataChannel=on}", tryTLS12, tryActive},
	},
	{
		cause: causeTLSSilent, find: either(handshake(tlsx.FailureTimeout), when(implicit, silent(""))), see: "RFC 4217, Section 4",
		says: "the server sent nothing where TLS was to begin: it has none there, or a firewall swallows what TLS begins with",
		try:  []string{tryExplicit, tryTLS12, tryImplicit},
	},
	{
		cause: causeNoImplicitTLS, find: when(implicit, both(a(func(e *tlsx.HandshakeError) bool { return e.Silent }), handshake(tlsx.FailureEnded))), words: hintOf, see: "RFC 4217, Appendix A",
		says: "%s. The server may have no implicit TLS here",
		try:  []string{tryExplicit, tryTLS12},
	},
	{
		cause: causeTLSDataCut, find: both(handshake(tlsx.FailureEnded), a(inPhase(tlsx.PhaseData))), words: hintOf, see: seeResume,
		says: "%s. Servers that want the TLS session of the control connection resumed do that, and firewalls that look into FTP",
		try:  []string{"allow resumption{Resumption=preferred}", tryTLS12, tryActive, tryClearing},
	},
	{
		cause: causeTLSCut, find: without(a[*control.UnansweredLoginError](), handshake(tlsx.FailureEnded)), words: hintOf, see: seeTLS,
		says: "%s. Firewalls and old servers do that with a ClientHello that is too large or too new for them; or the server speaks TLS in another way, or wants a client certificate",
		try:  []string{"use TLS 1.2, whose ClientHello is smaller{TLSMax=1.2}", tryExplicit, tryImplicit},
	},
	{
		cause: causeTLSPeer, find: a(func(e *tlsx.HandshakeError) bool { return e.Hint != "" }), words: hintOf, see: seeTLS,
		says: "%s",
	},
	{
		cause: causeTLSControl, find: a(inPhase(tlsx.PhaseControl)), see: seeTLS,
		says: "the TLS handshake failed",
		try:  []string{tryTLS12, "allow old versions, which are weak{TLSMin=1.0}"},
	},
	{
		cause: causeTLSData, find: a[*tlsx.HandshakeError](), see: seeResume,
		says: "the TLS handshake of the data connection failed. A server that demands session resumption, or a firewall that looks into FTP, does that",
		try:  []string{tryTLS12, tryActive},
	},
}

const seeResume = "RFC 4217, Section 10.2; docs/data-connections.md"

// implicit reports whether the session is known to begin with TLS.
func implicit(f *failure) bool {
	return f.p != nil && f.p.Protocol().Security() == control.SecurityImplicit
}

// notTLS finds a peer that speaks something else, as the hint says.
func notTLS(hint string) func(*tlsx.HandshakeError) bool {
	return func(e *tlsx.HandshakeError) bool {
		return e.Failure == tlsx.FailureNotTLS && strings.Contains(e.Hint, hint)
	}
}

func inPhase(p tlsx.Phase) func(*tlsx.HandshakeError) bool {
	return func(e *tlsx.HandshakeError) bool { return e.Phase == p }
}

// renegotiation finds a demand to negotiate TLS anew; the error of crypto/tls has no type.
func renegotiation(f *failure) error {
	op, ok := errors.AsType[*net.OpError](f.err)
	if !ok || op.Op != "local error" || op.Err == nil || op.Err.Error() != tls.AlertError(100).Error() {
		return nil
	}
	return op
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
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || neterr.Cut(err)
}
