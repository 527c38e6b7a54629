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
)

// handshakeError explains why a handshake failed.
func (c *Config) handshakeError(phase Phase, err error, t *tap) *HandshakeError {
	head := t.received()
	e := &HandshakeError{Phase: phase, Err: err, Silent: len(head) == 0}
	for _, hint := range []string{
		certificateHint(err),
		plaintextHint(err, head, phase),
		c.versionHint(err, head),
		alertHint(err),
		endHint(err, e.Silent),
	} {
		if hint != "" {
			e.Hint = hint
			break
		}
	}
	return e
}

// plaintextHint says what the peer spoke if its first bytes were no TLS.
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
	switch {
	case bytes.HasPrefix(head, []byte("SSH-")):
		return "the peer is an SSH server, which speaks SFTP rather than FTP: " + quoted
	case bytes.HasPrefix(head, []byte("HTTP/")):
		return "the peer answered in HTTP: " + quoted
	case phase == PhaseData && isText(head):
		return "the server sent clear text on a data connection that was to be protected: " + quoted
	case isReply(head):
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
	switch {
	case head[0] == recordHandshake && len(head) >= 11 && head[5] == typeServerHello:
		version = uint16(head[9])<<8 | uint16(head[10])
	case head[0] != recordAlert || version != versionSSL30:
		return ""
	}
	if version == versionSSL30 {
		return "the peer speaks SSL 3.0, whose use RFC 7568 forbids; the server needs TLS"
	}
	if lowest := c.base().MinVersion; version < lowest {
		return fmt.Sprintf("the server speaks %s, and the lowest version allowed is %s",
			VersionName(version), VersionName(lowest))
	}
	return ""
}

// Alerts of RFC 8446, Section 6, that have a cause worth naming.
var alertHints = []struct {
	alert tls.AlertError
	hint  string
}{
	{40, "the server found no cipher suite, curve or certificate in common, or demands a client certificate"},
	{42, "the server refused the client certificate"},
	{43, "the server refused the client certificate's type"},
	{44, "the server has revoked the client certificate"},
	{45, "the client certificate has expired"},
	{46, "the server refused the client certificate"},
	{48, "the server does not know the issuer of the client certificate"},
	{49, "the server denied access to this client"},
	{70, "the server refused the TLS versions offered"},
	{71, "the server demands stronger cipher suites than those offered"},
	{86, "the server suspects a downgrade: it speaks a higher version than the one offered"},
	{112, "the server does not know the host name sent in the handshake"},
	{116, "the server demands a client certificate"},
	{120, "the server does not speak FTP over TLS: it refused the protocol name \"ftp\""},
}

func alertHint(err error) string {
	text, ok := remoteAlert(err)
	if !ok {
		return ""
	}
	for _, a := range alertHints {
		if a.alert.Error() == text {
			return a.hint
		}
	}
	return ""
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
	return ""
}

func endHint(err error, silent bool) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return ""
	case errors.As(err, &timeout) && timeout.Timeout():
		if silent {
			return "the peer sent nothing; it may not expect TLS here"
		}
		return "the peer stopped answering"
	case errors.Is(err, io.EOF) && silent:
		return "the peer closed the connection instead of answering"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the peer closed the connection during the handshake"
	}
	return ""
}
