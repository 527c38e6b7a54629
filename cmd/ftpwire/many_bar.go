package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A manyBar shows the progress of several files: on a terminal a bar of the whole, which names the file under way, else a line now and
// then. A nil manyBar shows nothing.
type manyBar struct {
	w    io.Writer
	say  func(string) // prints a line; nil on a terminal
	name string       // of the command

	files, ended int
	total, moved int64 // octets of all files and of those that have ended; total is -1 if not all sizes are known
	at           int64 // octets of the file under way
	kept         int64 // octets that --resume found here, or there: they have not moved

	pace  pace
	bar   *progressbar.ProgressBar // nil if nothing is on the screen
	shown time.Time
}

// newManyBar returns what shows the progress as the flags have it, nil if nothing is to be shown.
func (b *batch) newManyBar() *manyBar {
	if b.quiet || b.f.prints() {
		return nil
	}
	m := &manyBar{w: b.stderr, name: b.cmd.Name()}
	if !isTerminal(b.stderr) {
		m.say, m.shown = b.app.say, time.Now()
	}
	return m
}

// expect adds files that are still to come, and their octets, -1 if they are not known.
func (m *manyBar) expect(files int, octets int64) {
	if m == nil {
		return
	}
	m.clear()
	if m.files += files; octets < 0 || m.total < 0 {
		m.total = -1
		return
	}
	m.total += octets
}

// step tells where the file under way is. first says that it begins there.
func (m *manyBar) step(name string, done int64, first bool, now time.Time) {
	if first {
		m.kept += done
	}
	if len(m.pace.marks) == 0 {
		m.pace.add(0, now)
	}
	m.at = done
	m.pace.add(m.moved+m.at-m.kept, now)
	m.show(name, now)
}

// show prints, unless that was done a moment ago.
func (m *manyBar) show(name string, now time.Time) {
	if m.say != nil {
		if now.Sub(m.shown) >= patience.ProgressLine.Default {
			m.shown = now
			m.say(fmt.Sprintf("ftpwire: %s: %s", m.name, m.text()))
		}
		return
	}
	if now.Sub(m.shown) < patience.ProgressBar.Default {
		return
	}
	m.shown = now
	if m.bar == nil {
		m.bar = newBar(m.w, m.size())
	}
	m.bar.Describe(strings.TrimSuffix(m.text()+": "+name, ": "))
	m.bar.Set64(min(m.position(), m.size()))
}

// size and position are in octets, or in files if the octets are not known.
func (m *manyBar) size() int64 {
	if m.total > 0 {
		return m.total
	}
	return int64(max(m.files, 1))
}

func (m *manyBar) position() int64 {
	if m.total > 0 {
		return m.moved + m.at
	}
	return int64(m.ended)
}

// text says in words where the run is.
func (m *manyBar) text() string {
	moved := m.moved + m.at
	s := fmt.Sprintf("%d/%d files, %s", m.ended, m.files, octets(float64(moved)))
	if m.total > 0 {
		s += "/" + octets(float64(m.total))
	}
	if len(m.pace.marks) == 0 {
		return s
	}
	rate := m.pace.lately()
	if rate <= 0 {
		return s
	}
	s += ", " + octets(rate) + "/s"
	if left := float64(m.total-moved) / rate; m.total > 0 && left > 0 && left < 1e6 {
		s += ", " + time.Duration(left*1e9).Round(time.Second).String() + " left"
	}
	return s
}

// fileEnded counts a file, of so many octets, that has been copied, or has failed.
func (m *manyBar) fileEnded(size int64) {
	if m == nil {
		return
	}
	m.ended++
	m.moved += max(size, 0)
	m.at = 0
	m.show("", time.Now())
}

// clear makes room for a message.
func (m *manyBar) clear() {
	if m == nil || m.bar == nil {
		return
	}
	m.bar.Clear()
	m.bar.Exit()
	m.bar, m.shown = nil, time.Time{}
}
