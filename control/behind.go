package control

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// behind runs f in a goroutine of its own, which Close waits for, and returns a channel
// that is closed at its end. f has the turn, or waits for what has it.
func (c *Conn) behind(f func()) <-chan struct{} {
	done := make(chan struct{})
	c.mu.Lock()
	late := c.closed
	if !late {
		c.behinds.Add(1)
	}
	c.mu.Unlock()
	go func() {
		defer close(done)
		if !late {
			defer c.behinds.Done()
		}
		f()
	}()
	return done
}

// inTime waits for done, but once ctx has ended no longer than until the time that left
// holds, which is set when it is zero. It reports whether done came.
func inTime(ctx context.Context, done <-chan struct{}, left *time.Time) bool {
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
	if left.IsZero() {
		*left = time.Now().Add(patience.CancelledCall.Default)
	}
	t := time.NewTimer(time.Until(*left))
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
	opened          // the caller has the result
	deserted        // the caller has left
)

// openPromptly is [opening.open] for a caller who may leave: what it takes to be in step with
// the server again then goes on behind the caller's back, and gives the turn away.
func (c *Conn) openPromptly(ctx context.Context, o *opening) (*transfer, error) {
	if ctx.Done() == nil {
		t, err := o.open(ctx)
		if err != nil {
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
			c.endTurn()
		case !stays:
			t.abort()
			t.close()
		}
	}()
	if !inTime(ctx, done, &left) {
		c.busy.Store(false) // who comes next waits for the turn
		if state.CompareAndSwap(undecided, deserted) {
			c.behind(func() { <-done })
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
