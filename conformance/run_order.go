package conformance

import "slices"

// An order runs cases: those that were selected as they come, each after those that it
// rests on, and the owner of a step as soon as that step fails in another case.
type order struct {
	run     *runner
	cases   []Case
	results map[string]*Result // nil for what is being run, or could not be run
	notRun  int
}

// all runs the selected cases.
func (o *order) all() {
	for i := range o.cases {
		if c := &o.cases[i]; o.run.opts.Selects(c) {
			o.judge(c)
		}
	}
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
	if i := slices.IndexFunc(c.Rests, o.red); i >= 0 {
		res.because(r, c.Rests[i])
	} else {
		owners := r.runCase(c, res)
		o.results[c.ID] = res // a case that is run to excuse this one may suspect it in turn
		o.excuse(c, res, owners)
	}
	r.lookAgain()
	if r.ctx.Err() != nil || res.Verdict == Pass && r.gone != "" {
		return nil
	}
	r.progress(*res)
	return res
}

// excuse makes a failed case SKIP if one of the owners of the step fails by itself. An owner
// that is more particular than the case comes before it in the list.
func (o *order) excuse(c *Case, res *Result, owners []string) {
	for _, owner := range owners {
		switch {
		case owner == c.ID:
			return
		case owner != "" && o.fails(owner):
			res.because(o.run, owner)
			return
		}
	}
}

// because makes a result say that another case fails, and that this one says nothing.
func (res *Result) because(r *runner, id string) {
	r.blamed[id] = true
	res.Verdict, res.Reason, res.failed = Skip, "because of "+id, false
}

// fails reports whether the case with an id fails by itself, and runs it to know.
func (o *order) fails(id string) bool {
	if c := o.find(id); c != nil && !c.Monitor() {
		o.judge(c)
	}
	return o.failed(id)
}

// red reports whether a case has failed or warned, as far as is known.
func (o *order) red(id string) bool {
	res := o.results[id]
	return o.failed(id) || res != nil && res.Verdict.red()
}

// failed reports whether a case has failed, as far as is known.
func (o *order) failed(id string) bool {
	_, found := o.run.findings[id]
	res := o.results[id]
	return found || res != nil && res.failed
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
