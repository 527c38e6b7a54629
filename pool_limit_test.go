package ftpwire_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Where the server bears fewer connections, the Pool goes on with those. It finds out seldom whether there may be more.
func TestPoolLimit(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  ftptest.Config
	}{
		{"421 in place of the greeting", ftptest.Config{MaxSessions: 2}},
		{"530 to PASS", ftptest.Config{Users: []ftptest.User{{Name: "u", Password: "p", MaxSessions: 2}}}},
		{"421, TLS", ftptest.Config{TLS: ftptest.TLSExplicit, MaxSessions: 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inPool(t, tt.cfg, func(p *ftpwire.Pool) { p.MaxConnections = 5 }, func(r *poolRun) {
				start := time.Now()
				if errs := r.all(240, read); errs != nil {
					t.Error(errs)
				}
				if d := time.Since(start); d > 125*time.Second {
					t.Errorf("%v; want two minutes, with two connections", d)
				}
				if n := r.pool.Limit(); n != 2 {
					t.Errorf("Limit is %d", n)
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				if n := len(r.conns); n > 5+3 { // the first five, and one after 5, 25 and 105 seconds
					t.Errorf("%d connections were tried", n)
				}
			})
		})
	}
}

// What is full may have room later.
func TestPoolLimitGrows(t *testing.T) {
	inPool(t, ftptest.Config{MaxSessions: 2}, nil, func(r *poolRun) {
		other, err := ftpwire.Dial(r.t.Context(), r.pool.Profile)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(10*time.Second, func() { other.Close(r.t.Context()) })
		if errs := r.all(60, read); errs != nil {
			t.Error(errs)
		}
		if n := r.pool.Limit(); n != 2 {
			t.Errorf("Limit is %d", n)
		}
	})
}

// If no connection stands, all that wait get the error, after one attempt. A later job tries again.
func TestPoolNoConnection(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		is     func(error) bool
	}{
		{"too many users", []ftptest.Fault{"login-full-530"}, func(err error) bool { return errors.Is(err, control.ErrTooManyUsers) }},
		{"greeting", []ftptest.Fault{"greeting-421"}, func(err error) bool { return errors.Is(err, &protocol.ReplyError{Reply: protocol.Reply{Code: 421}}) }},
		{"unreachable", nil, func(err error) bool { return err != nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inPool(t, ftptest.Config{Faults: tt.faults}, nil, func(r *poolRun) {
				r.unreachable = tt.faults == nil
				for n := range 2 {
					errs := r.all(5, read)
					if len(errs) != 5 || !tt.is(errs[4]) || r.tries != n+1 {
						t.Errorf("%d attempts: %v", r.tries, errs)
					}
				}
			})
		})
	}
}

// A rejected login is never repeated: not by a job that waits, not by a later one, not for a connection that was lost.
func TestPoolRejectedLogin(t *testing.T) {
	t.Run("at once", func(t *testing.T) {
		inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) { p.Profile.Password = "wrong" }, func(r *poolRun) {
			for range 3 {
				errs := r.all(5, read)
				if len(errs) != 5 || !isType[*control.RejectedLoginError](errs[4]) {
					t.Error(errs)
				}
			}
			if n := r.count("PASS"); n != 1 {
				t.Errorf("%d times PASS", n)
			}
		})
	})
	t.Run("the second", func(t *testing.T) {
		inPool(t, ftptest.Config{Faults: []ftptest.Fault{"login-locked-later"}}, func(p *ftpwire.Pool) { p.MaxConnections = 2 }, func(r *poolRun) {
			if errs := r.all(60, read); errs != nil {
				t.Error(errs)
			}
			if n := r.count("PASS"); n != 2 {
				t.Errorf("%d times PASS", n)
			}
			r.cut()
			for range 2 {
				if errs := r.all(3, read); len(errs) != 3 || !isType[*control.RejectedLoginError](errs[2]) {
					t.Error(errs)
				}
			}
			if n := r.count("PASS"); n != 2 {
				t.Errorf("%d times PASS", n)
			}
		})
	})
	t.Run("in the middle of jobs", func(t *testing.T) {
		inPool(t, ftptest.Config{}, nil, func(r *poolRun) {
			other := r.another(ftptest.Config{Users: []ftptest.User{{Name: "user", Password: "other"}}})
			defer other.Close()
			time.AfterFunc(2*time.Second, func() {
				r.mu.Lock()
				r.instead = other
				r.mu.Unlock()
				r.cut()
			})
			errs := r.all(4, func(ctx context.Context, c *ftpwire.Client) error {
				time.Sleep(3 * time.Second)
				return read(ctx, c)
			})
			if len(errs) != 4 || !isType[*control.RejectedLoginError](errs[0]) {
				t.Error(errs)
			}
			if got := strings.Count(strings.Join(other.Commands(), " "), "PASS"); got != 1 {
				t.Errorf("%d times PASS to the one that has another password", got)
			}
		})
	})
}
