package conformance

import (
	"regexp"
	"strings"
	"time"
)

var draftCases = []Case{
	{
		ID: "draft-mfmt", RFC: "draft-somers-ftp-mfxx 3", Level: Must,
		Text:   "MFMT sets the time of modification and is answered with 213, the fact and the name.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MFMT"},
		Faults: []string{"mfmt-250", "mfmt-lies", "mfmt-no-name"},
		Run: func(t *T) {
			name := t.File("mfmt")
			r := t.Must("MFMT "+setTime+" "+name, 213)
			t.timeIs("MFMT", name)
			if want := "Modify=" + setTime + "; " + name; !strings.EqualFold(r.LastLine(), want) {
				t.Warnf("MFMT: got %s, want the text %q", brief(r), want)
			}
		},
	},
	{
		ID: "draft-mfmt-bad-time", RFC: "draft-somers-ftp-mfxx 3.2", Level: Must,
		Text:   "MFMT refuses an impossible time with 501 and a missing file with 550.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MFMT"},
		Faults: []string{"mfmt-bad-time-213", "mfmt-missing-213"},
		Run: func(t *T) {
			name := t.File("mfmt")
			for _, val := range []string{"20010229000000", "x"} {
				t.Grade(t.Ask("MFMT "+val+" "+name), "MFMT "+val, is(501), is(4, 5))
			}
			t.Grade(t.Ask("MFMT "+setTime+" "+t.Name("missing")), "MFMT of a missing file", is(550), is(4, 5))
		},
	},
	{
		ID: "draft-mff", RFC: "draft-somers-ftp-mfxx 5", Level: Must,
		Text:   "MFF sets the facts that FEAT lists for it, and refuses others with 504.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MFF"},
		Faults: []string{"mff-lies", "mff-unknown-213", "feat-mff-bare"},
		Run:    modifyFacts,
	},
	{
		ID: "draft-avbl", RFC: "draft-peterson-streamlined-ftp-command-extensions 4", Level: Must,
		Text:   "AVBL is answered with 213 and the bytes that can be stored in a directory; for all else with 550.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT AVBL"},
		Faults: []string{"avbl-text", "avbl-missing-213"},
		Run: func(t *T) {
			for _, cmd := range []string{"AVBL", "AVBL " + t.Dir("avbl")} {
				if r := t.Must(cmd, 213); !wholeNumber.MatchString(r.LastLine()) {
					t.Failf("%s: got %s, want digits alone", cmd, brief(r))
				}
			}
			t.Must("AVBL "+t.File("avbl"), 550)
			t.Must("AVBL "+t.Name("missing"), 550)
		},
	},
	{
		ID: "draft-typeu", RFC: "draft-klensin-ftpext-typeu", Level: Info,
		Full:   true,
		Text:   "Whether there is TYPE U; then text comes with CR LF.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"type-u-200"},
		Run: func(t *T) {
			name, text := t.lfFile()
			r := t.Ask("TYPE U")
			if refused(r) {
				t.Unimplf("TYPE U: %s", brief(r))
			}
			t.WantIn(r, "TYPE U", 200)
			t.c.typ = "U"
			t.Same("RETR in TYPE U", t.Down(name), crlf(text))
		},
	},
	{
		ID: "prac-clnt", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "CLNT with the client's name is answered with 200, before and after the login.",
		Needs:  []string{NeedLogin},
		Faults: []string{"clnt-550"},
		Run: func(t *T) {
			r := t.Ask("CLNT ftpwire")
			if unknown(r) {
				t.Unimplf("CLNT: %s", brief(r))
			}
			t.Grade(r, "CLNT", is(200), is(2, 4, 5))
			t.Open()
			if r = t.Ask("CLNT ftpwire"); !ok(r) {
				t.Infof("CLNT before the login: %s", brief(r))
			}
		},
	},
	{
		ID: "prac-site-chmod-utime", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "SITE CHMOD and SITE UTIME do what they say, where they are.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"site-chmod-lies", "site-utime-lies"},
		Run: func(t *T) {
			name := t.File("site")
			chmod := t.Ask("SITE CHMOD 600 " + name)
			if t.Infof("SITE CHMOD: %s", brief(chmod)); ok(chmod) && t.run.feats.Has("MLST") {
				if mode, there := t.mlst(name).facts["unix.mode"]; there && strings.TrimLeft(mode, "0") != "600" {
					t.Warnf("after SITE CHMOD 600 the fact UNIX.mode is %s", mode)
				}
			}
			utime := t.Ask("SITE UTIME " + setTime + " " + name)
			if !ok(utime) {
				t.Infof("SITE UTIME with the time first: %s", brief(utime))
				utime = t.Ask("SITE UTIME " + name + " " + setTime + " " + setTime + " " + setTime + " UTC")
			}
			if t.Infof("SITE UTIME: %s", brief(utime)); ok(utime) && t.run.feats.Has("MDTM") {
				if got := t.mdtm(name); !got.Equal(mustTime(setTime)) {
					t.Warnf("after SITE UTIME %s MDTM says %s", setTime, got.Format(timeLayout))
				}
			}
		},
	},
}

// mountCases is what RFC 959 has about volumes.
var mountCases = []Case{
	{
		ID: "rfc959-5.4-smnt", RFC: "959 5.4", Level: May,
		Full:   true,
		Text:   "SMNT is carried out, superfluous, or refused.",
		Needs:  []string{NeedLogin},
		Faults: []string{"smnt-331", "reply-421-stays", "reply-none", "reply-undefined-code", "reply-group-8", "reply-protected"},
		Run: func(t *T) {
			r := t.Ask("SMNT /")
			if unknown(r) {
				t.Unimplf("SMNT: %s", brief(r))
			}
			t.Grade(r, "SMNT /", is(250, 202, 501, 550), is(2, 4, 5))
		},
	},
}

const (
	timeLayout = "20060102150405"
	setTime    = "20020717210715" // what cases set
)

var wholeNumber = regexp.MustCompile(`^[0-9]+$`)

func mustTime(val string) time.Time {
	at, err := time.Parse(timeLayout, val)
	if err != nil {
		panic("conformance: BUG: " + err.Error())
	}
	return at
}

// timeIs fails unless MDTM says setTime.
func (t *T) timeIs(cmd, name string) {
	t.suspect(ownUTC)
	if got := t.mdtm(name); !got.Equal(mustTime(setTime)) {
		t.Failf("%s %s was accepted, but MDTM says %s", cmd, setTime, got.Format(timeLayout))
	}
}

var factsToSet = regexp.MustCompile(`(?i)^ MFF ([A-Za-z0-9.!_-]+;)+$`)

func modifyFacts(t *T) {
	t.suspect(ownFEAT)
	listed := ""
	for _, l := range t.feat().Lines {
		if strings.HasPrefix(strings.ToUpper(l), " MFF") {
			listed = l
		}
	}
	if !factsToSet.MatchString(listed) {
		t.Failf("FEAT: %q is no list of facts", visible(listed))
	}
	name := t.File("mff")
	if strings.Contains(strings.ToLower(listed), "modify;") {
		r := t.Must("MFF Modify="+setTime+"; "+name, 213)
		t.timeIs("MFF Modify=", name)
		if want := "Modify=" + setTime + "; " + name; !strings.EqualFold(r.LastLine(), want) {
			t.Warnf("MFF: got %s, want the text %q", brief(r), want)
		}
	}
	t.Grade(t.Ask("MFF Frog=1; "+name), "MFF with an unknown fact", is(504), is(4, 5))
}
