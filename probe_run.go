package ftpwire

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probeRun carries out what the plan decides.
type probeRun struct {
	o        *ProbeOptions
	base     Profile // the caller's, with the waits of a probe
	plan     *probePlan
	redact   protocol.Redactor
	attempts []ProbeAttempt

	conn *control.Conn    // the open session, or nil
	tap  *probeTap        // of the last connection
	data *datachan.Config // for the next data connection, nil for dataBase

	dataBase datachan.Config // what all data connections of the session share
	met      bool            // there was a connection before, so that the next comes after a pause

	certificate *tlsx.CertificateFacts
	problems    []string
	server      serverEvidence
	works       *probeOutcome // the attempt that counts
	listed      *probeListed  // what it has listed
	version     uint16        // of TLS on the last control connection, 0 without it
	cipher      uint16        // the same
	utf8        bool          // FEAT lists UTF8
	leftover    string
	out         string // the time was up, or the context ended
}

func newProbe(o *ProbeOptions) (*probeRun, error) {
	p := o.Profile
	if p.Mechanism != nil {
		return nil, &ProfileError{Field: "Mechanism", Reason: "is nothing that a probe can vary"}
	}
	if _, err := p.Address(); err != nil {
		return nil, err
	}
	if _, err := p.Control(); err != nil {
		return nil, err
	}
	wait := patience.ProbeWait.Or(p.Timeout)
	p.Timeout = wait
	// A host that is dead must be told within the wait, whether one port is tried or two.
	p.ConnectTimeout = cmp.Or(p.ConnectTimeout, shorter(wait/time.Duration(len(o.ports())), patience.ProbeConnect.Default))
	p.DataConnectTimeout = cmp.Or(p.DataConnectTimeout, shorter(wait, patience.ProbeData.Default))
	p.AbortTimeout = cmp.Or(p.AbortTimeout, patience.ProbeAbort.Default)
	p.Login.MaxLogins = cmp.Or(p.Login.MaxLogins, 2)
	if p.Verify != nil && p.Verify.Ask != nil {
		v := *p.Verify
		v.Ask = tlsx.AskOnce(v.Ask)
		p.Verify = &v
	}
	r := &probeRun{o: o, base: p, plan: newProbePlan(newProbeSpace(o))}
	for _, secret := range []string{p.Password, p.Account} {
		r.redact.Add(secret)
	}
	return r, nil
}

// shorter returns the lesser of two waits, of which a negative one has no end.
func shorter(a, b time.Duration) time.Duration {
	if a < 0 {
		return b
	}
	return min(a, b)
}

// run tries until the plan has nothing left, or ctx ends.
func (r *probeRun) run(ctx context.Context) {
	defer r.hangUp(ctx)
	for ctx.Err() == nil {
		s, ok := r.plan.next()
		if !ok {
			return
		}
		r.event(ProbeEvent{Kind: ProbeTries, Combination: s.combination})
		began, logins := time.Now(), r.plan.logins
		o := r.attempt(ctx, s)
		if o.kind != probeWorks && ctx.Err() != nil {
			o.kind, o.words = probeOut, "the time for all attempts together was up"
		}
		r.plan.learn(o)
		a := r.record(&o)
		a.Took, a.Login = time.Since(began), r.plan.logins > logins
		r.event(ProbeEvent{Kind: ProbeTried, Combination: a.Combination, Attempt: a})
	}
	r.out = "the time was up before all was tried"
}

func (r *probeRun) event(e ProbeEvent) {
	if r.o.Event != nil {
		r.o.Event(e)
	}
}

// record keeps what came of an attempt.
func (r *probeRun) record(o *probeOutcome) *ProbeAttempt {
	a := ProbeAttempt{Combination: o.step.combination, Works: o.kind == probeWorks && !o.step.look, Stage: o.stage, Outcome: o.words, Err: o.err}
	if d := r.diagnose(o); d != nil {
		a.Cause = d.Cause
	}
	if o.stage < StageData {
		a.Combination = a.Combination.way()
	}
	if re, ok := errors.AsType[*protocol.ReplyError](o.err); ok {
		a.Reply = r.masked(replyLine(re.Reply))
	}
	r.attempts = append(r.attempts, a)
	return &r.attempts[len(r.attempts)-1]
}

func (r *probeRun) masked(s string) string { return r.redact.String(s) }

// attempt carries out one step.
func (r *probeRun) attempt(ctx context.Context, s probeStep) probeOutcome {
	o := probeOutcome{step: s}
	if !r.canGoOn(s) {
		if !r.begin(ctx, s, &o) {
			return r.finished(&o)
		}
	} else if !r.protect(ctx, s, &o) {
		return r.finished(&o)
	}
	if s.look {
		r.look(ctx, &o)
		return r.finished(&o)
	}
	r.tap.tell(&o)
	o.version = r.version
	s = r.plan.loggedIn(s, o)
	o.step = s
	r.transfer(ctx, s, &o)
	return r.finished(&o)
}

// finished completes an outcome, and forgets a session that has ended.
func (r *probeRun) finished(o *probeOutcome) probeOutcome {
	if r.tap != nil {
		r.tap.tell(o)
	}
	o.version = r.version
	if o.err != nil && o.words == "" {
		o.words = r.masked(errtext.Of(o.err))
	}
	if r.conn != nil && r.conn.Err() != nil {
		r.conn.Close()
		r.conn, r.plan.open = nil, nil
	}
	return *o
}

// canGoOn reports whether the open session serves for a step.
func (r *probeRun) canGoOn(s probeStep) bool {
	if r.conn == nil || s.look || r.conn.Err() != nil || r.plan.open == nil {
		return false
	}
	open := *r.plan.open
	same := open.session() == s.combination.session()
	return same && (open.ClearData == s.combination.ClearData || !open.ClearCommands)
}

// protect changes the protection of data connections in the open session.
func (r *probeRun) protect(ctx context.Context, s probeStep, o *probeOutcome) bool {
	r.tap.begin()
	o.loggedIn = true
	r.featured(o)
	if r.plan.open.ClearData == s.combination.ClearData {
		return true
	}
	_, err := r.conn.Do(ctx, protocol.Command{Verb: "PROT", Arg: s.combination.protWord()})
	if err != nil {
		o.stage, o.kind, o.err = StageSetup, probeProtP, err
		if s.combination.ClearData {
			o.kind = probeProtC
		}
		return false
	}
	way := s.combination.way()
	r.plan.open = &way
	return true
}

// begin connects and logs in.
func (r *probeRun) begin(ctx context.Context, s probeStep, o *probeOutcome) bool {
	r.hangUp(ctx)
	r.pause(ctx, s)
	if !r.connect(ctx, s, o) {
		return false
	}
	if s.look {
		return true
	}
	return r.login(ctx, s, o)
}

// pause is made before each connection but the first.
func (r *probeRun) pause(ctx context.Context, s probeStep) {
	d := patience.ProbePause.Or(r.o.Pause)
	if s.again {
		d = patience.ProbeFull.Default
		r.event(ProbeEvent{Kind: ProbeWaits, Combination: s.combination, Text: "the server is full"})
	}
	if !r.met || d <= 0 {
		r.met = true
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// connect brings up the control connection, and TLS where it comes first.
func (r *probeRun) connect(ctx context.Context, s probeStep, o *probeOutcome) bool {
	p := s.combination.profile(&r.base)
	if s.look {
		p.Insecure, p.Verify, p.Trust = true, nil, nil
	}
	cfg, err := p.Control()
	if err == nil {
		var addr string
		if addr, err = p.Address(); err == nil {
			err = r.dial(ctx, s, addr, cfg, p)
		}
	}
	if err != nil {
		o.err = err
		o.stage, o.kind = dialKind(err, r.tap != nil && r.tap.connected, r.tap != nil && r.tap.silent, r.tap.last())
		if r.tap != nil && r.tap.silent {
			o.words = "no greeting came within " + shorter(r.base.Timeout, patience.ProbeGreeting.Default).String()
		}
		if s, ok := errors.AsType[*control.SecurityError](err); ok {
			o.offers = s.Offers
		}
		r.noteRefused(err)
		return false
	}
	if state, ok := r.conn.TLS(); ok {
		r.version, r.cipher = state.Version, state.CipherSuite
		if len(state.PeerCertificates) > 0 {
			r.noteCertificate(state.PeerCertificates[0])
		}
	}
	r.server.greeting = r.masked(r.conn.Server().Greeting.Text())
	return true
}

// dial opens the connection that a step wants.
func (r *probeRun) dial(ctx context.Context, s probeStep, addr string, cfg *control.Config, p *Profile) (err error) {
	r.tap = &probeTap{next: cfg.Trace}
	r.version, r.cipher = 0, 0
	direct := cfg.Dial
	if direct == nil {
		direct = new(net.Dialer).DialContext
	}
	if cfg.Data.Dial == nil {
		cfg.Data.Dial = direct
	}
	within := time.Duration(0)
	if !s.patient && s.combination.Security != control.SecurityImplicit {
		within = shorter(p.Timeout, patience.ProbeGreeting.Default)
	}
	cfg.Dial, cfg.Trace = r.tap.dial(direct, within), r.tap.trace
	r.data, r.dataBase = nil, cfg.Data
	cfg.Data.Choose = func() *datachan.Config { return r.data }
	r.conn, err = control.Dial(ctx, addr, cfg)
	if err != nil {
		r.conn = nil
	}
	return err
}

// login logs in, and settles what comes with it.
func (r *probeRun) login(ctx context.Context, s probeStep, o *probeOutcome) bool {
	p := s.combination.profile(&r.base)
	user, password := p.credentials()
	err := r.conn.Login(ctx, user, password, p.Account)
	o.sentLogin = r.tap.passwords > 0
	if err != nil {
		o.err = err
		o.stage, o.kind = loginKind(err)
	}
	if o.sentLogin || o.kind != probeOwnCert {
		r.plan.logins += max(r.tap.passwords, 1)
	}
	if err != nil {
		if o.kind == probeRejected && !o.sentLogin && !s.combination.hasTLS() {
			o.kind = probeWantsTLS // nothing was rejected that could count against the user
		}
		r.leave(ctx)
		return false
	}
	o.loggedIn = true
	r.featured(o)
	way := s.combination.way()
	r.plan.open = &way
	level := r.conn.DataProtection()
	_, up := r.conn.TLS()
	switch {
	case s.combination.ClearCommands && up:
		o.stage, o.kind, o.words = StageSetup, probeCCC, "the server refuses CCC"
		r.leave(ctx)
		return false
	case s.combination.hasTLS() && s.combination.ClearData && level != protocol.LevelClear:
		o.stage, o.kind, o.words = StageSetup, probeProtC, "the server refuses PROT C"
		way.ClearData = false
		return false
	}
	return true
}

// featured notes what FEAT tells.
func (r *probeRun) featured(o *probeOutcome) {
	f := r.conn.Features()
	o.mlsd = f.Has("MLST") || f.Has("MLSD")
	o.featured = true
	r.utf8 = f.Has("UTF8")
	r.server.features = f
}

// look gathers what a server shows before the login.
func (r *probeRun) look(ctx context.Context, o *probeOutcome) {
	o.stage, o.kind = StageLogin, probeWorks
	o.words = "as far as the login; nobody logged in"
	if _, err := r.conn.Do(ctx, protocol.Command{Verb: "FEAT"}); err == nil {
		r.server.features = r.conn.Features()
	}
	r.leave(ctx)
}

// leave ends a session of which nothing more is wanted.
func (r *probeRun) leave(ctx context.Context) {
	r.server.add(r.conn)
	bounded, cancel := context.WithTimeout(ctx, patience.QuitReplaced.Default)
	defer cancel()
	if r.conn.Err() == nil {
		r.conn.Quit(bounded)
	}
	r.conn.Close()
	r.conn, r.plan.open = nil, nil
}

func (r *probeRun) hangUp(ctx context.Context) {
	if r.conn != nil {
		r.leave(ctx)
	}
}

// noteCertificate keeps the facts of the server's certificate.
func (r *probeRun) noteCertificate(cert *x509.Certificate) {
	facts := tlsx.Facts(cert)
	r.certificate = &facts
}

// noteRefused keeps what is known of a certificate that was refused, and why.
func (r *probeRun) noteRefused(err error) {
	if e, ok := errors.AsType[*tlsx.CertificateError](err); ok {
		r.certificate, r.problems = &e.Facts, e.Problems
		return
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
		r.noteCertificate(e.UnverifiedCertificates[0])
		r.problems = []string{e.Err.Error()}
	}
}

// replyLine returns a reply in one line.
func replyLine(r protocol.Reply) string {
	return fmt.Sprintf("%03d %s", int(r.Code), strings.Join(strings.Fields(r.Text()), " "))
}
