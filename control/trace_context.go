package control

import "context"

type traceKey struct{}

// WithTrace returns a context whose events f is told besides the Config's Trace: those of
// [Dial] with it, and those of each operation with it, until the operation ends; of a transfer,
// until it is closed. f must not call the Conn. A context that has such a function already tells
// both, the new one first. Secrets are masked.
func WithTrace(ctx context.Context, f func(TraceEvent)) context.Context {
	if before := traceOf(ctx); before != nil {
		now := f
		f = func(e TraceEvent) {
			now(e)
			before(e)
		}
	}
	return context.WithValue(ctx, traceKey{}, f)
}

// traceOf returns the function of a context, or nil.
func traceOf(ctx context.Context) func(TraceEvent) {
	f, _ := ctx.Value(traceKey{}).(func(TraceEvent))
	return f
}

// follow makes events go to the function of ctx, for the operation that has the turn, or for Dial.
func (c *Conn) follow(ctx context.Context) {
	if f := traceOf(ctx); f != nil {
		c.tracing.Store(&f)
	}
}

// unfollow ends that.
func (c *Conn) unfollow() {
	if c.tracing.Load() != nil {
		c.tracing.Store(nil)
	}
}
