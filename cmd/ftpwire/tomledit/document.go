// Package tomledit changes single keys of a TOML file that people write too: comments,
// order and spelling of everything else stay.
//
// It knows files of tables with two names, such as [connection.nas]: a kind, and a name.
// The keys of one are what stands in it and in the tables below it, such as
// [connection.nas.proxy].
package tomledit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// A Document is a TOML file.
type Document struct {
	text   []byte
	tables []table
}

// A table is a header and what follows it, or, without a header, what stands before the
// first one.
type table struct {
	path             []string
	array            bool // [[of.tables]]
	start, end       int  // from the comment above the header up to that of the next one
	header, headerTo int  // the header, with its brackets
	body             int  // the line after it
	entries          []entry
}

// An entry is a key and its value.
type entry struct {
	path       []string // below the root
	start, end int      // of its lines, with the line end
	value, to  int      // of its value
}

// An Error reports what is wrong with a file, and where.
type Error struct {
	Line   int // from 1
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Parse reads a file. Errors are of type *Error.
func Parse(text []byte) (*Document, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var all map[string]any
	if err := toml.Unmarshal(text, &all); err != nil {
		if de, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ := de.Position()
			return nil, &Error{line, strings.TrimPrefix(de.Error(), "toml: ")}
		}
		return nil, &Error{1, err.Error()}
	}
	s := scanner{text: text}
	d := &Document{text: text}
	if d.tables = s.tables(); s.failed {
		return nil, &Error{s.line(), "is written in a way that ftpwire does not understand"}
	}
	return d, d.check()
}

// check refuses what is no table of two names.
func (d *Document) check() error {
	for _, t := range d.tables {
		switch {
		case t.array && len(t.path) < 3:
			return &Error{d.lineOf(t.header), "double brackets make a list of tables: write [" + strings.Join(t.path, ".") + "]"}
		case len(t.path) < 2 && len(t.entries) > 0:
			e := t.entries[0]
			return &Error{d.lineOf(e.value), fmt.Sprintf("%q stands outside of a table such as [connection.NAME]", strings.Join(e.path, "."))}
		}
	}
	return nil
}

// Text returns the file.
func (d *Document) Text() []byte { return d.text }

// Kinds returns the first names of the tables, in order.
func (d *Document) Kinds() (kinds []string) {
	for _, t := range d.tables {
		if len(t.path) > 0 && !slices.Contains(kinds, t.path[0]) {
			kinds = append(kinds, t.path[0])
		}
	}
	return kinds
}

// Names returns the names of a kind, in order.
func (d *Document) Names(kind string) (names []string) {
	for _, t := range d.tables {
		if len(t.path) > 1 && t.path[0] == kind && !slices.Contains(names, t.path[1]) {
			names = append(names, t.path[1])
		}
	}
	return names
}

// Has reports whether there is a table.
func (d *Document) Has(kind, name string) bool { return slices.Contains(d.Names(kind), name) }

// Line returns the line of the first table of kind and name, or of a key below it; 0 if
// there is none.
func (d *Document) Line(kind, name string, key ...string) int {
	for _, t := range d.tables {
		if !t.below(kind, name) {
			continue
		}
		if len(key) == 0 || len(t.path) > 2 && equalPrefix(t.path[2:], key) {
			return d.lineOf(t.header)
		}
		for _, e := range t.entries {
			if equalPrefix(e.path[2:], key) {
				return d.lineOf(e.value)
			}
		}
	}
	return 0
}

// equalPrefix reports whether one path begins with the other.
func equalPrefix(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

func (t *table) below(kind, name string) bool {
	return len(t.path) >= 2 && t.path[0] == kind && t.path[1] == name
}

func (d *Document) lineOf(offset int) int { return 1 + bytes.Count(d.text[:offset], []byte("\n")) }

// Values returns what a table and those below it hold: strings, numbers, booleans, lists,
// and maps of them.
func (d *Document) Values(kind, name string) (map[string]any, error) {
	var all map[string]map[string]map[string]any
	if err := toml.Unmarshal(d.text, &all); err != nil {
		return nil, err
	}
	return all[kind][name], nil
}

// Source returns the text of a table and of those below it.
func (d *Document) Source(kind, name string) string {
	var b strings.Builder
	for _, t := range d.tables {
		if t.below(kind, name) {
			b.Write(d.text[t.start:t.end])
		}
	}
	return strings.Trim(b.String(), "\n") + "\n"
}
