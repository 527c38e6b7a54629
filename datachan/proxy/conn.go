package proxy

import "net"

// A conn is a connection through a proxy of which more is known than the one to the
// proxy can tell: bytes that came too early, or the server's address.
type conn struct {
	net.Conn
	early  []byte   // read along with the proxy's answer, and the server's
	remote net.Addr // if nil, Conn's
}

func (c *conn) Read(b []byte) (int, error) {
	if len(c.early) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.early)
	if c.early = c.early[n:]; len(c.early) == 0 {
		c.early = nil
	}
	return n, nil
}

// RemoteAddr returns the server's address, as far as it is known.
func (c *conn) RemoteAddr() net.Addr {
	if c.remote != nil {
		return c.remote
	}
	return c.Conn.RemoteAddr()
}

// CloseWrite ends our side. A transport without half-close is closed: the end is all
// that there is to tell then.
func (c *conn) CloseWrite() error {
	if h, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return c.Conn.Close()
}

// TCP returns the TCP connection beneath if reading and writing it is the same as
// reading and writing this one, else nil.
func (c *conn) TCP() *net.TCPConn {
	if len(c.early) > 0 {
		return nil
	}
	t, _ := c.Conn.(*net.TCPConn)
	return t
}
