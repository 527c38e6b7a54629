package control

import (
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// features reads the reply to FEAT.
func features(r protocol.Reply) *parse.Features {
	if len(r.Lines) <= 2 {
		return nil
	}
	return parse.Feat(r.Lines[1 : len(r.Lines)-1])
}

// withFeatures returns f and those of lines, as FEAT has them, whose names f does not have.
func withFeatures(f *parse.Features, lines []string) *parse.Features {
	var all []string
	for label, args := range f.All() {
		all = append(all, " "+label+" "+args)
	}
	var added []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		label, _, _ := strings.Cut(line, " ")
		if label != "" && !f.Has(label) && !slices.ContainsFunc(added, func(s string) bool { return strings.EqualFold(s, label) }) {
			all, added = append(all, " "+line), append(added, label)
		}
	}
	if added == nil {
		return f
	}
	return parse.Feat(all)
}

// assumeFeatures sets the features where FEAT was refused, or not sent: those that the caller
// assumes and, if the server has no FEAT at all, those that its software is known to have.
func (c *Conn) assumeFeatures(none bool) {
	lines := slices.Clone(c.cfg.Login.AssumeFeatures)
	if none {
		c.noticeServer() // the replies to the login are in
		if name, known := softwareFeatures(c.Server().Name); len(known) > 0 {
			lines = append(lines, known...)
			c.trace(TraceNote, "FEAT is missing; "+name+" is known to have "+strings.Join(known, " and ")+", which is assumed")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session.features == nil {
		c.session.features = withFeatures(nil, lines)
	}
}

// softwareFeatures returns what software of a name has, although it has no FEAT.
func softwareFeatures(name string) (string, []string) {
	for _, s := range softwares {
		if s.name == name {
			return name, s.unsaid
		}
	}
	return "", nil
}

// Features returns what the server listed last, and what is assumed that it has: see
// [LoginOptions]. It is nil, which has no features, before [Conn.Login], and where the
// server has no FEAT and nothing is assumed.
func (c *Conn) Features() *parse.Features {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.features
}
