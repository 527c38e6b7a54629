package ftpwire

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A poolConn is a connection of a Pool.
type poolConn struct {
	client *Client
	format mode.Format  // of files, after the login
	since  time.Time    // when it became idle
	timer  *time.Timer  // of an idle one
	died   atomic.Int64 // when its control connection ended, in nanoseconds since 1970
}

func (c *poolConn) begin(client *Client) {
	c.client, c.format = client, client.conn.FileFormat()
}

// watching returns a Trace that notes when the control connection ends, and goes on to trace.
func (c *poolConn) watching(trace func(control.TraceEvent)) func(control.TraceEvent) {
	return func(e control.TraceEvent) {
		if e.Kind == control.TraceClosed {
			c.died.Store(e.Time.UnixNano())
		}
		if trace != nil {
			trace(e)
		}
	}
}

// endBy notes that cancel ends w: the *poolWaiter that connects, or the *poolConn that a job uses.
func (p *Pool) endBy(w any, cancel context.CancelCauseFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends[w] = cancel
	p.endNow(w, cancel)
}

// endNow ends w if it is time for that. p.mu must be held.
func (p *Pool) endNow(w any, cancel context.CancelCauseFunc) {
	c, works := w.(*poolConn)
	if p.killed && works {
		c.client.closed.Store(true) // before the job can learn of it
		go c.kill()                 // it waits for what has to end
	}
	if p.killed || p.closed && !works {
		cancel(errPoolClosed)
	}
}

// give takes a connection back from a job that has ended, with err, or in a panic.
func (p *Pool) give(ctx context.Context, c *poolConn, ended bool, err error) {
	p.mu.Lock()
	delete(p.ends, c)
	p.mu.Unlock()
	select {
	case c.client.turn <- struct{}{}:
		<-c.client.turn
	default: // a file or a stream was left open: whoever has it must not be able to use it beside the next job
		ended = false
	}
	switch {
	case !ended:
		go p.drop(c)
	case ctx.Err() != nil || err != nil && !isRefusal(err):
		go p.check(context.WithoutCancel(ctx), c)
	default:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.keep(c)
	}
}

// check waits for what a job has left, and asks the server for a sign of life, before the next job gets c.
func (p *Pool) check(ctx context.Context, c *poolConn) {
	ctx, cancel := context.WithTimeout(ctx, patience.PoolCheck.Default)
	defer cancel()
	c.client.Settle(ctx)
	done, err := c.client.take(ctx)
	if err != nil {
		p.drop(c)
		return
	}
	if c.client.conn.Err() == nil && c.client.conn.Noop(ctx) != nil && ctx.Err() != nil {
		c.client.conn.Close()
	}
	done()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep(c)
}

// keep makes c idle, for the next job, or ends it. p.mu must be held.
func (p *Pool) keep(c *poolConn) {
	conn := c.client.Conn()
	dir, known := conn.WorkingDir()
	switch {
	case conn.Err() != nil:
		p.proven = false
		go p.drop(c)
		return
	case p.closed || dir != "" || !known:
		go p.quit(c)
		return
	}
	conn.SetFileFormat(c.format) // cannot fail: there is such a format
	c.since = time.Now()
	p.idle = append(p.idle, c)
	d := p.idleTime()
	if d < 0 {
		d = 1<<63 - 1
	}
	c.timer = time.AfterFunc(d, func() { p.expire(c) })
	p.admit()
}

// expire ends c if it is still idle.
func (p *Pool) expire(c *poolConn) {
	p.mu.Lock()
	i := slices.Index(p.idle, c)
	if i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
	p.mu.Unlock()
	if i >= 0 {
		p.quit(c)
	}
}

// reuse takes the idle connection that was used last. Those that the server has ended go. p.mu must be held.
func (p *Pool) reuse() *poolConn {
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		c.timer.Stop()
		if c.client.Conn().Err() == nil {
			return c
		}
		p.proven = false
		if rested := time.Unix(0, c.died.Load()).Sub(c.since); rested > 0 {
			p.bears = max(rested/2, patience.PoolCheck.Default)
		}
		go p.drop(c)
	}
	return nil
}

// quit ends a connection in order.
func (p *Pool) quit(c *poolConn) {
	ctx, cancel := context.WithTimeout(context.Background(), patience.QuitReplaced.Default)
	defer cancel()
	c.client.Close(ctx)
	p.drop(c)
}

// drop ends a connection at once.
func (p *Pool) drop(c *poolConn) {
	c.kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free()
}

// kill closes the connection of c, whoever uses it.
func (c *poolConn) kill() {
	c.client.closed.Store(true)
	c.client.Conn().Close()
}

// free notes that there is one connection less. p.mu must be held.
func (p *Pool) free() {
	if p.open--; p.open == 0 {
		p.proven = false
	}
	p.change()
	p.admit()
}
