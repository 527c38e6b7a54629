package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A runner is one run.
type runner struct {
	ctx     context.Context
	target  Target
	opts    Options
	host    string // of the target, for TLS
	secret  *masker
	token   string // is in every name that the run makes
	started time.Time

	mu   sync.Mutex
	live map[io.Closer]bool // open connections and listeners

	findings map[string]finding
	heard    foreignWords // what we sent that is not in ASCII
	lines    int          // of the server that monitors have seen
	conns    int
	datas    int
	names    int
	logins   int

	has      map[string]bool // met needs
	feats    *parse.Features
	featText []string // lines of the reply to FEAT
	noop     protocol.Code
	facts    []string // what the probe found, for the report

	license  license // what may be changed
	box      sandbox
	refused  *refusedError // why there is no sandbox, if the server does not want one
	made     []string      // paths of what was made since the last case
	kept     []string      // and of what stays until the end
	stubborn []string      // what could not be removed behind its case

	chosen map[string][]string // directories in which the server chooses names, and what was there before

	workDir  string // absolute path of the directory of our own; "" if there is none
	homeDir  string // where a login leads to
	big      string // name of the big file, once it is there
	shared   *Conn
	broken   string // why no session can be opened
	attempts int    // failed attempts to open one, in a row
	deaf     int    // connections in a row without a greeting
	gone     string // why the server is taken to be gone

	loginVerb protocol.Verb // the last one sent
}

// Run checks a server. The error is a *[SetupError] if it could not be checked,
// or that of ctx; then the report holds what is known. A report that is not whole
// for another reason, such as a server that goes away, says so in Incomplete.
//
// If the target may be written to, a directory of our own is made, everything
// happens inside, and it is removed in the end.
func Run(ctx context.Context, target Target, opts Options) (*Report, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(target.Addr)
	if err != nil {
		return nil, &SetupError{Stage: "connect", Reason: err.Error(), Err: err}
	}
	r := &runner{
		target: target, opts: opts, host: host, started: time.Now(), token: randomToken(),
		secret:   newMasker(target.password(), target.Account),
		live:     map[io.Closer]bool{},
		findings: map[string]finding{},
		heard:    foreignWords{},
		has:      map[string]bool{},
		chosen:   map[string][]string{},
		noop:     200,
	}
	report := &Report{Target: target.Addr, TLS: target.TLS, Started: r.started, Strict: opts.Strict}
	setup := r.work(ctx, report)
	report.Leftover = r.clean(ctx)
	r.closeAll()
	report.Duration = time.Since(r.started)
	r.secret.report(report)
	if setup != nil && ctx.Err() == nil {
		setup.Leftover = report.Leftover
		r.secret.setup(setup)
		return nil, setup
	}
	return report, ctx.Err()
}

// work sets up and runs the cases, as long as the total time lasts.
func (r *runner) work(ctx context.Context, report *Report) *SetupError {
	work, cancel := r.workContext(ctx)
	defer cancel()
	defer r.under(work)()
	setup := r.setup()
	report.Features = r.facts
	switch {
	case work.Err() != nil:
		setup = nil
		report.NotRun = r.selected()
	case setup != nil:
		return setup
	default:
		r.runAll(report)
	}
	report.Incomplete = r.incomplete(ctx, work)
	r.fillMonitors(report)
	return nil
}

// incomplete says why a report is not whole, or "".
func (r *runner) incomplete(ctx, work context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case work.Err() != nil:
		return fmt.Sprintf("the total time of %s is over", r.opts.maxTime())
	case r.gone != "":
		return "the server is gone: " + r.gone
	case !r.opts.ReadOnly && !r.box.proven && r.box.doubt != "":
		return "nothing was written, as the directory to work in is " + r.box.doubt
	}
	return ""
}

// clean removes what the run has made, within its own time.
func (r *runner) clean(ctx context.Context) (leftover string) {
	clean, cancel := r.cleanContext(ctx)
	defer cancel()
	defer r.under(clean)()
	return r.removeSandbox()
}

// peer returns the host that control connection c leads to.
func (r *runner) peer(c *Conn) string {
	host, _, _ := net.SplitHostPort(c.tcp.RemoteAddr().String())
	return host
}

func (r *runner) newT() *T { return &T{run: r, tape: newTape(r.secret)} }

// attempt calls f and catches the end of a case in it.
func (t *T) attempt(f func(*T)) {
	defer func() {
		switch e := recover(); e.(type) {
		case nil, stop:
		default:
			t.note(Error, "the check itself is broken: %v", e)
			t.tape.add("", "*", false, string(debug.Stack()))
		}
	}()
	f(t)
}

func (r *runner) runAll(report *Report) {
	cases := r.opts.cases()
	for i := range cases {
		c := &cases[i]
		if !r.opts.selects(c) {
			continue
		}
		res := Result{ID: c.ID, RFC: c.RFC, Level: c.Level, Text: c.Text, Verdict: Pass}
		if !c.Monitor() {
			if r.ctx.Err() == nil && r.gone == "" {
				r.runCase(c, &res)
				r.lookAgain()
			}
			if r.ctx.Err() != nil || res.Verdict == Pass && r.gone != "" {
				report.NotRun++
				continue
			}
			r.progress(res)
		}
		report.Results = append(report.Results, res)
	}
}

// selected returns how many cases are to be run.
func (r *runner) selected() (n int) {
	for _, c := range r.opts.cases() {
		if r.opts.selects(&c) {
			n++
		}
	}
	return n
}

func (r *runner) progress(res Result) {
	if r.opts.Progress != nil {
		r.secret.result(&res)
		r.opts.Progress(res)
	}
}

// fillMonitors completes the rows of the monitors, which know only in the end.
func (r *runner) fillMonitors(report *Report) {
	monitors := map[string]bool{}
	for _, c := range monitorCases {
		monitors[c.ID] = true
	}
	for i := range report.Results {
		res := &report.Results[i]
		if !monitors[res.ID] {
			continue
		}
		if f, ok := r.findings[res.ID]; ok {
			res.Verdict, res.Reason, res.Transcript = f.verdict, f.reason, f.transcript
		}
		if r.lines == 0 {
			res.Verdict, res.Reason = Skip, "the server never sent a line"
		}
		r.progress(*res)
	}
}

// runCase runs one case and fills in its result.
func (r *runner) runCase(c *Case, res *Result) {
	start := time.Now()
	defer func() { res.Duration = time.Since(start) }()
	if reason := r.unmet(c); reason != "" {
		res.Verdict, res.Reason = Skip, reason
		return
	}
	t := r.newT()
	t.lenient = c.Lenient
	if needs(c, NeedLogin) {
		if res.Reason = r.lend(t); res.Reason != "" {
			res.Verdict, res.Transcript = Error, t.tape.lines()
			return
		}
	}
	t.attempt(c.Run)
	for _, f := range t.closers {
		f()
	}
	res.Transcript = t.tape.lines()
	if r.settle(t) {
		res.Transcript = t.tape.lines()
	}
	res.Verdict, res.Reason = max(t.verdict, Pass), strings.Join(t.reasons, "; ")
}

// settle puts the connections of a case in order. It reports whether it found
// them out of step, which fails the case.
func (r *runner) settle(t *T) bool {
	shared := r.shared
	out := false
	for _, c := range t.opened {
		if c == shared {
			continue
		}
		r.check421(c)
		if !c.ended && !c.goodbye && t.verdict < Fail {
			out = r.barrier(t, c) || out
		}
		c.depart()
	}
	if shared == nil || shared.tape != t.tape {
		return out
	}
	r.check421(shared)
	fit := t.verdict < Fail && !shared.ended && !shared.goodbye && !shared.bye421
	if fit && r.barrier(t, shared) {
		out, fit = true, false
	}
	if !fit && t.verdict < Fail && !shared.goodbye && !shared.bye421 && !out {
		t.note(Fail, "the server closed the session")
		out = true
	}
	if !fit || !r.restore(shared) {
		shared.depart()
		r.shared = nil
	}
	return out
}

// barrier sends a NOOP and reports whether its reply is missing or another one:
// then the case has left a reply too many or too few.
func (r *runner) barrier(t *T, c *Conn) bool {
	t.lenient = false
	err := c.send("NOOP")
	var got protocol.Reply
	if err == nil {
		got, err = c.receive(r.opts.timeout())
	}
	switch {
	case err != nil:
		t.note(Fail, "out of step: NOOP afterwards: %v", err)
	case got.Code == 421:
		return false
	case got.Code != 200 && got.Code != r.noop && (c.loggedIn || got.Code.Class() != 5):
		t.note(Fail, "out of step: NOOP afterwards got %s", brief(got))
	case len(c.pending) > 0:
		t.note(Fail, "out of step: more than one reply to NOOP afterwards")
	default:
		return false
	}
	return true
}

// check421 lets the monitor see whether the connection ends after a 421.
func (r *runner) check421(c *Conn) {
	if c.bye421 && !c.ended && c.is421Kept() {
		r.found(mon421, Fail, c, "the server goes on answering after 421")
		c.goodbye = true
	}
}

// restore brings the shared session back to where cases expect it. It reports
// false if that is not possible; then another session is opened.
func (r *runner) restore(c *Conn) bool {
	for _, verb := range []string{"AUTH", "USER", "REIN", "HOST", "CCC", "QUIT", "LANG"} {
		if c.sent[verb] {
			return false
		}
	}
	sent := c.sent
	c.sent = map[string]bool{}
	c.tape = newTape(r.secret)
	steps := []string{"CWD " + r.baseDir(), "TYPE I"}
	if sent["MODE"] {
		steps = append(steps, "MODE S")
	}
	if sent["STRU"] {
		steps = append(steps, "STRU F")
	}
	if sent["OPTS"] {
		facts := r.defaultFacts()
		if facts == "" {
			return false
		}
		steps = append(steps, "OPTS MLST "+facts)
	}
	if sent["REST"] {
		steps = append(steps, "REST 0")
	}
	if sent["PROT"] && c.secure {
		steps = append(steps, "PROT P")
		c.private = true
	}
	for _, s := range steps {
		if c.send(s) != nil {
			return false
		}
		got, err := c.receive(r.opts.timeout())
		// CWD is a second barrier: its reply cannot be taken for that to a transfer.
		if err != nil || got.Code.Class() != 2 && got.Code != 350 || got.Code == 226 {
			return false
		}
	}
	c.typ = "I"
	return len(c.pending) == 0 && r.tidied(c)
}

// tidied removes what the case has left in the sandbox, so that there is never much
// in it.
func (r *runner) tidied(c *Conn) bool {
	if r.license != mayChange || len(r.made) == 0 {
		return true
	}
	t := r.newT()
	t.c, c.tape = c, t.tape
	t.attempt(func(t *T) { t.tidy(false) })
	return t.verdict < Warn && len(c.pending) == 0
}

// defaultFacts returns the facts that MLST has by default, as OPTS takes them.
func (r *runner) defaultFacts() string {
	var b strings.Builder
	for _, f := range r.feats.Facts() {
		if f.Enabled {
			b.WriteString(f.Name + ";")
		}
	}
	return b.String()
}

// baseDir returns the directory in which cases find themselves.
func (r *runner) baseDir() string {
	if r.workDir != "" {
		return r.workDir
	}
	return r.homeDir
}

// lend gives the shared session to a case, opening one if there is none. The
// result says why there is none.
func (r *runner) lend(t *T) string {
	if r.broken != "" {
		return r.broken
	}
	if r.shared == nil {
		s := r.newT()
		s.attempt(func(s *T) { r.shared = s.Session(); s.Type("I") })
		if s.verdict.red() || r.shared == nil {
			r.shared = nil
			for _, c := range s.opened {
				c.close()
			}
			reason := "no session could be opened: " + strings.Join(s.reasons, "; ")
			if r.attempts++; r.attempts >= 3 {
				r.broken = reason
			}
			t.tape = s.tape
			return reason
		}
		r.attempts = 0
		r.shared.sent = map[string]bool{}
	}
	t.c = r.shared
	t.c.tape = t.tape
	return ""
}

var errTooMany = errors.New("the permitted number of logins is used up")

// countLogin counts a login, unless it is one too many.
func (r *runner) countLogin() error {
	if m := r.opts.MaxLogins; m > 0 && r.logins >= m {
		return errTooMany
	}
	r.logins++
	return nil
}

// login logs in on c and returns the last reply.
func (r *runner) login(c *Conn) (protocol.Reply, error) {
	if err := r.countLogin(); err != nil {
		return protocol.Reply{}, err
	}
	var got protocol.Reply
	for _, step := range []struct {
		line string
		asks []int // codes that ask for the next step
	}{
		{"USER " + r.target.user(), is(331, 336, 332)},
		{"PASS " + r.target.password(), is(332)},
		{"ACCT " + r.target.Account, nil},
	} {
		if got.Code == 332 && strings.HasPrefix(step.line, "PASS") {
			continue // the account alone is wanted
		}
		if err := c.send(step.line); err != nil {
			return got, err
		}
		r.loginVerb = protocol.Verb(step.line[:4])
		var err error
		if got, err = c.receive(r.opts.timeout()); err != nil {
			return got, err
		}
		if !matches(got.Code, step.asks) {
			break
		}
	}
	if c.loggedIn = ok(got); c.loggedIn {
		c.cwd = r.homeDir
	}
	return got, nil
}
