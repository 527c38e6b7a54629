package datachan

import (
	"sync"
	"time"
)

// A Limiter limits how many bytes move in a second. Several connections may share one:
// together they stay below the limit, and each gets its turn. A nil Limiter has no limit.
// It may be used from several goroutines.
type Limiter struct {
	mu     sync.Mutex
	rate   float64 // bytes per second; 0: no limit
	burst  float64
	tokens float64 // below zero: promised to waiting connections
	last   time.Time
}

// NewLimiter returns a limiter of rate bytes per second. Unused allowance is saved up to
// burst bytes, which may then move at once; if burst is zero, it is the number of bytes
// in a tenth of a second. It is never less than 1 KiB. If rate is zero or negative, there
// is no limit.
func NewLimiter(rate, burst int64) *Limiter {
	l := &Limiter{}
	l.SetRate(rate, burst)
	l.tokens = l.burst
	return l
}

const minBurst = 1 << 10

// SetRate changes rate and burst; see [NewLimiter] for their meaning. Connections that
// wait now finish that wait first.
func (l *Limiter) SetRate(rate, burst int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refill(time.Now())
	l.rate = float64(max(rate, 0))
	l.burst = float64(burst)
	if burst <= 0 {
		l.burst = l.rate / 10
	}
	l.burst = max(l.burst, minBurst)
	l.tokens = min(l.tokens, l.burst)
}

// Rate returns the limit in bytes per second, 0 if there is none.
func (l *Limiter) Rate() int64 {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(l.rate)
}

func (l *Limiter) refill(now time.Time) {
	if d := now.Sub(l.last).Seconds(); d > 0 {
		l.tokens = min(l.tokens+d*l.rate, l.burst)
	}
	l.last = now
}

// reserve sets aside up to want bytes. It returns how many, at least one, and how long to
// wait before they move. Waiting callers go on in the order of their calls.
func (l *Limiter) reserve(want int64) (granted int64, wait time.Duration) {
	if l == nil || want <= 0 {
		return want, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 {
		return want, 0
	}
	l.refill(time.Now())
	// The bytes of a twentieth of a second at a time give a smooth flow and leave others
	// their turn; the saved allowance goes at once.
	piece := max(min(l.rate/20, l.burst), l.tokens, minBurst/2)
	granted = min(want, int64(piece))
	l.tokens -= float64(granted)
	if l.tokens < 0 {
		wait = time.Duration(-l.tokens / l.rate * float64(time.Second))
	}
	return granted, wait
}

// refund gives back what was reserved and did not move.
func (l *Limiter) refund(n int64) {
	if l == nil || n <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate > 0 {
		l.tokens = min(l.tokens+float64(n), l.burst)
	}
}

// ration waits until up to want bytes may move and returns how many.
func (c *Conn) ration(l *Limiter, want int64) (int64, error) {
	n, wait := l.reserve(want)
	if wait <= 0 {
		return n, nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return n, nil
	case <-c.halted:
		l.refund(n)
		return 0, ErrInterrupted
	}
}
