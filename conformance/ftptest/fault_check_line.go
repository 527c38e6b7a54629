package ftptest

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/protocol"
)

// A lineConn changes what a session reads from its control connection, in clear
// text only.
type lineConn struct {
	net.Conn
	busy   atomic.Bool // a transfer is under way
	idle   *sync.Cond  // signals the end of a transfer
	change func(c *lineConn, b []byte) []byte
	atEnd  func(c *lineConn, unfinished bool) []byte // more bytes before the end, or nil
	last   byte
	end    error
}

func (c *lineConn) Read(b []byte) (int, error) {
	for {
		if c.end != nil {
			return 0, c.end
		}
		buf := make([]byte, len(b)/2)
		n, err := c.Conn.Read(buf)
		out := buf[:n]
		if n > 0 && c.change != nil {
			out = c.change(c, out)
		}
		if err != nil {
			if c.end = err; c.atEnd != nil {
				out = append(out, c.atEnd(c, c.last != '\n' && c.last != 0)...)
			}
		}
		if len(out) > 0 {
			c.last = out[len(out)-1]
			return copy(b, out), nil
		}
	}
}

// CloseWrite sends FIN.
func (c *lineConn) CloseWrite() error { return closeWrite(c.Conn) }

func (c *lineConn) setBusy(v bool) {
	c.idle.L.Lock()
	c.busy.Store(v)
	c.idle.L.Unlock()
	c.idle.Broadcast()
}

// waitIdle waits for the end of the transfer, or of the server: a transfer whose
// session is lost may end without a reply.
func (c *lineConn) waitIdle(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { c.setBusy(false) })
	defer stop()
	c.idle.L.Lock()
	defer c.idle.L.Unlock()
	for c.busy.Load() {
		c.idle.Wait()
	}
}

// onLines returns a fault that reads through a lineConn.
func onLines(name Fault, doc string, make func(s *session, c *lineConn)) deviation {
	return deviation{
		name: name, doc: doc + " (clear text only)",
		greeted: func(s *session) {
			c := &lineConn{Conn: s.conn, idle: sync.NewCond(new(sync.Mutex))}
			make(s, c)
			s.conn = c
		},
		transfer: func(s *session, _ *transfer) { busy(s, true) },
		reply: func(s *session, r *outgoing) {
			if info, _ := protocol.LookupVerb(r.verb); info.MovesData() && r.code.Class() != 1 {
				busy(s, false)
			}
		},
	}
}

func busy(s *session, v bool) {
	if c, ok := s.conn.(*lineConn); ok {
		c.setBusy(v)
	}
}

// checkLineFaults are defects of how command lines are read.
func checkLineFaults() []deviation {
	return []deviation{
		onLines("command-per-segment", "every TCP segment is taken for a whole line", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte {
				if !bytes.HasSuffix(b, []byte("\n")) {
					b = append(b, "\r\n"...)
				}
				return b
			}
		}),
		onLines("eof-ends-command", "the end of the connection ends a command line", func(_ *session, c *lineConn) {
			c.atEnd = func(_ *lineConn, unfinished bool) []byte {
				if unfinished {
					return []byte("\r\n")
				}
				return nil
			}
		}),
		onLines("verb-case-sensitive", "verbs have to be in capitals", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte {
				verb, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte(" "))
				if !bytes.Equal(verb, bytes.ToUpper(verb)) {
					return []byte("XXXX\r\n")
				}
				return b
			}
		}),
		onLines("transfer-drops-commands", "PWD during a transfer is lost", func(_ *session, c *lineConn) {
			c.change = func(c *lineConn, b []byte) []byte {
				if c.busy.Load() {
					b = bytes.ReplaceAll(b, []byte("PWD\r\n"), nil)
				}
				return b
			}
		}),
		onLines("abor-unheard", "ABOR is read only when the transfer that it is for has ended", func(s *session, c *lineConn) {
			c.change = func(c *lineConn, b []byte) []byte {
				if bytes.Contains(b, []byte("ABOR")) {
					c.waitIdle(s.ctx)
				}
				return b
			}
		}),
		onLines("telnet-ignored", "Telnet negotiations are passed over in silence", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte {
				for i := bytes.IndexByte(b, 255); i >= 0 && i+2 < len(b) && b[i+1] >= 251; i = bytes.IndexByte(b, 255) {
					b = append(b[:i:i], b[i+3:]...)
				}
				return b
			}
		}),
		onLines("telnet-acks-wont", "Telnet WONT is answered with DONT", func(_ *session, c *lineConn) {
			c.change = func(c *lineConn, b []byte) []byte {
				if i := bytes.Index(b, []byte{255, 252}); i >= 0 && i+2 < len(b) {
					c.Conn.Write([]byte{255, 254, b[i+2]})
				}
				return b
			}
		}),
		onLines("telnet-spoils-abor", "Telnet IP and DM are taken for letters of a verb", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte {
				// An urgent mark parts what is read: "\xff\xf4", "\xff" and "\xf2ABOR" may come.
				for i := 0; i < len(b) && (b[i] == 0xff || b[i] == 0xf4 || b[i] == 0xf2); i++ {
					if i+1 < len(b) && b[i+1] >= 251 && b[i+1] < 255 {
						break // an option, which is another matter
					}
					b[i] = 'x'
				}
				return b
			}
		}),
		onLines("quit-kills-transfer", "QUIT ends a transfer that is under way", func(s *session, c *lineConn) { c.change = cancelOn(s, "QUIT") }),
		onLines("rein-kills-transfer", "REIN ends a transfer that is under way", func(s *session, c *lineConn) { c.change = cancelOn(s, "REIN") }),
		onLines("transfer-survives-control", "a transfer goes on when the control connection is lost", func(s *session, c *lineConn) {
			c.atEnd = func(c *lineConn, _ bool) []byte {
				c.waitIdle(s.ctx)
				return nil
			}
		}),
		{name: "path-trim-leading", doc: "spaces in front of a pathname are dropped",
			command: trimming(func(arg string) string { return strings.TrimLeft(arg, " ") })},
		{name: "path-trim-trailing", doc: "spaces after a pathname are dropped",
			command: trimming(func(arg string) string { return strings.TrimRight(arg, " ") })},
	}
}

func cancelOn(s *session, verb string) func(*lineConn, []byte) []byte {
	return func(c *lineConn, b []byte) []byte {
		if c.busy.Load() && strings.HasPrefix(string(b), verb) {
			s.call(func() {
				if s.transfer != nil {
					s.transfer.cancel()
				}
			})
		}
		return b
	}
}

func trimming(trim func(string) string) func(*session, protocol.Command) bool {
	return func(s *session, c protocol.Command) bool {
		info, _ := protocol.LookupVerb(c.Verb)
		arg := trim(c.Arg)
		h, ok := s.srv.commands[c.Verb]
		if info.Arg != protocol.ArgPath || arg == c.Arg || arg == "" || !ok || c.Verb == "RNTO" {
			return false
		}
		h.run(s, arg)
		return true
	}
}
