package tlsx

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/neterr"
)

// handshakeError explains why a handshake failed.
func (c *Config) handshakeError(phase Phase, err error, t *tap) *HandshakeError {
	head := t.received()
	head = head[:min(len(head), maxHead)]
	if refused := t.demand.explain(err); refused != nil {
		return &HandshakeError{Phase: phase, Err: refused, Head: head}
	}
	e := &HandshakeError{Phase: phase, Err: err, Head: head, Silent: len(head) == 0, InClear: isReply(head) && head[0] >= '4'}
	for _, h := range []struct {
		failure Failure
		hint    string
	}{
		{FailureCertificate, certificateHint(err)},
		{FailureNotTLS, plaintextHint(err, head, phase)},
		{FailureVersion, c.versionHint(err, head)},
		{FailureAlert, AlertHint(err)},
		{FailureALPN, alpnHint(err)},
		{FailureTimeout, timeoutHint(err, e.Silent)},
		{FailureEnded, endHint(err, e.Silent)},
	} {
		if h.hint != "" {
			e.Failure, e.Hint = h.failure, h.hint
			break
		}
	}
	return e
}

// plaintextHint says what the peer spoke if its first bytes were not TLS.
func plaintextHint(err error, head []byte, phase Phase) string {
	re, ok := errors.AsType[tls.RecordHeaderError](err)
	if !ok {
		return ""
	}
	if len(head) < len(re.RecordHeader) {
		head = re.RecordHeader[:]
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	quoted := strconv.QuoteToASCII(string(line))
	isReply := isReply(head)
	switch {
	case bytes.HasPrefix(head, []byte("SSH-")):
		return "the peer is an SSH server, which speaks SFTP rather than FTP: " + quoted
	case bytes.HasPrefix(head, []byte("HTTP/")):
		return "the peer answered in HTTP: " + quoted
	case isReply && bytes.Contains(bytes.ToUpper(line), []byte("SMTP")):
		return "the peer is a mail server (SMTP): " + quoted
	case phase == PhaseData && isText(head):
		return "the server sent clear text on a data connection that was to be protected: " + quoted
	case isReply:
		return "the server sent an FTP reply in clear text, so it does not expect TLS here (ftps://) but AUTH TLS (ftpes://), or no TLS at all: " + quoted
	case isText(head):
		return "the peer answered in clear text: " + quoted
	}
	return "the peer's first bytes are not TLS: " + quoted
}

// isReply reports whether b starts like a reply (RFC 959, Section 4.2).
func isReply(b []byte) bool {
	return len(b) >= 4 && '1' <= b[0] && b[0] <= '6' && isDigit(b[1]) && isDigit(b[2]) &&
		(b[3] == ' ' || b[3] == '-')
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return len(b) > 0
}

const (
	recordAlert     = 21
	recordHandshake = 22
	typeServerHello = 2

	versionSSL30 = 0x0300
)

// versionHint explains a failure to agree on a version from the first record
// the peer sent, which is never encrypted.
func (c *Config) versionHint(err error, head []byte) string {
	if len(head) < 3 {
		return ""
	}
	version := uint16(head[1])<<8 | uint16(head[2])
	lowest := c.base().MinVersion
	switch {
	case head[0] == recordHandshake && len(head) >= 11 && head[5] == typeServerHello:
		version = uint16(head[9])<<8 | uint16(head[10])
	case head[0] == recordAlert && version == versionSSL30:
	case isAlert(err, alertProtocolVersion):
		return c.versionsRefused(lowest)
	default:
		return ""
	}
	if version == versionSSL30 {
		return "the peer speaks SSL 3.0 only, whose use RFC 7568 forbids; the server needs TLS"
	}
	if version < lowest {
		return fmt.Sprintf("the server speaks %s, and the lowest version allowed is %s",
			VersionName(version), VersionName(lowest))
	}
	return ""
}

// versionsRefused explains the alert protocol_version. The version of the alert's record
// does not help: crypto/tls's own server always writes TLS 1.0 there.
func (c *Config) versionsRefused(lowest uint16) string {
	highest := c.base().MaxVersion
	if highest == 0 || highest >= tls.VersionTLS13 {
		return fmt.Sprintf("the server refused every TLS version from %s up, so it speaks older ones only (alert protocol_version)",
			VersionName(lowest))
	}
	if lowest == highest {
		return fmt.Sprintf("the server refused the TLS version offered, %s (alert protocol_version)", VersionName(lowest))
	}
	return fmt.Sprintf("the server refused the TLS versions offered, %s to %s (alert protocol_version)",
		VersionName(lowest), VersionName(highest))
}

const (
	alertProtocolVersion       tls.AlertError = 70
	alertNoApplicationProtocol tls.AlertError = 120
)

// Alerts of RFC 8446, Section 6, that have a cause worth naming.
var alertHints = []struct {
	alert tls.AlertError
	name  string
	hint  string
}{
	{40, "handshake_failure", "the server found no cipher suite, curve or certificate in common, or demands a client certificate"},
	{42, "bad_certificate", "the server refused the client certificate, or demands one"},
	{43, "unsupported_certificate", "the server refused the client certificate's type"},
	{44, "certificate_revoked", "the server has revoked the client certificate"},
	{45, "certificate_expired", "the client certificate has expired"},
	{46, "certificate_unknown", "the server refused the client certificate"},
	{48, "unknown_ca", "the server does not know the issuer of the client certificate"},
	{49, "access_denied", "the server denied access to this client"},
	{alertProtocolVersion, "protocol_version", "the server refused the TLS versions offered"},
	{71, "insufficient_security", "the server demands stronger cipher suites than those offered"},
	{86, "inappropriate_fallback", "the server suspects a downgrade: it speaks a higher version than the one offered"},
	{112, "unrecognized_name", "the server does not know the host name sent in the handshake"},
	{116, "certificate_required", "the server demands a client certificate"},
	{alertNoApplicationProtocol, "no_application_protocol", "the server refused the protocol name offered (ALPN); it may be another service than FTP, or speak FTP on a new connection that offers no name"},
}

// AlertHint says in plain words what the TLS alert means with which the peer ended a
// connection, and names the alert. It returns "" if err holds no alert, or none with a
// cause worth naming.
//
// It is for errors of reading, too: a TLS 1.3 server that wants a client certificate, or
// refuses the one it got, says so after the client has completed its handshake. Handshake
// errors have the same text in their Hint.
func AlertHint(err error) string {
	text, ok := remoteAlert(err)
	if !ok {
		return ""
	}
	for _, a := range alertHints {
		if a.alert.Error() == text {
			return a.hint + " (alert " + a.name + ")"
		}
	}
	return ""
}

// AlertOf returns the alert with which the peer ended a connection, if err says so.
func AlertOf(err error) (alert tls.AlertError, ok bool) {
	text, ok := remoteAlert(err)
	if !ok {
		return 0, false
	}
	for a := range 256 {
		if alert = tls.AlertError(a); alert.Error() == text {
			return alert, true
		}
	}
	return 0, false
}

// isAlert reports whether the peer ended the handshake with the alert.
func isAlert(err error, alert tls.AlertError) bool {
	text, ok := remoteAlert(err)
	return ok && text == alert.Error()
}

// remoteAlert returns the text of the alert with which the peer ended the
// handshake. crypto/tls does not export the alert's type.
func remoteAlert(err error) (string, bool) {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" || op.Err == nil {
		return "", false
	}
	return op.Err.Error(), true
}

// alpnHint explains a server that chose a protocol that was not offered. The
// error of crypto/tls has no type.
func alpnHint(err error) string {
	if strings.Contains(err.Error(), "ALPN") {
		return "the server chose another protocol than FTP in the handshake (ALPN), so it is another service"
	}
	return ""
}

func certificateHint(err error) string {
	if _, ok := errors.AsType[*IdentityError](err); ok {
		return "the data connection may lead to another server than the control connection"
	}
	if e, ok := errors.AsType[*CertificateError](err); ok {
		return e.hint()
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the server's certificate is self-signed or its issuer is not trusted"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the server's certificate is for another host name"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired {
			return "the server's certificate has expired or is not yet valid; check the clock too"
		}
		return "the server's certificate chain is not valid for this use"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate could not be verified"
	}
	if strings.Contains(err.Error(), "x509: negative serial number") { // an error without a type
		return "the certificate's serial number is negative, against RFC 5280; a Go program takes it with GODEBUG=x509negativeserial=1, as the command ftpwire does"
	}
	return ""
}

func timeoutHint(err error, silent bool) string {
	var timeout interface{ Timeout() bool }
	if errors.Is(err, context.Canceled) || !errors.As(err, &timeout) || !timeout.Timeout() {
		return ""
	}
	if silent {
		return "the peer sent nothing; it may not expect TLS here"
	}
	return "the peer stopped answering"
}

// endHint explains connections that ended without an alert. Systems differ in the error
// for that.
func endHint(err error, silent bool) string {
	how := ""
	switch {
	case errors.Is(err, context.Canceled):
	case neterr.Cut(err):
		how = "the peer reset the connection "
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		how = "the peer closed the connection "
	}
	switch {
	case how == "":
		return ""
	case silent:
		return how + "instead of answering"
	}
	return how + "during the handshake"
}
