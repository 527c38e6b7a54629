package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

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
	w        io.Writer
	name     string
	at, size int64 // in the file; its size, -1 if not known
	pace     pace
	bar      *progressbar.ProgressBar // nil before the first call of progress in an attempt
	shown    time.Time                // when it was last; zero: never
	many     *manyBar                 // of the whole run, which shows the file in place of a bar of its own
}

func (a *app) newBar(name string) *bar {
	return &bar{w: a.stderr, name: visibleName(name)}
}

// progress is [ftpwire.TransferOptions.Progress].
func (b *bar) progress(done, total int64) { b.step(done, total, time.Now()) }

func (b *bar) step(done, total int64, now time.Time) {
	if b.many != nil {
		first := b.shown.IsZero()
		b.shown = now
		b.many.step(b.name, done, first, now)
		return
	}
	if b.bar == nil || done < b.at {
		b.begin(done, total, now)
		return
	}
	if b.at = done; b.pace.add(done, now) {
		b.show(now)
	}
}

// begin starts the clock of an attempt that begins at from. Nothing is shown yet.
func (b *bar) begin(from, size int64, now time.Time) {
	b.at, b.size, b.shown = from, size, time.Time{}
	b.pace = pace{}
	b.pace.add(from, now)
	b.bar = newBar(b.w, size)
}

// newBar returns a bar that is not on the screen yet.
func newBar(w io.Writer, size int64) *progressbar.ProgressBar {
	bar := progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetPredictTime(false), // it counts what was there before
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(patience.ProgressBar.Default/2), // the new text draws, the new position need not
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
	)
	bar.StartWithoutRender()
	return bar
}

// Write counts octets, beside the transfer that bar watches.
func (b *bar) Write(p []byte) (int, error) {
	b.progress(b.at+int64(len(p)), b.size)
	return len(p), nil
}

// show draws the bar, unless that was done a moment ago.
func (b *bar) show(now time.Time) {
	if b.at == b.size || now.Sub(b.shown) >= patience.ProgressBar.Default {
		b.shown = now
		b.bar.Describe(b.text(b.pace.lately()))
		b.bar.Set64(b.at)
	}
}

// text says in words where the transfer is. rate is in octets a second.
func (b *bar) text(rate float64) string {
	s := b.name + " " + octets(float64(b.at))
	if b.size >= 0 {
		s += "/" + octets(float64(b.size))
	}
	if rate <= 0 {
		return s
	}
	s += ", " + octets(rate) + "/s"
	if left := float64(b.size-b.at) / rate; left > 0 && left < 1e6 {
		s += ", " + time.Duration(left*1e9).Round(time.Second).String() + " left"
	}
	return s
}

// octets returns a number of octets as people read it: "30 MiB".
func octets(n float64) string {
	const units = "KMGTPE"
	i := -1
	for n >= 1023.5 && i < len(units)-1 {
		n /= 1024
		i++
	}
	switch {
	case i < 0:
		return fmt.Sprintf("%.0f B", n)
	case n < 9.95:
		return fmt.Sprintf("%.1f %ciB", n, units[i])
	}
	return fmt.Sprintf("%.0f %ciB", n, units[i])
}

// end leaves the bar on the screen after a success and removes it after a failure.
func (b *bar) end(err error) {
	switch {
	case b == nil || b.many != nil || b.shown.IsZero():
	case err != nil:
		b.clear()
	default:
		b.bar.Describe(b.text(b.pace.overall()))
		b.bar.Finish()
		fmt.Fprintln(b.w)
	}
}

// clear makes room for the message before the next attempt.
func (b *bar) clear() {
	if b != nil {
		b.many.clear()
	}
	if b == nil || b.bar == nil {
		return
	}
	if !b.shown.IsZero() {
		b.bar.Clear()
		b.bar.Exit()
	}
	b.bar, b.shown = nil, time.Time{}
}

// A pace is how fast a transfer is, without what was there before it.
type pace struct {
	first mark
	marks []mark // of the last seconds, the last one among them
}

type mark struct {
	at   int64
	time time.Time
}

// add notes where the transfer is now, and reports whether anything has moved yet.
func (p *pace) add(at int64, now time.Time) bool {
	m := mark{at, now}
	switch n := len(p.marks); {
	case n == 0:
		p.first = m
	case n > 1 && now.Sub(p.marks[n-2].time) < patience.ProgressBar.Default:
		p.marks = p.marks[:n-1]
	}
	p.marks = append(p.marks, m)
	for now.Sub(p.marks[0].time) > patience.ProgressWindow.Default && len(p.marks) > 2 {
		p.marks = p.marks[1:]
	}
	return at > p.first.at
}

// lately returns octets per second in the last seconds.
func (p *pace) lately() float64 { return p.since(p.marks[0]) }

// overall returns octets per second from the begin.
func (p *pace) overall() float64 { return p.since(p.first) }

func (p *pace) since(m mark) float64 {
	last := p.marks[len(p.marks)-1]
	d := last.time.Sub(m.time).Seconds()
	if d <= 0 {
		return 0
	}
	return float64(last.at-m.at) / d
}
