package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// showsProgress reports whether a bar makes sense: somebody is watching, and no
// log lines would run into it.
func (a *app) showsProgress(f *connFlags) bool {
	return !a.quiet && !f.log && !f.logSent && !f.logReceived && isTerminal(a.stderr)
}

// A bar shows how far a transfer is. It appears with the first octets, so that a
// refused transfer shows none, and what goes wrong with it never fails the transfer.
type bar struct {
	w    io.Writer
	name string
	size int64 // -1 if not known
	bar  *progressbar.ProgressBar
}

func (a *app) newBar(name string, size int64) *bar {
	return &bar{w: a.stderr, name: visibleName(name), size: size}
}

// Write counts octets.
func (b *bar) Write(p []byte) (int, error) {
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(b.size,
			progressbar.OptionSetWriter(b.w),
			progressbar.OptionSetDescription(b.name),
			progressbar.OptionShowBytes(true),
			progressbar.OptionShowCount(),
			progressbar.OptionUseIECUnits(true),
			progressbar.OptionSetWidth(24),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetTheme(progressbar.ThemeASCII),
		)
	}
	b.bar.Add(len(p))
	return len(p), nil
}

// end leaves the bar on the screen after a success and removes it after a failure.
func (b *bar) end(err error) {
	switch {
	case b.bar == nil:
	case err != nil:
		b.bar.Clear()
		b.bar.Exit()
	default:
		b.bar.Finish()
		fmt.Fprintln(b.w)
	}
}
