package main

import (
	"errors"
	"fmt"
	"math"
	"path"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// fxpFlags are the flags of fxp, as they hold for one of the two servers.
type fxpFlags struct {
	connFlags
	direct bool
}

func (f *fxpFlags) add(cmd *cobra.Command) {
	f.addDataFlags(cmd)
	f.formatFlags.add(cmd)
	f.retryFlags.add(cmd)
	f.require.words = []string{"size", "hash"}
	inSection(cmd, sectionTransfer, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.direct, "direct", false, "store the file under its own name at once, not under a temporary name until it is complete")
		fs.BoolVar(&f.resumeFile, "resume", false, "go on where an earlier transfer ended, if both servers have the same hash of what is there; after a failure keep what can be resumed")
		fs.BoolVar(&f.verifyFile, "verify", false, "compare both servers' hashes of the file if they offer the same one, otherwise the sizes")
		fs.Var(&f.require, "require", "fail without this proof that the file is complete and right")
	})
	f.format = addFormat(cmd, "nothing, or one JSON object that says how the transfer went")
	cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions(f.require.words, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) fxpCmd() *cobra.Command {
	var f fxpFlags
	cmd := &cobra.Command{
		Use:   "fxp SRC DST",
		Short: "Copy a file from one server to another, which exchange it themselves",
		Long: `Copies the file SRC from one server to DST on another one. The servers exchange the data
themselves (FXP), which is fast if they are near each other. Both are a URL or NAME:PATH of
a stored connection; if DST ends in /, or names no file, the name stays.

Most servers refuse this unless they are told to allow it. Which of them listens, and by
which commands, is tried out. Over TLS one of them must know SSCN or CPSV; nothing goes in
clear unless --prot C asks for that. docs/fxp.md says what servers need, and what the
risks are.

Each flag is for both servers; what is only for one belongs into its URL or its stored
connection. The password of each comes from there, from ~/.netrc, or is asked for. Progress
can't be seen, as the data does not come past here. The file has a temporary name until it
is complete.`,
		Example: `  ftpwire fxp ftpes://alice@a.example.com/disk.img ftpes://bob@b.example.com/images/
  ftpwire fxp old:backup.tar new:backup.tar
  ftpwire fxp --prot C --require size ftpes://a.example.com/f ftp://b.example.com/f`,
		Args: nargs(2, 2, "SRC and DST are needed"),
	}
	f.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.checkFXP(); err != nil {
			return err
		}
		return a.fxp(cmd, &f, args[0], args[1])
	}
	return cmd
}

// checkFXP refuses flags that have no meaning where the data does not come past here.
func (f *fxpFlags) checkFXP() error {
	if f.logFile != "" {
		return &usageError{err: errors.New("--log-file records one session, and there are two"), hint: "--log prints both."}
	}
	return nil
}

// An fxpEnd is one of the two servers of fxp.
type fxpEnd struct {
	flags   fxpFlags
	l       *ftpwire.Location
	conn    *connection // as in app
	profile ftpwire.Profile
	tried   *ftpwire.Profile
	client  *ftpwire.Client
}

// fxp copies a file between two servers.
func (a *app) fxp(cmd *cobra.Command, f *fxpFlags, src, dst string) error {
	from, err := a.fxpEnd(cmd, "source", src)
	if err != nil {
		return err
	}
	to, err := a.fxpEnd(cmd, "destination", dst)
	if err != nil {
		return err
	}
	if err := needFile(from.l); err != nil {
		return err
	}
	if to.l.Path == "" || to.l.Dir || strings.HasSuffix(to.l.Path, "/") {
		to.l.Path = join(to.l.Path, path.Base(from.l.Path))
	}
	failed := true
	for _, end := range []*fxpEnd{from, to} {
		if err := a.connectEnd(end); err != nil {
			return err
		}
		defer func() { a.hangUp(end.client, failed) }()
	}
	if a.showsProgress(&f.connFlags) {
		a.say("ftpwire: the servers exchange the file themselves: its progress is not seen here")
	}
	r, err := ftpwire.Transfer(a.ctx, from.client, from.l.Path, to.client, to.l.Path, &ftpwire.FXPOptions{
		Direct: f.direct, Resume: f.resumeFile, Verify: f.verifyFile, Require: f.proof(), Retry: a.retries(&f.retryFlags, nil),
	})
	if a.ctx.Err() != nil && r.Partial != "" {
		r.Partial = a.settle(to.client, r.Partial)
	}
	if fe, ok := errors.AsType[*ftpwire.FXPError](err); ok {
		a.tried = from.tried
		if fe.Destination {
			a.tried = to.tried
		}
	}
	if err != nil {
		return a.fxpFailed(f, src, dst, r, err)
	}
	failed = false
	for _, end := range []*fxpEnd{from, to} {
		a.conn, a.connProfile = end.conn, end.profile
		a.remember(end.client)
	}
	a.conn = nil
	return a.fxpDone(f, src, dst, r)
}

// fxpEnd returns the server that arg names, with the flags of cmd and what is stored of it.
func (a *app) fxpEnd(cmd *cobra.Command, side, arg string) (*fxpEnd, error) {
	end := &fxpEnd{}
	own := &cobra.Command{Use: cmd.Use}
	end.flags.add(own)
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		g := own.Flags().Lookup(f.Name)
		if g == nil || err != nil {
			return
		}
		if from, ok := f.Value.(pflag.SliceValue); ok {
			err = g.Value.(pflag.SliceValue).Replace(from.GetSlice())
			g.Changed = true
			return
		}
		err = own.Flags().Set(f.Name, f.Value.String())
	})
	if err != nil {
		return nil, cannot(err)
	}
	if err := a.useConnection(own, []string{arg}); err != nil {
		return nil, err
	}
	end.conn, end.profile = a.conn, a.connProfile
	if end.l, err = a.locate(&end.flags.connFlags, arg); err != nil {
		return nil, err
	}
	if before := end.l.Profile.Trace; before != nil {
		end.l.Profile.Trace = func(e control.TraceEvent) {
			e.Text = side + ": " + e.Text
			before(e)
		}
	}
	return end, nil
}

// connectEnd logs in to one of the two servers.
func (a *app) connectEnd(end *fxpEnd) (err error) {
	a.conn, a.connProfile = end.conn, end.profile
	end.client, err = a.dial(&end.flags.connFlags, end.l)
	end.tried = a.tried
	return err
}

// An fxpJSON says how a transfer between two servers went.
type fxpJSON struct {
	From        string       `json:"from"`
	To          string       `json:"to"`
	OK          bool         `json:"ok"`
	Bytes       int64        `json:"bytes"` // -1 if neither server tells
	ResumedFrom int64        `json:"resumed_from"`
	Restarted   string       `json:"restarted,omitempty"`
	Way         string       `json:"way,omitempty"`
	TLS         bool         `json:"tls"` // between the servers
	Proof       []string     `json:"proof"`
	Algorithm   string       `json:"algorithm,omitempty"`
	Sum         string       `json:"sum,omitempty"`
	Attempts    int          `json:"attempts"`
	Seconds     float64      `json:"seconds"`
	Reply       string       `json:"reply,omitempty"` // the destination's final one
	Partial     string       `json:"partial,omitempty"`
	Error       *failureJSON `json:"error,omitempty"`
}

func (a *app) newFXPJSON(src, dst string, r ftpwire.FXPResult) fxpJSON {
	j := fxpJSON{
		From: withoutUser(src), To: withoutUser(dst), Bytes: r.Bytes, ResumedFrom: r.ResumedFrom, Restarted: r.Restarted, Way: r.Way, TLS: r.TLS,
		Proof: []string{}, Algorithm: r.Algorithm, Sum: r.Sum, Attempts: r.Attempts,
		Seconds: math.Round(r.Duration.Seconds()*1000) / 1000, Reply: r.Reply, Partial: r.Partial,
	}
	if r.Proof != 0 {
		j.Proof = strings.Split(r.Proof.String(), ", ")
	}
	return j
}

// withoutUser returns an argument without the user and the password.
func withoutUser(arg string) string {
	if _, rest, ok := strings.Cut(arg, "://"); ok {
		_, path, _ := strings.Cut(rest, "/")
		return hostPart(arg) + "/" + path
	}
	return arg
}

// fxpFailed returns the error with advice on the file that it has left.
func (a *app) fxpFailed(f *fxpFlags, src, dst string, r ftpwire.FXPResult, err error) error {
	left := ftpwire.TransferResult{Partial: r.Partial, PartialUnsure: r.PartialUnsure}
	if more := leftOver(&f.transferFlags, false, left); more != "" {
		err = &hintError{err: err, more: more}
	}
	j := a.newFXPJSON(src, dst, r)
	return &outcomeError{err, func(e *failureJSON) any { j.Error = e; return j }}
}

// fxpDone tells what has been done, as far as the flags ask for it.
func (a *app) fxpDone(f *fxpFlags, src, dst string, r ftpwire.FXPResult) error {
	if f.log {
		a.say(fmt.Sprintf("%d bytes; %s; proof: %v", r.Bytes, r.Way, r.Proof))
	}
	if f.resumeFile && r.Restarted != "" {
		a.warn("the transfer began anew: " + r.Restarted)
	}
	if f.verifyFile && !r.Proof.Has(ftpwire.ProofHash) {
		a.warn(fmt.Sprintf("the servers gave no hash by the same algorithm: the proof is %v (--verify)", r.Proof))
	}
	if !f.json() {
		return nil
	}
	j := a.newFXPJSON(src, dst, r)
	j.OK = true
	return writeJSON(a.stdout, j)
}
