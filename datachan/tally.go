package datachan

import (
	"math"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Tally says how far a transfer is.
type Tally struct {
	Moved   int64         // bytes over the data connection so far
	Total   int64         // how many there are to be, -1 if unknown
	Rate    float64       // bytes per second, smoothed over some seconds; at the end, of the whole
	Elapsed time.Duration // since the report began
	Done    bool          // this is the last call; whether all went well is not its business
}

// tallyMemory is the time constant of the smoothed rate, in seconds.
const tallyMemory = 3.0

// OnTally has f called about ten times a second while data moves or should move, and
// once more when the connection is closed. total is how many bytes there are to be,
// -1 if that is unknown. Calls come from another goroutine, one at a time; the last
// has returned when the method that closes the connection does. f must not call the
// Conn. A second OnTally does nothing. The kernel copies as it does without it.
func (c *Conn) OnTally(total int64, f func(Tally)) {
	if f == nil || !c.tallied.CompareAndSwap(false, true) {
		return
	}
	t := &teller{c: c, f: f, total: total, start: time.Now(), stop: make(chan struct{}), done: make(chan struct{})}
	t.last, t.moved = t.start, c.Moved()
	t.began = t.moved
	c.teller.Store(t)
	go t.run()
}

// A teller reports the tally of a Conn.
type teller struct {
	c     *Conn
	f     func(Tally)
	total int64
	start time.Time
	began int64 // moved at the start

	last   time.Time
	moved  int64
	mean   float64 // weighted sum of rates
	weight float64 // sum of the weights

	once       sync.Once
	stop, done chan struct{}
}

func (t *teller) run() {
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

func (t *teller) tally(now time.Time) Tally {
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
// and returns behind it.
func (c *Conn) EndTally() { c.endTally() }

// endTally makes the last call, if there is anybody to call.
func (c *Conn) endTally() {
	if t := c.teller.Load(); t != nil {
		t.once.Do(func() { close(t.stop) })
		<-t.done
	}
}
