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

// aborting returns the context for all the steps that save the connection when a transfer
// is given up: together they have one AbortTimeout.
func (c *Conn) aborting() (context.Context, context.CancelFunc) {
	return patience.Within(context.Background(), c.cfg.abortTimeout())
}

// saving returns how long to try to save the connection once a transfer has failed with
// cause: the AbortTimeout. If cause is a timeout, the server has already been waited for:
// it then gets at most a tenth of the IdleTimeout, or a second if that is more.
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

// giveUp settles the control connection when a transfer must not go on: afterwards it is
// ready for the next command, or closed. dc is the data connection if it is still open;
// it is closed on return. ctx limits the time; see saving.
//
// It sends ABOR. The server answers 426 and 226, or one reply for both (RFC 959, Section
// 4.1.3); a NOOP then shows whether another reply is still to come. Servers that act on
// ABOR only between transfers notice that the data connection was cut.
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

// letEnd reads and drops what the server still sends until it has answered, for a short
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
