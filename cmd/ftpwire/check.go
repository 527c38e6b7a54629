package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance"
)

// checkFlags are the flags of check.
type checkFlags struct {
	connFlags
	only, skip, faults                      []string
	level, format                           *choice
	writeDir, otherHost, output             string
	readOnly, slow, intrusive, strict, list bool
	maxLogins                               int
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
and remove it in the end; --read-only leaves out all that changes anything. PATTERNs are
ids with * and ?, or the beginnings of ids; --list shows them.

Exit code 0: nothing failed; 1: something did; 2: the server could not be checked.`,
		Example: `  ftpwire check
  ftpwire check ftpes://tester@ftp.example.com/ --write-dir upload
  ftpwire check ftp://ftp.example.com/ --read-only --level must --format json --output report.json
  ftpwire check --list`,
		Args: nargs(0, 1, ""),
	}
	f.addServerFlags(cmd)
	fs := cmd.Flags()
	fs.StringArrayVar(&f.only, "only", nil, "only checks that `PATTERN` matches (repeatable)")
	fs.StringArrayVar(&f.skip, "skip", nil, "no checks that `PATTERN` matches (repeatable)")
	f.level = addChoice(cmd, "level", "may", "must|should|may", "least weight of the requirements to check")
	fs.StringVar(&f.writeDir, "write-dir", "", "directory of the server to work in (default: the URL's path, or the login directory)")
	fs.StringVar(&f.otherHost, "other-host", "", "`NAME` of a virtual host at the same address, where the login is not known (RFC 7151)")
	fs.BoolVar(&f.readOnly, "read-only", false, "change nothing on the server")
	fs.BoolVar(&f.slow, "slow", false, "also checks that wait for more than five seconds")
	fs.BoolVar(&f.intrusive, "intrusive", false, "also checks that may lock an account or ban an address")
	fs.IntVar(&f.maxLogins, "max-logins", 0, "at most `N` logins, for servers that count them (default: no limit)")
	fs.BoolVar(&f.strict, "strict", false, "warnings count as failures")
	f.format = addFormat(cmd, "a report for people, or one JSON object")
	fs.StringVar(&f.output, "output", "", "write the report to `FILE`")
	fs.BoolVar(&f.list, "list", false, "list the checks, and check nothing")
	fs.StringArrayVar(&f.faults, "fault", nil, "make the embedded server misbehave as `NAME` says (repeatable); help lists the names")
	cmd.RegisterFlagCompletionFunc("fault", completeFaults)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(f.faults) == 1 && f.faults[0] == "help" {
			return listFaults(a.stdout)
		}
		if err := f.checkPatterns(); err != nil {
			return err
		}
		if f.list {
			return f.listCases(a.stdout)
		}
		return a.check(&f, args)
	}
	return cmd
}

func (a *app) check(f *checkFlags, args []string) error {
	target, opts, stop, err := a.checkTarget(f, args)
	if err != nil {
		return err
	}
	defer stop()
	// A report that can't be written is best known before the work is done.
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
	report, err := conformance.Run(a.ctx, target, *opts)
	count.end()
	if err != nil {
		return setupError(target.Addr, err)
	}
	if err := f.write(out, report); err != nil {
		return fmt.Errorf("the report: %w", err)
	}
	if file, ok := out.(*os.File); ok && out != a.stdout {
		if err := file.Close(); err != nil {
			return fmt.Errorf("the report: %w", err)
		}
	}
	if report.Leftover != "" {
		a.warn("left behind on the server: " + report.Leftover)
	}
	if report.Failed() {
		return errSaid
	}
	return nil
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

// setupError says why a server could not be checked.
func setupError(addr string, err error) error {
	if se, ok := errors.AsType[*conformance.SetupError](err); ok {
		return &usageError{
			err:  fmt.Errorf("%s could not be checked: %w", addr, se),
			hint: sentence(ftpwire.Diagnose(err)),
		}
	}
	return cannot(err)
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
