package conformance

import (
	"crypto/md5"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// rareCases are about commands of drafts and of practice that few servers have: each is SKIP
// where FEAT does not list the command.
var rareCases = []Case{
	{
		ID: "draft-mfct", RFC: "draft-somers-ftp-mfxx 4", Level: Must,
		Text:   "MFCT sets the time of creation and is answered with 213, the fact and the name.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MFCT"},
		Rests:  []string{"rfc2389-3.2-feat-true"},
		Faults: []string{"mfct-250", "mfct-missing-213"},
		Run: func(t *T) {
			name := t.File("mfct")
			r := t.Must("MFCT "+setTime+" "+name, 213)
			if want := "Create=" + setTime + "; " + name; !strings.EqualFold(r.LastLine(), want) {
				t.Warnf("MFCT: got %s, want the text %q", brief(r), want)
			}
			t.Grade(t.Ask("MFCT "+setTime+" "+t.Missing()), "MFCT of a missing file", is(550), is(4, 5))
			if !t.run.feats.Has("MLST") {
				t.Skipf("MFCT is answered as it should be, and without MLST nothing shows the time of creation")
			}
			at, there := t.mlst(name).facts["create"]
			if !there {
				t.Skipf("MFCT is answered as it should be, and MLST has no create fact, so that nothing shows the time of creation")
			}
			if whole, _, _ := strings.Cut(at, "."); whole != setTime {
				t.Failf("MFCT %s was accepted, but the create fact is %s", setTime, at)
			}
		},
	},
	{
		ID: "draft-dsiz-rmda", RFC: "draft-peterson-streamlined-ftp-command-extensions 2, 3", Level: Must,
		Text:   "DSIZ tells the octets of a directory and all below it in digits; RMDA removes all of it, and no file.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT DSIZ", "FEAT RMDA"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownMKD, ownImage},
		Faults: []string{"dsiz-own-files", "rmda-lies"},
		Run:    wholeDirectory,
	},
	{
		ID: "draft-csid", RFC: "draft-peterson-streamlined-ftp-command-extensions 6", Level: Must,
		Text:   "CSID is answered with 200 and facts of the server; what it does not know is passed over. Before the login it is refused.",
		Needs:  []string{NeedLogin, "FEAT CSID"},
		Rests:  []string{"rfc2389-3.2-feat-true"},
		Faults: []string{"csid-501", "csid-before-login"},
		Run: func(t *T) {
			for _, arg := range []string{"Name=ftpwire; Version=1;", "Name=ftpwire; Version=1; Frog=1;"} {
				if r := t.Must("CSID "+arg, 200); !serverFacts.MatchString(r.LastLine()) {
					t.Failf("CSID: got %s, want facts such as %q", brief(r), "Name=x; Version=1;")
				}
			}
			t.Open()
			t.Grade(t.Ask("CSID Name=ftpwire; Version=1;"), "CSID before the login", is(530), is(4, 5))
		},
	},
	{
		ID: "draft-thmb", RFC: "draft-peterson-streamlined-ftp-command-extensions 5", Level: Must,
		Text:   "THMB with a format that nothing has, and of a missing file, is refused, and no data follow.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT THMB"},
		Rests:  []string{"rfc2389-3.2-feat-true"},
		Faults: []string{"thmb-200"},
		Run: func(t *T) {
			t.Grade(t.Ask("THMB FROG 16 16 "+t.File("thmb")), "THMB with an unknown format", is(501, 504, 550), is(4, 5))
			t.Grade(t.Ask("THMB PNG 16 16 "+t.Missing()), "THMB of a missing file", is(550), is(4, 5))
		},
	},
	{
		ID: "draft-md5", RFC: "draft-twine-ftpmd5", Level: Info,
		Full:   true,
		Text:   "MD5 is answered with 251, the name and the right sum; MMD5, where it is, with 252.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MD5"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage},
		Faults: []string{"md5-shifted"},
		Run: func(t *T) {
			name, data := t.Name("md5"), payload(1000)
			t.Up(name, data)
			sum := md5.Sum(data)
			if r := t.Must("MD5 "+name, 251); !strings.EqualFold(r.LastLine(), name+" "+hex.EncodeToString(sum[:])) {
				t.Failf("MD5: got %s, want the name and %x", brief(r), sum)
			}
			t.Infof("MD5 of a directory: %s", brief(t.Ask("MD5 "+t.Dir("md5"))))
			t.Infof("MMD5: %s", brief(t.Ask("MMD5 "+name+", "+t.File("md5"))))
		},
	},
	{
		ID: "prac-pret", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "PRET tells what the next data connection is for: it is answered with 200, and the transfer works.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT PRET"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage},
		Faults: []string{"pret-501"},
		Run: func(t *T) {
			name, data := t.Name("pret"), payload(1000)
			t.Up(name, data)
			t.Must("PRET RETR "+name, 2)
			t.Same("RETR after PRET", t.Down(name), data)
			t.Infof("PRET RETR of a missing file: %s", brief(t.Ask("PRET RETR "+t.Missing())))
		},
	},
	{
		ID: "prac-sscn-cpsv", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "SSCN is answered with 200 and the role of the server, which ON and OFF change.",
		Needs:  []string{NeedLogin, NeedTLS, "FEAT SSCN"},
		Rests:  []string{"rfc2389-3.2-feat-true"},
		Faults: []string{"sscn-502", "sscn-on-ignored"},
		Run: func(t *T) {
			t.Session()
			for _, step := range [][2]string{{"SSCN", "SERVER"}, {"SSCN ON", "CLIENT"}, {"SSCN", "CLIENT"}, {"SSCN OFF", "SERVER"}, {"SSCN", "SERVER"}} {
				if r := t.Must(step[0], 200); !strings.Contains(strings.ToUpper(r.LastLine()), step[1]) {
					t.Failf("%s: got %s, want the role %s", step[0], brief(r), step[1])
				}
			}
			t.Infof("CPSV: %s", brief(t.Ask("CPSV")))
		},
	},
	{
		ID: "prac-mdtm-set", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "Whether MDTM with a time in front of the name sets the time; if it is accepted, it does.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MDTM"},
		Rests:  []string{"rfc2389-3.2-feat-true", "rfc3659-3.1-mdtm-format"},
		Faults: []string{"mdtm-set-lies"},
		Run: func(t *T) {
			name := t.File("mdtm")
			r := t.Ask("MDTM " + setTime + " " + name)
			if refused(r) {
				t.Unimplf("MDTM with a time and a name: %s", brief(r))
			}
			t.timeIs("MDTM", name)
			t.Infof("MDTM with a time and a name sets the time: %s", brief(r))
		},
	},
	{
		ID: "prac-comb", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "COMB joins parts to one file, in the order that it names them, and is answered with 250.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT COMB"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage},
		Faults: []string{"comb-swapped"},
		Run: func(t *T) {
			whole, data := t.Name("comb"), payload(3000)
			one, two := t.Name("part"), t.Name("part")
			t.Up(one, data[:1000])
			t.Up(two, data[1000:])
			t.Must("COMB "+whole+" "+one+" "+two, 250)
			t.Same("RETR of what COMB made", t.Down(whole), data)
			t.Infof("after COMB a part is still there: %t", t.exists(one))
		},
	},
}

var serverFacts = regexp.MustCompile(`^\s*([A-Za-z][A-Za-z0-9.-]*=[^;]*;\s*)+$`)

// wholeDirectory asks for the size of a directory, and has it removed.
func wholeDirectory(t *T) {
	dir, file := t.Dir("dsiz"), t.File("dsiz")
	t.Must("MKD "+dir+"/u", 2)
	t.Up(dir+"/f", payload(1000))
	t.Up(dir+"/u/f", payload(234))
	r := t.Must("DSIZ "+dir, 213)
	switch n, err := strconv.ParseUint(r.LastLine(), 10, 63); {
	case err != nil:
		t.Failf("DSIZ: got %s, want digits alone", brief(r))
	case n < 1234:
		t.Failf("DSIZ: got %d, and there are files of 1234 octets", n)
	case n > 1234:
		t.Infof("DSIZ: %d, for files of 1234 octets", n)
	}
	t.Grade(t.Ask("RMDA "+file), "RMDA of a file", is(550), is(4, 5))
	if !t.exists(file) {
		t.Failf("RMDA of a file removed it")
	}
	t.Must("RMDA "+dir, 250)
	if t.exists(dir) {
		t.Failf("RMDA was answered with 250, and the directory is still there")
	}
}
