package ftpwire

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// askingOnce returns a copy of p that asks once about each certificate.
func (p *Profile) askingOnce() *Profile {
	q := new(*p)
	if p.Verify != nil && p.Verify.Ask != nil {
		q.Verify = new(*p.Verify)
		q.Verify.Ask = tlsx.AskOnce(p.Verify.Ask)
	}
	return q
}

// connect makes the connection that w was granted. If that fails and others stand, w is in the queue again.
func (p *Pool) connect(ctx context.Context, w *poolWaiter) (c *poolConn, again bool, err error) {
	dialing, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p.endBy(w, cancel)
	p.mu.Lock()
	profile := new(*p.profile)
	p.mu.Unlock()
	c = &poolConn{}
	profile.Trace = c.watching(p.Profile.Trace)
	client, err := p.asked.connect(dialing, profile)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.ends, w)
	p.loggedIn(ctx, client, err)
	switch {
	case err == nil && !p.closed:
		c.begin(client)
		p.admit()
		return c, false, nil
	case err == nil:
		c.begin(client)
		go p.quit(c)
		return nil, false, errPoolClosed
	}
	p.open--
	p.change()
	switch {
	case p.closed:
		return nil, false, errPoolClosed
	case ctx.Err() == nil && p.open > 0:
		p.queueUp(w)
		return nil, true, err
	case ctx.Err() == nil:
		p.refuse(err)
	default:
		p.admit()
	}
	return nil, false, err
}

// reconnect has a Client that has lost its connection make another one: alone, if it is the first after the loss.
func (p *Pool) reconnect(ctx context.Context, profile *Profile) (*Client, error) {
	p.lost()
	var rejected error
	err := p.await(ctx, func() bool {
		if rejected = p.rejected; rejected != nil {
			return true
		}
		if p.logins > 0 && !p.proven {
			return false
		}
		p.logins++
		return true
	})
	if err = cmp.Or(err, rejected); err != nil {
		return nil, err
	}
	client, err := p.asked.connect(ctx, profile)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loggedIn(ctx, client, err)
	p.admit()
	return client, err
}

// lost notes that a connection was lost: perhaps the password is another one now.
func (p *Pool) lost() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proven = false
}

// loggedIn notes how one of the logins under way has ended. p.mu must be held.
func (p *Pool) loggedIn(ctx context.Context, client *Client, err error) {
	standing := p.open - p.logins
	p.logins--
	defer p.change()
	switch {
	case err == nil:
		p.proven = true
		if p.limit > 0 && standing+1 > p.limit {
			p.limit = standing + 1
			if !time.Now().Before(p.retryAt) {
				p.pause = 0 // it was a trial
			}
		}
		p.asked.fill(client.profile)
		p.profile = new(*client.profile)
		client.Learned().Apply(p.profile)
		return
	case ctx.Err() != nil || p.closed:
		return
	case p.asked.failed() || refusesLogin(err):
		p.rejected = err
	}
	if standing == 0 {
		return // all that wait get the error
	}
	p.limit = standing
	if time.Now().Before(p.retryAt) {
		return // it began before another one failed
	}
	first, factor, most := patience.RetryDelay.Default, time.Duration(2), patience.RetryMaxDelay.Default
	if tooMany(err) || !Temporary(err) {
		first, factor, most = patience.PoolFull.Default, 4, patience.PoolFullMax.Default
	}
	p.pause = min(max(p.pause*factor, first), most)
	p.retryAt = time.Now().Add(p.pause)
}

// tooMany reports whether a server has too many users or connections.
func tooMany(err error) bool {
	return errors.Is(err, control.ErrTooManyUsers) || protocol.MeaningIn(err) == protocol.TooManyUsers
}

// refusesLogin reports whether err is about who logs in, or may be, so that the login must not be repeated. The server has accepted it
// before, perhaps; but each attempt counts where the password was changed meanwhile.
func refusesLogin(err error) bool {
	switch m := protocol.MeaningIn(err); {
	case tooMany(err):
		return false
	case m == protocol.RejectedLogin || m == protocol.LockedOut || m == protocol.NeedAccount:
		return true
	}
	return isType[*control.RejectedLoginError](err) || isType[*control.UnansweredLoginError](err)
}
