package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// awaitTLS stands in the FIFO for the end of the handshake behind AUTH.
var awaitTLS = protocol.Command{Verb: "(TLS)"}

// authTLS brings explicit TLS up (RFC 4217, Section 4). There is no way on in
// clear from here: a refusal is a *SecurityError.
func (c *Conn) authTLS(ctx context.Context) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	// It must be there before the reply can be: the handshake may fail at once.
	up := newFlight(awaitTLS)
	c.mu.Lock()
	c.flights = append(c.flights, up)
	c.mu.Unlock()
	f, err := c.launch(protocol.Command{Verb: "AUTH", Arg: "TLS"})
	if err != nil {
		c.forget(up)
		return err
	}
	if err := c.await(ctx, f, c.cfg.replyTimeout()); err != nil {
		c.forget(up)
		if _, ok := err.(*protocol.ReplyError); ok {
			return &SecurityError{Reason: "the server refuses TLS on this connection (AUTH TLS)", Err: err}
		}
		return err
	}
	if f.reply.Code != 234 {
		c.forget(up)
		return &SecurityError{Reason: "the server did not start TLS", Err: &protocol.ReplyError{Verb: "AUTH", Reply: f.reply}}
	}
	return c.await(ctx, up, 0)
}

// forget takes a flight that no reply belongs to out of the FIFO.
func (c *Conn) forget(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, g := range c.flights {
		if g == f {
			c.flights = append(c.flights[:i:i], c.flights[i+1:]...)
			return
		}
	}
}
