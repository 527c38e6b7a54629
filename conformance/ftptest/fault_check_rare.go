package ftptest

import (
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A rare command is one that this server has under some faults only, as few servers have it.
type rare struct {
	verb protocol.Verb
	run  func(s *session, arg string)
}

// rareCommands are what those commands do, rightly.
var rareCommands = []rare{
	{"MFCT", func(s *session, arg string) {
		val, name, _ := strings.Cut(arg, " ")
		if _, _, err := parse.TimeVal(val); err != nil || missing(s, name) {
			s.reply(550, "No such file")
			return
		}
		s.replyf(213, "Create=%s; %s", val, name)
	}},
	{"DSIZ", func(s *session, arg string) { s.replyf(213, "%d", s.sizeBelow(s.resolve(arg), true)) }},
	{"RMDA", func(s *session, arg string) {
		if !exists(true)(s, arg) {
			s.reply(550, "No such directory")
		} else if s.change(arg, func() error { return s.removeAll(s.resolve(arg)) }) {
			s.reply(250, "All of it is removed")
		}
	}},
	{"CSID", func(s *session, _ string) { s.reply(200, "Name=ftptest; Version=1;") }},
	{"THMB", func(s *session, _ string) { s.reply(550, "There is no picture of that") }},
	{"PRET", func(s *session, _ string) { s.reply(200, "What that is for is noted") }},
	{"COMB", func(s *session, arg string) { s.combine(strings.Fields(arg)) }},
}

// has returns a deviation under which the server has rare commands, one of them as do says. If do
// is nil, all are right.
func has(name Fault, doc string, verb protocol.Verb, do func(s *session, arg string), others ...protocol.Verb) deviation {
	verbs := append(others, verb)
	return deviation{
		name: name, doc: doc,
		features: func(_ *session, lines []string) []string {
			for _, v := range verbs {
				lines = append(lines, string(v))
			}
			slices.Sort(lines)
			return lines
		},
		command: func(s *session, c protocol.Command) bool {
			if !slices.Contains(verbs, c.Verb) {
				return false
			}
			switch {
			case c.Verb == verb && do != nil:
				do(s, c.Arg)
			case s.machine.State() != protocol.StateAuthorized:
				s.reply(530, "Not logged in")
			default:
				for _, r := range rareCommands {
					if r.verb == c.Verb {
						r.run(s, c.Arg)
					}
				}
			}
			return true
		},
	}
}

// checkRareFaults are defects of rare commands.
func checkRareFaults() []deviation {
	return []deviation{
		has("rare-commands", "there are MFCT, DSIZ, RMDA, CSID, THMB, PRET and COMB, which is no fault", "MFCT", nil, "DSIZ", "RMDA", "CSID", "THMB", "PRET", "COMB"),
		has("mfct-250", "there is MFCT, and it is answered with 250", "MFCT", says(250, "OK")),
		has("mfct-missing-213", "there is MFCT, and it is answered with 213 for what is missing", "MFCT", func(s *session, arg string) {
			val, name, _ := strings.Cut(arg, " ")
			s.replyf(213, "Create=%s; %s", val, name)
		}),
		has("dsiz-own-files", "there are DSIZ and RMDA, and DSIZ does not count what is below", "DSIZ",
			func(s *session, arg string) { s.replyf(213, "%d", s.sizeBelow(s.resolve(arg), false)) }, "RMDA"),
		has("rmda-lies", "there are DSIZ and RMDA, and RMDA is answered with 250 and removes nothing", "RMDA", func(s *session, arg string) {
			if exists(true)(s, arg) {
				s.reply(250, "All of it is removed")
				return
			}
			s.reply(550, "No such directory")
		}, "DSIZ"),
		has("csid-501", "there is CSID, and a fact that it does not know is refused", "CSID", func(s *session, arg string) {
			switch {
			case s.machine.State() != protocol.StateAuthorized:
				s.reply(530, "Not logged in")
			case strings.Contains(arg, "Frog"):
				s.reply(501, "What is that?")
			default:
				s.reply(200, "Name=ftptest; Version=1;")
			}
		}),
		has("csid-before-login", "there is CSID, before the login, too", "CSID", says(200, "Name=ftptest; Version=1;")),
		has("thmb-200", "there is THMB, and it is answered with 200 whatever is asked for", "THMB", says(200, "OK")),
		has("pret-501", "there is PRET, and it is refused", "PRET", says(501, "No")),
		has("comb-swapped", "there is COMB, and it joins the parts in the wrong order", "COMB", func(s *session, arg string) {
			names := strings.Fields(arg)
			slices.Reverse(names[min(1, len(names)):])
			s.combine(names)
		}),
		{name: "sscn-on-ignored", doc: "SSCN ON is answered with 200, and the server stays the TLS server",
			command: instead("SSCN", argument("ON"), says(200, "SSCN:SERVER METHOD"))},
		{name: "md5-shifted", doc: "MD5 gives a wrong sum, which HASH and its kind do not",
			reply: func(s *session, r *outgoing) {
				if r.verb == "MD5" {
					wrongSum(s, r)
				}
			}},
		{name: "mdtm-set-lies", doc: "MDTM with a time in front of the name is answered with 213, and the time stays",
			command: instead("MDTM", func(s *session, arg string) bool {
				val, name, two := strings.Cut(arg, " ")
				_, _, err := parse.TimeVal(val)
				return two && err == nil && !missing(s, name)
			}, says(213, "20020717210715"))},
	}
}

// sizeBelow adds up the files of a directory, and of those below it if deep is set.
func (s *session) sizeBelow(name string, deep bool) (sum int64) {
	entries, _ := s.host.tree.list(name)
	for _, n := range entries {
		switch {
		case !n.dir:
			sum += n.size
		case deep:
			sum += s.sizeBelow(path.Join(name, n.name), true)
		}
	}
	return sum
}

// removeAll removes a directory and what is in it.
func (s *session) removeAll(name string) error {
	entries, err := s.host.tree.list(name)
	for _, n := range entries {
		below := path.Join(name, n.name)
		if n.dir {
			err = s.removeAll(below)
		} else {
			err = s.host.tree.remove(below)
		}
		if err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return s.host.tree.rmdir(name)
}

// combine is COMB: the first name is that of the whole.
func (s *session) combine(names []string) {
	if len(names) < 2 {
		s.reply(501, "COMB needs the name of the whole and of its parts")
		return
	}
	var all []byte
	for _, name := range names[1:] {
		data, err := readTree(s.host.tree, s.resolve(name))
		if err != nil {
			s.refuseError(550, name, err)
			return
		}
		all = append(all, data...)
	}
	if !s.change(names[0], func() error { return writeFile(s.host.tree, s.resolve(names[0]), all) }) {
		return
	}
	for _, name := range names[1:] {
		s.host.tree.remove(s.resolve(name))
	}
	s.reply(250, "The parts are one")
}
