package ftptest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// authFaults are those of how TLS comes to the control connection, and of PROT.
func authFaults() []deviation {
	all := []deviation{
		{name: "feat-hides-auth", doc: "FEAT in clear lists neither AUTH nor PBSZ nor PROT, though the server has them",
			features: func(s *session, lines []string) []string {
				if s.machine.Protection().Secured() {
					return lines
				}
				return without(lines, "AUTH", "PBSZ", "PROT", "CCC")
			}},
		{name: "feat-lies-in-clear", doc: "FEAT in clear lists SITE ROOT and lacks SIZE; under TLS it tells the truth",
			features: func(s *session, lines []string) []string {
				if s.machine.Protection().Secured() {
					return lines
				}
				return append(without(lines, "SIZE"), "SITE ROOT")
			}},
		{name: "auth-431-once", doc: "AUTH is answered with 431, and accepted if it is sent again",
			command: onCommand("AUTH", func(s *session, _ string) bool {
				if s.refusedAuth {
					return false
				}
				s.refusedAuth = true
				s.reply(431, "Not now")
				return true
			})},
		{name: "auth-silent", doc: "AUTH gets no reply",
			command: onCommand("AUTH", func(*session, string) bool { return true })},
		{name: "auth-injection-late", doc: "a reply in clear follows 234 in a segment of its own, where TLS should begin",
			starting: func(s *session) bool {
				wait(s.ctx, 50*time.Millisecond)
				s.write([]byte("230 Logged in\r\n"))
				return false
			}},
		{name: "auth-loses-early-bytes", doc: "what comes within 100 milliseconds of 234 is lost, a ClientHello too",
			starting: func(s *session) bool {
				s.tcp.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
				for b := make([]byte, 4<<10); ; {
					if _, err := s.tcp.Read(b); err != nil {
						break
					}
				}
				s.tcp.SetReadDeadline(time.Time{})
				return false
			}},
		{name: "control-tls-stalls", doc: "the TLS handshake of the control connection never begins",
			starting: func(s *session) bool {
				s.untilEnd(s.tcp)
				return true
			}},
		{name: "control-tls-garbage", doc: "what answers the ClientHello is no TLS",
			starting: func(s *session) bool {
				s.tcp.SetReadDeadline(time.Now().Add(handshakeTimeout))
				if _, err := s.tcp.Read(make([]byte, 4<<10)); err == nil {
					s.write([]byte("500 What?\r\n"))
				}
				s.untilEnd(s.tcp)
				return true
			}},
		{name: "alpn-http", doc: "TLS is for http/1.1 alone (RFC 7301): a client that offers ftp is refused",
			config: func(c *Config) { c.NextProtos = []string{"http/1.1"} }},
		{name: "certificate-huge", doc: "the chain of certificates is larger than 256 KiB",
			config: func(c *Config) { c.hugeChain = true }},
		{name: "data-in-clear", doc: "PROT P is accepted, and data connections are in clear",
			transfer: func(_ *session, t *transfer) { t.private = false }},
		{name: "data-tls-stalls", doc: "the TLS handshake of data connections never begins",
			transfer: func(_ *session, t *transfer) { t.stall = true }},
		{name: "pbsz-refused", doc: "PBSZ is refused with 501",
			command: refusing("PBSZ", 501, "No")},
	}
	for _, c := range []protocol.Code{500, 502, 504, 530} {
		all = append(all, deviation{name: Fault(fmt.Sprintf("auth-%d", c)), doc: fmt.Sprintf("AUTH is refused with %d, though FEAT lists it", c),
			command: refusing("AUTH", c, "Request denied")})
	}
	for _, c := range []int{235, 334} {
		all = append(all, deviation{name: Fault(fmt.Sprintf("auth-tls-%d", c)), doc: fmt.Sprintf("AUTH TLS is answered with %d, and no handshake follows", c),
			command: replying("AUTH", "TLS", fmt.Sprintf("%d Go on\r\n", c), 504)})
	}
	for _, c := range []protocol.Code{431, 504, 536} {
		all = append(all, deviation{name: Fault(fmt.Sprintf("prot-%d", c)), doc: fmt.Sprintf("PROT P is refused with %d, though FEAT lists PROT", c),
			command: onCommand("PROT", func(s *session, arg string) bool {
				if !strings.EqualFold(arg, "P") {
					return false
				}
				s.reply(c, "Request denied")
				return true
			})})
	}
	return all
}

// without returns the lines of FEAT that do not begin with one of the labels.
func without(lines []string, labels ...string) []string {
	var kept []string
	for _, l := range lines {
		label, _, _ := strings.Cut(l, " ")
		listed := false
		for _, name := range labels {
			listed = listed || name == label
		}
		if !listed {
			kept = append(kept, l)
		}
	}
	return kept
}

// untilEnd reads until the client closes, and ends the session.
func (s *session) untilEnd(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	for b := make([]byte, 4<<10); ; {
		if _, err := conn.Read(b); err != nil {
			break
		}
	}
	s.over = true
}

// clearFaults are those of CCC.
func clearFaults() []deviation {
	return []deviation{
		{name: "ccc-no-close-notify", doc: "after CCC the server takes close_notify and goes on in clear without its own",
			stopping: func(s *session) bool {
				conn, ok := s.conn.(*tls.Conn)
				if s.current.Verb != "CCC" || !ok {
					return false
				}
				conn.SetReadDeadline(time.Now().Add(handshakeTimeout))
				if _, err := io.Copy(io.Discard, conn); err != nil { // the client's close_notify
					s.over = true
					return true
				}
				s.conn = s.tcp
				s.conn.SetReadDeadline(time.Time{})
				s.machine.TLSClosed()
				return true
			}},
		{name: "ccc-injection", doc: "a reply in clear follows the close_notify of CCC in the same segment",
			greeted: func(s *session) {
				g := &gluing{Conn: s.tcp}
				s.tcp, s.conn = g, g
			},
			stopping: func(s *session) bool {
				if g, ok := s.tcp.(*gluing); ok && s.current.Verb == "CCC" {
					g.tail = []byte("230 Logged in\r\n")
				}
				return false
			}},
		{name: "ccc-reply-in-clear", doc: "the reply to CCC comes in clear",
			reply: onCode("CCC", 200, func(s *session, r *outgoing) {
				if _, secure := s.conn.(*tls.Conn); secure {
					s.tcp.Write(r.wire)
					r.wire = nil
				}
			})},
	}
}

// A gluing writes a tail after what is written next, in the same segment.
type gluing struct {
	net.Conn
	tail []byte
}

func (g *gluing) Write(b []byte) (int, error) {
	if len(g.tail) == 0 {
		return g.Conn.Write(b)
	}
	whole := append(bytes.Clone(b), g.tail...)
	g.tail = nil
	n, err := g.Conn.Write(whole)
	return min(n, len(b)), err
}

// CloseWrite sends FIN.
func (g *gluing) CloseWrite() error { return closeWrite(g.Conn) }
