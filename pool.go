package ftpwire

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Pool runs jobs on several connections to one server. Its methods may be called by several goroutines at the same time; its fields must
// not be changed after the first call. [Pool.Close] ends it.
//
// Connections are made as jobs need them. The first login is alone, and the others follow once it has succeeded. So is the first one after a
// connection was lost. What a person is asked counts for all of them: Verify.Ask is called once for each certificate, and Login.PasswordFunc
// once for each secret. What the first connection has learned about the server ([Client.Learned]) the others know.
//
// A login that is refused, or has no answer, is never tried again, not even by a later job: further jobs have the connections that stand. If there is none, or if
// PasswordFunc has failed, the rest of the Pool's jobs get that error; make another Pool once the cause is gone. A server that says that it has
// too many users or connections is no failure as long as a connection stands: the Pool goes on with what it has, and tries one more after 5
// seconds, if a job waits, then after 20, 80 and each 300. The same goes for other failures, with pauses from a second to a minute. If no
// connection stands, all jobs that wait then get the error.
//
// Each control connection has TLS sessions of its own, which its data connections resume, and its own handshake is a full one: servers that demand
// resumption on data connections, such as ProFTPD, refuse the session of another control connection.
type Pool struct {
	// Profile says how to connect. It must not be nil, and must not be changed while the Pool is in use.
	Profile *Profile

	// MaxConnections is how many connections there may be at the same time. If zero or negative, it is 4. A Pool has fewer where the
	// server bears fewer.
	MaxConnections int

	// IdleTimeout is how long a connection is kept that no job uses. If zero, it is a minute; if negative, it is kept until the
	// server ends it. Where the server has ended one before, those that follow are kept half as long as it kept that one,
	// but for 5 seconds at least.
	IdleTimeout time.Duration

	once    sync.Once
	invalid error    // of Profile
	asked   *secrets // of all connections

	mu       sync.Mutex
	profile  *Profile // to connect with, and what was learned
	queue    []*poolWaiter
	arrivals int                             // how many have ever waited
	idle     []*poolConn                     // the one that was used last is at the end
	ends     map[any]context.CancelCauseFunc // of each *poolConn that a job uses, and each *poolWaiter that connects
	open     int                             // connections that stand, are made, or end
	logins   int                             // how many of them log in now
	proven   bool                            // a login has succeeded, and no connection was lost since
	limit    int                             // how many the server bears, 0 if it has borne all so far
	retryAt  time.Time                       // when to try one more than limit
	pause    time.Duration                   // before that
	timer    *time.Timer                     // until then
	bears    time.Duration                   // how long to keep idle connections; 0: the server has not ended one
	rejected error                           // of a login that must not be repeated
	closed   bool
	killed   bool          // Close does not wait any longer
	changed  chan struct{} // closed, and replaced, when open, logins or proven has changed
}

// errPoolClosed is the error of jobs after Close.
var errPoolClosed = fmt.Errorf("ftp: the Pool is closed: %w", net.ErrClosed)

// Do runs job with a connection of its own, which it must not use after it has returned. If there is none, Do waits for one; jobs get theirs in the order
// in which they came. If ctx ends meanwhile, its cause is the error. Other errors are those of [Dial]; one that matches
// [net.ErrClosed] after [Pool.Close]; or that of job, unchanged. A job is run once; to repeat it where that may help, call Do in [Retry.Do]. A job
// that calls Do may wait for itself.
//
// job gets ctx, which ends sooner if Close does not wait any longer. Its errors do not cost the connection as long as that is in step with
// the server: what a cancelled job has left is awaited, and the connection is asked for a sign of life, before the next job gets it. Otherwise
// another takes its place, as well if job panics, leaves a file or a stream open, or is in another working directory at its end. The file format is put
// back. Nothing else that was sent through [Client.Conn] is undone. job must not close the Client.
func (p *Pool) Do(ctx context.Context, job func(ctx context.Context, c *Client) error) (err error) {
	c, err := p.take(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p.endBy(c, cancel)
	ended := false // false for a panic
	defer func() { p.give(ctx, c, ended, err) }()
	err = job(ctx, c.client)
	ended = true
	return err
}

// Close ends the Pool: it refuses further jobs and those that wait, waits for those that run, and ends all connections with QUIT. If ctx ends before
// that, Close cancels the contexts of the jobs that still run, closes all connections, and returns the cause of ctx without waiting for the
// jobs. Further calls do the same.
func (p *Pool) Close(ctx context.Context) error {
	p.start()
	p.mu.Lock()
	p.closed = true
	p.refuse(errPoolClosed)
	for w, cancel := range p.ends {
		p.endNow(w, cancel)
	}
	for _, c := range p.idle {
		c.timer.Stop()
		go p.quit(c)
	}
	p.idle = nil
	p.mu.Unlock()
	err := p.await(ctx, func() bool { return p.open == 0 })
	if err == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	for w, cancel := range p.ends {
		p.endNow(w, cancel)
	}
	return err
}

// start makes the Pool ready, and returns what is wrong with its Profile.
func (p *Pool) start() error {
	p.once.Do(func() {
		p.changed = make(chan struct{})
		if p.invalid = p.Profile.Validate(); p.invalid != nil {
			return
		}
		p.ends = map[any]context.CancelCauseFunc{}
		p.profile, p.asked = p.Profile.askingOnce().remembering()
		p.asked.pool = p
	})
	return p.invalid
}

func (p *Pool) most() int { return cmp.Or(max(p.MaxConnections, 0), 4) }

// Limit returns how many connections the Pool may have now: MaxConnections, or fewer where the server does not bear that many.
func (p *Pool) Limit() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit > 0 {
		return min(p.limit, p.most())
	}
	return p.most()
}

// idleTime returns how long to keep a connection, negative for as long as it lasts.
func (p *Pool) idleTime() time.Duration {
	d := patience.PoolIdle.Or(p.IdleTimeout)
	if p.bears > 0 && (d < 0 || p.bears < d) {
		return p.bears
	}
	return d
}

// change tells those that await something. p.mu must be held.
func (p *Pool) change() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// await waits until is, which is called with p.mu held, is true.
func (p *Pool) await(ctx context.Context, is func() bool) error {
	for {
		p.mu.Lock()
		ok, changed := is(), p.changed
		p.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
