package control

import (
	"iter"
	"slices"
	"strings"
)

// A Tolerance is a way in which servers differ that is harmless to allow for, so that it is
// allowed for on every connection. It can't be forbidden, and needs not be forced.
// [Tolerances] yields the list; what has to be seen or asked for first is a [Quirk].
type Tolerance struct {
	Name       string   // stable, in small letters: "reply-bare-lf"
	Behaviour  string   // what the server does
	Workaround string   // what is done then
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
