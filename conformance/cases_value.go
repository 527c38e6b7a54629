package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

// valueCases compare what the facts say, with each other and with what other commands say.
var valueCases = []Case{
	{
		ID: "rfc3659-7.5.1-type-values", RFC: "3659 7.5.1", Level: Must,
		Text:   "The fact type is file for a file and dir for a directory; else it is cdir, pdir, or OS. and a name.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-type-folder", "mlst-file-dir", "mlsd-all-files"},
		Run:    factType,
	},
	{
		ID: ownModify, RFC: "3659 7.5.3, 2.3", Level: Must,
		Text:   "The fact modify is a time in UTC, equals MDTM, is the same in MLST and MLSD, and moves when the content changes.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-local-time", "mlsd-modify-late", "mlsx-modify-fixed"},
		Run:    factModify,
	},
	{
		ID: "rfc3659-7.5.4-create", RFC: "3659 7.5.4", Level: Must,
		Text:   "The fact create is a time in UTC that is never later than modify.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-create-late"},
		Run:    factCreate,
	},
	{
		ID: "rfc3659-7.5.7-size", RFC: "3659 7.5.7", Level: Must,
		Text:   "The fact size is the number of octets of a file, the same in MLST and MLSD.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-size-wrong", "mlsd-size-blocks", "stor-lies"},
		Run:    factSize,
	},
	{
		ID: ownPerm, RFC: "3659 7.5.5", Level: Must,
		Text:   "The fact perm has the letters a c d e f l m p r w, and those that fit the type.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-perm-x", "mlsx-perm-empty"},
		Run:    factPerm,
	},
	{
		ID: "rfc3659-7.5.5-perm-hint", RFC: "3659 7.5.5", Level: Should,
		Text:   "The fact perm says what the user may do.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-perm-read-only", "cwd-refuses-but-moves", "dele-refuses-but-deletes", "rnto-refuses-but-renames"},
		Run:    permHint,
	},
	{
		ID: "rfc3659-7.5.2-unique", RFC: "3659 7.5.2", Level: Should,
		Text:   "The fact unique is equal for one object, by whatever path, and different for two.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-unique-same", "mlsd-unique-counts"},
		Run:    factUnique,
	},
}

// Owners of facts that others are compared with.
const (
	ownUTC    = "rfc3659-2.3-mdtm-utc"
	ownModify = "rfc3659-7.5.3-modify"
	ownPerm   = "rfc3659-7.5.5-perm"
)

// given skips the case if the server does not give a fact.
func (t *T) given(e factEntry, fact string) string {
	value, there := e.facts[fact]
	if !there {
		t.Skipf("the server does not give the fact %s", fact)
	}
	return value
}

func factType(t *T) {
	_, file, sub := t.mlsdDir()
	t.given(t.mlst(file), "type")
	all := t.mlsd("")
	for _, e := range append(all, t.mlst(file), t.mlst(sub)) {
		typ, there := e.facts["type"]
		if there && !e.is("file", "cdir", "pdir", "dir") && !strings.HasPrefix(strings.ToLower(typ), "os.") {
			t.Failf("type=%s is none of the values defined", visible(typ))
		}
	}
	one := func(what string, e factEntry, want string, not ...string) {
		if e.is(not...) {
			t.Failf("%s says type=%s of what is a %s", what, e.facts["type"], want)
		}
	}
	one("MLST", t.mlst(file), "file", "dir", "cdir", "pdir")
	one("MLST", t.mlst(sub), "directory", "file", "pdir")
	if t.mlst(sub).is("cdir") {
		t.Warnf("MLST says type=cdir of a directory, which belongs to MLSD")
	}
	one("MLSD", t.entryOf(all, file), "file", "dir", "cdir", "pdir")
	one("MLSD", t.entryOf(all, sub), "directory", "file", "cdir", "pdir")
}

func factModify(t *T) {
	t.suspect(ownUTC)
	t.Must("CWD "+t.Dir("modify"), 2)
	name := t.Name("modify")
	stored := t.timedUp(name, []byte("x"))
	value := t.given(t.mlst(name), "modify")
	when := t.timeFact("modify", value)
	if r := t.Ask("MDTM " + name); ok(r) {
		t.modifyIsMDTM(value, when, r.LastLine(), stored)
	} else {
		t.fresh("modify", when, stored)
	}
	if other, there := t.entryOf(t.mlsd(""), name).facts["modify"]; there && other != value {
		t.Failf("MLST says modify=%s of a file, MLSD says modify=%s", value, visible(other))
	}
	time.Sleep(time.Until(stored.to.Add(tick)))
	t.Up(name, []byte("something else"))
	if again := t.timeFact("modify", t.mlst(name).facts["modify"]); !again.After(when) {
		t.Failf("a file was stored again after %s, and modify has moved from %s to %s only", tick, clock(when), clock(again))
	}
}

// timeFact reads the value of a fact that is a time.
func (t *T) timeFact(fact, value string) time.Time {
	when, _, err := parse.TimeVal(value)
	if err != nil || !timeVal.MatchString(value) {
		t.Failf("%s=%s is no time of 14 digits", fact, visible(value))
	}
	return when
}

// modifyIsMDTM compares the fact modify with MDTM. If they differ, the clock says which is
// wrong.
func (t *T) modifyIsMDTM(value string, when time.Time, mdtm string, stored span) {
	other, _, err := parse.TimeVal(someTime.FindString(mdtm))
	if err != nil {
		t.blame(ownMDTM, "MDTM: %s is no time", visible(mdtm))
	}
	switch {
	case other.Truncate(time.Second).Equal(when.Truncate(time.Second)):
		if z := zone(stored.off(when)); z != 0 {
			t.Failf("modify and MDTM of a file just stored are off by %s", z)
		}
	default:
		t.Failf("modify=%s, but MDTM says %s", value, visible(mdtm))
	}
}

// factCreate allows for file systems whose clock is not that of the server.
func factCreate(t *T) {
	t.suspect(ownModify)
	name := t.File("create")
	e := t.mlst(name)
	create := t.timeFact("create", t.given(e, "create"))
	modify, _, err := parse.TimeVal(e.facts["modify"])
	switch {
	case err != nil:
		t.fresh("create", create, span{time.Now().Add(-clockSlack), time.Now()})
	case create.Sub(modify) > time.Minute:
		t.Failf("create=%s is later than modify=%s", e.facts["create"], e.facts["modify"])
	case create.After(modify):
		t.Warnf("create=%s is a little later than modify=%s", e.facts["create"], e.facts["modify"])
	case modify.Sub(create) > time.Minute:
		t.Failf("create=%s of a file that was stored just now, at modify=%s", e.facts["create"], e.facts["modify"])
	}
}

func factSize(t *T) {
	t.Must("CWD "+t.Dir("size"), 2)
	var names []string
	sizes := []int{0, 1, 4321}
	for _, n := range sizes {
		name := t.Name("size")
		t.Up(name, payload(n))
		names = append(names, name)
	}
	t.given(t.mlst(names[2]), "size")
	all := t.mlsd("")
	for i, n := range sizes {
		for _, e := range []factEntry{t.mlst(names[i]), t.entryOf(all, names[i])} {
			if s, there := e.facts["size"]; there && s != fmt.Sprint(n) {
				t.Failf("a file of %d bytes has size=%s", n, visible(s))
			}
		}
	}
	if s, there := t.mlst(t.Dir("dir")).facts["size"]; there {
		t.Warnf("a directory has size=%s", visible(s))
	}
}

// The letters of perm that fit a type.
const (
	fileLetters = "adfrw"
	dirLetters  = "cdeflmp"
)

func factPerm(t *T) {
	_, file, sub := t.mlsdDir()
	all := t.mlsd("")
	for _, one := range []struct{ name, fit, misfit string }{{file, fileLetters, "celmp"}, {sub, dirLetters, "raw"}} {
		perm := t.given(t.mlst(one.name), "perm")
		for _, letter := range strings.ToLower(perm) {
			switch {
			case strings.ContainsRune(one.fit, letter):
			case strings.ContainsRune(one.misfit, letter):
				t.Warnf("perm=%s: %c does not fit the type", visible(perm), letter)
			default:
				t.Failf("perm=%s: no letter %c is defined", visible(perm), letter)
			}
		}
		if perm == "" {
			t.Warnf("perm is empty for what we have just made")
		}
		if other, there := t.entryOf(all, one.name).facts["perm"]; there && letters(other) != letters(perm) {
			t.Warnf("MLST says perm=%s, MLSD says perm=%s of the same", visible(perm), visible(other))
		}
	}
}

// letters puts the letters of perm, which have no order, in one.
func letters(perm string) string {
	b := []byte(strings.ToLower(perm))
	slices.Sort(b)
	return string(slices.Compact(b))
}

// factUnique asks for one file by every path that there is, and for another.
func factUnique(t *T) {
	dir, file, sub := t.mlsdDir()
	other := t.File("u")
	u := t.given(t.mlst(file), "unique")
	all := t.mlsd("")
	for _, e := range []factEntry{t.mlst(other), t.mlst(sub), t.entryOf(all, other), t.entryOf(all, sub)} {
		if e.facts["unique"] == u {
			t.Failf("two objects have the same unique=%s", visible(u))
		}
	}
	again := []factEntry{t.mlst(file), t.entryOf(all, file)}
	ofDir := all[:0:0]
	for _, e := range all {
		if e.is("cdir") {
			ofDir = append(ofDir, e)
		}
	}
	t.enter()
	if t.run.feats.Has("TVFS") {
		again = append(again, t.mlst(dir+"/"+file))
	}
	for _, e := range again {
		if v, there := e.facts["unique"]; there && v != u {
			t.Failf("one file has unique=%s and unique=%s", visible(u), visible(v))
		}
	}
	d := t.mlst(dir).facts["unique"]
	for _, e := range ofDir {
		if v, there := e.facts["unique"]; there && v != d {
			t.Failf("one directory has unique=%s, and unique=%s as type=cdir", visible(d), visible(v))
		}
	}
}
