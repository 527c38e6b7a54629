package ftpwire_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// What a job leaves decides whether the next one has the same connection. The next one finds everything as after a login, whatever it is.
func TestPoolAfterJob(t *testing.T) {
	own := errors.New("own")
	for _, tt := range []struct {
		name   string
		job    func(ctx context.Context, c *ftpwire.Client) error
		logins int // of both jobs
		is     func(error) bool
	}{
		{"good", read, 1, func(err error) bool { return err == nil }},
		{"the job's own error", func(context.Context, *ftpwire.Client) error { return own }, 1, func(err error) bool { return err == own }},
		{"a refusal", func(ctx context.Context, c *ftpwire.Client) error {
			_, err := c.ReadFile(ctx, "none")
			return err
		}, 1, func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
		{"a bad name", func(ctx context.Context, c *ftpwire.Client) error { return c.Remove(ctx, "a\r\nb") }, 1, func(err error) bool { return err != nil }},
		{"cancelled within", func(ctx context.Context, c *ftpwire.Client) error {
			ctx, cancel := context.WithCancel(ctx)
			_, err := c.Get(ctx, "big", cancelWriter(cancel), nil)
			return err
		}, 1, func(err error) bool { return errors.Is(err, context.Canceled) }},
		{"closed", func(ctx context.Context, c *ftpwire.Client) error { return c.Conn().Close() }, 2, func(err error) bool { return err == nil }},
		{"closed, and made anew", func(ctx context.Context, c *ftpwire.Client) error {
			c.Conn().Close()
			return read(ctx, c)
		}, 2, func(err error) bool { return err == nil }},
		{"looked where it is, and at a directory", func(ctx context.Context, c *ftpwire.Client) error {
			if _, err := c.Getwd(ctx); err != nil {
				return err
			}
			_, err := c.Stat(ctx, "d")
			return err
		}, 1, func(err error) bool { return err == nil }},
		{"another working directory", func(ctx context.Context, c *ftpwire.Client) error { return c.Conn().Cwd(ctx, "d") }, 2, func(err error) bool { return err == nil }},
		{"there and back", func(ctx context.Context, c *ftpwire.Client) error {
			home, err := c.Getwd(ctx)
			return errors.Join(err, c.Conn().Cwd(ctx, "d"), c.Conn().Cwd(ctx, home))
		}, 1, func(err error) bool { return err == nil }},
		{"another format", func(ctx context.Context, c *ftpwire.Client) error {
			return c.Conn().SetFileFormat(mode.Format{Type: 'A'})
		}, 1, func(err error) bool { return err == nil }},
		{"a file left open", func(ctx context.Context, c *ftpwire.Client) error {
			_, err := c.OpenAt(ctx, "big", 0)
			return err
		}, 2, func(err error) bool { return err == nil }},
	} {
		for _, faults := range [][]ftptest.Fault{nil, {"feat-empty-list"}} {
			t.Run(tt.name+fmt.Sprint(faults), func(t *testing.T) {
				inPool(t, ftptest.Config{Faults: faults}, func(p *ftpwire.Pool) { p.MaxConnections = 1 }, func(r *poolRun) {
					write(r.t, r.s, "/d/x", nil)
					write(r.t, r.s, "/big", payload)
					if err := r.pool.Do(r.t.Context(), tt.job); !tt.is(err) {
						t.Error(err)
					}
					if err := r.pool.Do(r.t.Context(), func(ctx context.Context, c *ftpwire.Client) error {
						if dir, err := c.Getwd(ctx); dir != "/" || err != nil || c.Conn().FileFormat().Type != 'I' {
							t.Errorf("the next job begins in %q, %c, %v", dir, c.Conn().FileFormat().Type, err)
						}
						return read(ctx, c)
					}); err != nil {
						t.Error(err)
					}
					if n := r.logins(); n != tt.logins {
						t.Errorf("%d logins; want %d: %q", n, tt.logins, r.s.Commands())
					}
				})
			})
		}
	}
}

// A cancelWriter calls itself when something is written.
type cancelWriter func()

func (w cancelWriter) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

// A job that is cancelled, in whatever it does, leaves the Pool in order.
func TestPoolCancelledJob(t *testing.T) {
	for _, after := range []time.Duration{0, time.Microsecond, 5 * time.Millisecond, 15 * time.Millisecond, 500 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) { p.MaxConnections = 2 }, func(r *poolRun) {
				for range 5 {
					ctx, cancel := context.WithTimeout(r.t.Context(), after)
					err := r.pool.Do(ctx, read)
					cancel()
					if err != nil && !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%T %v", err, err)
					}
				}
				if errs := r.all(10, read); errs != nil {
					t.Error(errs)
				}
				if r.most > 2 {
					t.Errorf("%d connections at the same time", r.most)
				}
			})
		})
	}
}

// A job that panics, or ends its goroutine, does not keep its connection.
func TestPoolPanic(t *testing.T) {
	inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) { p.MaxConnections = 1 }, func(r *poolRun) {
		for range 2 {
			func() {
				defer func() {
					if e := recover(); e != "x" {
						t.Error(e)
					}
				}()
				r.pool.Do(r.t.Context(), func(context.Context, *ftpwire.Client) error { panic("x") })
			}()
		}
		if err := r.pool.Do(r.t.Context(), read); err != nil || r.logins() != 3 {
			t.Error(err, r.logins())
		}
	})
}

// Connections that were lost are replaced, whether a job uses them or not.
func TestPoolLostConnections(t *testing.T) {
	inPool(t, ftptest.Config{}, nil, func(r *poolRun) {
		for range 3 {
			if errs := r.all(8, func(ctx context.Context, c *ftpwire.Client) error {
				if err := read(ctx, c); err != nil {
					return err
				}
				return read(ctx, c)
			}); errs != nil {
				t.Error(errs)
			}
			r.cut()
		}
		time.AfterFunc(1500*time.Millisecond, r.cut)
		if errs := r.all(4, func(ctx context.Context, c *ftpwire.Client) error {
			return errors.Join(read(ctx, c), read(ctx, c), read(ctx, c))
		}); errs != nil {
			t.Error(errs)
		}
	})
}

// A connection that no job uses is ended after a time; sooner, if the server has ended one.
func TestPoolIdle(t *testing.T) {
	for _, tt := range []struct {
		name         string
		idle, server time.Duration
		wait         time.Duration
		left         int
		bears        time.Duration // then
	}{
		{"a minute", 0, 0, 59 * time.Second, 3, 0},
		{"a minute and a bit", 0, 0, 61 * time.Second, 0, 0},
		{"three seconds", 3 * time.Second, 0, 4 * time.Second, 0, 0},
		{"for ever", -1, 0, 4 * time.Minute, 3, 0},
		{"the server ends it", -1, 20 * time.Second, 300 * time.Second, 0, 11 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inPool(t, ftptest.Config{IdleTimeout: tt.server}, func(p *ftpwire.Pool) { p.IdleTimeout = tt.idle }, func(r *poolRun) {
				if errs := r.all(3, read); errs != nil {
					t.Error(errs)
				}
				time.Sleep(tt.wait)
				synctest.Wait()
				if n := r.standing(); n != tt.left {
					t.Errorf("%d connections; want %d", n, tt.left)
				}
				if errs := r.all(3, read); errs != nil {
					t.Error(errs)
				}
				if tt.bears > 0 {
					time.Sleep(tt.bears)
					synctest.Wait()
					if n, quit := r.standing(), r.count("QUIT"); n != 0 || quit != 3 {
						t.Errorf("%d connections, %d times QUIT", n, quit)
					}
				}
			})
		})
	}
}

// A person is asked once about the certificate and once for the password, however many connections there are, and whatever becomes of them.
func TestPoolAsksOnce(t *testing.T) {
	var trust, secret int
	inPool(t, ftptest.Config{TLS: ftptest.TLSExplicit}, func(p *ftpwire.Pool) {
		p.Profile.Password, p.Profile.RootCAs = "", nil
		p.Profile.Verify = &tlsx.Verification{Ask: func(context.Context, *tlsx.CertificateQuestion) tlsx.Answer {
			trust++
			return tlsx.AcceptOnce
		}}
		p.Profile.Login.PasswordFunc = func(context.Context, control.PasswordQuestion) (string, error) {
			time.Sleep(5 * time.Second)
			secret++
			return "password", nil
		}
	}, func(r *poolRun) {
		for range 2 {
			if errs := r.all(8, read); errs != nil {
				t.Error(errs)
			}
			r.cut()
		}
		if trust != 1 || secret != 1 || r.logins() != 8 {
			t.Errorf("asked %d times about the certificate, and %d times for the password, in %d logins", trust, secret, r.logins())
		}
		if s := fmt.Sprintf("%v %+v", r.pool, r.pool.Profile); strings.Contains(s, `"password"`) {
			t.Error(s)
		}
	})
}

// Who does not answer the question for the password is not asked again.
func TestPoolNoAnswer(t *testing.T) {
	no := errors.New("no")
	asked := 0
	inPool(t, ftptest.Config{}, func(p *ftpwire.Pool) {
		p.Profile.Password = ""
		p.Profile.Login.PasswordFunc = func(context.Context, control.PasswordQuestion) (string, error) {
			asked++
			return "", no
		}
	}, func(r *poolRun) {
		for range 2 {
			if errs := r.all(5, read); len(errs) != 5 || !errors.Is(errs[4], no) {
				t.Error(errs)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}
