package conformance

import (
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// fetch sends a command that delivers data and returns what came. got is false if the
// server refused it, or ended it badly without any data.
func (t *T) fetch(cmd string) (data []byte, got bool) {
	x := t.Begin(cmd)
	if x.Refused() {
		return nil, false
	}
	data, err := x.d.readN(-1)
	if errors.Is(err, errEndless) {
		t.Failf("%s: %v", cmd, err)
	}
	x.d.goodbye()
	r := x.Final()
	return data, len(data) > 0 || err == nil && ok(r)
}

// namesBy returns the names that LIST, NLST or MLSD gives, without "." and "..", and what
// is no entry left out. listed is false if the server refused the command.
func (t *T) namesBy(cmd string) (names []string, listed bool) {
	data, listed := t.fetch(cmd)
	verb, _, _ := strings.Cut(cmd, " ")
	for _, line := range strings.FieldsFunc(string(data), func(r rune) bool { return r == '\r' || r == '\n' }) {
		name := nameIn(verb, line)
		if name != "" && name != "." && name != ".." {
			names = append(names, name)
		}
	}
	return names, listed
}

// nameIn returns the name in a line of a listing, or "" if the line describes nothing.
func nameIn(verb, line string) string {
	switch verb {
	case "NLST":
		if strings.Contains(line, ": ") {
			return "" // what "ls" says about a name that it does not know
		}
		return lastElement(line)
	case "MLSD":
		e, err := listing.MLSx(line)
		if err != nil || e.Kind == listing.KindCurrent || e.Kind == listing.KindParent {
			return ""
		}
		return lastElement(e.Name)
	}
	e, err := listing.Line(line, listing.Options{})
	if err != nil {
		return ""
	}
	return e.Name
}

// listingVerbs are the commands by which the server lists directories.
func (t *T) listingVerbs() []string {
	if t.run.feats.Has("MLST") {
		return []string{"NLST", "LIST", "MLSD"}
	}
	return []string{"NLST", "LIST"}
}
