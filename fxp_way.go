package ftpwire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// An fxpRun is a transfer by one way.
type fxpRun struct {
	x     *fxp
	way   fxpWay
	ends  [3]*control.Remote
	other error // what the other server said, beside the error of transfer
}

// A notBegunError reports two servers that have not both begun in time.
type notBegunError struct{ after time.Duration }

func (e *notBegunError) Error() string {
	return fmt.Sprintf("ftp: the servers had no data connection within %v", e.after)
}

func (e *notBegunError) Is(target error) bool { return target == os.ErrDeadlineExceeded }

// tryNext tries the next way. again reports whether the error is about the way, so that another one may
// work.
func (x *fxp) tryNext(ctx context.Context) (again bool, err error) {
	r := &fxpRun{x: x}
	defer func() { r.close(ctx) }()
	if r.ends[source], err = x.from.conn.Remote(ctx, "RETR", x.fromPath); err != nil {
		return false, x.at(source, err)
	}
	if r.ends[destination], err = x.to.conn.Remote(ctx, "STOR", x.u.target); err != nil {
		return false, x.at(destination, err)
	}
	facts, err := x.facts(r)
	if err != nil {
		return false, err
	}
	way, ok := facts.next(x.failures)
	if !ok {
		return false, x.noWay(facts)
	}
	r.way, x.r.Way, x.r.TLS = way, way.String(), facts.private
	side, step, err := r.transfer(ctx)
	r.close(ctx)
	if err == nil {
		return false, nil
	}
	at := x.at(side, err)
	if fe, ok := errors.AsType[*FXPError](at); ok {
		fe.Other = r.other
	}
	if ctx.Err() != nil {
		return false, x.at(side, context.Cause(ctx))
	}
	if x.offset > 0 && mayRestart(err) {
		x.offset, x.r.Restarted = 0, "a server does not continue the file"
		return true, at
	}
	if !x.ofTheWay(ctx, way, step, err) {
		return false, at
	}
	x.failures = append(x.failures, fxpFailure{way: way, step: step, at: side, meaning: protocol.MeaningIn(err)})
	x.tried = append(x.tried, FXPTry{Way: way.String(), Err: at})
	return true, at
}

// mayRestart reports whether a transfer that was refused may work from the beginning.
func mayRestart(err error) bool {
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !refused || re.Verb == "SSCN" || re.Verb.IsDataAddress() {
		return false
	}
	switch m := re.Meaning(); m {
	case protocol.NoRestart:
		return true
	case protocol.NoSpace, protocol.NeedAccount:
		return false
	default:
		return !re.Transient() && !m.OfData()
	}
}

// errMixedProtection and errOtherProtection are why data can't go between two servers.
var (
	errMixedProtection = errors.New("data connections are private (PROT P) at one and in clear (PROT C) at the other: both must have the same. Nothing is sent in clear unless both Clients ask for that (DataProtection C)")
	errOtherProtection = errors.New("a security mechanism protects data connections, and servers can share nothing but TLS")
)

// facts collects what decides about the ways.
func (x *fxp) facts(r *fxpRun) (f fxpFacts, err error) {
	level := r.ends[source].Level()
	switch other := r.ends[destination].Level(); {
	case level != other && other == protocol.LevelPrivate:
		return f, x.without(destination, errMixedProtection)
	case level != other:
		return f, x.without(source, errMixedProtection)
	case level != protocol.LevelClear && level != protocol.LevelPrivate, x.from.isGuarded(), x.to.isGuarded():
		return f, x.without(source, errOtherProtection)
	}
	f.private = level == protocol.LevelPrivate
	for _, s := range []fxpSide{source, destination} {
		c := x.client(s)
		feat := c.conn.Features()
		known := fxpServer{sscn: feat.Has("SSCN"), cpsv: feat.Has("CPSV")}
		if ap, err := netip.ParseAddrPort(c.conn.RemoteAddr().String()); err == nil {
			known.addr = ap.Addr().Unmap().WithZone("")
		}
		if p := c.profile; p != nil {
			known.trusted = cmp.Or(p.NAT, p.Data.NAT) == datachan.NATServer
		}
		f.servers[s] = known
	}
	return f, nil
}

// isGuarded reports whether a security mechanism of RFC 2228 other than TLS protects the session.
func (c *Client) isGuarded() bool { return c.profile != nil && c.profile.Mechanism != nil }

// without returns the error for servers that have nothing in common, which is said of one of them.
func (x *fxp) without(s fxpSide, reason error) error {
	return &FXPError{Destination: s == destination, Server: x.client(s).address(), Path: x.path(s), NoWay: true, Err: reason}
}

// noWay returns the error once no way is left.
func (x *fxp) noWay(f fxpFacts) error {
	if len(x.tried) == 0 {
		_, why := f.ways()
		return x.without(source, uselessAddress(why))
	}
	last := x.tried[len(x.tried)-1].Err
	fe := &FXPError{Server: x.from.address(), Path: x.fromPath}
	errors.As(last, &fe)
	e := *fe
	e.NoWay, e.Tried = true, x.tried
	if f.private && x.onlyRoles() {
		e.Err = errors.Join(errNoReversal, e.Err)
		e.Tried = append(e.Tried, FXPTry{Way: "TLS between them", Err: errNoReversal})
	}
	return &e
}

// A uselessAddress says why the address of a server is of no use to the other one.
type uselessAddress string

func (e uselessAddress) Error() string { return string(e) }

// errNoReversal is why no data can be private between two servers.
var errNoReversal = errors.New("neither server can be the TLS client of the other (SSCN, CPSV), so that the file can't travel protected. It travels in clear only if both Clients ask for that (DataProtection C)")

// onlyRoles reports whether all ways failed because the servers know neither SSCN nor CPSV.
func (x *fxp) onlyRoles() bool {
	for _, f := range x.failures {
		if f.step != atRole && (f.step != atListen || f.way.listen != "CPSV") {
			return false
		}
	}
	return true
}

// format returns how the file travels. ProFTPD takes no uploads in MODE Z.
func (x *fxp) format() mode.Format {
	f := x.from.conn.FileFormat()
	if f.Mode == 'Z' && x.to.conn.HasQuirk(control.QuirkModeZUploads) {
		f.Mode = 'S'
	}
	return f
}

// transfer brings the servers together and waits until both are done. On an error it says at which
// server, and at which step.
func (r *fxpRun) transfer(ctx context.Context) (fxpSide, fxpStep, error) {
	listens, connects := r.way.listens, r.way.listens.other()
	end := control.RemoteEnd{Format: r.x.format(), Offset: r.x.offset}
	end.Verb, end.Reversed = r.way.listen, r.way.sscn == listens
	addr, err := r.ends[listens].Prepare(ctx, end)
	if err != nil {
		return listens, stepOf(err), err
	}
	end.Verb, end.Reversed, end.Peer = r.way.connect, r.way.sscn == connects, addr
	if _, err := r.ends[connects].Prepare(ctx, end); err != nil {
		return connects, stepOf(err), err
	}
	side, err := r.start(ctx)
	if err == nil {
		side, err = r.watch(ctx)
	}
	return side, atOpen, err
}

// stepOf returns where a way failed before the transfer.
func stepOf(err error) fxpStep {
	re, refused := errors.AsType[*protocol.ReplyError](err)
	switch {
	case refused && re.Verb == "SSCN":
		return atRole
	case refused && (re.Verb == "PORT" || re.Verb == "EPRT"):
		return atConnect
	}
	return atListen
}

// start sends RETR, and STOR unless the source refuses: then nothing of the destination is touched.
func (r *fxpRun) start(ctx context.Context) (fxpSide, error) {
	from, to := r.ends[source], r.ends[destination]
	if err := from.Start(ctx); err != nil {
		return source, err
	}
	wait := time.NewTimer(patience.FXPSecond.Default)
	defer wait.Stop()
	select {
	case <-from.Started():
	case <-from.Done():
		if _, err := from.Result(); err != nil {
			return source, err
		}
	case <-wait.C:
	case <-ctx.Done():
		return source, context.Cause(ctx)
	}
	r.x.u.stored = true
	r.x.r.ResumedFrom = r.x.offset
	return destination, to.Start(ctx)
}

// watch waits for both final replies. Once one server has failed, the other has a moment to say so, too.
func (r *fxpRun) watch(ctx context.Context) (fxpSide, error) {
	from, to := r.ends[source], r.ends[destination]
	begin, final := r.x.bounds()
	limit := time.NewTimer(begin)
	defer limit.Stop()
	open := map[fxpSide]<-chan struct{}{source: from.Done(), destination: to.Done()}
	started := map[fxpSide]<-chan struct{}{source: from.Started(), destination: to.Started()}
	for len(open) > 0 {
		select {
		case <-started[source]:
			delete(started, source)
		case <-started[destination]:
			delete(started, destination)
		case <-open[source]:
			delete(open, source)
			delete(started, source)
			limit.Reset(r.patience(source, final))
		case <-open[destination]:
			delete(open, destination)
			delete(started, destination)
			limit.Reset(r.patience(destination, final))
		case <-limit.C:
			return r.late(open, begin, final)
		case <-ctx.Done():
			return destination, context.Cause(ctx)
		}
		if len(started) == 0 && len(open) == 2 {
			limit.Reset(r.x.moving(final))
		}
	}
	return r.judge()
}

// patience returns how long to wait for the other server, now that this one is done. If the destination says that it has
// got everything from a source that has not even begun, it got nothing: Pure-FTPd drops a foreign connection and goes on
// waiting for its client's.
func (r *fxpRun) patience(s fxpSide, final time.Duration) time.Duration {
	if _, err := r.ends[s].Result(); err != nil || s == destination && !r.begun(source) {
		return patience.FXPOther.Default
	}
	return final
}

// begun reports whether a server has sent its preliminary reply.
func (r *fxpRun) begun(s fxpSide) bool {
	select {
	case <-r.ends[s].Started():
		return true
	default:
		return false
	}
}

// bounds returns how long both servers may take to begin, and the second to end after the first: the
// longer of what the Profiles say.
func (x *fxp) bounds() (begin, final time.Duration) {
	for _, c := range []*Client{x.from, x.to} {
		p := c.profile
		if p == nil {
			p = &Profile{}
		}
		begin = max(begin, orForever(cmp.Or(p.DataConnectTimeout, p.Timeout, patience.Connect.Default)))
		final = max(final, orForever(cmp.Or(p.FinalTimeout, p.Timeout, patience.FinalReply.Default)))
	}
	return begin, final
}

// moving returns how long both servers may take to end after they have begun. It is forever if the size of the file is not known.
func (x *fxp) moving(final time.Duration) time.Duration {
	kib, each := time.Duration(x.size-x.offset)>>10, patience.FXPKiB.Default
	if x.size < 0 || kib > (math.MaxInt64-final)/each {
		return math.MaxInt64
	}
	return final + kib*each
}

// orForever returns d, or the longest time if d is negative, which means that there is no bound.
func orForever(d time.Duration) time.Duration {
	if d < 0 {
		return math.MaxInt64
	}
	return d
}

// late returns the error of a transfer whose time is up.
func (r *fxpRun) late(open map[fxpSide]<-chan struct{}, begin, final time.Duration) (fxpSide, error) {
	switch {
	case len(open) == 2 && r.begun(source) && r.begun(destination):
		return destination, &control.TimeoutError{Verb: "STOR", After: r.x.moving(final)}
	case len(open) == 2:
		return destination, &notBegunError{begin}
	}
	for s := range open {
		if side, err := r.judge(); err != nil {
			return side, err
		}
		verb := protocol.Verb("RETR")
		switch {
		case s == source && !r.begun(source):
			return s, &notBegunError{patience.FXPOther.Default}
		case s == destination:
			verb = "STOR"
		}
		return s, &control.TimeoutError{Verb: verb, After: final}
	}
	return r.judge()
}

// judge returns what went wrong once the servers are done, or had their time: at the server whose
// reply tells most.
func (r *fxpRun) judge() (fxpSide, error) {
	var errs [3]error
	for _, s := range []fxpSide{source, destination} {
		select {
		case <-r.ends[s].Done():
			_, errs[s] = r.ends[s].Result()
		default:
		}
	}
	side := destination
	if errs[destination] == nil || vague(errs[destination]) && errs[source] != nil && !vague(errs[source]) {
		side = source
	}
	if errs[side] == nil {
		r.x.r.Reply, _ = r.ends[destination].Result()
		r.x.u.r.Data.Final = r.x.r.Reply
		return side, nil
	}
	if other := errs[side.other()]; !vague(other) {
		r.other = other // one that lost the data connection only tells what follows from the first error
	}
	return side, errs[side]
}

// vague reports whether a refusal only says that the data connection failed, which the other server may
// be the cause of.
func vague(err error) bool {
	switch protocol.MeaningIn(err) {
	case protocol.DataChannel, protocol.Aborted, protocol.Unexplained:
		return true
	}
	return false
}

// ofTheWay reports whether an error is about how the servers were to be brought together. A transfer that
// broke off is taken for that if nothing of the file has arrived, or if the source was the TLS client, which
// loses the end of files on some servers: see [fxpFacts.roles].
func (x *fxp) ofTheWay(ctx context.Context, way fxpWay, step fxpStep, err error) bool {
	re, refused := errors.AsType[*protocol.ReplyError](err)
	switch {
	case !refused:
		return isType[*notBegunError](err) || step != atOpen && isType[*datachan.OpenError](err)
	case step != atOpen:
		m := re.Meaning()
		return (re.Verb.IsDataAddress() || re.Verb == "SSCN") && m != protocol.Closing && m != protocol.IdledOut && m != protocol.NotLoggedIn
	}
	switch re.Meaning() {
	case protocol.WrongPeer, protocol.DataChannel, protocol.WantsResumption, protocol.WantsProtection:
		return true
	case protocol.Aborted, protocol.Unexplained:
		return way.tlsClient() == source || x.size > x.offset && x.to.storedSize(ctx, x.u.target) == x.offset
	}
	return false
}

// close ends both transfers at once, and gives the connections' turns back. A second call does nothing.
func (r *fxpRun) close(ctx context.Context) {
	var all sync.WaitGroup
	for i, e := range r.ends {
		if r.ends[i] = nil; e != nil {
			all.Go(func() { e.Close(ctx) })
		}
	}
	all.Wait()
}
