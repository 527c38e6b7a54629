package ftptest

import (
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// factNames are the facts that the server knows, in the order of its lines
// (RFC 3659, Section 7.5). All are on by default.
var factNames = [...]string{"type", "size", "modify", "perm", "unique", "UNIX.mode"}

func defaultFacts() []string { return slices.Clone(factNames[:]) }

// mlsd is MLSD (RFC 3659, Section 7). Lines for the directory itself and its
// parent come first, if the type fact can tell them from files.
func (s *session) mlsd(arg string) {
	name := s.resolve(arg)
	n, err := s.host.tree.stat(name)
	switch {
	case err != nil:
		s.closeEndpoint()
		s.refuseError(550, arg, err)
		return
	case !n.dir:
		s.refuseTransfer(501, "MLSD is for directories, use MLST") // RFC 3659, Section 7.2.1
		return
	}
	nodes, err := s.host.tree.list(name)
	if err != nil {
		s.closeEndpoint()
		s.refuseError(550, arg, err)
		return
	}
	lines := s.selfLines(name, n)
	for _, n := range nodes {
		lines = append(lines, listing.FormatMLSx(s.entry(n), s.facts))
	}
	s.sendLines(lines, "MLSD")
}

// selfLines returns the lines with type cdir and pdir.
func (s *session) selfLines(name string, n node) []string {
	if !slices.Contains(s.facts, "type") {
		return nil // RFC 3659, Section 7.5.1.2
	}
	current := s.entry(n)
	current.Kind, current.Name = listing.KindCurrent, "."
	lines := []string{listing.FormatMLSx(current, s.facts)}
	if up, err := s.host.tree.stat(path.Dir(name)); err == nil && name != "/" {
		parent := s.entry(up)
		parent.Kind, parent.Name = listing.KindParent, ".."
		lines = append(lines, listing.FormatMLSx(parent, s.facts))
	}
	return lines
}

// mlst is MLST (RFC 3659, Section 7). The name in it is the full one.
func (s *session) mlst(arg string) {
	name := s.resolve(arg)
	n, err := s.host.tree.stat(name)
	if err != nil {
		s.refuseError(550, arg, err)
		return
	}
	e := s.entry(n)
	e.Name = name
	s.replyLines(250, "Listing", " "+listing.FormatMLSx(e, s.facts), "End")
}

// optsMLST selects facts (RFC 3659, Section 7.9).
func (s *session) optsMLST(arg string) {
	var wanted []string
	for fact := range strings.SplitSeq(strings.TrimSuffix(arg, ";"), ";") {
		if strings.ContainsAny(fact, " =") || fact == "" && arg != "" {
			s.reply(501, "Facts are names, each with a semicolon after it")
			return
		}
		wanted = append(wanted, strings.ToLower(fact))
	}
	s.facts = nil
	text := ""
	for _, name := range factNames {
		if slices.Contains(wanted, strings.ToLower(name)) {
			s.facts = append(s.facts, name)
			text += name + ";"
		}
	}
	s.reply(200, strings.TrimSuffix("MLST OPTS "+text, " "))
}
