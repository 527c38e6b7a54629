package control

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// aborting returns the context of all that is done to save the connection when a
// transfer is given up: the AbortTimeout is spent once.
func (c *Conn) aborting() (context.Context, context.CancelFunc) {
	return patience.Within(context.Background(), c.cfg.abortTimeout())
}

// saving returns how long the connection is tried to be saved once a transfer has failed
// with cause: the AbortTimeout. A server that has kept us waiting for the whole of a
// timeout has had its time: it gets a tenth of that more, and a second at least.
func (c *Conn) saving(cause error) time.Duration {
	all := c.cfg.abortTimeout()
	if ne, ok := errors.AsType[net.Error](cause); !ok || !ne.Timeout() {
		return all
	}
	waited := patience.Idle.Or(c.cfg.Data.IdleTimeout)
	more := max(waited/10, patience.AbortAfterTimeout.Default)
	if all < 0 {
		return more
	}
	return min(all, more)
}

// giveUp settles the control connection when a transfer is to go no further: it is
// clean afterwards, or closed. dc is the data connection if it is still open; it is
// closed on return. ctx bounds it; see saving.
//
// The server is sent ABOR, which it answers 426 and 226, or by one reply that
// serves for both (RFC 959, Section 4.1.3); a NOOP then shows whether another is to
// come. Servers that act on ABOR only between transfers notice the cut.
func (c *Conn) giveUp(ctx context.Context, f *flight, dc *datachan.Conn) {
	begun := time.Now()
	if dc != nil {
		defer dc.Abort()
	} else if c.settled(ctx, f, patience.CutNoticed.Default) {
		return
	}
	if f.isDone() {
		return
	}
	abor, err := c.launchABOR()
	if err == nil {
		if dc != nil {
			c.letEnd(ctx, f, dc)
		}
		if c.settled(ctx, f, 0) && c.settled(ctx, abor, patience.SecondReply.Default) {
			return
		}
		if f.isDone() {
			if noop, err := c.launch(protocol.Command{Verb: "NOOP"}); err == nil && c.settled(ctx, noop, 0) && abor.isDone() {
				return
			}
		}
	}
	c.shut(&TimeoutError{Verb: "ABOR", After: time.Since(begun).Round(time.Millisecond)})
}

// letEnd swallows what the server still sends until it has answered, for a short
// time, and then cuts the data connection.
func (c *Conn) letEnd(ctx context.Context, f *flight, dc *datachan.Conn) {
	stop := make(chan struct{})
	swallowed := make(chan struct{})
	go func() {
		defer close(swallowed)
		dc.Discard(stop)
	}()
	c.settled(ctx, f, patience.AborBeforeCut.Default)
	close(stop)
	dc.Abort()
	<-swallowed
}

// settled waits for f to end, for at most d if that is positive, and reports
// whether it did.
func (c *Conn) settled(ctx context.Context, f *flight, d time.Duration) bool {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	return f.isDone()
}
