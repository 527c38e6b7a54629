package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// showsProgress reports whether a bar makes sense: somebody is watching, and no
// log lines would run into it.
func (a *app) showsProgress(f *connFlags) bool {
	return !a.quiet && !f.prints() && isTerminal(a.stderr)
}

// A bar shows the progress of a transfer. It appears with the first octets, so that a
// refused transfer shows none. An error of the bar never fails the transfer.
type bar struct {
	w          io.Writer
	name       string
	from, size int64 // where the attempt began, and the size of the file, -1 if not known
	at         int64
	shown      bool
	packed     bool // what moves is not what the file holds: text, or compressed
	bar        *progressbar.ProgressBar
}

func (a *app) newBar(name string) *bar {
	return &bar{w: a.stderr, name: visibleName(name), size: -1}
}

// begin is told of every attempt. The bar's clock starts; nothing is shown yet.
func (b *bar) begin(from, size int64) {
	b.from, b.size, b.at, b.shown = from, size, from, false
	if b.packed {
		b.size = -1
	}
	b.bar = progressbar.NewOptions64(b.size,
		progressbar.OptionSetWriter(b.w),
		progressbar.OptionSetDescription(b.name),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(patience.ProgressBar.Default),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
	)
	b.bar.StartWithoutRender()
}

// tally is told how far the data connection is.
func (b *bar) tally(t datachan.Tally) {
	switch {
	case t.Moved == 0:
		return
	case t.Total >= 0 && b.size >= 0:
		b.at = b.size - max(t.Total-t.Moved, 0)
	default:
		b.at = b.from + t.Moved
	}
	b.show()
}

// Write counts octets.
func (b *bar) Write(p []byte) (int, error) {
	b.at += int64(len(p))
	b.show()
	return len(p), nil
}

func (b *bar) show() {
	b.shown = true
	b.bar.Set64(b.at)
}

// end leaves the bar on the screen after a success and removes it after a failure.
func (b *bar) end(err error) {
	switch {
	case b == nil || !b.shown:
	case err != nil:
		b.clear()
	default:
		b.bar.Finish()
		fmt.Fprintln(b.w)
	}
}

// clear makes room for the message before the next attempt.
func (b *bar) clear() {
	if b != nil && b.shown {
		b.bar.Clear()
		b.bar.Exit()
		b.shown = false
	}
}
