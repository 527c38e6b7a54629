package proxy

import "net"

// A conn adds to a connection through a proxy what the connection to the proxy does not
// have: bytes of the server that were read too early, or the server's address.
type conn struct {
	net.Conn
	early  []byte   // bytes of the server that were read together with the proxy's answer
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

// RemoteAddr returns the server's address if it is known.
func (c *conn) RemoteAddr() net.Addr {
	if c.remote != nil {
		return c.remote
	}
	return c.Conn.RemoteAddr()
}

// CloseWrite ends this side. A transport without half-close is closed.
func (c *conn) CloseWrite() error {
	if h, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return c.Conn.Close()
}

// TCP returns the TCP connection below if reading and writing it is the same as reading
// and writing this one, else nil.
func (c *conn) TCP() *net.TCPConn {
	if len(c.early) > 0 {
		return nil
	}
	t, _ := c.Conn.(*net.TCPConn)
	return t
}
