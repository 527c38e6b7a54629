package listing

import "testing"

func TestListNames(t *testing.T) {
	for _, tt := range []struct {
		line, dialect, name string
		kind                Kind
	}{
		{"run.cfg", "names", "run.cfg", KindUnknown},
		{" total 12 ", "names", " total 12 ", KindUnknown},
		{"Old Things/", "names", "Old Things", KindDir},
		{"/", "names", "/", KindUnknown},
		{"run.cfg", "cisco", "run.cfg", KindUnknown},
	} {
		e, err := Line(tt.line, Options{Dialect: tt.dialect})
		if err != nil || e.Name != tt.name || e.Kind != tt.kind || e.Dialect != "names" {
			t.Errorf("%q as %s: name %q, %v, dialect %q, error %v", tt.line, tt.dialect, e.Name, e.Kind, e.Dialect, err)
		}
	}
	if e, err := Line("run.cfg", Options{}); err == nil {
		t.Errorf("a bare name was detected as %q", e.Dialect)
	}
}

func TestListDialectUnknown(t *testing.T) {
	for _, err := range Read(nil, Options{Dialect: "unix2"}, Limits{}) {
		if err == nil {
			t.Fatal("an unknown dialect was accepted")
		}
		return
	}
	t.Fatal("an unknown dialect yields nothing")
}

// A first line of two that comes twice: both are told.
func TestListTwoLinesTwice(t *testing.T) {
	lines := func(yield func(string) bool) {
		for _, s := range []string{"B.DIR;1  1 3-MAY-2021 10:11", "A.B;1", "A.B;1"} {
			if !yield(s) {
				return
			}
		}
	}
	n := 0
	for e, err := range Lines(lines, Options{}) {
		if err != nil && e.Raw == "A.B;1" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d errors for two lines without their second", n)
	}
}
