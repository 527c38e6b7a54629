package ftpwire

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/neterr"
	"github.com/ftpwire/ftpwire/tlsx"
)

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

// cut reports whether a connection ended without an alert.
func cut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || neterr.Cut(err)
}
