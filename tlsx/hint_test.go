package tlsx

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// What a peer that is no FTP server with TLS sends, and what the error says.
func TestHint(t *testing.T) {
	tests := []struct {
		name   string
		answer string // sent once the ClientHello is in; then the peer closes
		want   string // in the hint
		silent bool
	}{
		{"reply", "220 ftp.example.com ready\r\n", `FTP reply in clear text, so it does not expect TLS here (ftps://) but AUTH TLS (ftpes://), or no TLS at all: "220 ftp.example.com ready"`, false},
		{"multi-line reply", "220-Welcome\r\n220 ready\r\n", `"220-Welcome"`, false},
		{"short reply", "500\r\n", `clear text: "500"`, false},
		{"SSH", "SSH-2.0-OpenSSH_9.9\r\n", `SSH server, which speaks SFTP rather than FTP: "SSH-2.0-OpenSSH_9.9"`, false},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", `HTTP: "HTTP/1.1 400 Bad Request"`, false},
		{"other text", "+OK POP3 ready\r\n", `clear text: "+OK POP3 ready"`, false},
		{"escape sequence", "220 \x1b]0;pwned\x07\r\n", `"220 \x1b]0;pwned\a"`, false},
		{"binary", "\x00\x01\x02\x03\x04\x05", "not TLS", false},
		{"SSL 3.0 alert", "\x15\x03\x00\x00\x02\x02\x28", "SSL 3.0 only, whose use RFC 7568 forbids", false},
		{"SSL 3.0 ServerHello", serverHelloRecord(0x0300), "SSL 3.0 only, whose use RFC 7568 forbids", false},
		{"TLS 1.0 ServerHello", serverHelloRecord(tls.VersionTLS10), "speaks TLS 1.0, and the lowest version allowed is TLS 1.2", false},
		{"TLS 1.1 ServerHello", serverHelloRecord(tls.VersionTLS11), "speaks TLS 1.1, and the lowest version allowed is TLS 1.2", false},
		{"alert: version", "\x15\x03\x01\x00\x02\x02\x46", "every TLS version from TLS 1.2 up, so it speaks older ones only (alert protocol_version)", false},
		{"SMTP", "220 mail.example.com ESMTP Postfix\r\n", `mail server (SMTP): "220 mail.example.com ESMTP Postfix"`, false},
		{"IMAP", "* OK IMAP4rev1 ready\r\n", `clear text: "* OK IMAP4rev1 ready"`, false},
		{"one byte", "2", "closed the connection during the handshake", false},
		{"long banner", "220 " + strings.Repeat("x", 4000) + "\r\n", `FTP reply in clear text`, false},
		{"alert: handshake failure", "\x15\x03\x03\x00\x02\x02\x28", "no cipher suite", false},
		{"alert: name", "\x15\x03\x03\x00\x02\x02\x70", "host name", false},
		{"closed", "", "closed the connection instead of answering", true},
		{"closed in a record", "\x16\x03\x03", "closed the connection during the handshake", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkGoroutines(t)
			client, server := tcpPair(t)
			done := async(func() (int64, error) {
				defer server.Close()
				header := make([]byte, 5)
				if _, err := io.ReadFull(server, header); err != nil {
					return 0, err
				}
				io.CopyN(io.Discard, server, int64(header[3])<<8+int64(header[4]))
				n, err := io.WriteString(server, tt.answer)
				server.CloseWrite()
				return int64(n), err
			})
			_, err := NewSession(&Config{ServerName: testHost}).Control(t.Context(), client)
			he, ok := errors.AsType[*HandshakeError](err)
			if !ok {
				t.Fatalf("Control = %v, want a *HandshakeError", err)
			}
			if he.Phase != PhaseControl || he.Silent != tt.silent {
				t.Errorf("Phase %q, Silent %v", he.Phase, he.Silent)
			}
			if !strings.Contains(he.Hint, tt.want) {
				t.Errorf("hint %q, want %q in it", he.Hint, tt.want)
			}
			if len(he.Hint) > 300 {
				t.Errorf("hint of %d bytes", len(he.Hint))
			}
			if i := strings.IndexFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
				t.Errorf("control character in %q", err)
			}
			wantClosed(t, client)
			wait(t, done)
		})
	}
}

func serverHelloRecord(version uint16) string {
	body := string([]byte{byte(version >> 8), byte(version)}) + strings.Repeat("r", 32) + "\x00\xc0\x13\x00"
	return "\x16" + string([]byte{byte(version >> 8), byte(version)}) + "\x00" + string(rune(len(body)+4)) +
		"\x02\x00\x00" + string(rune(len(body))) + body
}

// PROT P was accepted and the data come in clear.
func TestHintClearData(t *testing.T) {
	e := newEnv(t, envConfig{})
	client, server := tcpPair(t)
	io.WriteString(server, "-rw-r--r-- 1 ftp ftp 5 Jan  1 00:00 a.txt\r\n")
	_, err := e.client.Data(t.Context(), client)
	he, ok := errors.AsType[*HandshakeError](err)
	if !ok || he.Phase != PhaseData || !strings.Contains(he.Hint, "clear text on a data connection") {
		t.Errorf("Data = %v", err)
	}
}

func TestHintTimeout(t *testing.T) {
	s := NewSession(&Config{ServerName: testHost, HandshakeTimeout: time.Millisecond})
	_, err := s.Control(t.Context(), hanging(t))
	he, ok := errors.AsType[*HandshakeError](err)
	if !ok || !errors.Is(err, os.ErrDeadlineExceeded) || !he.Silent || !strings.Contains(he.Hint, "sent nothing") {
		t.Errorf("Control = %v", err)
	}
}

func TestHintCertificate(t *testing.T) {
	trusted := newCert(t, testHost)
	tests := []struct {
		name   string
		client Config
		as     func(error) bool
		want   string
	}{
		{"unknown issuer", Config{ServerName: testHost, TLS: &tls.Config{RootCAs: x509.NewCertPool()}},
			isType[x509.UnknownAuthorityError], "self-signed or its issuer is not trusted"},
		{"other name", Config{ServerName: "other.example.com", TLS: &tls.Config{RootCAs: pool(trusted)}},
			isType[x509.HostnameError], "another host name"},
		{"expired", Config{ServerName: testHost, TLS: &tls.Config{RootCAs: pool(trusted),
			Time: func() time.Time { return time.Now().Add(48 * time.Hour) }}},
			isType[x509.CertificateInvalidError], "expired"},
		{"TLS.ServerName wins", Config{ServerName: testHost, TLS: &tls.Config{RootCAs: pool(trusted), ServerName: "other.example.com"}},
			isType[x509.HostnameError], "another host name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := tcpPair(t)
			done := async(func() (struct{}, error) {
				tc := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{trusted}})
				return struct{}{}, tc.Handshake()
			})
			_, err := NewSession(&tt.client).Control(t.Context(), client)
			he, ok := errors.AsType[*HandshakeError](err)
			if !ok || !tt.as(err) || !strings.Contains(he.Hint, tt.want) {
				t.Errorf("Control = %v, want %q in the hint", err, tt.want)
			}
			wait(t, done)
		})
	}
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// Every alert that has a cause worth naming is named, whichever connection of
// the handshake it ends.
func TestHintAlerts(t *testing.T) {
	tests := []struct {
		name  string
		alert byte
		want  string
	}{
		{"handshake_failure", 40, "demands a client certificate"},
		{"bad_certificate", 42, "refused the client certificate, or demands one"},
		{"unsupported_certificate", 43, "client certificate's type"},
		{"certificate_revoked", 44, "revoked"},
		{"certificate_expired", 45, "client certificate has expired"},
		{"certificate_unknown", 46, "refused the client certificate"},
		{"unknown_ca", 48, "does not know the issuer of the client certificate"},
		{"access_denied", 49, "denied access"},
		{"protocol_version", 70, "older ones only"},
		{"insufficient_security", 71, "stronger cipher suites"},
		{"inappropriate_fallback", 86, "downgrade"},
		{"unrecognized_name", 112, "host name"},
		{"certificate_required", 116, "demands a client certificate"},
		{"no_application_protocol", 120, "on a new connection that offers no name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := tcpPair(t)
			io.WriteString(server, record(recordAlert, "\x02"+string(rune(tt.alert))))
			_, err := NewSession(&Config{ServerName: testHost}).Control(t.Context(), client)
			he, ok := errors.AsType[*HandshakeError](err)
			if !ok || !strings.Contains(he.Hint, tt.want) || !strings.Contains(he.Hint, "(alert "+tt.name+")") {
				t.Errorf("Control = %v, want %q and the alert's name", err, tt.want)
			}
			if got := ok && he.ALPNRefused(); got != (tt.alert == 120) {
				t.Errorf("ALPNRefused() = %v", got)
			}
		})
	}
	if got := AlertHint(io.EOF); got != "" {
		t.Errorf("AlertHint(io.EOF) = %q", got)
	}
}

// A peer that resets the connection, before and after it has said something.
func TestHintReset(t *testing.T) {
	for _, tt := range []struct{ name, answer, want string }{
		{"at once", "", "reset the connection instead of answering"},
		{"in the handshake", "\x16\x03\x03", "reset the connection during the handshake"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, server := tcpPair(t)
			first := make(chan struct{})
			done := async(func() (struct{}, error) {
				io.ReadFull(server, make([]byte, 100)) // the rest, unread, makes the close a reset
				io.WriteString(server, tt.answer)
				if tt.answer != "" {
					<-first
				}
				server.SetLinger(0)
				return struct{}{}, server.Close()
			})
			conn := &signalConn{Conn: client, after: len(tt.answer), done: first}
			_, err := NewSession(&Config{ServerName: testHost}).Control(t.Context(), conn)
			he, ok := errors.AsType[*HandshakeError](err)
			if !ok || !strings.Contains(he.Hint, tt.want) || he.Silent != (tt.answer == "") {
				t.Errorf("Control = %v, want %q", err, tt.want)
			}
			wait(t, done)
		})
	}
}

// A signalConn tells when so many bytes have been read.
type signalConn struct {
	net.Conn
	after int
	done  chan struct{}
}

func (c *signalConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.after > 0 {
		if c.after -= n; c.after <= 0 {
			close(c.done)
		}
	}
	return n, err
}

// Real servers of crypto/tls that speak nothing the client does.
func TestHintVersions(t *testing.T) {
	cert := newCert(t, testHost)
	tests := []struct {
		name            string
		server          uint16 // its only version
		lowest, highest uint16 // the client's
		want            string
	}{
		{"TLS 1.0 only", tls.VersionTLS10, 0, 0, "older ones only"},
		{"TLS 1.1 only", tls.VersionTLS11, 0, 0, "older ones only"},
		{"TLS 1.3 only", tls.VersionTLS13, 0, tls.VersionTLS12, "the TLS version offered, TLS 1.2 (alert protocol_version)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := tcpPair(t)
			done := async(func() (struct{}, error) {
				return struct{}{}, tls.Server(server, &tls.Config{
					Certificates: []tls.Certificate{cert}, MinVersion: tt.server, MaxVersion: tt.server,
				}).Handshake()
			})
			s := NewSession(&Config{ServerName: testHost, TLS: &tls.Config{MinVersion: tt.lowest, MaxVersion: tt.highest}})
			_, err := s.Control(t.Context(), client)
			he, ok := errors.AsType[*HandshakeError](err)
			if !ok || !strings.Contains(he.Hint, tt.want) {
				t.Errorf("Control = %v, want %q", err, tt.want)
			}
			wait(t, done)
		})
	}
}

// A TLS 1.3 server says what it holds of the client's certificate when the
// client's handshake is over: the error is one of reading.
func TestAlertHintOfRead(t *testing.T) {
	cert := newCert(t, testHost)
	client, server := tcpPair(t)
	done := async(func() (struct{}, error) {
		return struct{}{}, tls.Server(server, &tls.Config{
			Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert,
		}).Handshake()
	})
	s := NewSession(&Config{ServerName: testHost, TLS: &tls.Config{RootCAs: pool(cert)}})
	tc, err := s.Control(t.Context(), client)
	if err != nil {
		t.Fatalf("Control = %v, but the point is that it succeeds", err)
	}
	_, err = tc.Read(make([]byte, 1))
	if got := AlertHint(err); !strings.Contains(got, "demands a client certificate (alert certificate_required)") {
		t.Errorf("AlertHint(%v) = %q", err, got)
	}
	wait(t, done)
}

// A server that refuses the protocol name takes the next connection, on which
// none is offered.
func TestRetryWithoutALPN(t *testing.T) {
	cert := newCert(t, testHost)
	cfg := &Config{TLS: &tls.Config{RootCAs: pool(cert)}, ServerName: testHost}
	for _, protos := range [][]string{nil, {}} {
		cfg.TLS.NextProtos = protos
		client, server := tcpPair(t)
		done := async(func() (struct{}, error) {
			return struct{}{}, tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"x-old-ftp"}}).Handshake()
		})
		_, err := NewSession(cfg).Control(t.Context(), client)
		he, refused := errors.AsType[*HandshakeError](err)
		if refused = refused && he.ALPNRefused(); refused != (protos == nil) || (err != nil) != (protos == nil) {
			t.Errorf("offering %v: %v", protos, err)
		}
		wait(t, done)
	}
}

// TestNegativeSerial: a certificate that package crypto/x509 does not even read is named,
// with the way to have it read.
func TestNegativeSerial(t *testing.T) {
	cert := newCert(t, testHost)
	der := cert.Certificate[0]
	serial := bytes.Index(der, []byte{0xa0, 3, 2, 1, 2}) + 7 // after the version, and the tag and length of the serial number
	der[serial] |= 0x80                                      // the sign (X.690, Section 8.3)
	client, server := tcpPair(t)
	done := async(func() (struct{}, error) {
		defer server.Close()
		return struct{}{}, tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}}).HandshakeContext(t.Context())
	})
	_, err := NewSession(&Config{TLS: &tls.Config{InsecureSkipVerify: true}}).Control(t.Context(), client)
	client.Close()
	<-done
	he, ok := errors.AsType[*HandshakeError](err)
	if !ok || he.Failure != FailureCertificate || !strings.Contains(he.Hint, "x509negativeserial=1") {
		t.Errorf("%v; want advice on the serial number", err)
	}
}
