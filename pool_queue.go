package ftpwire

import (
	"context"
	"slices"
	"time"
)

// A poolWaiter is a job that waits for a connection.
type poolWaiter struct {
	turn  int // the one that came first has the lowest
	grant chan poolGrant
}

// A poolGrant is what a job has waited for: a connection, or an error, or neither: then it is to connect.
type poolGrant struct {
	conn *poolConn
	err  error
}

// take waits for a connection.
func (p *Pool) take(ctx context.Context) (*poolConn, error) {
	if err := p.start(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	w := &poolWaiter{grant: make(chan poolGrant, 1)}
	p.mu.Lock()
	p.arrivals++
	w.turn = p.arrivals
	p.queueUp(w)
	p.mu.Unlock()
	for {
		select {
		case g := <-w.grant:
			if g.conn != nil || g.err != nil {
				return g.conn, g.err
			}
			c, again, err := p.connect(ctx, w)
			if !again {
				return c, err
			}
			p.Profile.note("the Pool goes on with the connections it has: " + err.Error())
		case <-ctx.Done():
			p.leave(w)
			return nil, context.Cause(ctx)
		}
	}
}

// queueUp puts w where it belongs in the queue. p.mu must be held.
func (p *Pool) queueUp(w *poolWaiter) {
	at, _ := slices.BinarySearchFunc(p.queue, w.turn, func(w *poolWaiter, turn int) int { return w.turn - turn })
	p.queue = slices.Insert(p.queue, at, w)
	p.admit()
}

// leave takes w out of the queue, and gives back what it may have been granted meanwhile.
func (p *Pool) leave(w *poolWaiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.queue, w); i >= 0 {
		p.queue = slices.Delete(p.queue, i, i+1)
		p.admit()
		return
	}
	switch g := <-w.grant; {
	case g.conn != nil:
		p.keep(g.conn)
	case g.err == nil:
		p.logins--
		p.free()
	}
}

// admit grants as much as there is to those that wait, in the order in which they came. Whatever changes what there is calls it. p.mu must be held.
func (p *Pool) admit() {
	p.stopTimer()
	for len(p.queue) > 0 {
		if p.closed {
			p.refuse(errPoolClosed)
			return
		}
		switch c := p.reuse(); {
		case c != nil:
			p.next(poolGrant{conn: c})
		case p.rejected != nil && p.open == 0:
			p.refuse(p.rejected)
			return
		case p.mayConnect():
			p.open++
			p.logins++
			p.next(poolGrant{})
		default:
			p.startTimer()
			return
		}
	}
}

// next grants g to the first in the queue. p.mu must be held.
func (p *Pool) next(g poolGrant) {
	p.queue[0].grant <- g
	p.queue = slices.Delete(p.queue, 0, 1)
}

// refuse has all that wait fail. p.mu must be held.
func (p *Pool) refuse(err error) {
	p.stopTimer()
	for len(p.queue) > 0 {
		p.next(poolGrant{err: err})
	}
}

// mayConnect reports whether to make another connection now. p.mu must be held.
func (p *Pool) mayConnect() bool {
	switch {
	case p.rejected != nil || p.open >= p.most() || !p.proven && p.logins > 0:
		return false
	case p.limit == 0 || p.open < p.limit:
		return true
	}
	return p.logins == 0 && !time.Now().Before(p.retryAt)
}

// startTimer has admit called when it is time to try one connection more. p.mu must be held.
func (p *Pool) startTimer() {
	if d := time.Until(p.retryAt); d > 0 {
		p.timer = time.AfterFunc(d, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.admit()
		})
	}
}

func (p *Pool) stopTimer() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
