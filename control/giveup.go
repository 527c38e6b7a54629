package control

import (
	"context"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// unaided is how long a server is given to notice by itself that the data
// connection is gone; lonely how long a second reply to ABOR is waited for.
const (
	unaided = 250 * time.Millisecond
	lonely  = time.Second
)

// giveUp settles the control connection after a transfer whose data connection
// was cut off: the connection is clean afterwards, or closed. It takes at most the
// AbortTimeout.
//
// Most servers answer 426 of their own accord. One that does not is sent ABOR,
// which is answered 426 and 226, or by one reply that serves for both
// (RFC 959, Section 4.1.3); a NOOP then shows whether another is to come.
func (c *Conn) giveUp(f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.abortTimeout())
	defer cancel()
	if c.settled(ctx, f, unaided) {
		return
	}
	abor, err := c.launch(protocol.Command{Verb: "ABOR"})
	if err == nil {
		if c.settled(ctx, f, 0) && c.settled(ctx, abor, lonely) {
			return
		}
		if f.isDone() {
			if noop, err := c.launch(protocol.Command{Verb: "NOOP"}); err == nil && c.settled(ctx, noop, 0) && abor.isDone() {
				return
			}
		}
	}
	c.shut(&TimeoutError{Verb: "ABOR", After: c.cfg.abortTimeout()})
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
