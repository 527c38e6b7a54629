package ftpwire

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Cause is what went wrong, as far as an error tells: a stable name in small letters,
// such as "login-rejected". [Causes] and docs/troubleshooting.md have all of them. They are
// for people to look up; what a program does next depends on [KindOf] an error.
type Cause string

// A Diagnosis explains an error of this module: what most likely went wrong, which parts
// of the error show it, and what to change. Its methods may be called on nil.
type Diagnosis struct {
	Cause    Cause    // what went wrong, by its name in docs/troubleshooting.md
	Evidence []string // the parts of the error that say so, the most telling first
	Changes  []Change // settings that may help: at most two, the likelier first
	See      string   // where more is written: a section of an RFC, or a page of this module's docs; "" if nowhere

	says, then string
	remedies   []remedy // all that may help
}

// A Change is a setting that may help.
type Change struct {
	Field Field  // which setting
	Value string // what to set it to; "" if only the user can tell
}

// String returns "Field", or "Field=Value".
func (c Change) String() string {
	if c.Value == "" {
		return string(c.Field)
	}
	return string(c.Field) + "=" + c.Value
}

// Diagnose explains err, or returns nil if err is nil or speaks for itself. It does not
// know the settings; [Profile.Diagnose] does.
func Diagnose(err error) *Diagnosis { return diagnose(err, nil) }

// Diagnose explains an error of a session of p, as the function Diagnose does. It names no
// setting that p has already, or that has no effect in such a session.
func (p *Profile) Diagnose(err error) *Diagnosis { return diagnose(err, p) }

func diagnose(err error, p *Profile) *Diagnosis {
	if err == nil {
		return nil
	}
	f := newFailure(err, p)
	for r := range rules {
		if found := r.find(f); found != nil {
			return r.diagnosis(f, found)
		}
	}
	return nil
}

// String returns the advice: plain sentences that name the settings by their fields.
func (d *Diagnosis) String() string { return d.Advice(Change.String) }

// Advice returns the advice. name says what each setting is called: its flag on a command
// line, its label in a dialogue. Settings for which name returns "" are left out; if name
// is nil, all are.
func (d *Diagnosis) Advice(name func(Change) string) string {
	if d == nil {
		return ""
	}
	text := sentence(d.says)
	for i, r := range d.named() {
		if i == 0 {
			text = spaced(text, capital(r.text(name)))
		} else {
			text += ", or " + r.text(name)
		}
	}
	return spaced(sentence(text), sentence(d.then))
}

// Causes returns the causes that [Diagnose] knows, the deeper ones first. Their advice
// lacks the words that come from an error.
func Causes() []*Diagnosis {
	var all []*Diagnosis
	for r := range rules {
		all = append(all, r.diagnosis(nil, nil))
	}
	return all
}

// A diagnosisRule knows one cause. Its texts are plain sentences for readers who know the
// library's terms.
type diagnosisRule struct {
	cause Cause

	// find returns the part of the failure that shows the cause, or nil.
	find func(*failure) error

	// says is what happened. %s stands for the next of the words that find gave.
	says string

	// try is what may help, the likelier first. {Field=value}, or {Field} where only the
	// user can tell the value, marks a setting after the words that say what to do with
	// it; {?Field} one that may be missing. Of several remedies one is enough. Those that
	// can't help are left out, and what would name a third setting: see failure.useless.
	try []string

	// then is what to do besides, or where nothing of try is left.
	then string

	// words returns the words for what find found.
	words func(error) []string

	see string // Diagnosis.See
}

// mostChanges is the number of settings that an advice names.
const mostChanges = 2

// diagnosis returns what the rule says of a failure, or of none.
func (r *diagnosisRule) diagnosis(f *failure, found error) *Diagnosis {
	var words []string
	d := &Diagnosis{Cause: r.cause, See: r.see, then: r.then}
	if found != nil {
		d.Evidence = f.evidence(found)
		if r.words != nil {
			words = r.words(found)
		}
	}
	d.says = fillIn(r.says, words)
	for _, text := range r.try {
		if t := parseRemedy(text); !f.has(t.missing) {
			d.remedies = append(d.remedies, t)
		}
	}
	return d.Without(f.useless)
}

// Without returns the diagnosis without the changes that drop holds for, such as those that
// a program has no setting for. Others that may help move up.
func (d *Diagnosis) Without(drop func(Change) bool) *Diagnosis {
	if d == nil {
		return nil
	}
	less := *d
	less.remedies, less.Changes = nil, nil
	for _, r := range d.remedies {
		left := remedy{says: r.says}
		for _, c := range r.changes {
			if !drop(c) {
				left.changes = append(left.changes, c)
			}
		}
		if len(left.changes) > 0 {
			less.remedies = append(less.remedies, left)
		}
	}
	for _, r := range less.named() {
		less.Changes = append(less.Changes, r.changes...)
	}
	return &less
}

// named returns the remedies that the advice names.
func (d *Diagnosis) named() (named []remedy) {
	left := mostChanges
	for _, r := range d.remedies {
		if left -= len(r.changes); left < 0 {
			break
		}
		named = append(named, r)
	}
	return named
}

// rules yields the rules in the order of their depth: what is farther from the symptom
// comes first. A broken proxy explains a failed dial, and a refused certificate a
// connection that ended.
func rules(yield func(*diagnosisRule) bool) {
	for _, table := range [...][]diagnosisRule{
		cancelRules, fxpRules, fileRules, emptyRules, hopRules, certificateRules, securityRules, tlsRules, loginRules,
		silenceRules, dataRules, replyRules, protocolRules, networkRules,
	} {
		for i := range table {
			if !yield(&table[i]) {
				return
			}
		}
	}
}

// A remedy is a piece of advice, and the settings that are named in it.
type remedy struct {
	says    string
	changes []Change
	missing Field // what it is of use for only if that is not set, or ""
}

// parseRemedy reads the notation of diagnosisRule.try.
func parseRemedy(s string) remedy {
	text, marks, _ := strings.Cut(s, "{")
	r := remedy{says: text}
	if marks == "" {
		return r
	}
	for mark := range strings.SplitSeq(marks, "{") {
		mark, missing := strings.CutPrefix(mark, "?")
		field, value, _ := strings.Cut(strings.TrimSuffix(mark, "}"), "=")
		if missing {
			r.missing = Field(field)
		}
		r.changes = append(r.changes, Change{Field(field), value})
	}
	return r
}

// text returns what the remedy says with the names of its settings after it.
func (r remedy) text(name func(Change) string) string {
	var names []string
	for _, c := range r.changes {
		if name == nil {
			break
		}
		if n := name(c); n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if names == nil {
		return r.says
	}
	return r.says + " (" + strings.Join(names, ", ") + ")"
}

// fillIn puts the words in place of each %s of text, and an ellipsis if no word is left.
func fillIn(text string, words []string) string {
	before, after, found := strings.Cut(text, "%s")
	if !found {
		return text
	}
	word := "…"
	if len(words) > 0 {
		word, words = words[0], words[1:]
	}
	return before + word + fillIn(after, words)
}

// sentence begins s with a capital and ends it with a full stop.
func sentence(s string) string {
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".?!") {
		s += "."
	}
	return capital(s)
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// spaced joins two texts, either of which may be empty.
func spaced(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
