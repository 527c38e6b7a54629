package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

// A batch is a run about several files: what fails does not stop the rest, and the end says how many did.
type batch struct {
	*app
	cmd    *cobra.Command
	f      *connFlags
	asJSON bool

	failures
	done, skipped int
	links         int   // symbolic links that were not followed
	others        int   // devices and the like
	bytes         int64 // that were moved
	rest          int   // files that were not begun
	cut           bool  // by a signal
	lost          int   // failures in a row to connect again
}

// A summaryJSON is the last object of a run about several files.
type summaryJSON struct {
	Summary totalJSON    `json:"summary"`
	Error   *failureJSON `json:"error,omitempty"`
}

type totalJSON struct {
	Done      int     `json:"done"`
	Failed    int     `json:"failed"`
	Skipped   int     `json:"skipped"`
	Links     int     `json:"links"`     // symbolic links that were not followed
	Others    int     `json:"others"`    // devices, pipes and sockets
	Remaining int     `json:"remaining"` // that were not begun, after an interruption or because the server is gone
	Bytes     int64   `json:"bytes"`     // that were moved
	Seconds   float64 `json:"seconds"`
}

// fail counts a failure and reports it. object, if not nil, makes the object of the file.
func (b *batch) fail(err error, object func(*failureJSON) any) error {
	b.add(b.kindOf(err))
	b.many.clear()
	b.report(b.cmd, err)
	return b.write(err, object)
}

// write writes the object of a file, if objects are wanted.
func (b *batch) write(err error, object func(*failureJSON) any) error {
	if !b.asJSON || object == nil {
		return nil
	}
	var j *failureJSON
	if err != nil {
		j = b.failure(b.cmd, err)
	}
	return writeJSON(b.stdout, object(j))
}

// end says how the run went.
func (b *batch) end() error {
	b.many.clear()
	interrupted := b.ctx.Err() != nil && (b.cut || b.n > 0)
	text := b.text()
	if interrupted {
		text = "interrupted: " + text
	}
	j := summaryJSON{Summary: totalJSON{b.done, b.n, b.skipped, b.links, b.others, b.rest, b.bytes, math.Round(time.Since(b.begun).Seconds()*1000) / 1000}}
	if !b.quiet || b.n > 0 || interrupted {
		b.say(fmt.Sprintf("ftpwire: %s: %s", b.cmd.Name(), text))
	}
	if interrupted {
		b.kind = ftpwire.KindInterrupted
		if hint := b.onward(); hint != "" {
			b.say("hint: " + hint)
		}
	}
	if b.n == 0 && !interrupted {
		if b.asJSON {
			return writeJSON(b.stdout, j)
		}
		return nil
	}
	return &outcomeError{saidError{b.kind, text}, func(e *failureJSON) any {
		e.Text, j.Error = text, e
		return j
	}}
}

// text is the summary in words.
func (b *batch) text() string {
	what := map[string]string{"get": "copied", "put": "copied", "rm": "removed"}[b.cmd.Name()]
	parts := []string{fmt.Sprintf("%d %s", b.done, what)}
	if b.bytes > 0 {
		parts[0] += " (" + octets(float64(b.bytes)) + ")"
	}
	for _, p := range []struct {
		n    int
		text string
	}{{b.n, "failed"}, {b.skipped, "skipped"}, {b.rest, "not begun"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.text))
		}
	}
	text := strings.Join(parts, ", ")
	if b.links > 0 {
		text += fmt.Sprintf("; %s not followed", counted(b.links, "symbolic link"))
	}
	if b.others > 0 {
		text += fmt.Sprintf("; %s left out", counted(b.others, "device, pipe or socket"))
	}
	return text
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if what == "device, pipe or socket" {
		return fmt.Sprintf("%d devices, pipes or sockets", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// onward says how to go on after an interruption.
func (b *batch) onward() string {
	f := b.f
	switch {
	case b.cmd.Name() == "rm" || f.append || f.unique:
		return ""
	case f.noClobber || f.newer && f.keepTime:
		return "The same command goes on from there."
	}
	return "The same command, with --newer and --preserve-times from the start, leaves out what has been copied; without them it copies all again."
}
