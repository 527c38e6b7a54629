package ftpwire

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A backlog holds the temporary files that are still being removed after their callers
// have returned.
type backlog struct {
	mu    sync.Mutex
	there map[string]bool // files not removed yet; true: the removal is over and has failed
	done  chan struct{}   // closed, and replaced, when a removal is over
}

// start runs remove, which returns whether the file is gone, and returns a channel that is
// closed at its end.
func (b *backlog) start(name string, remove func() bool) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.there == nil {
		b.there, b.done = map[string]bool{}, make(chan struct{})
	}
	b.there[name] = false
	done := make(chan struct{})
	go func() {
		defer close(done)
		gone := remove()
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.there[name] = true; gone {
			delete(b.there, name)
		}
		close(b.done)
		b.done = make(chan struct{})
	}()
	return done
}

// wait returns the files that are left once all removals are over, or ctx has ended.
func (b *backlog) wait(ctx context.Context) []string {
	for {
		b.mu.Lock()
		busy := slices.Contains(slices.Collect(maps.Values(b.there)), false)
		left, done := slices.Sorted(maps.Keys(b.there)), b.done
		b.mu.Unlock()
		if !busy {
			return left
		}
		select {
		case <-done:
		case <-ctx.Done():
			return left
		}
	}
}

// Settle waits for the work that cancelled calls have left: such a call returns within
// 250 ms, and after that the connection is brought back in step and temporary files are
// removed from the server. Settle returns the names of the files that could not be
// removed so far.
func (c *Client) Settle(ctx context.Context) []string { return c.settling.wait(ctx) }

// leave removes what an upload that failed with err has left on the server, and finds out what
// has its name. If its context has ended, the caller does not wait for that.
func (c *Client) leave(ctx context.Context, u *upload, err error) {
	if ctx.Err() == nil {
		u.findLeft(ctx, err)
		u.leave(ctx)
		return
	}

	v := *u
	v.c = &Client{conn: c.conn, profile: c.profile} // c may have another connection by then
	done := c.settling.start(u.target, func() bool {
		v.findLeft(ctx, err)
		v.leave(ctx)
		return v.r.Partial == ""
	})
	t := time.NewTimer(patience.CancelledReturn.Default)
	defer t.Stop()
	select {
	case <-done:
		u.r.Partial, u.r.PartialUnsure = v.r.Partial, v.r.PartialUnsure
		u.r.Left, u.r.LeftSize = v.r.Left, v.r.LeftSize
	case <-t.C:
		if u.target != u.remote || u.o.Resume {
			u.r.Partial, u.r.PartialUnsure = u.target, true
		}
		if u.r.Left, u.r.LeftSize = LeftUnknown, -1; u.target != u.remote && !u.renaming {
			u.r.Left = LeftOld
		}
	}
}
