package ftpwire_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// A poolRun is a Pool and its server, in a bubble.
type poolRun struct {
	t    *testing.T
	s    *ftptest.Server
	pool *ftpwire.Pool

	mu          sync.Mutex
	conns       []net.Conn // control connections
	open, most  int        // of them
	delay       time.Duration
	tries       int
	unreachable bool
	instead     *ftptest.Server // for further control connections
	network     *memnet.Network
}

// inPool runs f with a Pool in a bubble. At the end of f the Pool is closed and nothing is left of it.
func inPool(t *testing.T, cfg ftptest.Config, change func(*ftpwire.Pool), f func(*poolRun)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := &memnet.Network{}
		r := &poolRun{t: t, delay: 10 * time.Millisecond, network: network}
		r.s = r.another(cfg)
		defer r.s.Close()
		write(t, r.s, "/a.txt", []byte("hello"))
		p := profileOf(r.s, cfg.TLS)
		if len(cfg.Users) > 0 {
			p.User, p.Password = cfg.Users[0].Name, cfg.Users[0].Password
		}
		p.Dial = func(ctx context.Context, n, address string) (net.Conn, error) {
			if address != r.s.Addr() {
				return network.DialContext(ctx, n, address)
			}
			time.Sleep(r.delay)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.tries++
			if r.instead != nil {
				address = r.instead.Addr()
			}
			if r.unreachable {
				return nil, &net.OpError{Op: "dial", Net: n, Err: errors.New("unreachable")}
			}
			c, err := network.DialContext(ctx, n, address)
			if err != nil {
				return nil, err
			}
			r.open++
			r.most = max(r.most, r.open)
			c = &countedConn{Conn: c, r: r}
			r.conns = append(r.conns, c)
			return c, nil
		}
		r.pool = &ftpwire.Pool{Profile: p}
		if change != nil {
			change(r.pool)
		}
		f(r)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := r.pool.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		synctest.Wait()
		if n := r.standing(); n != 0 {
			t.Errorf("%d connections are left", n)
		}
	})
}

// another returns another server of the same network.
func (r *poolRun) another(cfg ftptest.Config) *ftptest.Server {
	cfg.Listen = func(n, address string) (net.Listener, error) {
		return r.network.ListenContext(r.t.Context(), n, address)
	}
	cfg.Dial = r.network.DialContext
	return ftptest.NewServer(r.t, &cfg)
}

type countedConn struct {
	net.Conn
	r    *poolRun
	once sync.Once
}

func (c *countedConn) Close() error {
	c.once.Do(func() {
		c.r.mu.Lock()
		defer c.r.mu.Unlock()
		c.r.open--
	})
	return c.Conn.Close()
}

func (r *poolRun) standing() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open
}

// cut ends all connections, as a server that is restarted does.
func (r *poolRun) cut() {
	r.mu.Lock()
	conns := r.conns
	r.conns = nil
	r.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

func (r *poolRun) logins() int { return r.count("USER ") }

func (r *poolRun) count(command string) int {
	return strings.Count("\n"+strings.Join(r.s.Commands(), "\n"), "\n"+command)
}

// read is a job that reads a file, and takes a second.
func read(ctx context.Context, c *ftpwire.Client) error {
	b, err := c.ReadFile(ctx, "a.txt")
	if err == nil && string(b) != "hello" {
		err = fmt.Errorf("%q came", b)
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return err
}

// all runs n jobs at the same time, and returns their errors.
func (r *poolRun) all(n int, job func(context.Context, *ftpwire.Client) error) (errs []error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range n {
		wg.Go(func() {
			err := r.pool.Do(r.t.Context(), job)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return errs
}

// Jobs run beside each other, on as many connections as there may be, and the connections are used again.
func TestPool(t *testing.T) {
	for _, tt := range []struct{ most, jobs, logins int }{
		{0, 20, 4}, {-1, 20, 4}, {1, 5, 1}, {7, 20, 7}, {4, 2, 2},
	} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) { p.MaxConnections = tt.most }, func(r *poolRun) {
				start := time.Now()
				if errs := r.all(tt.jobs, read); errs != nil {
					t.Error(errs)
				}
				rounds := time.Duration((tt.jobs + tt.logins - 1) / tt.logins)
				if d := time.Since(start); d > rounds*time.Second+500*time.Millisecond {
					t.Errorf("%v; want %d rounds of a second", d, rounds)
				}
				if n := r.logins(); n != tt.logins || r.most != tt.logins {
					t.Errorf("%d logins, %d connections at the same time; want %d", n, r.most, tt.logins)
				}
			})
		})
	}
}

// The first login is alone; the others come together.
func TestPoolFirstLogin(t *testing.T) {
	inPool(t, ftptest.Config{}, nil, func(r *poolRun) {
		r.delay = time.Second
		var at []time.Duration
		var mu sync.Mutex
		start := time.Now()
		errs := r.all(4, func(context.Context, *ftpwire.Client) error {
			mu.Lock()
			at = append(at, time.Since(start).Round(100*time.Millisecond))
			mu.Unlock()
			time.Sleep(10 * time.Second)
			return nil
		})
		if errs != nil || fmt.Sprint(at) != "[1s 2s 2s 2s]" {
			t.Errorf("the jobs began at %v, %v", at, errs)
		}
	})
}

// Jobs get their connections in the order in which they came. One that is cancelled leaves the queue.
func TestPoolQueue(t *testing.T) {
	inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) { p.MaxConnections = 1 }, func(r *poolRun) {
		var wg sync.WaitGroup
		var order []int
		gone := errors.New("gone")
		for n := range 6 {
			ctx, cancel := context.WithCancelCause(r.t.Context())
			defer cancel(nil)
			if n == 3 {
				time.AfterFunc(1500*time.Millisecond, func() { cancel(gone) })
			}
			wg.Go(func() {
				err := r.pool.Do(ctx, func(ctx context.Context, c *ftpwire.Client) error {
					order = append(order, n)
					return read(ctx, c)
				})
				if (n == 3) != (err == gone) || n != 3 && err != nil {
					t.Errorf("%d: %v", n, err)
				}
			})
			time.Sleep(time.Millisecond)
		}
		wg.Wait()
		if fmt.Sprint(order) != "[0 1 2 4 5]" {
			t.Error(order)
		}
	})
}

func TestPoolWithoutProfile(t *testing.T) {
	for _, p := range []*ftpwire.Pool{{}, {Profile: &ftpwire.Profile{}}} {
		if err := p.Do(t.Context(), read); !isType[*ftpwire.ProfileError](err) {
			t.Error(err)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if p.Limit() != 4 {
			t.Error(p.Limit())
		}
	}
}
