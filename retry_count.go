package ftpwire

import (
	"context"
	"errors"
	"sync"
)

// A count is what [Retry.Do] hands to the operations of its attempts, in their context: that it repeats them, so that they don't do so
// themselves, and which of them lost the connection before the reply came. Nil is no Do.
type count struct {
	mu   sync.Mutex
	lost map[[2]string]error // by operation and pathname
}

type countKey struct{}

func withCount(ctx context.Context) context.Context {
	return context.WithValue(ctx, countKey{}, &count{lost: map[[2]string]error{}})
}

func countOf(ctx context.Context) *count {
	c, _ := ctx.Value(countKey{}).(*count)
	return c
}

// noting returns err, with how an attempt before lost the connection, and notes if this one did.
func (c *count) noting(o operation, err error) error {
	if c == nil || err == nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := [2]string{o.op, o.path}
	lost := c.lost[key]
	if e, ok := err.(*ReconnectError); ok {
		e.Sent = e.Sent || lost != nil
		return e
	}
	e, ok := errors.AsType[*FileError](err)
	if !ok {
		return err
	}
	if e.Lost == nil {
		e.Lost = lost
	}
	if lost == nil && !isRefusal(e.Err) && Temporary(e.Err) && o.c.conn.Err() != nil {
		c.lost[key] = e.Err
	}
	return err
}
