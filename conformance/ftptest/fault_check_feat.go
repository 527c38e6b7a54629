package ftptest

import (
	"slices"
	"strings"
)

// checkFeatFaults are defects of FEAT.
func checkFeatFaults() []deviation {
	var asked memory[bool]
	all := []deviation{
		{name: "feat-second-shorter", doc: "FEAT has its last line the first time only",
			features: func(s *session, lines []string) []string {
				if *asked.of(s) && len(lines) > 0 {
					lines = lines[:len(lines)-1]
				}
				*asked.of(s) = true
				return lines
			}},
		{name: "feat-stars-stay", doc: "OPTS MLST does not move the stars in FEAT",
			features: func(_ *session, lines []string) []string {
				for i, l := range lines {
					if strings.HasPrefix(l, "MLST ") {
						lines[i] = "MLST " + strings.Join(factNames[:], "*;") + "*;"
					}
				}
				return lines
			}},
		{name: "feat-no-space", doc: "the lines of FEAT do not begin with a space",
			reply: editLines("FEAT", 211, func(l string) string { return strings.TrimPrefix(l, " ") })},
		{name: "feat-empty-list", doc: "FEAT is a list of nothing",
			features: func(*session, []string) []string { return nil }},
		{name: "feat-lists-itself", doc: "FEAT lists FEAT",
			features: func(_ *session, lines []string) []string { return append(lines, "FEAT") }},
		featMLST("feat-mlst-bare", "FEAT lists MLST without facts", func(string) string { return "MLST" }),
		featMLST("feat-mlst-no-stars", "FEAT lists MLST without stars", func(l string) string { return strings.ReplaceAll(l, "*", "") }),
		featMLST("feat-mlst-no-unique", "FEAT does not list the fact unique", func(l string) string {
			return strings.NewReplacer("unique*;", "", "unique;", "").Replace(l)
		}),
	}
	for _, label := range []string{"MDTM", "SIZE", "MLST", "MFMT", "REST", "UTF8", "AUTH", "HOST"} {
		all = append(all, deviation{
			name: Fault("feat-without-" + strings.ToLower(label)), doc: "FEAT does not list " + label,
			features: func(_ *session, lines []string) []string {
				return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, label) })
			},
		})
	}
	return all
}

// featMLST returns a fault of the line for MLST.
func featMLST(name Fault, doc string, f func(string) string) deviation {
	return deviation{name: name, doc: doc, features: func(_ *session, lines []string) []string {
		for i, l := range lines {
			if strings.HasPrefix(l, "MLST ") {
				lines[i] = f(l)
			}
		}
		return lines
	}}
}
