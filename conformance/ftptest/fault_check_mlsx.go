package ftptest

import (
	"regexp"
	"slices"
	"strings"
)

var (
	sizeFact   = regexp.MustCompile(`(?i)\bsize=[0-9]+;`)
	permFact   = regexp.MustCompile(`(?i)\bperm=`)
	uniqueFact = regexp.MustCompile(`(?i)\bunique=[^;]*;`)
)

// checkMlsxFaults are defects of MLST and of the facts.
func checkMlsxFaults() []deviation {
	mlst := func(name Fault, doc string, f func(line string) string) deviation {
		return deviation{name: name, doc: doc, reply: editLines("MLST", 250, f)}
	}
	return []deviation{
		mlst("mlst-no-space", "the entry in the reply to MLST has no space in front", func(l string) string { return strings.TrimPrefix(l, " ") }),
		mlst("mlsx-no-last-semicolon", "the last fact of MLST has no semicolon", func(l string) string { return strings.Replace(l, "; ", " ", 1) }),
		mlst("mlsx-local-time", "the fact modify is two hours off UTC", func(l string) string { return stamp.ReplaceAllStringFunc(l, twoHoursOn) }),
		mlst("mlsx-size-wrong", "the fact size is wrong", func(l string) string { return sizeFact.ReplaceAllString(l, "size=77;") }),
		mlst("mlsx-perm-x", "the fact perm has a letter that is not defined", func(l string) string { return permFact.ReplaceAllString(l, "${0}x") }),
		mlst("mlsx-unique-same", "the fact unique is the same for all files", func(l string) string { return uniqueFact.ReplaceAllString(l, "unique=1;") }),
		{name: "mlsx-bare-fact", doc: "MLST of the current directory has a fact that no RFC defines",
			reply: edit("MLST", 250, func(s *session, w string) string {
				if s.current.Arg == "" {
					return strings.Replace(w, "\r\n ", "\r\n colour=red;", 1)
				}
				return w
			})},
		{name: "mlst-noarg-cdir", doc: "MLST without an argument says type=cdir",
			reply: edit("MLST", 250, func(s *session, w string) string {
				if s.current.Arg == "" {
					return replaceFold(w, "type=dir;", "type=cdir;")
				}
				return w
			})},
		{name: "mlst-noarg-root", doc: "MLST without an argument describes the root",
			command: instead("MLST", argument(""), func(s *session, _ string) { s.mlst("/") })},
		{name: "mlsx-no-size", doc: "the fact size is not given, though FEAT has starred it",
			reply:    editLines("MLST", 250, func(l string) string { return sizeFact.ReplaceAllString(l, "") }),
			transfer: eachLine("MLSD", func(l string) string { return sizeFact.ReplaceAllString(l, "") + "\r\n" })},
		{name: "mlst-drops-passive", doc: "MLST gives up the passive port",
			command: onCommand("MLST", func(s *session, _ string) bool { s.closeEndpoint(); return false })},
		{name: "mlst-wildcard", doc: "MLST expands wildcards",
			command: instead("MLST", func(_ *session, arg string) bool { return strings.Contains(arg, "*") }, func(s *session, arg string) {
				if nodes, _ := s.host.tree.list(s.cwd); len(nodes) > 0 {
					arg = nodes[0].name
				}
				s.mlst(arg)
			})},
		optsMLST("opts-case-sensitive", "OPTS mlst in small letters is refused", func(s *session, sub, _ string) bool {
			if sub != "mlst" {
				return false
			}
			s.reply(501, "No")
			return true
		}),
		optsMLST("opts-facts-case-sensitive", "OPTS MLST knows names of facts in small letters only", func(s *session, _, facts string) bool {
			if facts == strings.ToLower(facts) {
				return false
			}
			s.optsMLST("")
			return true
		}),
		optsMLST("opts-mlst-502", "OPTS MLST is not implemented", func(s *session, _, _ string) bool {
			s.reply(502, "Not implemented")
			return true
		}),
		optsMLST("opts-mlst-ignored", "OPTS MLST changes nothing", func(s *session, _, facts string) bool {
			before := slices.Clone(s.facts)
			s.optsMLST(facts)
			s.facts = before
			return true
		}),
		optsMLST("opts-unknown-fact-501", "OPTS MLST refuses facts that it does not know", func(s *session, _, facts string) bool {
			if !strings.Contains(facts, "frogs") {
				return false
			}
			s.reply(501, "No such fact")
			return true
		}),
		optsMLST("opts-empty-501", "OPTS MLST without facts is refused", func(s *session, _, facts string) bool {
			if facts != "" {
				return false
			}
			s.reply(501, "No facts")
			return true
		}),
	}
}

// optsMLST returns a fault of OPTS MLST.
func optsMLST(name Fault, doc string, f func(s *session, sub, facts string) bool) deviation {
	return deviation{name: name, doc: doc, command: onCommand("OPTS", func(s *session, arg string) bool {
		sub, facts, _ := strings.Cut(arg, " ")
		return strings.EqualFold(sub, "MLST") && f(s, sub, strings.TrimSpace(facts))
	})}
}
