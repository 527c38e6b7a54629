package conformance

import (
	"crypto/tls"
	"errors"
	"time"
)

// stopTLSOf is stopTLS after a command whose case is owner.
func (t *T) stopTLSOf(owner string) {
	before := len(t.suspects)
	t.suspect(owner)
	t.stopTLS()
	t.suspects = t.suspects[:before]
}

// stopTLS takes TLS on the current control connection down and goes on in clear text, as
// REIN and CCC demand (RFC 4217, Sections 5 and 13). The server sends nothing unasked, so
// that no clear byte can be lost in the TLS layer.
func (t *T) stopTLS() {
	c := t.c
	tc, ok := c.rw.(*tls.Conn)
	if !ok {
		return
	}
	if len(c.pending) > 0 {
		t.Failf("bytes after the reply that ends TLS: %q", visible(string(c.pending)))
	}
	tc.CloseWrite()
	c.tcp.SetReadDeadline(time.Now().Add(t.run.opts.timeout()))
	var b [1]byte
	n, err := tc.Read(b[:])
	if n > 0 {
		t.Failf("data under TLS after the reply that ends it")
	}
	var netErr interface{ Timeout() bool }
	if errors.As(err, &netErr) && netErr.Timeout() {
		t.Failf("no close_notify after the reply that ends TLS")
	}
	if c.tcp.ended.Load() {
		c.ended = true
		t.Failf("the connection ended instead of TLS alone")
	}
	c.rw, c.secure = c.tcp, false
	c.event("TLS is down: " + err.Error())
}
