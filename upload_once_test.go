package ftpwire_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// What another attempt would add to is sent once, whatever a Retry says, and its error says that it may be done.
func TestOnlyOnce(t *testing.T) {
	retry := ftpwire.Retry{Attempts: 2, Delay: -1}
	up := func(o ftpwire.TransferOptions, name string) opFunc {
		o.Retry = retry
		return func(ctx context.Context, c *ftpwire.Client, dir string) error {
			return second(c.Upload(ctx, local(dir, "new"), name, &o))
		}
	}
	methods := []struct {
		name, verb string
		call       opFunc
	}{
		{"Upload, Append", "APPE", up(ftpwire.TransferOptions{Append: true}, "a.txt")},
		{"Upload, Unique", "STOU", up(ftpwire.TransferOptions{Unique: true}, "")},
		{"Upload, Unique, in a directory", "STOU", up(ftpwire.TransferOptions{Unique: true}, "d")},
		{"Append", "APPE", func(ctx context.Context, c *ftpwire.Client, _ string) error {
			return retry.Do(ctx, func(ctx context.Context) error { return writeAll(c.Append(ctx, "a.txt")) })
		}},
	}
	for _, way := range []struct {
		name   string
		faults []ftptest.Fault
		lost   bool  // the preliminary reply
		sent   []int // how often APPE and STOU are sent; once more is no harm if APPE had no data
	}{
		{"no final reply", []ftptest.Fault{"no-final-reply"}, false, []int{1, 1}},
		{"421 in the transfer", []ftptest.Fault{"421-in-transfer"}, false, []int{1, 1}},
		{"lost before the data", nil, true, []int{2, 1}},
	} {
		for _, m := range methods {
			t.Run(way.name+"/"+m.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, c, k := filesClient(t, ftptest.Config{Faults: way.faults}, nil)
					defer s.Close()
					defer func() { c.Conn().Close() }()
					if way.lost {
						k.arm(m.verb, false)
					}
					err := m.call(t.Context(), c, t.TempDir())
					want := way.sent[slices.Index([]string{"APPE", "STOU"}, m.verb)]
					n := 0
					for _, line := range s.Commands() {
						if strings.HasPrefix(line, m.verb) {
							n++
						}
					}
					if n != want {
						t.Errorf("%s was sent %d times, want %d", m.verb, n, want)
					}
					if want == 2 {
						if got, rerr := s.ReadFile("/a.txt"); err != nil || string(got) != "hello\nnew" {
							t.Errorf("%v; a.txt is %q, %v", err, got, rerr)
						}
						return
					}
					if err == nil || ftpwire.Temporary(err) || ftpwire.KindOf(err) != ftpwire.KindUnproven || !strings.Contains(err.Error(), "it is not repeated") {
						t.Errorf("%v is %s, temporary: %v", err, ftpwire.KindOf(err), ftpwire.Temporary(err))
					}
				})
			})
		}
	}
}
