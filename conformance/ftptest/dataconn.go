package ftptest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/ftpwire/ftpwire/protocol"
)

// An End is how the client ended a data connection.
type End string

// The ends.
const (
	EndNone        End = ""             // it did not, while the server looked
	EndCloseNotify End = "close_notify" // TLS close_notify: nothing is missing
	EndFIN         End = "FIN"          // the end of TCP alone; with TLS, perhaps a truncation
	EndReset       End = "reset"        // RST
)

// A DataConn tells of one data connection.
type DataConn struct {
	Verb     string         // of the transfer
	Passive  bool           // the client connected
	Peer     string         // address of the client's end
	Version  uint16         // of TLS, 0 in clear
	Resumed  bool           // the TLS handshake resumed a session
	Reversed bool           // the server was the TLS client: SSCN or CPSV
	Level    protocol.Level // at which a Mechanism protects it
	Sent     int64          // bytes of the file or listing, as they go over the connection
	Received int64          // bytes that came, as they went over the connection
	End      End            // how the client ended its side
	Done     bool           // the transfer is over and the server has closed its end
}

// DataConns returns a record of each data connection so far, in the order in
// which they were opened. Those under way are among them.
func (s *Server) DataConns() []DataConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	conns := make([]DataConn, len(s.records))
	for i, r := range s.records {
		conns[i] = r.copy()
	}
	return conns
}

// A record is a DataConn that is being written.
type record struct {
	mu sync.Mutex
	DataConn
}

func (s *Server) newRecord(t *transfer, conn net.Conn) *record {
	r := &record{DataConn: DataConn{Verb: string(t.verb), Passive: t.endpoint.passive(), Peer: conn.RemoteAddr().String()}}
	s.mu.Lock()
	s.records = append(s.records, r)
	s.mu.Unlock()
	return r
}

func (r *record) copy() DataConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.DataConn
}

func (r *record) change(f func(*DataConn)) {
	r.mu.Lock()
	f(&r.DataConn)
	r.mu.Unlock()
}

// sawError notes what a read error says about the client's end.
func (r *record) sawError(err error, tap *tapConn) {
	end := EndNone
	switch {
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		end = EndReset
	case err == io.EOF && tap != nil && !tap.eof.Load():
		end = EndCloseNotify
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		end = EndFIN
	}
	if end != EndNone {
		r.change(func(d *DataConn) { d.End = end })
	}
}

// A tapConn below a TLS connection tells an end of TCP from close_notify:
// crypto/tls reports both as io.EOF.
type tapConn struct {
	net.Conn
	eof atomic.Bool
}

func (c *tapConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n == 0 && err == io.EOF {
		c.eof.Store(true)
	}
	return n, err
}

// CloseWrite sends FIN.
func (c *tapConn) CloseWrite() error { return closeWrite(c.Conn) }

// A dataConn is an open data connection.
type dataConn struct {
	raw    net.Conn // TCP
	conn   net.Conn // raw, or TLS on it
	tap    *tapConn // nil in clear
	record *record
}

// finish ends the server's sending: close_notify, then FIN.
func (d *dataConn) finish(notify bool) {
	if tc, ok := d.conn.(*tls.Conn); ok && notify {
		tc.CloseWrite()
	}
	closeWrite(d.raw)
}

// reset closes the connection with RST.
func (d *dataConn) reset() {
	if c, ok := d.raw.(interface{ SetLinger(int) error }); ok {
		c.SetLinger(0)
	}
	d.raw.Close()
}
