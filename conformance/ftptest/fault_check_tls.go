package ftptest

import (
	"bytes"
	"crypto/tls"
	"net"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkTLSFaults are defects of AUTH, PROT, CCC and TLS.
func checkTLSFaults() []deviation {
	return slices.Concat(checkAuthFaults(), checkHelloFaults(), checkRecordFaults(), checkReuseFaults(), checkCertificateFaults())
}

func checkAuthFaults() []deviation {
	var refused, proted memory[bool]
	return []deviation{
		{name: "auth-case-sensitive", doc: "AUTH tls in small letters is refused",
			command: instead("AUTH", argument("tls"), says(504, "No"))},
		{name: "tls10-accepted", doc: "TLS 1.0 and 1.1 are negotiated",
			config: func(c *Config) { c.MinTLS = tls.VersionTLS10 }},
		{name: "starttls-injection", doc: "commands in clear text after AUTH are carried out under TLS",
			greeted:  func(s *session) { s.conn = &injecting{Conn: s.conn} },
			starting: startInjected},
		{name: "starttls-half-line", doc: "the beginning of a line in clear text after AUTH becomes part of the first one under TLS",
			greeted:  func(s *session) { s.conn = &injecting{Conn: s.conn, half: true} },
			starting: startInjected},
		{name: "failed-handshake-lingers", doc: "the connection stays open for a while after a handshake that failed",
			greeted: func(s *session) {
				late := lateCloser{s.tcp}
				s.tcp, s.conn = late, late
			}},
		{name: "prot-refused-clears", doc: "a PROT that is refused makes data connections clear",
			reply: func(s *session, r *outgoing) {
				if r.verb == "PROT" {
					*refused.of(s) = r.code.Class() == 5
				}
			},
			transfer: func(s *session, t *transfer) { t.private = t.private && !*refused.of(s) }},
		{name: "prot-p-by-default", doc: "data connections are private without PROT",
			command: onCommand("PROT", func(s *session, _ string) bool { *proted.of(s) = true; return false }),
			transfer: func(s *session, t *transfer) {
				t.private = t.private || !*proted.of(s) && s.machine.Protection().Secured()
			}},
		{name: "prot-c-ignored", doc: "data connections stay private after PROT C",
			transfer: func(s *session, t *transfer) { t.private = s.machine.Protection().Secured() }},
		{name: "active-clear", doc: "active data connections are in clear text whatever PROT says",
			transfer: func(_ *session, t *transfer) { t.private = t.private && t.endpoint.passive() }},
		{name: "ccc-then-silence", doc: "nothing is answered after CCC",
			reply: func(s *session, r *outgoing) {
				if s.machine.Protection().Control == protocol.GuardCleared {
					r.wire = nil
				}
			}},
		{name: "prot-after-ccc", doc: "PROT is accepted after CCC",
			reply: onCode("PROT", 503, func(s *session, r *outgoing) {
				if s.machine.Protection().Control == protocol.GuardCleared {
					r.wire = []byte("200 OK\r\n")
				}
			})},
	}
}

// injecting keeps what follows AUTH in the same segment for later, when TLS is up.
type injecting struct {
	net.Conn
	half bool // whole lines are thrown away
	rest []byte
}

// startInjected performs the handshake, and takes what was kept for the first that came
// under TLS.
func startInjected(s *session) bool {
	c, ok := s.conn.(*injecting)
	if !ok || len(c.rest) == 0 {
		return false
	}
	if s.startTLS(); !s.over {
		s.machine.Receive(c.rest)
	}
	return true
}

func (c *injecting) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	i := bytes.IndexByte(b[:n], '\n') + 1
	if !bytes.HasPrefix(b[:n], []byte("AUTH")) || i == n {
		return n, err
	}
	c.rest = bytes.Clone(b[i:n])
	if c.half {
		c.rest = c.rest[bytes.LastIndexByte(c.rest, '\n')+1:]
	}
	return i, err
}

// A lateCloser closes three seconds late.
type lateCloser struct{ net.Conn }

func (c lateCloser) Close() error {
	time.AfterFunc(3*time.Second, func() { c.Conn.Close() })
	return nil
}

// CloseWrite sends FIN.
func (c lateCloser) CloseWrite() error { return closeWrite(c.Conn) }
