package control

import (
	"fmt"
	"os"
	"time"
)

// A SlowError reports a transfer that was given up because it was slower than the Config's
// LowestRate. errors.Is matches os.ErrDeadlineExceeded.
type SlowError struct {
	Rate int64         // the least number of octets per second
	Over time.Duration // how long the rate was below it
}

func (e *SlowError) Error() string {
	return fmt.Sprintf("ftp: fewer than %d octets a second moved in the last %v", e.Rate, e.Over)
}

// Timeout returns true; see net.Error.
func (e *SlowError) Timeout() bool { return true }

// Unwrap returns os.ErrDeadlineExceeded.
func (e *SlowError) Unwrap() error { return os.ErrDeadlineExceeded }

// samples is how many parts LowestTime is divided into.
const samples = 10

// keepRate interrupts the transfer when too little has moved within the LowestTime. A
// server that sends an octet now and then never reaches the IdleTimeout and would keep
// the transfer for ever.
func (t *transfer) keepRate(rate int64, over time.Duration) {
	least := int64(float64(rate) * over.Seconds())
	var moved [samples]int64 // a ring
	tick := time.NewTicker(max(over/samples, time.Millisecond))
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-tick.C:
		case <-t.end:
			return
		case <-t.f.done:
			return // no more data will move
		}
		if t.dataThrough() {
			return
		}
		now, then := t.moved(), &moved[n%samples]
		if n >= samples && now-*then < least {
			t.slow.Store(&SlowError{Rate: rate, Over: over})
			t.dc.Interrupt()
			return
		}
		*then = now
	}
}

func (t *transfer) dataThrough() bool {
	t.asking.Lock()
	defer t.asking.Unlock()
	return t.dataOver
}
