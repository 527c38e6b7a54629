package ftpwire

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// maxIdle is how many connections a Transport keeps.
const maxIdle = 16

// A transportKey tells connections apart that can't stand in for each other.
type transportKey struct {
	variant        Variant
	address        string
	user, password string
	typ            TransferType
}

// transportSlots bounds the connections of one key.
type transportSlots struct {
	taken chan struct{} // holds a token for each
	users int           // requests that wait or run
}

// A transportConn is a connection, in use or idle.
type transportConn struct {
	key    transportKey
	client *Client
	timer  *time.Timer // of an idle one
}

// connect returns a connection: an idle one, or a new one if there is none.
func (t *Transport) connect(ctx context.Context, p *Profile) (*transportConn, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	address, err := p.Address()
	if err != nil {
		return nil, err
	}
	key := transportKey{variant: p.Protocol(), address: address, user: p.User, password: p.Password, typ: p.Type}
	s := t.enter(key)
	select {
	case s.taken <- struct{}{}:
	case <-ctx.Done():
		t.leave(key)
		return nil, context.Cause(ctx)
	}
	if c := t.reuse(key); c != nil {
		return c, nil
	}
	client, err := Dial(ctx, p)
	if err != nil {
		<-s.taken
		t.leave(key)
		return nil, err
	}
	return &transportConn{key: key, client: client}, nil
}

func (t *Transport) enter(key transportKey) *transportSlots {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.open[key]
	if s == nil {
		s = &transportSlots{taken: make(chan struct{}, cmp.Or(max(t.MaxConnections, 0), 4))}
		if t.open == nil {
			t.open = map[transportKey]*transportSlots{}
		}
		t.open[key] = s
	}
	s.users++
	return s
}

func (t *Transport) leave(key transportKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.open[key]; s != nil {
		if s.users--; s.users == 0 {
			delete(t.open, key)
		}
	}
}

// reuse takes an idle connection that is still open.
func (t *Transport) reuse(key transportKey) *transportConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.idle) - 1; i >= 0; i-- {
		if c := t.idle[i]; c.key == key {
			t.idle = slices.Delete(t.idle, i, i+1)
			c.timer.Stop()
			if c.client.Conn().Err() == nil {
				return c
			}
			c.client.Conn().Close()
		}
	}
	return nil
}

// release keeps a connection for the next request.
func (t *Transport) release(c *transportConn) {
	if c.client.Conn().Err() != nil {
		c.client.Conn().Close()
	} else if old := t.keep(c); old != nil {
		old.quit()
	}
	t.mu.Lock()
	s := t.open[c.key]
	t.mu.Unlock()
	<-s.taken
	t.leave(c.key)
}

// keep makes c idle, and returns the one that has been idle longest if there are too many.
func (t *Transport) keep(c *transportConn) (old *transportConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle = append(t.idle, c)
	c.timer = time.AfterFunc(patience.PoolIdle.Default, func() {
		if t.drop(c) {
			c.quit()
		}
	})
	if len(t.idle) > maxIdle {
		old = t.idle[0]
		old.timer.Stop()
		t.idle = slices.Delete(t.idle, 0, 1)
	}
	return old
}

// drop reports whether c was idle; then it is not any more.
func (t *Transport) drop(c *transportConn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.idle, c)
	if i >= 0 {
		t.idle = slices.Delete(t.idle, i, i+1)
	}
	return i >= 0
}

func (c *transportConn) quit() {
	ctx, cancel := context.WithTimeout(context.Background(), patience.QuitReplaced.Default)
	defer cancel()
	c.client.Close(ctx)
	c.client.Conn().Close()
}

// CloseIdleConnections ends the connections that no request uses. It takes two seconds at most. [http.Client.CloseIdleConnections] does not
// call it where the Transport is registered to another one.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	idle := t.idle
	t.idle = nil
	t.mu.Unlock()
	var wg sync.WaitGroup
	for _, c := range idle {
		c.timer.Stop()
		wg.Go(c.quit)
	}
	wg.Wait()
}
