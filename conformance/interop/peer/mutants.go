package peer

import (
	"regexp"
	"strings"
)

// A Mutant is pyftpdlib with one fault; see the folder mutants.
type Mutant struct {
	Name string // for Options.Fault
	Text string // what is wrong

	// Owners are the ids of the conformance cases of which one at least must be red, the
	// likeliest first.
	Owners []string

	TLS  bool // it shows under TLS only
	Full bool // the cases are run on demand only
}

// NoFault is pyftpdlib with what all mutants have in common, and no fault.
const NoFault = "none"

var (
	mutantHead = regexp.MustCompile(`(?m)^@fault\((.*)\)\ndef (\w+)\(h\):\n    """(.*)"""$`)
	quoted     = regexp.MustCompile(`"([^"]*)"`)
)

// Mutants returns all faults of the folder mutants.
func Mutants() []Mutant {
	var source strings.Builder
	files, _ := mutantScripts.ReadDir("mutants")
	for _, f := range files {
		text, _ := mutantScripts.ReadFile("mutants/" + f.Name())
		source.Write(text)
	}
	var all []Mutant
	for _, m := range mutantHead.FindAllStringSubmatch(source.String(), -1) {
		one := Mutant{Name: m[2], Text: m[3], TLS: strings.Contains(m[1], "tls=True"), Full: strings.Contains(m[1], "full=True")}
		for _, id := range quoted.FindAllStringSubmatch(m[1], -1) {
			one.Owners = append(one.Owners, id[1])
		}
		all = append(all, one)
	}
	return all
}
