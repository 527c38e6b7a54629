package conformance

import (
	"context"
	"fmt"
	"io"
	"net"
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

	findings map[string]finding  // of monitors, and of owners of steps
	blamed   map[string]bool     // cases because of which others are SKIP
	heavy    map[string][]string // of those that are no MUST, the MUST that are SKIP
	heard    foreignWords        // what we sent that is not in ASCII
	lines    int                 // of the server that monitors have seen
	conns    int
	datas    int
	names    int
	logins   int

	has      map[string]bool // met needs
	feats    *parse.Features
	featText []string      // lines of the reply to FEAT
	noop     protocol.Code // with which NOOP is answered
	step     barrierStep
	facts    []string // what the probe found, for the report

	license  license // what may be changed
	box      sandbox
	refused  *refusedError // why there is no sandbox, if the server does not want one
	made     []string      // paths of what was made since the last case
	kept     []string      // and of what stays until the end
	stubborn []string      // what could not be removed after its case
	beside   []string      // paths of files that may be beside the sandbox: see beside
	strays   []string      // what a server keeps that lies outside the sandbox, each with the reason

	looks   []look              // ways to see whether a name is there, the best first; nil before they are tried
	guesses guesses             // wrong passwords that were tried
	chosen  map[string][]string // directories in which the server chooses names, and what was there before

	workDir  string // absolute path of the directory of our own; "" if there is none
	homeDir  string // where a login leads to
	listing  int    // of listings, the way that the server has not been seen to lack
	big      string // name of the big file, once it is there
	shared   *Conn
	broken   string   // why no session can be opened
	brokenBy []string // cases to which the step belongs
	inClear  string   // the upload that was taken in clear text under PROT P, if one was seen
	noActive string   // why the server can't connect to us
	attempts int      // failed attempts to open one, in a row
	late     bool     // replies that nobody asked for come late
	deaf     int      // connections in a row without a greeting
	gone     string   // why the server is taken to be gone

	loginVerb protocol.Verb // the last one sent
}

// Run checks a server. If the server could not be checked, the error is a *[SetupError];
// if ctx ended, it is the error of ctx. Then the report holds what is known. A report
// that is incomplete for another reason, such as a server that goes away, says so in
// Incomplete.
//
// If the target allows writing, Run makes a directory of its own, does everything inside
// it, and removes it in the end.
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
		blamed:   map[string]bool{},
		heard:    foreignWords{},
		has:      map[string]bool{},
		chosen:   map[string][]string{},
		noop:     200,
		step:     barrierStep{"NOOP", 200},
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
	r.settleRows(report)
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

func (r *runner) newT() *T { return &T{run: r, tape: r.newTape()} }

// runAll runs the cases.
func (r *runner) runAll(report *Report) {
	o := newOrder(r)
	o.all()
	report.Results, report.NotRun = o.rows(), o.notRun
}

// selected returns how many cases are to be run.
func (r *runner) selected() (n int) {
	for _, c := range r.opts.cases() {
		if r.opts.Selects(&c) {
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

// settleRows completes the rows of the monitors, which know only in the end, and of the
// owners of steps that failed in setting up.
func (r *runner) settleRows(report *Report) {
	all := r.opts.cases()
	for i := range all {
		c := &all[i]
		res := report.Result(c.ID)
		if res == nil {
			continue
		}
		if f, found := r.findings[c.ID]; found {
			res.merge(c, f)
		}
		res.lift(r.heavy[c.ID])
		if c.Monitor() {
			if r.lines == 0 {
				res.Verdict, res.Reason = Skip, "the server never sent a line"
			}
			r.progress(*res)
		}
	}
}
