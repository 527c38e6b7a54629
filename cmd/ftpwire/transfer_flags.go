package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/datachan"
)

// paceFlags say how fast files move, and what keeps the session alive meanwhile.
type paceFlags struct {
	rate       rate
	lowest     rate
	lowestTime time.Duration
	keepAlive  time.Duration
}

func (f *paceFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionTransfer, func(fs *pflag.FlagSet) {
		fs.Var(&f.rate, "limit-rate", "move no more than this in a second, such as 500k or 2M (units of 1024 bytes)")
		fs.Var(&f.lowest, "speed-limit", "give up a transfer that moves less than this in a second, on average over --speed-time, such as 500 or 10k")
		fs.Var(positive{&f.lowestTime}, "speed-time", "how long a transfer may be slower than --speed-limit (default 30s)")
		fs.Var(positive{&f.keepAlive}, "keep-alive", "send NOOP at this interval while data moves, for firewalls that forget the control connection (default: never)")
	})
}

func (f *paceFlags) apply(p *ftpwire.Profile) error {
	switch {
	case f.lowestTime != 0 && f.lowest == 0:
		return usagef("--speed-time needs --speed-limit")
	case f.rate > 0 && f.lowest >= f.rate:
		return usagef("--speed-limit is no less than --limit-rate lets through")
	}
	if f.rate > 0 {
		p.Data.Down, p.Data.Up = datachan.NewLimiter(int64(f.rate), 0), datachan.NewLimiter(int64(f.rate), 0)
	}
	p.LowestRate, p.LowestTime = int64(f.lowest), f.lowestTime
	p.KeepAlive = f.keepAlive
	return nil
}

// A rate is a flag for bytes per second.
type rate int64

func (r *rate) Type() string { return "RATE" }

func (r *rate) String() string {
	if r == nil || *r == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*r), 10)
}

func (r *rate) Set(s string) error {
	n, err := bytesOf(s, "rate", "one byte per second")
	*r = rate(n)
	return err
}

// bytesOf reads a number of bytes, which may end in k, M or G.
func bytesOf(s, what, least string) (int64, error) {
	unit, digits := 1.0, s
	if n := len(s); n > 0 {
		if i := strings.IndexByte("kmg", s[n-1]|0x20); i >= 0 {
			unit, digits = math.Pow(1024, float64(i+1)), s[:n-1]
		}
	}
	v, err := strconv.ParseFloat(digits, 64)
	switch {
	case err != nil || strings.Trim(digits, "0123456789.") != "":
		return 0, fmt.Errorf("must be a %s such as 500k or 2M", what)
	case v*unit < 1:
		return 0, fmt.Errorf("must be at least %s", least)
	case v*unit >= math.MaxInt64:
		return 0, fmt.Errorf("is too much")
	}
	return int64(v * unit), nil
}

// A maxSize is a flag for the size of a file.
type maxSize int64

func (m *maxSize) Type() string { return "SIZE" }

func (m *maxSize) String() string { return (*rate)(m).String() }

func (m *maxSize) Set(s string) error {
	n, err := bytesOf(s, "size", "one byte")
	*m = maxSize(n)
	return err
}

func (m *maxSize) add(cmd *cobra.Command) {
	inSection(cmd, sectionTransfer, func(fs *pflag.FlagSet) {
		fs.Var(m, "max-size", "give up a file that is, or turns out, larger than this, such as 500k or 2M (units of 1024 bytes)")
	})
}

// transferFlags say how a file is copied, and what must prove that it is complete.
type transferFlags struct {
	copyFlags
	resumeFile, verifyFile, temp bool
	maxSize                      maxSize
	retryFlags
	require choices
	format  *choice
}

// requirable are the words of --require.
var requirable = map[string]ftpwire.Proof{"size": ftpwire.ProofSize, "hash": ftpwire.ProofHash, "close_notify": ftpwire.ProofEnd}

func (f *transferFlags) add(cmd *cobra.Command, down bool) {
	f.retryFlags.add(cmd)
	f.require.words = []string{"size", "hash"}
	if down {
		f.require.words = append(f.require.words, "close_notify")
	}
	inSection(cmd, sectionTransfer, func(fs *pflag.FlagSet) {
		if !f.append {
			fs.BoolVar(&f.resumeFile, "resume", false, "go on where an earlier transfer ended, if what is there is proven to be the beginning of the file; after a failure keep what can be resumed")
		}
		fs.BoolVar(&f.verifyFile, "verify", false, "compare the server's hash of the file if it offers one, otherwise the size")
		fs.Var(&f.require, "require", "fail without this proof that the file is complete and right")
		if down {
			f.maxSize.add(cmd)
		} else if !f.append {
			fs.BoolVar(&f.temp, "temp", false, "upload under a temporary name, and rename the file when it is complete")
		}
	})
	f.copyFlags.add(cmd, down)
	f.format = addFormat(cmd, "nothing, or JSON that says how each transfer went")
	cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions(f.require.words, cobra.ShellCompDirectiveNoFileComp))
}

// only refuses the flags that need a file which can be read again.
func (f *transferFlags) only(why string, flags ...namedFlag) error {
	for _, flag := range append([]namedFlag{
		{"--resume", f.resumeFile}, {"--retry", f.retry > 0 && !f.fileOut}, {"--verify", f.verifyFile},
		{"--require", len(f.require.values) > 0}, {"--temp", f.temp},
		{"--newer", f.newer}, {"--preserve-times", f.keepTime},
	}, flags...) {
		if flag.set {
			return usagef("%s: %s", flag.name, why)
		}
	}
	return nil
}

func (f *transferFlags) json() bool { return f.format != nil && f.format.value == "json" }

func (f *transferFlags) proof() (p ftpwire.Proof) {
	for _, word := range f.require.values {
		p |= requirable[word]
	}
	return p
}

// options returns what the flags ask for, with b, if not nil, told of the progress.
func (a *app) options(f *transferFlags, b *bar) *ftpwire.TransferOptions {
	o := &ftpwire.TransferOptions{
		Resume: f.resumeFile, MaxSize: int64(f.maxSize), TempUpload: f.temp, Verify: f.verifyFile, Require: f.proof(), Retry: a.retries(&f.retryFlags, b),
	}
	f.copyFlags.set(o)
	if b != nil {
		o.Progress = b.progress
	}
	return o
}
