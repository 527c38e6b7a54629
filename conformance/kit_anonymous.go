package conformance

// anonymousWrites tries to store a file and to make a directory as the anonymous user who
// has just logged in, and removes them again. It says what was possible. The names are ours,
// and nothing is tried in a run that may not write.
func (t *T) anonymousWrites() (what string) {
	if t.run.license != mayChange {
		return ""
	}
	if t.c.secure {
		t.protectIfWilling()
	}
	dir, file := t.Name("anonymous"), t.Name("anonymous")
	if ok(t.Ask("MKD " + dir)) {
		what = "make directories"
		if !ok(t.Ask("RMD " + dir)) {
			t.run.strays = append(t.run.strays, dir+": made by an anonymous user, who may not remove it")
		}
	}
	t.Type("I")
	x := t.Begin("STOR " + file)
	if x.Refused() || !ok(x.Store([]byte(file))) {
		return what
	}
	if !ok(t.Ask("DELE " + file)) {
		t.run.strays = append(t.run.strays, file+": stored by an anonymous user, who may not remove it")
	}
	if what != "" {
		what += " and "
	}
	return what + "store files"
}
