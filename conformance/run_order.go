package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// An order runs cases: those that were selected as they come, each after those that it
// rests on, and the owner of a step as soon as that step fails in another case.
type order struct {
	run     *runner
	cases   []Case
	results map[string]*Result // nil for what is being run, or could not be run
	notRun  int

	raw    map[string]Result   // what cases found by themselves
	owners map[string][]string // of the steps that failed in them, or what they rest on
	basics map[string]int      // where in owners those begin that are no more than likely
	causes map[string]string   // why a case says nothing, as far as that is settled

	moot     map[string]bool     // SKIP because of another, as far as is known
	visiting map[string]bool     // in cause
	heavy    map[string][]string // what no MUST is, and because of which these MUST can't be met
}

func newOrder(r *runner) *order {
	return &order{
		run: r, cases: r.opts.cases(), results: map[string]*Result{},
		raw: map[string]Result{}, owners: map[string][]string{}, basics: map[string]int{}, causes: map[string]string{}, moot: map[string]bool{}, visiting: map[string]bool{}, heavy: map[string][]string{},
	}
}

// all runs the selected cases.
func (o *order) all() {
	for i := range o.cases {
		if c := &o.cases[i]; o.run.opts.Selects(c) {
			o.judge(c)
		}
	}
	o.settle()
}

// judge runs one case, if it has not been run.
func (o *order) judge(c *Case) {
	if _, met := o.results[c.ID]; met {
		return
	}
	o.results[c.ID] = nil
	for _, id := range c.Rests {
		if on := o.find(id); on != nil && o.run.opts.Selects(on) {
			o.judge(on)
		}
	}
	if o.results[c.ID] = o.result(c); o.results[c.ID] == nil && o.run.opts.Selects(c) {
		o.notRun++
	}
}

func (o *order) find(id string) *Case {
	if i := slices.IndexFunc(o.cases, func(c Case) bool { return c.ID == id }); i >= 0 {
		return &o.cases[i]
	}
	return nil
}

// result runs one case. It is nil if the case could not be run.
func (o *order) result(c *Case) *Result {
	r, res := o.run, newResult(c)
	if c.Monitor() {
		return res
	}
	if r.ctx.Err() != nil || r.gone != "" {
		return nil
	}
	if i := slices.IndexFunc(c.Rests, o.failing); i >= 0 {
		o.owners[c.ID], o.basics[c.ID] = c.Rests[i:i+1], 1
		r.blamed[c.Rests[i]], o.moot[c.ID] = true, true
		res.because(c.Rests[i])
	} else {
		owners, basics := r.runCase(c, res)
		o.owners[c.ID], o.basics[c.ID] = slices.Concat(owners, c.Rests), basics
		o.raw[c.ID] = *res
		o.results[c.ID] = res // a case that is run to excuse this one may suspect it in turn
		o.excuse(c, res)
	}
	r.lookAgain()
	if r.ctx.Err() != nil || res.Verdict == Pass && r.gone != "" {
		return nil
	}
	r.progress(*res)
	return res
}

// excuse makes a case SKIP that failed or warned, if one of the owners of the step that went
// wrong does so by itself, which is run to know. An owner that is more particular than the
// case comes before it in the list.
func (o *order) excuse(c *Case, res *Result) {
	for _, id := range o.owners[c.ID] {
		if id == c.ID {
			return
		}
		if owner := o.find(id); owner != nil && !owner.Monitor() && res.Verdict.red() {
			o.judge(owner)
		}
		if o.excuses(id, res.Verdict) {
			o.moot[c.ID] = true
			res.because(id)
			return
		}
	}
}

// excuses reports whether the case with an id is to blame for a verdict.
func (o *order) excuses(id string, v Verdict) bool {
	by := o.verdict(id)
	switch {
	case !v.red() || !by.red() || by == Error: // what could not be checked is no cause
		return false
	case v == Fail && by == Warn: // a slip of the owner hides no failure
		c := o.find(id)
		return c != nil && !c.Lenient && o.raw[id].failed
	}
	return true
}

// verdict returns what a case found by itself, or others found for it, so far.
func (o *order) verdict(id string) Verdict {
	v := o.raw[id].Verdict
	if f, found := o.run.findings[id]; found {
		if c := o.find(id); c != nil {
			v = max(v, c.mild(f.verdict))
		}
	}
	return v
}

// failing reports whether a case is known to fail, so that what rests on it need not be run.
func (o *order) failing(id string) bool {
	res := o.results[id]
	return o.verdict(id) >= Fail || res != nil && o.moot[id]
}

// because makes a result say that another case fails, and that this one says nothing.
func (res *Result) because(id string) {
	res.Verdict, res.Reason = Skip, "because of "+id
}

// settle names the cause of each result that says nothing, now that all are known: the
// case at the end of the chain. Of cases that accuse each other one stays as it is.
// One that only warns by its level fails where a MUST can't be met because of it.
func (o *order) settle() {
	for i := range o.cases {
		id := o.cases[i].ID
		res := o.results[id]
		if res == nil {
			continue
		}
		raw, ran := o.raw[id]
		if ran {
			*res = raw
		}
		if cause := o.cause(id); cause != id {
			res.because(cause)
			o.run.blamed[cause] = true
			if owner := o.find(cause); ran && raw.Verdict >= Fail && owner != nil && owner.Level > MustNot {
				o.heavy[cause] = append(o.heavy[cause], id)
			}
		}
	}
	o.run.heavy = o.heavy
}

// lift makes a row fail that only warns by its level, if MUST can't be met because of it.
func (res *Result) lift(hidden []string) {
	if len(hidden) > 0 && res.Verdict == Warn {
		res.Verdict = Fail
		res.Reason += fmt.Sprintf("; because of it %d MUST can't be met: %s", len(hidden), strings.Join(hidden[:min(3, len(hidden))], ", "))
	}
}

// cause returns the case to which the failure of a case belongs, which is itself if no other
// is to blame.
func (o *order) cause(id string) string {
	if cause, settled := o.causes[id]; settled {
		return cause
	}
	o.visiting[id] = true
	defer delete(o.visiting, id)
	raw, ran := o.raw[id]
	cause := id
	for i, owner := range o.owners[id] {
		if owner == id {
			break
		}
		if o.visiting[owner] || ran && !o.excuses(owner, raw.Verdict) {
			continue
		}
		// That a basic fails because of what this case does not do says nothing of this case.
		if end := o.cause(owner); i < o.basics[id] || end == owner || slices.Contains(o.owners[id], end) {
			cause = end
			break
		}
	}
	o.causes[id] = cause
	return cause
}

// rows returns the results that belong into the report, in the order of the cases: those
// of selected cases, and of others because of which a case says nothing.
func (o *order) rows() (rows []Result) {
	for i := range o.cases {
		c := &o.cases[i]
		res := o.results[c.ID]
		if !o.run.opts.Selects(c) && (!o.run.blamed[c.ID] || matchAny(o.run.opts.Skip, c.ID)) {
			continue
		}
		if res == nil && o.run.blamed[c.ID] {
			res = newResult(c)
		}
		if res != nil {
			rows = append(rows, *res)
		}
	}
	return rows
}
