package conformance

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

var traversalCases = []Case{
	{
		ID: "sec-path-traversal", RFC: "practice", Level: Must,
		Security: true,
		Text:     "A pathname cannot leave the root that the login sees, whatever the command.",
		Needs:    []string{NeedLogin},
		Faults: []string{
			"cwd-above-root", "cwd-outside", "cwd-root-outside", "retr-above-root", "nlst-above-root", "list-above-root", "mlsd-above-root",
			"mlst-above-root", "size-above-root", "stor-above-root", "appe-above-root", "rnto-above-root",
		},
		Run: func(t *T) {
			w := t.wall()
			w.entering()
			w.listing()
			w.reading()
			w.asking()
			w.writing()
		},
	},
}

// A wall is the root of a login: PWD says "/" in it, and by the rule of every file
// system "/.." is "/". So each way up that the server takes must lead back to what "/"
// holds. What is known to be outside is not needed for that.
type wall struct {
	t    *T
	root map[string][]string // what "/" holds, by the command that lists it
	verb string              // one of these that the server carries out
	here []string            // what the working directory holds: servers that ignore an argument list it
}

const aboveAll = "../../../../../../../../../../../../../../../../" // more than any root is deep

// waysUp are ways above the root. The last ones are so only for a server that decodes or
// mends names after it has checked them; for all others they name what is not there.
var waysUp = []string{
	"/..", "/../", "..", aboveAll, "/" + aboveAll, `..\..\..\..\..\..\..\..\`, "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/", "....//....//....//....//....//....//",
}

// wall opens a session of its own, and looks at the root of it.
func (t *T) wall() *wall {
	w := &wall{t: t, root: map[string][]string{}}
	t.justLoggedIn()
	home := t.where()
	before := w.look()
	if r := t.Ask("CWD /"); !ok(r) {
		t.Skipf("there is no way to the root: CWD / got %s", brief(r))
	}
	if dir := t.where(); dir != "/" {
		t.Skipf("the root of the login is called %q", visible(dir))
	}
	w.root = w.look()
	if home == "/" {
		w.same(before)
	}
	for verb := range w.root {
		names, _ := t.namesBy(verb + " /")
		w.root[verb] = append(w.root[verb], names...)
	}
	if t.run.workDir != "" {
		t.enter()
		for _, verb := range t.listingVerbs() {
			names, _ := t.namesBy(verb)
			w.here = append(w.here, names...)
		}
		t.Must("CWD /", 2)
	}
	return w
}

// look lists the current directory by each command.
func (w *wall) look() map[string][]string {
	m := map[string][]string{}
	for _, verb := range w.t.listingVerbs() {
		var listed bool
		if m[verb], listed = w.t.namesBy(verb); listed && w.verb == "" {
			w.verb = verb
		}
	}
	w.verb = cmp.Or(w.verb, "LIST")
	return m
}

// justLoggedIn opens a session that stays where the login leads to.
func (t *T) justLoggedIn() {
	t.Open()
	t.Login()
	if t.c.secure {
		t.protect()
	}
	t.Type("I")
}

// same fails if the directory that the login leads to, "/" by PWD, is not the one that
// CWD / leads to. Each is looked at twice, as others may change it.
func (w *wall) same(home map[string][]string) {
	t := w.t
	for verb, names := range home {
		if name := w.stranger(verb, names); name != "" {
			t.Failf("PWD says / after the login and after CWD /, but %s lists %q in the first alone", verb, visible(name))
		}
	}
	var again map[string][]string
	for verb, names := range w.root {
		for _, name := range names {
			if slices.Contains(home[verb], name) {
				continue
			}
			if again == nil {
				t.justLoggedIn()
				again = w.look()
				t.Must("CWD /", 2)
			}
			if !slices.Contains(again[verb], name) {
				t.Failf("PWD says / after the login and after CWD /, but %s lists %q in the second alone", verb, visible(name))
			}
		}
	}
}

// stranger returns a name that is not in the root, not even on a second look, or "".
func (w *wall) stranger(verb string, names []string) string {
	known := func(name string) bool {
		return slices.Contains(w.root[verb], name) || slices.Contains(w.here, name)
	}
	if !slices.ContainsFunc(names, func(s string) bool { return !known(s) }) {
		return ""
	}
	w.t.Must("CWD /", 2)
	again, _ := w.t.namesBy(verb)
	w.root[verb] = append(w.root[verb], again...)
	for _, name := range names {
		if !known(name) {
			return name
		}
	}
	return ""
}

// entering goes up by CWD and CDUP: where the server says that it went, PWD must say "/",
// and the listing must be that of "/".
func (w *wall) entering() {
	t := w.t
	for _, cmd := range append([]string{"CDUP", "CWD ../../..", "CWD /../../etc/.."}, prefixed("CWD ", waysUp)...) {
		if ok(t.Ask(cmd)) {
			if dir := t.where(); dir != "/" {
				t.Failf("%s led to %q", cmd, visible(dir))
			}
			names, _ := t.namesBy(w.verb)
			w.inside(w.verb, names, "after "+cmd+" "+w.verb)
		}
		t.Must("CWD /", 2)
	}
	if t.run.workDir == "" {
		return
	}
	t.enter()
	if ok(t.Ask("CWD " + aboveAll)) {
		if dir := t.where(); dir != "/" {
			t.Failf("CWD %s from %q led to %q", aboveAll, t.run.workDir, visible(dir))
		}
		names, _ := t.namesBy(w.verb)
		w.inside(w.verb, names, "after CWD "+aboveAll+" "+w.verb)
	}
	t.Must("CWD /", 2)
}

// listing lists ways up.
func (w *wall) listing() {
	for _, verb := range w.t.listingVerbs() {
		for _, up := range waysUp {
			names, _ := w.t.namesBy(verb + " " + up)
			w.inside(verb, names, verb+" "+up)
		}
	}
	if w.t.run.workDir == "" {
		return
	}
	for _, verb := range w.t.listingVerbs() {
		w.t.enter()
		names, _ := w.t.namesBy(verb + " " + aboveAll)
		w.inside(verb, names, verb+" "+aboveAll)
	}
	w.t.Must("CWD /", 2)
}

// inside fails if a listing holds what "/" does not.
func (w *wall) inside(verb string, names []string, what string) {
	if name := w.stranger(verb, names); name != "" {
		w.t.Failf("%s lists %q, which is not in /", visible(what), visible(name))
	}
}

// famous are files that are there on most systems. They are read, nothing more.
func (t *T) famous() []string {
	if t.run.has[NeedUnix] {
		return []string{"etc/passwd", "etc/hostname"}
	}
	return []string{"etc/passwd", "Windows/win.ini"}
}

// reading retrieves famous files by ways up. What comes must be what the way down from
// the root gives.
func (w *wall) reading() {
	t := w.t
	for _, file := range t.famous() {
		plain, there := t.fetch("RETR /" + file)
		for _, up := range append(slices.Clone(waysUp), "/../../../../../../../..") {
			name := strings.TrimSuffix(up, "/") + "/" + file
			if data, got := t.fetch("RETR " + name); got && !(there && bytes.Equal(data, plain)) {
				t.Failf("RETR %s gives %d bytes, which /%s does not: they come from outside the root", name, len(data), file)
			}
		}
		if there {
			w.whole(file)
		}
	}
}

// whole says what it means that a famous file can be read without any detour.
func (w *wall) whole(file string) {
	top, _, _ := strings.Cut(file, "/")
	for _, names := range w.root {
		if slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, top) }) {
			w.t.Infof("/%s can be read: the root of the login may be that of the system", file)
			return
		}
	}
	w.t.Warnf("/%s can be read, and / does not list %s: it is hidden, or outside the root", file, top)
}

// asking asks for facts of famous files by ways up: they may be known only where the way
// down knows them.
func (w *wall) asking() {
	t := w.t
	t.Type("I")
	verbs := []string{"SIZE", "MDTM"}
	if t.run.feats.Has("MLST") {
		verbs = append(verbs, "MLST")
	}
	for _, verb := range verbs {
		for _, file := range t.famous() {
			if ok(t.Ask(verb + " /" + file)) {
				continue
			}
			for _, up := range waysUp {
				name := strings.TrimSuffix(up, "/") + "/" + file
				if r := t.Ask(verb + " " + name); ok(r) {
					t.Failf("%s %s got %s, though there is no /%s: that file is outside the root", verb, name, brief(r), file)
				}
			}
		}
	}
}

// prefixed returns words with something in front.
func prefixed(before string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = before + w
	}
	return out
}
