package ftptest

import (
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// langRewrites are defects of single replies to LANG.
var langRewrites = []rewrite{
	{"lang-250", "LANG without a tag is answered with 250", "LANG", "", 200, "250 OK"},
	{"lang-unknown-200", "LANG with an unknown tag is answered with 200", "LANG", "xx-yy", 504, "200 OK"},
	{"lang-malformed-504", "LANG with what is no tag is answered with 504", "LANG", "*", 501, "504 No"},
	{"reply-not-english", "the reply to SMNT is in French", "SMNT", "*", 0, "502 Commande inexécutée"},
}

// checkLangFaults are defects of LANG and of names (RFC 2640).
func checkLangFaults() []deviation {
	return []deviation{
		{name: "feat-lang-no-star", doc: "FEAT lists languages without a star on the one in use",
			features: featLine("LANG", func(_ *session, l string) string { return strings.ReplaceAll(l, "*", "") })},
		{name: "lang-star-stays", doc: "the star in FEAT stays on the first language",
			features: featLine("LANG", func(*session, string) string { return "LANG EN*;FR" })},
		langSurvives("lang-survives-rein", "the language outlives REIN", "REIN"),
		langSurvives("lang-survives-host", "the language outlives HOST", "HOST"),
		{name: "raw-bytes-mangled", doc: "NLST has question marks for bytes that are no UTF-8",
			transfer: eachLine("NLST", func(line string) string { return strings.ToValidUTF8(line, "?") + "\r\n" })},
		{name: "opts-utf8-latin1", doc: "after OPTS UTF8 ON names are in ISO 8859-1",
			reply: onCode("OPTS", 200, func(s *session, _ *outgoing) {
				if verb, _, _ := strings.Cut(s.current.Arg, " "); strings.EqualFold(verb, "UTF8") {
					s.latin1 = true
				}
			})},
	}
}

// langSurvives returns a fault under which a command leaves the language as it was.
func langSurvives(name Fault, doc string, verb protocol.Verb) deviation {
	var kept memory[language]
	return deviation{
		name: name, doc: doc,
		command: onCommand(verb, func(s *session, _ string) bool { *kept.of(s) = s.language; return false }),
		reply:   onCode(verb, 220, func(s *session, _ *outgoing) { s.language = *kept.of(s) }),
	}
}

// featLine returns a hook that changes the line of FEAT with a label.
func featLine(label string, f func(s *session, line string) string) func(*session, []string) []string {
	return func(s *session, lines []string) []string {
		for i, l := range lines {
			if l == label || strings.HasPrefix(l, label+" ") {
				lines[i] = f(s, l)
			}
		}
		return lines
	}
}
