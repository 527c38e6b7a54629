// Package patience is the table of the engine's waits: how long each lasts, why, and
// which server asks for it. docs/patience.md shows it.
//
// Settings of every package follow one rule: zero means the default, a negative value
// switches the wait off.
package patience

import (
	"context"
	"slices"
	"time"
)

// A Kind says what is off where a wait is switched off.
type Kind string

// The kinds.
const (
	Bound    Kind = "bound"    // the longest that something may take; off: no bound
	Pause    Kind = "pause"    // time that is let pass, unless what it is for comes first; off: none
	Interval Kind = "interval" // the time from one look to the next
)

// Shortest is the least that a person can mean by a time: less is a number without its unit.
const Shortest = 10 * time.Microsecond

// A Wait is a row of the table.
type Wait struct {
	Layer   string        // folder of the package that waits
	Name    string        // the name of its variable
	Kind    Kind          // what happens at its end
	Default time.Duration // how long, unless a setting says otherwise
	Setting string        // the exported fields that change it; "" if none does
	Reason  string        // what it is for
	Server  string        // whose behaviour asks for it; "" if any server's may
}

var table []*Wait

// row adds a row to the table.
func row(w Wait) *Wait {
	table = append(table, &w)
	return &w
}

// Table returns all rows, layer by layer.
func Table() []*Wait { return slices.Clone(table) }

// Or returns what a setting means: the default if it is zero, otherwise the setting. A
// negative result means off.
func (w *Wait) Or(setting time.Duration) time.Duration {
	if setting == 0 {
		return w.Default
	}
	return setting
}

// Deadline returns when d from now is over, and no time at all if d is off.
func Deadline(d time.Duration) time.Time {
	if d < 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

// Within returns a context that ends after d, or with ctx alone if d is off.
func Within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
