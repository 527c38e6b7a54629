package control

import (
	"iter"
	"slices"
	"strings"
)

// A Tolerance is a way in which servers differ that every connection allows for, because
// that does no harm. It can't be forbidden and need not be forced. [Tolerances] yields the
// list; a difference that must first be detected or requested is a [Quirk].
type Tolerance struct {
	Name       string   // stable, in small letters: "reply-bare-lf"
	Behaviour  string   // what the server does
	Workaround string   // what the client does then
	Refs       []string // who reported it, or which software meets it too
}

// Tolerances yields the list, sorted by name.
func Tolerances() iter.Seq[Tolerance] {
	return func(yield func(Tolerance) bool) {
		for _, t := range tolerances {
			t.Refs = slices.Clone(t.Refs)
			if !yield(t) {
				return
			}
		}
	}
}

// LookupTolerance returns the row with the given name.
func LookupTolerance(name string) (Tolerance, bool) {
	i, ok := slices.BinarySearchFunc(tolerances, name, func(t Tolerance, name string) int {
		return strings.Compare(t.Name, name)
	})
	if !ok {
		return Tolerance{}, false
	}
	return tolerances[i], true
}
