package control

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/ftpwire/ftpwire/protocol"
)

// awaitClear stands in the FIFO for the end of TLS after CCC and REIN.
var awaitClear = protocol.Command{Verb: "(clear)"}

// clearCommands sends CCC where the Config asks for it: from there on commands and
// replies travel in clear, so that firewalls and NAT can read addresses in them, while
// data connections stay as PROT has set them. A refusal is accepted: more protection than
// was asked for does no harm.
func (c *Conn) clearCommands(ctx context.Context) error {
	if !c.cfg.ClearCommandChannel || !c.protection().Secured() {
		return nil
	}
	var down *flight
	if c.sess != nil {
		down = c.expect(awaitClear)
	}
	f, err := c.launch(protocol.Command{Verb: "CCC"})
	if err != nil {
		c.forget(down)
		return err
	}
	err = c.await(ctx, f, c.cfg.replyTimeout())
	if refused(err) && c.Err() == nil {
		c.forget(down)
		c.trace(TraceNote, "the server refuses CCC; commands stay protected")
		return nil
	}
	if err == nil && down != nil {
		err = c.await(ctx, down, 0)
	}
	if err == nil {
		c.trace(TraceNote, "CCC: commands and replies travel in clear from here on, and can be read and changed on the way")
	}
	return err
}

// cleared reports whether CCC has taken the protection down: nothing secret may be sent any more.
func (c *Conn) cleared() bool { return c.protection().Control == protocol.GuardCleared }

// Rein ends the login and sets everything back to the state after [Dial] (RFC 959,
// Section 4.1.1). Explicit TLS ends with it and starts again at once (RFC 4217, Section
// 13); so does a security mechanism. Few servers have REIN; a refusal leaves the session
// as it is. The caller must log in again. Any other error closes the connection, because
// it is then unknown whether the login and TLS are still in force.
func (c *Conn) Rein(ctx context.Context) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	explicit := c.sess != nil && c.protection().Secured() && c.cfg.Security != SecurityImplicit
	var down *flight
	if explicit {
		down = c.expect(awaitClear)
	}
	if _, err := c.exchange(ctx, protocol.Command{Verb: "REIN"}); err != nil {
		if down != nil && (c.Err() != nil || refused(err)) {
			c.forget(down)
		}
		if !refused(err) {
			c.shut(err)
		}
		return err
	}
	var err error
	if explicit {
		err = c.await(ctx, down, 0)
	}
	// In the last case CCC had taken TLS down before.
	if err == nil && (explicit || c.cfg.Mechanism != nil || c.sess != nil && c.cfg.Security != SecurityImplicit && !c.protection().Secured()) {
		err = c.secureLocked(ctx, false)
	}
	if err != nil {
		c.shut(err)
	}
	return err
}

func refused(err error) bool {
	_, ok := err.(*protocol.ReplyError)
	return ok
}

// expect puts an entry into the FIFO that is not one of our commands.
func (c *Conn) expect(what protocol.Command) *flight {
	f := newFlight(what)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flights = append(c.flights, f)
	return f
}

// stopTLS ends TLS after the reply to CCC or REIN. The reader does it, so that nobody
// else uses the socket meanwhile. The TLS session limits how long it may take.
func (c *Conn) stopTLS() error {
	if err := c.inState(protocol.StateAwaitClear); err != nil {
		return err // a reply followed, or somebody closed the Conn
	}
	tc, ok := c.current().(*tls.Conn)
	if !ok {
		return net.ErrClosed
	}
	plain, err := c.sess.Clear(c.life, tc)
	if err != nil {
		return err
	}
	c.trace(TraceTLS, TraceCleared)
	c.mu.Lock()
	if c.machine.State() != protocol.StateAwaitClear {
		c.mu.Unlock()
		return net.ErrClosed // closed meanwhile
	}
	c.conn = plain
	c.machine.TLSClosed()
	c.mu.Unlock()
	c.handleReply(protocol.Event{Kind: protocol.EventMerged, Command: awaitClear, Outcome: protocol.Success})
	return nil
}
