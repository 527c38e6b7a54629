package conformance

import "fmt"

// Name returns a name that nothing else has, in this run or on the server.
func (t *T) Name(stem string) string {
	t.run.names++
	return fmt.Sprintf("%s%d-%s", stem, t.run.names, t.run.token)
}

// Missing returns the name of what is not there.
func (t *T) Missing() string { return t.Name("missing") }

// File stores a file of a few bytes and returns its name.
func (t *T) File(stem string) string {
	name := t.Name(stem)
	t.Up(name, []byte("content of "+name+"\n"))
	return name
}

// Dir makes a directory and returns its name.
func (t *T) Dir(stem string) string {
	name := t.Name(stem)
	t.wantOf(ownMKD, "MKD "+name, 2)
	return name
}
