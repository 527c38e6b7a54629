package ftpwire_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Close waits for the jobs that run, and refuses those that wait.
func TestPoolClose(t *testing.T) {
	inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) { p.MaxConnections = 2 }, func(r *poolRun) {
		var closed atomic.Bool
		done := make(chan []error)
		go func() {
			done <- r.all(5, func(ctx context.Context, c *ftpwire.Client) error {
				err := read(ctx, c)
				if closed.Load() {
					t.Error("Close did not wait")
				}
				return err
			})
		}()
		time.Sleep(500 * time.Millisecond)
		if err := r.pool.Close(r.t.Context()); err != nil {
			t.Error(err)
		}
		closed.Store(true)
		errs := <-done
		if len(errs) != 3 || !errors.Is(errs[0], net.ErrClosed) {
			t.Errorf("%v; want three that are refused", errs)
		}
		if err := r.pool.Do(r.t.Context(), read); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if n := r.count("QUIT"); n != 2 {
			t.Errorf("%d times QUIT", n)
		}
	})
}

// A Close that may not wait ends the jobs.
func TestPoolCloseAtOnce(t *testing.T) {
	inPool(t, ftptest.Config{}, nil, func(r *poolRun) {
		done := make(chan []error)
		go func() {
			done <- r.all(3, func(ctx context.Context, c *ftpwire.Client) error {
				<-ctx.Done()
				_, err := c.ReadFile(context.WithoutCancel(ctx), "a.txt")
				if !errors.Is(err, net.ErrClosed) || !errors.Is(context.Cause(ctx), net.ErrClosed) {
					t.Error(err, context.Cause(ctx))
				}
				return err
			})
		}()
		time.Sleep(time.Second)
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(r.t.Context())
		cancel(enough)
		if err := r.pool.Close(ctx); err != enough {
			t.Error(err)
		}
		if errs := <-done; len(errs) != 3 {
			t.Error(errs)
		}
	})
}

// Close ends a login that is under way.
func TestPoolCloseInLogin(t *testing.T) {
	inPool(t, ftptest.Config{}, nil, func(r *poolRun) {
		r.delay = 5 * time.Second
		done := make(chan []error)
		go func() { done <- r.all(2, read) }()
		time.Sleep(time.Second)
		if err := r.pool.Close(r.t.Context()); err != nil {
			t.Error(err)
		}
		for _, err := range <-done {
			if !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		}
	})
}
