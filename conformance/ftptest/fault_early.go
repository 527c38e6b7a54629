package ftptest

import (
	"net"
	"sync"
	"time"
)

// An earlyListener accepts one connection at once and watches it. Bytes that come
// before Accept is called, which a transfer command does, get it reset.
type earlyListener struct {
	net.Listener
	got chan earlyConn // one, and closed
	mu  sync.Mutex
	// taken is set by Accept, from when on bytes are welcome.
	taken bool
	conn  net.Conn
}

// An earlyConn is a connection, and the byte that was read in watching it.
type earlyConn struct {
	net.Conn
	head []byte
	err  error
}

func listenEarly(s *session, ln net.Listener) *earlyListener {
	l := &earlyListener{Listener: ln, got: make(chan earlyConn, 1)}
	s.wg.Go(l.watch)
	return l
}

func (l *earlyListener) watch() {
	conn, err := l.Listener.Accept()
	if err != nil {
		l.got <- earlyConn{err: err}
		return
	}
	l.mu.Lock()
	l.conn = conn
	if l.taken {
		conn.SetReadDeadline(past)
	}
	l.mu.Unlock()
	b := make([]byte, 1)
	n, _ := conn.Read(b)
	l.mu.Lock()
	defer l.mu.Unlock()
	if n > 0 && !l.taken {
		(&dataConn{raw: conn}).reset()
	}
	l.got <- earlyConn{Conn: conn, head: b[:n]}
}

// past is a deadline that ends a read at once.
var past = time.Unix(1, 0)

// commanded ends the watch: the transfer command has come.
func (l *earlyListener) commanded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = true
	if l.conn != nil {
		l.conn.SetReadDeadline(past)
	}
}

// Accept returns the connection that was watched, reset or not.
func (l *earlyListener) Accept() (net.Conn, error) {
	l.commanded()
	c := <-l.got
	if c.err != nil {
		return nil, c.err
	}
	c.SetReadDeadline(time.Time{})
	return &c, nil
}

// Close closes the listener, and the connection if it was not accepted.
func (l *earlyListener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil && !l.taken {
		l.conn.Close()
	}
	return l.Listener.Close()
}

// Read returns the byte that was read in watching first.
func (c *earlyConn) Read(b []byte) (int, error) {
	if len(c.head) > 0 && len(b) > 0 {
		n := copy(b, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// CloseWrite sends FIN.
func (c *earlyConn) CloseWrite() error { return closeWrite(c.Conn) }

// SetLinger makes Close send RST, if 0.
func (c *earlyConn) SetLinger(sec int) error {
	if l, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		return l.SetLinger(sec)
	}
	return nil
}
