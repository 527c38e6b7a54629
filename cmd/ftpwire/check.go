package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// checkFlags are the flags of check.
type checkFlags struct {
	connFlags
	protection                                          *watch // nil for the embedded server
	only, skip, faults                                  []string
	level, profile, format                              *choice
	writeDir, otherHost, downHost, output               string
	readOnly, slow, intrusive, strict, list, allowClear bool
	maxLogins                                           int
	maxTime, idleLimit                                  time.Duration
}

func (a *app) checkCmd() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [URL]",
		Short: "Check a server against the RFCs",
		Long: `Checks a server against the RFCs and reports what it does wrong, each with the
dialogue that shows it. Without a URL, the server is the embedded one, started in this
process.

The checks make a directory of their own in the login directory, or in --write-dir,
and remove it in the end. Before they change anything, they prove that they are in that
directory. They remove only what they have made, and name what they can't remove.
--read-only sends nothing that could change anything. PATTERNs are ids with * and ?, or
the beginnings of ids; --list shows them.

A run that is interrupted, takes longer than --max-time, or loses the server reports
what it knows, marked INCOMPLETE.

Connections are made as by every other command: stored ones, proxies, accepted certificates.
The checks choose themselves how data connections are opened and protected, and work around
nothing: flags about that are refused. The password never goes in clear text to a server that
the URL demands TLS of, unless --allow-clear lets it.

Exit code 0: nothing failed; 1: something failed; 10: nothing did, but not everything was
checked. Other codes say why it could not begin: "ftpwire help exit-codes". --retry N tries
to begin again, for a server that is just starting.`,
		Example: `  ftpwire check
  ftpwire check ftpes://tester@ftp.example.com/ --write-dir upload
  ftpwire check ftp://ftp.example.com/ --read-only --level must --format json --output report.json
  ftpwire check --list`,
		Args: nargs(0, 1, ""),
	}
	f.addDataFlags(cmd)
	f.retryFlags.add(cmd)
	f.bothWays = true
	hideUnchecked(cmd)
	fs := cmd.Flags()
	fs.StringArrayVar(&f.only, "only", nil, "only checks that `PATTERN` matches (repeatable)")
	fs.StringArrayVar(&f.skip, "skip", nil, "leave out checks that `PATTERN` matches (repeatable)")
	f.level = addChoice(cmd, "level", "may", "must|should|may", "lowest level of the requirements to check")
	f.profile = addChoice(cmd, "profile", "default", "default|full", "full: also checks of what no RFC demands, and few servers have")
	fs.StringVar(&f.writeDir, "write-dir", "", "`DIR` of the server to work in (default: the URL's path, or the login directory)")
	fs.StringVar(&f.otherHost, "other-host", "", "`NAME` of a virtual host at the same address, where the login is not known (RFC 7151)")
	fs.StringVar(&f.downHost, "down-host", "", "`NAME` of a virtual host at the same address that is out of service for the time being (RFC 7151)")
	fs.DurationVar(&f.idleLimit, "idle-limit", 0, "the server, or the embedded one, ends idle sessions after `DURATION`; with --slow it is waited for")
	fs.BoolVar(&f.readOnly, "read-only", false, "send nothing that could change anything on the server")
	fs.BoolVar(&f.slow, "slow", false, "also checks that wait for more than five seconds")
	fs.BoolVar(&f.intrusive, "intrusive", false, "also checks that may lock an account or ban an address")
	fs.IntVar(&f.maxLogins, "max-logins", 0, "at most `N` logins, for servers that count them (default: no limit)")
	fs.DurationVar(&f.maxTime, "max-time", patience.Check.Default, "longest `DURATION` of all checks; then the report says what is known")
	fs.BoolVar(&f.allowClear, "allow-clear", false, "let the password go in clear text to a server with TLS, for the checks that are about that")
	fs.BoolVar(&f.strict, "strict", false, "warnings count as failures")
	f.format = addFormat(cmd, "a report for people, or one JSON object")
	fs.StringVar(&f.output, "output", "", "write the report to `FILE`")
	fs.BoolVar(&f.list, "list", false, "list the checks, and check nothing")
	fs.StringArrayVar(&f.faults, "fault", nil, "make the embedded server misbehave as `NAME` says (repeatable); help lists the names")
	cmd.RegisterFlagCompletionFunc("fault", completeFaults)
	cmd.RegisterFlagCompletionFunc("only", completeCases)
	cmd.RegisterFlagCompletionFunc("skip", completeCases)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(f.faults) == 1 && f.faults[0] == "help" {
			return listFaults(a.stdout)
		}
		if err := f.checkPatterns(); err != nil {
			return err
		}
		for _, pattern := range f.staleSkips() {
			a.warn(fmt.Sprintf("--skip: no check matches %q", pattern))
		}
		if f.list {
			return f.listCases(a.stdout)
		}
		if err := refuseUnchecked(cmd); err != nil {
			return err
		}
		return a.check(cmd, &f, args)
	}
	return cmd
}

func (a *app) check(cmd *cobra.Command, f *checkFlags, args []string) error {
	target, opts, stop, err := a.checkTarget(cmd, f, args)
	if err != nil {
		return err
	}
	defer stop()
	// A report that can't be written must fail before the checks run, not after them.
	out := a.stdout
	if f.output != "" && f.output != "-" {
		file, err := os.Create(f.output)
		if err != nil {
			return cannot(err)
		}
		defer file.Close()
		out = file
	}
	count := a.counter(opts, f.count())
	var report *conformance.Report
	a.again(&f.connFlags, func() error {
		if report, err = conformance.Run(a.ctx, target, *opts); report != nil {
			return nil
		}
		return asClient(err)
	})
	count.end()
	f.protection.tellAccepted()
	if report == nil {
		return a.setupError(cmd, target.Addr, f.byEnvironment(err))
	}
	if err := f.write(out, report); err != nil {
		return errtext.Errorf("the report: %w", err)
	}
	if file, ok := out.(*os.File); ok && out != a.stdout {
		if err := file.Close(); err != nil {
			return errtext.Errorf("the report: %w", err)
		}
	}
	a.leftBehind(report.Leftover)
	switch {
	case err != nil: // interrupted
		a.report(cmd, err)
		return errSaid
	case report.Incomplete != "":
		a.report(cmd, fmt.Errorf("%s was not checked to the end: %s", target.Addr, report.Incomplete))
	}
	switch {
	case report.Failed():
		return errSaid
	case report.Incomplete != "":
		return saidError{kind: ftpwire.KindUnproven}
	}
	return nil
}

func (a *app) leftBehind(what string) {
	if what != "" {
		a.warn("left on the server: " + what)
	}
}

func (f *checkFlags) write(w io.Writer, r *conformance.Report) error {
	b := bufio.NewWriter(w)
	write := r.WriteText
	if f.format.value == "json" {
		write = r.WriteJSON
	}
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

// setupError says why a server could not be checked. No code of it is that of a failed check.
func (a *app) setupError(cmd *cobra.Command, addr string, err error) error {
	se, ok := errors.AsType[*conformance.SetupError](err)
	if !ok {
		return cannot(err)
	}
	a.leftBehind(se.Leftover)
	hint := a.advice(cmd, asClient(se))
	if se.Stage == "working directory" {
		hint = strings.TrimSpace(hint + " --write-dir names a directory that may be written to; --read-only checks what needs none.")
	}
	kind := ftpwire.KindOf(asClient(se))
	if kind == ftpwire.KindOther {
		kind = ftpwire.KindUnproven
	}
	failed := &hintError{err: errtext.Errorf("%s could not be checked: %w", addr, se), hint: hint}
	if by, ok := errors.AsType[*hintError](err); ok {
		failed.more = by.more // of a proxy
	}
	return &kindError{failed, kind}
}

// asClient returns what a client would say of the same server, for which there is advice.
func asClient(err error) error {
	se, ok := errors.AsType[*conformance.SetupError](err)
	if !ok {
		return err
	}
	if silence, ok := errors.AsType[*conformance.SilenceError](se); ok {
		return &control.TimeoutError{After: silence.After}
	}
	if re, ok := errors.AsType[*protocol.ReplyError](se); ok && re.Verb == "AUTH" {
		return &control.SecurityError{Err: re}
	}
	return se
}

// A counter shows on a terminal how far the checks are.
type counter struct {
	a     *app
	n     int
	shown bool
}

func (a *app) counter(opts *conformance.Options, total int) *counter {
	c := &counter{a: a}
	if a.quiet || !isTerminal(a.stderr) {
		return c
	}
	opts.Progress = func(r conformance.Result) {
		c.n++
		c.shown = true
		fmt.Fprintf(a.stderr, "\r\x1b[K%d of %d checks, last %s", c.n, total, r.ID)
	}
	return c
}

func (c *counter) end() {
	if c.shown {
		fmt.Fprint(c.a.stderr, "\r\x1b[K")
	}
}
