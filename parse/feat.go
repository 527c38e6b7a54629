package parse

import (
	"iter"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Features is what a server offers beyond RFC 959, according to its reply to FEAT (RFC 2389, Section 3).
// The zero Features, and a nil pointer to one, offer nothing. Labels are compared without regard to case.
//
// A feature that is listed may not work, and one that works may not be listed: the list
// is a hint, not a promise.
type Features struct {
	list []feature
}

// feature is one line: a label and what follows it, blanks trimmed.
type feature struct{ label, args string }

// Has reports whether there is a line with the label name, such as "MLST".
func (f *Features) Has(name string) bool {
	_, ok := f.Args(name)
	return ok
}

// Args returns what follows the label name on the first line that has it, and whether there is one.
func (f *Features) Args(name string) (string, bool) {
	for label, args := range f.All() {
		if strings.EqualFold(label, name) {
			return args, true
		}
	}
	return "", false
}

// All returns labels and arguments in the server's order and spelling.
func (f *Features) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if f == nil {
			return
		}
		for _, x := range f.list {
			if !yield(x.label, x.args) {
				return
			}
		}
	}
}

// Len returns the number of lines.
func (f *Features) Len() int {
	if f == nil {
		return 0
	}
	return len(f.list)
}

// Auth returns the mechanisms of AUTH in the server's order, in upper case, each once: those of all AUTH
// lines, however joined ("AUTH TLS;TLS-C;SSL;" of IIS, "AUTH SSL"), and the bare lines "TLS" and "SSL".
// (RFC 4217, Section 6.)
func (f *Features) Auth() []string {
	var all []string
	for label, args := range f.All() {
		switch label = strings.ToUpper(label); label {
		case "AUTH":
			all = append(all, tokens(args)...)
		case "TLS", "SSL":
			all = append(all, label)
		}
	}
	return upperOnce(all)
}

// Prot returns the protection levels of PROT in the server's order, in upper case, if any are listed, as in
// "PROT C;P;" of IIS. RFC 4217 lists none: an empty result does not mean that PROT is missing.
func (f *Features) Prot() []string {
	var all []string
	for label, args := range f.All() {
		if strings.EqualFold(label, "PROT") {
			all = append(all, tokens(args)...)
		}
	}
	return upperOnce(all)
}

// A Fact is one fact that MLST and MLSD can report (RFC 3659, Section 7.8).
type Fact struct {
	Name    string // in lower case
	Enabled bool   // the server sends it unless OPTS MLST says otherwise
}

// Facts returns the facts of the MLST line in the server's order. Commas are taken for semicolons, as
// DrFTPD sends them.
func (f *Features) Facts() []Fact {
	args, _ := f.Args("MLST")
	var facts []Fact
	for _, t := range tokens(args) {
		name, enabled := strings.CutSuffix(t, "*")
		if name != "" {
			facts = append(facts, Fact{Name: scan.LowerASCII(name), Enabled: enabled})
		}
	}
	return facts
}

// RestStream reports whether transfers in stream mode can be restarted (RFC 3659, Section 5.4). A REST line
// without STREAM counts, since some servers shorten it.
func (f *Features) RestStream() bool {
	args, ok := f.Args("REST")
	return ok && (args == "" || slices.ContainsFunc(tokens(args), func(t string) bool {
		return strings.EqualFold(t, "STREAM")
	}))
}

// tokens splits s at semicolons, commas and blanks.
func tokens(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";, \t", r) })
}

// upperOnce returns s in upper case without repetitions.
func upperOnce(s []string) []string {
	var out []string
	for _, t := range s {
		if t = strings.ToUpper(t); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
