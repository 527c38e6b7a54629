package tlsx

import (
	"context"
	"errors"
	"sync"
	"time"
)

// AskOnce returns a function that puts each question to ask once and gives the same
// answer from then on, for as long as the function is in use. Questions are put one at a
// time, so that a pool of connections does not ask the same question several times.
// Questions are the same if host, port, certificate and what is wrong with it are. A
// refusal is remembered too; an answer that came after its context was done is not.
func AskOnce(ask func(context.Context, *CertificateQuestion) Answer) func(context.Context, *CertificateQuestion) Answer {
	type key struct {
		host    string
		port    int
		cert    Fingerprint
		reasons Reason
	}
	turn := make(chan struct{}, 1)
	answers := map[key]Answer{}
	return func(ctx context.Context, q *CertificateQuestion) Answer {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return Reject
		}
		k := key{q.Host, q.Port, q.Facts.SHA256, q.Reasons}
		if a, ok := answers[k]; ok {
			return a
		}
		a := ask(ctx, q)
		if ctx.Err() == nil {
			answers[k] = a
		}
		return a
	}
}

// ask puts a question, and waits for the answer no longer than ctx lasts. Meanwhile the
// clock of the handshake is stopped.
func ask(ctx context.Context, f func(context.Context, *CertificateQuestion) Answer, q *CertificateQuestion) (Answer, error) {
	if p, ok := ctx.Value(stopwatchKey{}).(*stopwatch); ok {
		p.stop()
		defer p.resume()
	}
	answer := make(chan Answer, 1)
	go func() { answer <- f(ctx, q) }()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return Reject, ctx.Err()
	}
}

// errHandshakeTime is the cause if a stopwatch has ended a context.
var errHandshakeTime = errors.New("handshake timeout")

type stopwatchKey struct{}

// A stopwatch is a timeout that does not run while a person thinks. The network is not
// waited for during that time, so no network timeout should end it.
type stopwatch struct {
	mu      sync.Mutex
	timer   *time.Timer
	left    time.Duration
	started time.Time
}

// withStopwatch returns a context whose limit, set later, can be stopped.
func withStopwatch(ctx context.Context) context.Context {
	return context.WithValue(ctx, stopwatchKey{}, &stopwatch{})
}

// limit returns a context that ends after d with errHandshakeTime as its cause. If
// ctx is of withStopwatch, ask stops the clock.
func limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	lctx, cancel := context.WithCancelCause(ctx)
	p, ok := ctx.Value(stopwatchKey{}).(*stopwatch)
	if !ok {
		p = &stopwatch{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left, p.started = d, time.Now()
	p.timer = time.AfterFunc(d, func() { cancel(errHandshakeTime) })
	return lctx, func() {
		p.timer.Stop()
		cancel(nil)
	}
}

func (p *stopwatch) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil && p.timer.Stop() {
		p.left -= time.Since(p.started)
	}
}

func (p *stopwatch) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.started = time.Now()
		p.timer.Reset(max(p.left, 0))
	}
}
