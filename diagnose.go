package ftpwire

import (
	"slices"
	"strings"
)

// A Cause is what went wrong, as far as an error tells: a stable name in small letters,
// such as "login-rejected". Each has a constant; see [Causes].
type Cause string

// A Diagnosis explains an error of this module: what most likely went wrong, which part
// of the error shows it, and what to change. Its methods may be called on nil.
type Diagnosis struct {
	Cause    Cause
	Evidence string   // the part of the error that says so
	Changes  []Change // what may help: alternatives, in the order of the advice

	advice []segment
}

// A Change is a setting that may help.
type Change struct {
	Field Field
	Value string // what to set it to; "" if only the user can tell
}

// String returns "Field", or "Field=Value".
func (c Change) String() string {
	if c.Value == "" {
		return string(c.Field)
	}
	return string(c.Field) + "=" + c.Value
}

// Diagnose explains err, or returns nil if err is nil or speaks for itself.
func Diagnose(err error) *Diagnosis {
	if err == nil {
		return nil
	}
	f := newFailure(err)
	for r := range rules {
		if found := r.find(f); found != nil {
			return r.diagnosis(found)
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
	return render(d.advice, name)
}

// Causes returns the causes that [Diagnose] knows, the deeper ones first. Their advice
// lacks the words that come from an error.
func Causes() []*Diagnosis {
	var all []*Diagnosis
	for r := range rules {
		all = append(all, r.diagnosis(nil))
	}
	return all
}

// A diagnosisRule knows one cause.
type diagnosisRule struct {
	cause Cause

	// find returns the part of the failure that shows the cause, or nil.
	find func(*failure) error

	// advice is what to do about it: plain sentences for readers who know the library's
	// terms. {Field} or {Field=value} marks a setting, after the words that say what to
	// do with it. %s stands for the next of the words that find gave.
	advice string

	// words returns the words for what find found.
	words func(error) []string
}

func (r *diagnosisRule) diagnosis(found error) *Diagnosis {
	var words []string
	d := &Diagnosis{Cause: r.cause}
	if found != nil {
		d.Evidence = found.Error()
		if r.words != nil {
			words = r.words(found)
		}
	}
	d.advice = parseAdvice(r.advice, words)
	for _, s := range d.advice {
		for _, c := range s.changes {
			if !slices.Contains(d.Changes, c) {
				d.Changes = append(d.Changes, c)
			}
		}
	}
	return d
}

// rules yields the rules in the order of their depth: what is farther from the symptom
// comes first. A broken proxy explains a failed dial, and a refused certificate a
// connection that ended.
func rules(yield func(*diagnosisRule) bool) {
	for _, table := range [...][]diagnosisRule{
		cancelRules, fileRules, emptyRules, hopRules, certificateRules, tlsRules, loginRules,
		silenceRules, dataRules, replyRules, protocolRules, networkRules,
	} {
		for i := range table {
			if !yield(&table[i]) {
				return
			}
		}
	}
}

// A segment is a piece of advice, and the settings that are named after it.
type segment struct {
	text    string
	changes []Change
}

// parseAdvice reads the notation of diagnosisRule.advice.
func parseAdvice(s string, words []string) []segment {
	var out []segment
	for s != "" {
		text, rest, marked := strings.Cut(s, "{")
		seg := segment{text: fillIn(text, &words)}
		for marked {
			var mark string
			mark, s, _ = strings.Cut(rest, "}")
			field, value, _ := strings.Cut(mark, "=")
			seg.changes = append(seg.changes, Change{Field(field), value})
			rest, marked = strings.CutPrefix(s, "{")
		}
		s = rest
		out = append(out, seg)
	}
	return out
}

// fillIn puts the words in place of each %s of text, and an ellipsis if no word is left.
func fillIn(text string, words *[]string) string {
	before, after, found := strings.Cut(text, "%s")
	if !found {
		return text
	}
	word := "…"
	if len(*words) > 0 {
		word, *words = (*words)[0], (*words)[1:]
	}
	return before + word + fillIn(after, words)
}

func render(advice []segment, name func(Change) string) string {
	var b strings.Builder
	for _, s := range advice {
		b.WriteString(s.text)
		var names []string
		for _, c := range s.changes {
			if name == nil {
				break
			}
			if n := name(c); n != "" && !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		if names != nil {
			b.WriteString(" (" + strings.Join(names, " or ") + ")")
		}
	}
	return sentence(b.String())
}

// sentence begins s with a capital and ends it with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.ContainsAny(s[len(s)-1:], ".?!") {
		s += "."
	}
	return s
}
