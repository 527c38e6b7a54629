package conformance

import "path"

// twins sends each X verb after its standard twin: the codes must be the same, and what the
// X verb does too.
func twins(t *T) {
	a, b := t.Name("x"), t.Name("x")
	box := t.where()
	if t.agree("MKD "+a, "XMKD "+b) && !ok(t.Ask("CWD "+b)) {
		t.Warnf("XMKD made no directory %q", b)
	}
	t.Must("CWD "+path.Join(box, a), 2)
	if t.agree("PWD", "XPWD") {
		if dir := t.in257("XPWD", t.Must("XPWD", 2)); dir != path.Join(box, a) {
			t.Warnf("XPWD in %q names %q", path.Join(box, a), dir)
		}
	}
	t.ledTo("CWD "+path.Join(box, a), "XCWD "+path.Join(box, b), path.Join(box, b))
	t.Must("CWD "+path.Join(box, a), 2)
	t.ledTo("CDUP", "XCUP", path.Dir(box))
	t.Must("CWD "+box, 2)
	if t.agree("RMD "+a, "XRMD "+b) && ok(t.Ask("CWD "+b)) {
		t.Warnf("XRMD left the directory %q", b)
	}
}

// ledTo is agree for twins that lead somewhere.
func (t *T) ledTo(standard, twin, dir string) {
	if t.agree(standard, twin) && t.where() != dir {
		t.Warnf("%s led to %q, not to %q", twin, t.where(), dir)
	}
}

// agree sends two commands, wants one code, and reports whether both were carried out.
func (t *T) agree(standard, twin string) bool {
	one, two := t.Ask(standard), t.Ask(twin)
	if one.Code != two.Code {
		t.Warnf("%s got %s, %s got %s", standard, brief(one), twin, brief(two))
	}
	return ok(one) && ok(two)
}
