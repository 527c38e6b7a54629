package ftpwire_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Whatever jobs, callers, the server and the network do: no connection has two jobs, there are never too many, every job gets one or an error, and
// nothing is left.
func TestPoolRandom(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			most, bears := 1+rnd.IntN(5), 1+rnd.IntN(8)
			users := []ftptest.User{{Name: "u", Password: "p", MaxSessions: bears}}
			cfg := ftptest.Config{Users: users}
			if seed%2 == 0 {
				cfg = ftptest.Config{MaxSessions: bears, IdleTimeout: 20 * time.Second}
			}
			inPool(t, cfg, func(p *ftpwire.Pool) { p.MaxConnections = most }, func(r *poolRun) {
				var mu sync.Mutex
				using := map[*ftpwire.Client]bool{}
				use := func(c *ftpwire.Client, now bool) {
					mu.Lock()
					defer mu.Unlock()
					if using[c] == now {
						t.Error("two jobs have the same connection")
					}
					using[c] = now
				}
				var jobs sync.WaitGroup
				good, failed := 0, 0
				for n := range 60 {
					kind, wait, limit := rnd.IntN(12), time.Duration(rnd.IntN(3000))*time.Millisecond, time.Duration(1+rnd.IntN(8000))*time.Millisecond
					if rnd.IntN(20) == 0 {
						time.AfterFunc(wait, r.cut)
					}
					if rnd.IntN(10) == 0 {
						time.Sleep(40 * time.Second)
					}
					jobs.Go(func() {
						ctx := r.t.Context()
						if kind == 0 {
							var cancel context.CancelFunc
							ctx, cancel = context.WithTimeout(ctx, limit)
							defer cancel()
						}
						defer func() {
							if e := recover(); e != nil && e != n {
								panic(e)
							}
						}()
						err := r.pool.Do(ctx, func(ctx context.Context, c *ftpwire.Client) error {
							use(c, true)
							defer use(c, false)
							time.Sleep(wait)
							switch kind {
							case 1:
								panic(n)
							case 2:
								return errors.New("own")
							case 3:
								c.Conn().Close()
							case 4:
								return c.Conn().Cwd(ctx, "/")
							case 5:
								_, err := c.OpenAt(ctx, "a.txt", 0)
								return err
							}
							return read(ctx, c)
						})
						mu.Lock()
						defer mu.Unlock()
						if err == nil {
							good++
						} else {
							failed++
						}
						if err != nil && strings.Contains(err.Error(), "the Pool is closed") {
							t.Error(err)
						}
					})
				}
				jobs.Wait()
				if r.most > most {
					t.Errorf("%d connections; %d may be", r.most, most)
				}
				if good < 30 {
					t.Errorf("%d good, %d failed", good, failed)
				}
				if n := r.pool.Limit(); n > most || n < 1 {
					t.Errorf("Limit is %d", n)
				}
			})
		})
	}
}
