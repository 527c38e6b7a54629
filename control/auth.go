package control

import (
	"context"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// awaitTLS stands in the FIFO for the end of the handshake after AUTH.
var awaitTLS = protocol.Command{Verb: "(TLS)"}

// secure brings explicit TLS up (RFC 4217, Section 4). If the server takes none of the
// mechanisms, the error is a *SecurityError; only under SecurityAuto does the connection
// go on in clear. A failure later, in the handshake, never leads to clear text.
func (c *Conn) secure(ctx context.Context) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	return c.secureLocked(ctx, c.cfg.Security != SecurityAuto)
}

// secureLocked is secure with the turn held. ask says whether the server is asked what it
// offers after any refusal, and not only after one of the mechanism's name.
func (c *Conn) secureLocked(ctx context.Context, ask bool) error {
	if c.cfg.Mechanism != nil {
		return c.secureByMechanism(ctx)
	}
	failed, err := c.tryMechanisms(ctx, ask)
	switch {
	case err != nil || failed == nil:
		return err
	case c.cfg.Security == SecurityAuto && c.Err() == nil:
		c.mu.Lock()
		c.sess = nil
		c.mu.Unlock()
		c.trace(TraceNote, "no TLS: the server refuses AUTH; password and files go in clear text")
		return nil
	}
	failed.Reason = "the server refuses TLS on this connection (AUTH " + strings.Join(c.mechanisms(), ", ") + ")"
	if len(failed.Offers) > 0 {
		failed.Reason += "; it offers " + strings.Join(failed.Offers, ", ")
	}
	if greeting := c.greeting.Text(); strings.Contains(strings.ToUpper(greeting), "SMTP") {
		failed.Reason += "; it greets as a mail server (SMTP)"
		failed.MailServer = true
	}
	return failed
}

// mechanisms returns the mechanisms to try with AUTH, in order.
func (c *Conn) mechanisms() []string {
	if len(c.cfg.Auth) > 0 {
		return c.cfg.Auth
	}
	return []string{"TLS"}
}

// tryMechanisms sends AUTH until a mechanism is accepted and the handshake done. If none
// was, it returns the first refusal, with what else the server says it offers.
func (c *Conn) tryMechanisms(ctx context.Context, ask bool) (failed *SecurityError, err error) {
	var refusal error
	for _, m := range c.mechanisms() {
		refused, err := c.auth(ctx, m)
		if err != nil || refused == nil {
			return nil, err
		}
		if refusal == nil {
			refusal = refused
		}
	}
	failed = &SecurityError{Err: refusal}
	if !c.asksForOffers(refusal, ask) {
		return failed, nil
	}
	// The list comes in clear text, so it is only used to find another way to TLS, never
	// to less.
	if err := c.offered(ctx, failed); err != nil {
		return nil, err
	}
	if len(c.cfg.Auth) == 0 && protocol.MeaningIn(refusal) == protocol.UnknownParameter {
		for _, m := range []string{"TLS-C", "TLS-P"} {
			if !slices.Contains(failed.Offers, m) {
				continue
			}
			if refused, err := c.auth(ctx, m); err != nil || refused == nil {
				return nil, err
			}
		}
	}
	return failed, nil
}

// asksForOffers reports whether it is worth a question what the server has besides what it
// refused: it does not know that mechanism (504), or the session would end otherwise.
func (c *Conn) asksForOffers(refusal error, ask bool) bool {
	if c.Err() != nil {
		return false
	}
	re, _ := refusal.(*protocol.ReplyError)
	return re != nil && (re.Meaning() == protocol.UnknownParameter || ask && re.Reply.Code.Class() > 3)
}

// offered asks for the mechanisms that FEAT lists and that were not tried yet. The answer
// is kept for the error alone: once TLS is up, nothing that came in clear counts.
func (c *Conn) offered(ctx context.Context, failed *SecurityError) error {
	if c.noFeat() {
		return nil
	}
	r, err := c.exchange(ctx, protocol.Command{Verb: "FEAT"})
	if ctx.Err() == nil && (refused(err) || c.Err() != nil) {
		return nil // the refusal of AUTH says more
	}
	if err != nil {
		return err
	}
	listed := parse.Feat(nil)
	if len(r.Lines) > 2 {
		listed = parse.Feat(r.Lines[1 : len(r.Lines)-1])
	}
	failed.NoTLS = !listed.Has("AUTH")
	for _, m := range listed.Auth() {
		m = strings.ToUpper(m)
		if !slices.Contains(c.mechanisms(), m) && !slices.Contains(failed.Offers, m) {
			failed.Offers = append(failed.Offers, m)
		}
	}
	return nil
}

// auth sends AUTH and, if the server accepts, waits for the handshake. refused is the
// refusal, if it does not.
func (c *Conn) auth(ctx context.Context, mechanism string) (refused, err error) {
	// This must be in the FIFO before the reply can come: the handshake may fail at once.
	up := c.expect(awaitTLS)
	f, err := c.launch(protocol.Command{Verb: "AUTH", Arg: mechanism})
	if err != nil {
		c.forget(up)
		return nil, err
	}
	if err := c.await(ctx, f, c.cfg.replyTimeout()); err != nil {
		c.forget(up)
		if re, ok := err.(*protocol.ReplyError); ok {
			return re, nil
		}
		return nil, err
	}
	if f.outcome != protocol.Success {
		c.forget(up)
		return nil, &SecurityError{Reason: "the server did not start TLS", Err: &protocol.ReplyError{Verb: "AUTH", Reply: f.reply}}
	}
	return nil, c.await(ctx, up, 0)
}

// forget removes a flight from the FIFO that no reply will come for.
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
