package conformance

import (
	"context"
	"errors"
	"io"
	"time"
)

// errTimeUp ends a run that takes longer than Options.MaxTime.
var errTimeUp = errors.New("the total time is over")

// cleanTime is how long the clean-up of an interrupted run may take.
const cleanTime = 2500 * time.Millisecond

// track makes c end with the run. Connections of every kind and listening ports
// are tracked, so that no wait on any outlives the run.
func (r *runner) track(c io.Closer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		c.Close()
		return
	}
	r.live[c] = true
}

func (r *runner) untrack(c io.Closer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.live, c)
}

// closeAll closes all that is tracked.
func (r *runner) closeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.live {
		c.Close()
	}
	clear(r.live)
}

// under makes ctx the context of what follows. The result ends that: when it has
// returned, nothing is closed any more on behalf of ctx.
func (r *runner) under(ctx context.Context) (leave func()) {
	r.mu.Lock()
	r.ctx = ctx
	r.mu.Unlock()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { r.closeAll(); close(done) })
	return func() {
		if !stop() {
			<-done
		}
	}
}

// workContext bounds the checks, so that time is left for the clean-up.
func (r *runner) workContext(ctx context.Context) (context.Context, context.CancelFunc) {
	whole := r.opts.maxTime()
	return context.WithTimeoutCause(ctx, whole-min(whole/10, 30*time.Second), errTimeUp)
}

// cleanContext bounds the clean-up: shortly if the run was interrupted, or is while
// the clean-up is going on.
func (r *runner) cleanContext(ctx context.Context) (context.Context, context.CancelFunc) {
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(cleanTime, time.Until(r.started.Add(r.opts.maxTime()))))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(cleanTime, cancel) })
	return clean, func() { stop(); cancel() }
}
