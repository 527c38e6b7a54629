package control

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// afterReturn runs f in its own goroutine, so that it can go on after the caller's method
// has returned. Close waits for it. The channel that it returns is closed when f ends. f
// holds the turn, or waits for whatever holds it.
func (c *Conn) afterReturn(f func()) <-chan struct{} {
	done := make(chan struct{})
	c.mu.Lock()
	late := c.closed
	if !late {
		c.afterReturns.Add(1)
	}
	c.mu.Unlock()
	go func() {
		defer close(done)
		if !late {
			defer c.afterReturns.Done()
		}
		f()
	}()
	return done
}

// waitBriefly waits for done. Once ctx has ended it waits no longer than until *deadline,
// which it sets if it is zero. It reports whether done was closed.
func waitBriefly(ctx context.Context, done <-chan struct{}, deadline *time.Time) bool {
	select {
	case <-done:
		return true
	default:
	}
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	if deadline.IsZero() {
		*deadline = time.Now().Add(patience.CancelledCall.Default)
	}
	t := time.NewTimer(time.Until(*deadline))
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// Who decides how the opening of a transfer ends.
const (
	undecided int32 = iota
	opened          // the caller gets the result
	abandoned       // the caller has returned
)

// openPromptly is [opening.open], but returns soon after ctx ends. A goroutine then brings
// the connection back in step with the server and gives the turn back.
func (c *Conn) openPromptly(ctx context.Context, o *opening) (*transfer, error) {
	if ctx.Done() == nil {
		t, err := o.open(ctx)
		if err != nil {
			c.recall(err)
			c.endTurn()
		}
		return t, err
	}
	var (
		t     *transfer
		err   error
		state atomic.Int32
		left  time.Time
		done  = make(chan struct{})
	)
	go func() {
		defer close(done)
		t, err = o.open(ctx)
		switch stays := state.CompareAndSwap(undecided, opened); {
		case err != nil:
			c.recall(err)
			c.endTurn()
		case !stays:
			t.abort()
			t.close()
		}
	}()
	if !waitBriefly(ctx, done, &left) {
		c.busy.Store(false) // the next caller waits for the turn
		if state.CompareAndSwap(undecided, abandoned) {
			c.afterReturn(func() { <-done })
			return nil, &TransferError{Verb: o.cmd.Verb, Path: c.pathOf(o.cmd), Phase: PhaseOpen, Err: context.Cause(ctx)}
		}
		<-done
		c.busy.Store(err == nil)
	}
	return t, err
}

// endTurn gives back the turn of a transfer.
func (c *Conn) endTurn() {
	c.busy.Store(false)
	c.release()
}
