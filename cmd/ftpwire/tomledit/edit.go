package tomledit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// A Key is one key of a table and what it is to be. Values are strings, booleans, int64,
// float64 and lists of them.
type Key struct {
	Path  []string // below the table; more than one name for a key of a table in it
	Value any
}

// Set returns the document with a table that holds these keys and no others. Keys whose
// value is right stay as they are written, with the comments around them.
func (d *Document) Set(kind, name string, keys []Key) (*Document, error) {
	var c changes
	missing := slices.Clone(keys)
	for _, t := range d.tables {
		if !t.below(kind, name) {
			continue
		}
		removed := 0
		for _, e := range t.entries {
			value, err := decode(d.text[e.value:e.to])
			if err != nil {
				return nil, err
			}
			have := flatten(e.path[2:], value)
			rest, equal := without(missing, have)
			switch i := slices.IndexFunc(missing, func(k Key) bool { return slices.Equal(k.Path, e.path[2:]) }); {
			case equal:
				missing = rest
			case i >= 0:
				c.replace(e.value, e.to, encode(missing[i].Value))
				missing = slices.Delete(missing, i, i+1)
			default:
				c.replace(e.start, e.end, "")
				removed++
			}
		}
		if len(t.path) > 2 && removed > 0 && removed == len(t.entries) && !needed(missing, t.path[2:]) {
			c.replace(t.start, t.end, "")
		}
	}
	for _, k := range missing {
		d.insert(&c, append([]string{kind, name}, k.Path...), encode(k.Value))
	}
	text := c.apply(d.text)
	if !d.hasHeader(kind, name) {
		text = d.addTable(text, kind, name, d.homeless(kind, name, missing))
	}
	return checked(text, kind, name, keys)
}

// needed reports whether a key is below path.
func needed(keys []Key, path []string) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return len(k.Path) > len(path) && equalPrefix(k.Path, path) })
}

// without returns keys without those that an entry holds, and whether it holds nothing
// else.
func without(keys, have []Key) (rest []Key, equal bool) {
	rest = slices.Clone(keys)
	for _, h := range have {
		i := slices.IndexFunc(rest, func(k Key) bool {
			return slices.Equal(k.Path, h.Path) && encode(k.Value) == encode(h.Value)
		})
		if i < 0 {
			return keys, false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return rest, len(have) > 0
}

// insert adds a key after those of the table that it belongs to, if there is one.
func (d *Document) insert(c *changes, path []string, value string) {
	best := -1
	for i, t := range d.tables {
		if len(t.path) >= 2 && len(t.path) < len(path) && slices.Equal(t.path, path[:len(t.path)]) && (best < 0 || len(t.path) > len(d.tables[best].path)) {
			best = i
		}
	}
	if best < 0 {
		return // addTable does
	}
	t := d.tables[best]
	at := t.body
	if n := len(t.entries); n > 0 {
		at = t.entries[n-1].end
	}
	line := dotted(path[len(t.path):]) + " = " + value + d.lineEnd()
	if at > 0 && d.text[at-1] != '\n' { // the last line of the file has no end
		line = d.lineEnd() + line
	}
	c.replace(at, at, line)
}

func (d *Document) hasHeader(kind, name string) bool {
	return slices.ContainsFunc(d.tables, func(t table) bool { return len(t.path) == 2 && t.below(kind, name) })
}

// homeless returns the keys that no table below the one without a header takes.
func (d *Document) homeless(kind, name string, keys []Key) []Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k Key) bool {
		return slices.ContainsFunc(d.tables, func(t table) bool {
			return t.below(kind, name) && len(t.path)-2 < len(k.Path) && equalPrefix(t.path[2:], k.Path)
		})
	})
}

// addTable appends a table. One that has only tables below it gets a header of its own if
// there are keys for it.
func (d *Document) addTable(text []byte, kind, name string, keys []Key) []byte {
	if len(keys) == 0 && d.Has(kind, name) {
		return text
	}
	end := d.lineEnd()
	var b strings.Builder
	if s := strings.TrimRight(string(text), "\r\n"); s != "" {
		b.WriteString(s + end + end)
	}
	b.WriteString("[" + dotted([]string{kind, name}) + "]" + end)
	for _, k := range keys {
		b.WriteString(dotted(k.Path) + " = " + encode(k.Value) + end)
	}
	return []byte(b.String())
}

// Remove returns the document without a table, those below it and the comment above it.
func (d *Document) Remove(kind, name string) (*Document, error) {
	var c changes
	for _, t := range d.tables {
		if t.below(kind, name) {
			c.replace(t.start, t.end, "")
		}
	}
	return Parse(c.apply(d.text))
}

// Rename returns the document with another name for a table.
func (d *Document) Rename(kind, from, to string) (*Document, error) {
	var c changes
	for _, t := range d.tables {
		if !t.below(kind, from) {
			continue
		}
		path := slices.Clone(t.path)
		path[1] = to
		header := "[" + dotted(path) + "]"
		if t.array {
			header = "[" + header + "]"
		}
		c.replace(t.header, t.headerTo, header)
	}
	return Parse(c.apply(d.text))
}

// Replace returns the document with another text for a table and those below it.
func (d *Document) Replace(kind, name, source string) (*Document, error) {
	var c changes
	first := true
	for _, t := range d.tables {
		if !t.below(kind, name) {
			continue
		}
		text := ""
		if first {
			text = strings.Trim(source, "\r\n") + "\n"
			if tail := d.text[t.start:t.end]; bytes.HasSuffix(tail, []byte("\n\n")) || bytes.HasSuffix(tail, []byte("\n\r\n")) {
				text += "\n"
			}
			first = false
		}
		c.replace(t.start, t.end, text)
	}
	return Parse(c.apply(d.text))
}

// checked parses what Set has made and proves that it says what it was to say.
func checked(text []byte, kind, name string, keys []Key) (*Document, error) {
	d, err := Parse(text)
	if err != nil {
		return nil, err
	}
	values, err := d.Values(kind, name)
	if err != nil {
		return nil, err
	}
	rest, equal := without(keys, flatten(nil, values))
	if len(keys) > 0 && !equal || len(rest) > 0 {
		return nil, &Error{d.Line(kind, name), fmt.Sprintf("[%s] is written in a way that can't be changed automatically", dotted([]string{kind, name}))}
	}
	return d, nil
}

// Flatten returns the keys of a table and those below it, in alphabetical order.
func Flatten(values map[string]any) []Key { return flatten(nil, values) }

func flatten(path []string, value any) (keys []Key) {
	m, ok := value.(map[string]any)
	if !ok {
		return []Key{{path, value}}
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		keys = append(keys, flatten(append(slices.Clip(path), name), m[name])...)
	}
	return keys
}

// decode reads a value.
func decode(text []byte) (any, error) {
	var holder map[string]any
	err := toml.Unmarshal(append([]byte("x = "), text...), &holder)
	return holder["x"], err
}

// encode writes a value.
func encode(value any) string {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.String:
		b, _ := json.Marshal(v.String())
		return plain.Replace(string(b))
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = encode(v.Index(i).Interface())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		var parts []string
		for _, k := range flatten(nil, value) {
			parts = append(parts, dotted(k.Path)+" = "+encode(k.Value))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case reflect.Float64:
		s := strconv.FormatFloat(v.Float(), 'g', -1, 64)
		if !strings.ContainsAny(s, ".eE") {
			s += ".0"
		}
		return s
	}
	return fmt.Sprint(value)
}

// plain undoes what JSON escapes without need, and escapes what TOML wants escaped.
var plain = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\\`, `\\`, "\x7f", `\u007f`)

// dotted writes a key.
func dotted(path []string) string {
	parts := make([]string, len(path))
	for i, name := range path {
		parts[i] = name
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			parts[i] = encode(name)
		}
	}
	return strings.Join(parts, ".")
}

func (d *Document) lineEnd() string {
	if bytes.Contains(d.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// changes are replacements in a text. Those at one place happen in the order in which they
// were asked for.
type changes []change

type change struct {
	from, to int
	text     string
}

func (c *changes) replace(from, to int, text string) { *c = append(*c, change{from, to, text}) }

func (c changes) apply(text []byte) []byte {
	sorted := slices.Clone(c)
	slices.SortStableFunc(sorted, func(a, b change) int { return a.from - b.from })
	var b bytes.Buffer
	at := 0
	for _, ch := range sorted {
		if ch.from < at && ch.to <= at {
			continue // inside of what was removed
		}
		b.Write(text[at:max(at, ch.from)])
		b.WriteString(ch.text)
		at = max(at, ch.to)
	}
	b.Write(text[at:])
	return b.Bytes()
}
