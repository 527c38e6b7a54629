package datachan

import (
	"math"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Tally reports the progress of a transfer.
type Tally struct {
	Moved   int64         // bytes over the data connection so far
	Total   int64         // the total number of bytes, -1 if unknown
	Rate    float64       // bytes per second, smoothed over some seconds; in the last call, the average of the whole transfer
	Elapsed time.Duration // since OnTally was called
	Done    bool          // this is the last call; it says nothing about success
}

// tallyMemory is the time constant of the smoothed rate, in seconds.
const tallyMemory = 3.0

// OnTally makes the Conn call f about ten times a second while data moves or should move,
// and once more when the connection is closed. total is the number of bytes of the
// transfer, -1 if unknown. Calls come from another goroutine, one at a time; the last has
// returned when the method that closes the connection returns. f must not call the Conn.
// A second OnTally does nothing. The kernel still copies files.
func (c *Conn) OnTally(total int64, f func(Tally)) {
	if f == nil || !c.tallied.CompareAndSwap(false, true) {
		return
	}
	t := &tallyReporter{c: c, f: f, total: total, start: time.Now(), stop: make(chan struct{}), done: make(chan struct{})}
	t.last, t.moved = t.start, c.Moved()
	t.began = t.moved
	c.reporter.Store(t)
	go t.run()
}

// A tallyReporter reports the tally of a Conn.
type tallyReporter struct {
	c     *Conn
	f     func(Tally)
	total int64
	start time.Time
	began int64 // bytes moved at the start

	last   time.Time
	moved  int64
	mean   float64 // weighted sum of rates
	weight float64 // sum of the weights

	once       sync.Once
	stop, done chan struct{}
}

func (t *tallyReporter) run() {
	defer close(t.done)
	tick := time.NewTicker(patience.TallyInterval.Default)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.f(t.tally(time.Now()))
		case <-t.stop:
			v := t.tally(time.Now())
			v.Done = true
			if s := v.Elapsed.Seconds(); s > 0 {
				v.Rate = float64(v.Moved-t.began) / s
			}
			t.f(v)
			return
		}
	}
}

func (t *tallyReporter) tally(now time.Time) Tally {
	moved := t.c.Moved()
	if d := now.Sub(t.last).Seconds(); d > 0 {
		keep := math.Exp(-d / tallyMemory)
		t.mean = t.mean*keep + float64(moved-t.moved)/d*(1-keep)
		t.weight = t.weight*keep + 1 - keep
		t.last, t.moved = now, moved
	}
	v := Tally{Moved: moved, Total: t.total, Elapsed: now.Sub(t.start)}
	if t.weight > 0 {
		v.Rate = t.mean / t.weight
	}
	return v
}

// EndTally makes the last call of OnTally's function now, before the connection is closed,
// and returns after it.
func (c *Conn) EndTally() { c.endTally() }

// endTally makes the last call, if OnTally was called.
func (c *Conn) endTally() {
	if t := c.reporter.Load(); t != nil {
		t.once.Do(func() { close(t.stop) })
		<-t.done
	}
}
