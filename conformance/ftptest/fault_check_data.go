package ftptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// checkDataFaults are defects of data connections and transfers.
func checkDataFaults() []deviation {
	return append(endpointFaults(), []deviation{
		{name: "retr-dir-226", doc: "RETR of a directory sends nothing and says 226",
			command: instead("RETR", exists(true), nothing)},
		{name: "retr-touches", doc: "RETR sets the time of the file",
			transfer: onVerb("RETR", func(s *session, _ *transfer) {
				s.host.tree.chtimes(s.resolve(s.current.Arg), time.Date(1999, 9, 9, 9, 9, 9, 0, time.UTC))
			})},
		{name: "retr-lingers", doc: "the final reply to RETR comes before the data connection is closed",
			transfer: onVerb("RETR", func(_ *session, t *transfer) { t.during = linger }),
			reply: onCode("RETR", 226, func(_ *session, r *outgoing) {
				r.wire = bytes.TrimPrefix(r.wire, []byte("226 Transfer complete\r\n"))
			})},
		{name: "stor-dir-226", doc: "STOR to a directory takes the data and says 226",
			command: instead("STOR", exists(true), func(s *session, _ string) {
				if s.mayTransfer() {
					s.begin(&transfer{sink: io.Discard, file: io.NopCloser(nil), text: "Go on"})
				}
			})},
		{name: "stor-appends", doc: "STOR appends to what is there",
			command: instead("STOR", func(s *session, arg string) bool { return s.restart() == 0 && exists(false)(s, arg) }, func(s *session, arg string) {
				s.store(arg, s.resolve(arg), writeAppend, 0)
			})},
		{name: "stor-late-226", doc: "the final reply to an upload of 512 bytes or more comes two seconds late",
			transfer: uploads(func(s *session, t *transfer) {
				size := 0
				t.wrapSink = func(w io.Writer) io.Writer {
					return editing{w, func(b []byte) []byte { size += len(b); return b }}
				}
				t.flush = lateEnd{t.flush, &size, s}
			})},
		{name: "stor-cut-silence", doc: "an upload that ended without close_notify gets no final reply",
			reply: func(s *session, r *outgoing) {
				if r.verb != "STOR" || r.code.Class() == 1 {
					return
				}
				if conns := s.srv.DataConns(); len(conns) > 0 {
					if c := conns[len(conns)-1]; c.Version != 0 && c.End == EndFIN {
						r.wire = nil
					}
				}
			}},
		{name: "appe-replaces", doc: "APPE replaces the content",
			command: instead("APPE", func(s *session, _ string) bool { return s.restart() == 0 }, func(s *session, arg string) {
				s.store(arg, s.resolve(arg), writeTruncate, 0)
			})},
		{name: "appe-ascii-replaces", doc: "APPE in TYPE A replaces the content",
			command: instead("APPE", func(s *session, _ string) bool { return s.restart() == 0 && s.ascii() }, func(s *session, arg string) {
				s.store(arg, s.resolve(arg), writeTruncate, 0)
			})},
		{name: "stou-same-name", doc: "STOU has one name only",
			command: instead("STOU", always, func(s *session, _ string) { s.store("ftp.1", s.resolve("ftp.1"), writeNew, 0) })},
		{name: "stou-arg-replaces", doc: "STOU stores under the name that is its argument",
			command: instead("STOU", func(_ *session, arg string) bool { return arg != "" }, func(s *session, arg string) {
				s.store(arg, s.resolve(arg), writeTruncate, 0)
			})},
		busyFault("busy-retr-garbage", "RETR of a file that is being stored has what was not in it", func(t *transfer, busy *busyFile) {
			if busy != nil {
				t.wrapSource = func(io.Reader) io.Reader { return strings.NewReader("garbage") }
			}
		}),
		busyFault("busy-stor-spoiled", "an upload loses what comes after its file was retrieved", func(_ *transfer, busy *busyFile) {
			if busy != nil {
				busy.spoiled.Store(true)
			}
		}),
		{name: "stou-in-root", doc: "STOU creates its file in the root",
			command: instead("STOU", always, func(s *session, _ string) {
				name := fmt.Sprintf("ftp.%d", time.Now().UnixNano())
				s.store(name, "/"+name, writeNew, 0)
			})},
		{name: "rest-off-by-one", doc: "transfers after REST start one octet late",
			restart: func(_ *session, n int64) int64 {
				if n > 0 {
					n++
				}
				return n
			}},
		{name: "rest-stor-truncates", doc: "STOR takes no notice of REST",
			restart: func(s *session, n int64) int64 {
				if s.current.Verb == "STOR" {
					return 0
				}
				return n
			}},
		{name: "rest-appe-truncates", doc: "APPE after REST replaces the content",
			command: instead("APPE", func(s *session, _ string) bool { return s.restart() > 0 }, func(s *session, arg string) {
				s.store(arg, s.resolve(arg), writeTruncate, 0)
			})},
		restSticks("rest-sticks", "the restart marker stays for later transfers", func(m *int64, verb, arg string) {
			if verb == "REST" {
				fmt.Sscan(arg, m)
			}
		}),
		restSticks("rest-zero-ignored", "REST 0 does not take a marker back", func(m *int64, verb, arg string) {
			switch {
			case verb == "REST" && arg != "0":
				fmt.Sscan(arg, m)
			case verb != "REST" && verb != "RETR" && verb != "STOR" && verb != "APPE":
				*m = 0
			}
		}),
	}...)
}

// A busyFile is being stored.
type busyFile struct{ spoiled atomic.Bool }

// busyFault returns a fault that sees each RETR, with the file if it is being stored.
func busyFault(name Fault, doc string, retr func(t *transfer, busy *busyFile)) deviation {
	var files sync.Map // of *busyFile, by name
	return deviation{
		name: name, doc: doc,
		transfer: func(s *session, t *transfer) {
			file := s.resolve(s.current.Arg)
			switch t.verb {
			case "STOR":
				busy := &busyFile{}
				files.Store(file, busy)
				t.flush = ending{t.flush, func() { files.Delete(file) }}
				t.wrapSink = func(w io.Writer) io.Writer {
					return editing{w, func(b []byte) []byte {
						if busy.spoiled.Load() {
							return nil
						}
						return b
					}}
				}
			case "RETR":
				busy, _ := files.Load(file)
				b, _ := busy.(*busyFile)
				retr(t, b)
			}
		},
	}
}

// An ending calls a function at the end of an upload.
type ending struct {
	io.Closer
	f func()
}

func (e ending) Close() error {
	e.f()
	if e.Closer == nil {
		return nil
	}
	return e.Closer.Close()
}

// restSticks returns a fault under which the marker is what change makes of it.
func restSticks(name Fault, doc string, change func(m *int64, verb, arg string)) deviation {
	var marker memory[int64]
	return deviation{
		name: name, doc: doc,
		command: func(s *session, c protocol.Command) bool {
			change(marker.of(s), string(c.Verb), c.Arg)
			return false
		},
		restart: func(s *session, n int64) int64 { return max(n, *marker.of(s)) },
	}
}

// linger says that the transfer is complete and leaves its connection open.
func linger(s *session, t *transfer) error {
	s.call(func() { s.write([]byte("226 Transfer complete\r\n")) })
	wait(s.ctx, 1500*time.Millisecond)
	return nil
}

// endpointFaults are defects of PORT, PASV, EPRT and EPSV.
func endpointFaults() []deviation {
	var port atomic.Int32
	var before memory[protocol.Verb]
	return []deviation{
		{name: "port-502", doc: "PORT is not implemented",
			command: refusing("PORT", 502, "Not implemented")},
		{name: "port-zero-octet-501", doc: "PORT with a last octet of 0 is refused",
			command: instead("PORT", func(_ *session, arg string) bool { return strings.HasSuffix(arg, ",0") }, says(501, "No"))},
		{name: "active-any-port", doc: "active data connections come from any port",
			config: func(c *Config) { c.Dial = new(net.Dialer).DialContext }},
		{name: "active-other-address", doc: "active data connections come from 127.0.0.2",
			config: func(c *Config) {
				c.Dial = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).DialContext
			}},
		{name: "pasv-502", doc: "PASV is not implemented",
			command: refusing("PASV", 502, "Not implemented")},
		{name: "pasv-digits-first", doc: "227 has a number in front of the address",
			reply: edit("PASV", 227, func(_ *session, w string) string { return strings.Replace(w, "Mode", "Mode 1 of 1", 1) })},
		{name: "pasv-no-parentheses", doc: "the address in 227 has no parentheses",
			reply: edit("PASV", 227, func(_ *session, w string) string { return strings.NewReplacer("(", "", ")", "").Replace(w) })},
		{name: "pasv-zero-host", doc: "227 names the host 0.0.0.0",
			reply: edit("PASV", 227, func(_ *session, w string) string { return strings.Replace(w, "(127,0,0,1,", "(0,0,0,0,", 1) })},
		{name: "pasv-not-listening", doc: "nobody listens on the port of PASV",
			reply: onCode("PASV", 227, func(s *session, _ *outgoing) { s.closeEndpoint() })},
		{name: "pasv-second-ignored", doc: "a PASV directly after another one names a dead port",
			command: func(s *session, c protocol.Command) bool {
				again := c.Verb == "PASV" && *before.of(s) == "PASV"
				if *before.of(s) = c.Verb; again {
					s.pasv(c.Arg)
					s.closeEndpoint()
				}
				return again
			}},
		{name: "passive-ports-in-order", doc: "passive ports are counted up",
			config: func(c *Config) {
				first := atomic.Bool{}
				port.Store(20000 + int32(time.Now().UnixNano()%8000))
				c.Listen = func(network, address string) (net.Listener, error) {
					host, _, _ := net.SplitHostPort(address)
					if !first.Swap(true) {
						return net.Listen(network, address)
					}
					for {
						ln, err := net.Listen(network, net.JoinHostPort(host, fmt.Sprint(port.Add(1))))
						if err == nil || port.Load() > 30000 {
							return ln, err
						}
					}
				}
			}},
		{name: "active-refused-226", doc: "a listing whose data connection was refused is answered with 226",
			reply: edit("NLST", 425, func(_ *session, w string) string { return strings.Replace(w, "425 Cannot", "226 Cannot", 1) })},
		{name: "no-setup-150", doc: "a listing without a data connection is answered with 150 and 226",
			reply: edit("NLST", 425, func(_ *session, w string) string {
				if strings.HasPrefix(w, "425 Use") {
					return "150 Go on\r\n226 Done\r\n"
				}
				return w
			})},
		{name: "epsv-not-listening", doc: "nobody listens on the port of EPSV",
			reply: onCode("EPSV", 229, func(s *session, _ *outgoing) { s.closeEndpoint() })},
		{name: "epsv-filled-fields", doc: "229 names network and address",
			reply: edit("EPSV", 229, func(_ *session, w string) string { return strings.Replace(w, "|||", "|1|127.0.0.1|", 1) })},
		{name: "epsv-9-229", doc: "EPSV takes any protocol number",
			command: instead("EPSV", argument("9"), func(s *session, _ string) { s.epsv("") })},
		{name: "epsv-all-ignored", doc: "EPSV ALL opens a port",
			command: instead("EPSV", argument("ALL"), func(s *session, _ string) { s.epsv("") })},
		{name: "epsv-all-refuses-epsv", doc: "EPSV is refused after EPSV ALL",
			command: instead("EPSV", func(s *session, _ string) bool { return s.machine.Params().EPSVAll }, says(503, "No"))},
		{name: "eprt-connects-elsewhere", doc: "the server connects to another port than EPRT names",
			command: instead("EPRT", func(_ *session, arg string) bool { _, err := parse.EPRT(arg); return err == nil }, func(s *session, arg string) {
				s.eprt(arg)
				if e := s.endpoint; e != nil && !e.passive() {
					e.peer = addrPort(&net.TCPAddr{IP: e.peer.Addr().AsSlice(), Port: 1})
				}
			})},
		{name: "eprt-bar-only", doc: "EPRT takes no delimiter but |",
			command: instead("EPRT", func(_ *session, arg string) bool { return arg != "" && arg[0] != '|' }, says(501, "No"))},
		{name: "epsv-1-522", doc: "EPSV 1 is refused over IPv4",
			command: instead("EPSV", argument("1"), says(522, "Network protocol not supported, use (2)"))},
		{name: "epsv-2-229", doc: "EPSV 2 over IPv4 opens a port for IPv4",
			command: instead("EPSV", argument("2"), func(s *session, _ string) { s.epsv("") })},
		{name: "epsv-ipv6-425", doc: "EPSV is refused over IPv6",
			command: instead("EPSV", overIPv6, says(425, "No"))},
		{name: "pasv-ipv6-227", doc: "PASV over IPv6 names a port that nobody listens on",
			command: instead("PASV", overIPv6, says(227, "Entering Passive Mode (0,0,0,0,0,1)"))},
		{name: "lpsv-nowhere", doc: "LPSV names a port that nobody listens on",
			command: instead("LPSV", always, says(228, "Entering Long Passive Mode (4,4,127,0,0,1,2,0,1)"))},
		{name: "lprt-nowhere", doc: "LPRT is accepted, and the server connects nowhere",
			command: instead("LPRT", always, says(200, "Address accepted"))},
		{name: "abor-keeps-data", doc: "ABOR leaves the data connection open",
			listening: func(s *session, ln net.Listener) net.Listener { return stuckListener{ln, s.ctx} }},
	}
}

func overIPv6(s *session, _ string) bool { return !addrPort(s.tcp.LocalAddr()).Addr().Is4() }

// A stuckListener accepts connections whose Close closes nothing before the
// session ends.
type stuckListener struct {
	net.Listener
	ctx context.Context
}

func (l stuckListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	context.AfterFunc(l.ctx, func() { c.Close() })
	return &stuckConn{Conn: c}, nil
}

type stuckConn struct {
	net.Conn
	mu     sync.Mutex
	closed bool
}

// Close ends all reading and writing, now and later.
func (c *stuckConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return c.Conn.SetDeadline(time.Unix(1, 0))
}

func (c *stuckConn) SetDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	return c.Conn.SetDeadline(at)
}

// CloseWrite sends FIN.
func (c *stuckConn) CloseWrite() error { return closeWrite(c.Conn) }
