package ftpwire

import (
	"context"
	"sync"
)

// take waits for an operation's turn, as long as ctx lets it. done gives the turn back.
//
// The connection has turns of its own, one for each command or transfer. An operation of
// a Client takes several of them, and its attempts may replace the connection. Meanwhile
// nobody else may change the working directory, or be left with the old connection.
func (c *Client) take(ctx context.Context) (done func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	default:
	}
	c.wait(+1)
	defer c.wait(-1)
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// An openFile is the File that has the turn, between calls of its methods too, and how many wait for the turn.
type openFile struct {
	mu      sync.Mutex
	file    *File
	waiting int
}

// wait notes that one more, or less, waits for the turn. A File is asked to give it up.
func (c *Client) wait(n int) {
	c.open.mu.Lock()
	defer c.open.mu.Unlock()
	c.open.waiting += n
	c.open.ask()
}

// hold notes that f keeps the turn.
func (c *Client) hold(f *File) {
	c.open.mu.Lock()
	defer c.open.mu.Unlock()
	c.open.file = f
	c.open.ask()
}

// letGo notes that the File gives the turn back.
func (c *Client) letGo() {
	c.open.mu.Lock()
	defer c.open.mu.Unlock()
	c.open.file = nil
}

func (o *openFile) ask() {
	if f := o.file; f != nil && o.waiting > 0 && !f.leaving.Swap(true) {
		go f.giveWay()
	}
}
