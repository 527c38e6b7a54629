package conformance

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A tap below TLS tells an end of TCP from close_notify: crypto/tls reports both
// as io.EOF.
type tap struct {
	net.Conn
	ended atomic.Bool
}

func (p *tap) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if n == 0 && err == io.EOF {
		p.ended.Store(true)
	}
	return n, err
}

// CloseWrite sends FIN where the connection can.
func (p *tap) CloseWrite() error {
	if h, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return errors.ErrUnsupported
}

// SetLinger makes Close send RST (0) where the connection can.
func (p *tap) SetLinger(sec int) error {
	if h, ok := p.Conn.(interface{ SetLinger(int) error }); ok {
		return h.SetLinger(sec)
	}
	return errors.ErrUnsupported
}

// again performs a TLS handshake under TLS, as a second accepted AUTH announces.
func (c *Conn) again() error {
	c.rw.SetDeadline(time.Now().Add(c.run.opts.timeout()))
	cfg := &tls.Config{ServerName: c.run.host}
	if c.run.target.TLSConfig != nil {
		cfg = c.run.target.TLSConfig.Clone()
	}
	if cfg.ServerName == "" {
		cfg.ServerName = c.run.host
	}
	if before := c.certificate(); c.run.target.Verify != nil && before != nil {
		// What was accepted the first time is accepted again, and nothing else.
		cfg.InsecureSkipVerify = true
		cfg.VerifyConnection = func(st tls.ConnectionState) error {
			if !bytes.Equal(leaf(st), before) {
				return errors.New("it shows another certificate than before")
			}
			return nil
		}
	}
	return tls.Client(c.rw, cfg).Handshake()
}

// certificate returns the server's certificate on the control connection.
func (c *Conn) certificate() []byte {
	if tc, ok := c.rw.(*tls.Conn); ok {
		return leaf(tc.ConnectionState())
	}
	return nil
}

// shownCertificate performs a TLS handshake on the data connection and returns the
// certificate that the server shows, whatever it is. Nothing is read then.
func (d *dataConn) shownCertificate() ([]byte, error) {
	d.tcp.SetDeadline(time.Now().Add(d.t.run.opts.timeout()))
	tc := tls.Client(d.tcp, &tls.Config{InsecureSkipVerify: true, ServerName: d.t.run.host})
	if err := tc.Handshake(); err != nil {
		return nil, err
	}
	return leaf(tc.ConnectionState()), nil
}

func leaf(st tls.ConnectionState) []byte {
	if len(st.PeerCertificates) == 0 {
		return nil
	}
	return st.PeerCertificates[0].Raw
}
