package ftptest

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// draftRewrites are defects of single replies to commands of drafts and of practice.
var draftRewrites = []rewrite{
	{"acct-250", "ACCT after the login is answered with 250", "ACCT", "x", 202, "250 OK"},
	{"smnt-331", "SMNT is answered with 331", "SMNT", "/", 0, "331 Which volume?"},
	{"clnt-550", "CLNT is answered with 550", "CLNT", "*", 200, "550 No"},
	{"mfmt-250", "MFMT is answered with 250", "MFMT", "*", 213, "250 OK"},
	{"mfmt-bad-time-213", "MFMT with an impossible time is answered with 213", "MFMT", "*", 501, "213 OK"},
	{"mfmt-missing-213", "MFMT of a missing file is answered with 213", "MFMT", "*", 550, "213 OK"},
	{"mff-unknown-213", "MFF with an unknown fact is answered with 213", "MFF", "*", 504, "213 OK"},
	{"avbl-missing-213", "AVBL of what is no directory is answered with 213", "AVBL", "*", 550, "213 1000"},
	{"type-u-200", "TYPE U is answered with 200, and changes nothing", "TYPE", "U", 504, "200 OK"},
}

// checkDraftFaults are defects of commands of drafts and of practice.
func checkDraftFaults() []deviation {
	return []deviation{
		{name: "mfmt-lies", doc: "MFMT is answered with 213, and the time stays",
			command: instead("MFMT", possibleTime, func(s *session, arg string) {
				val, name, _ := strings.Cut(arg, " ")
				s.replyf(213, "Modify=%s; %s", val, name)
			})},
		{name: "mfmt-no-name", doc: "213 of MFMT does not name the file",
			reply: edit("MFMT", 213, func(_ *session, w string) string {
				facts, _, _ := strings.Cut(w, "; ")
				return facts + ";\r\n"
			})},
		{name: "mff-lies", doc: "MFF is answered with 213, and the facts stay",
			command: instead("MFF", func(_ *session, arg string) bool { return strings.HasPrefix(arg, "Modify=") }, func(s *session, arg string) {
				s.replyf(213, "%s", arg)
			})},
		{name: "feat-mff-bare", doc: "FEAT lists MFF without facts",
			features: featLine("MFF", func(*session, string) string { return "MFF" })},
		{name: "avbl-text", doc: "213 of AVBL has a word after the number",
			reply: edit("AVBL", 213, func(_ *session, w string) string { return strings.Replace(w, "\r\n", " bytes\r\n", 1) })},
		{name: "site-chmod-lies", doc: "SITE CHMOD is answered with 200, and the mode stays",
			command: instead("SITE", siteCommand("CHMOD"), says(200, "Mode changed"))},
		{name: "site-utime-lies", doc: "SITE UTIME is answered with 200, and the time stays",
			command: instead("SITE", siteCommand("UTIME"), says(200, "Time changed"))},
	}
}

func possibleTime(s *session, arg string) bool {
	val, name, _ := strings.Cut(arg, " ")
	_, _, err := parse.TimeVal(val)
	return err == nil && !missing(s, name)
}

func siteCommand(name string) func(*session, string) bool {
	return func(_ *session, arg string) bool { return strings.HasPrefix(arg, name+" ") }
}
