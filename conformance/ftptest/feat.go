package ftptest

import (
	"slices"
	"strings"
)

// feat is FEAT (RFC 2389, Section 3). It lists what the server has in its present
// configuration, and marks the facts that are selected.
func (s *session) feat(string) {
	lines := []string{"Features"}
	for _, l := range s.features() {
		lines = append(lines, " "+l)
	}
	s.replyLines(211, append(lines, "End")...)
}

func (s *session) features() []string {
	lines := []string{"CLNT", "EPRT", "EPSV", "LANG EN*", "MDTM", "MFMT", "MLST " + s.factList(), "REST STREAM", "SIZE", "TVFS", "UTF8"}
	switch s.srv.cfg.TLS {
	case TLSExplicit:
		lines = append(lines, "AUTH TLS;TLS-C", "PBSZ", "PROT")
		if !s.srv.cfg.RequireTLS {
			lines = append(lines, "CCC")
		}
	case TLSImplicit:
		lines = append(lines, "PBSZ", "PROT")
	}
	slices.Sort(lines)
	for _, f := range s.srv.faults {
		if f.features != nil {
			lines = f.features(s, lines)
		}
	}
	return lines
}

// factList returns the facts, with stars on those that are selected (RFC 3659,
// Section 7.8).
func (s *session) factList() string {
	var b strings.Builder
	for _, name := range factNames {
		b.WriteString(name)
		if slices.Contains(s.facts, name) {
			b.WriteByte('*')
		}
		b.WriteByte(';')
	}
	return b.String()
}

// opts is OPTS (RFC 2389, Section 4) for MLST and UTF8. Names are UTF-8 always:
// that can be asked for, but not switched off.
func (s *session) opts(arg string) {
	verb, options, _ := strings.Cut(arg, " ")
	options = strings.TrimSpace(options)
	switch strings.ToUpper(verb) {
	case "MLST":
		s.optsMLST(options)
	case "UTF8", "UTF-8":
		switch strings.ToUpper(options) {
		case "", "ON", "NLST":
			s.reply(200, "UTF8 is always on")
		default:
			s.reply(501, "UTF8 is always on")
		}
	default:
		s.reply(501, "Option not understood")
	}
}

// lang is LANG (RFC 2640, Section 4). Replies are in English.
func (s *session) lang(arg string) {
	switch tag := strings.ToLower(arg); {
	case tag == "" || tag == "en" || strings.HasPrefix(tag, "en-") && languageTag(tag):
		s.reply(200, "Replies are in English")
	case !languageTag(tag):
		s.reply(501, "LANG needs a language tag")
	default:
		s.reply(504, "Language not supported")
	}
}

// languageTag reports whether tag is one of RFC 1766: letters in groups of 1 to 8.
func languageTag(tag string) bool {
	for part := range strings.SplitSeq(tag, "-") {
		if part == "" || len(part) > 8 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return true
}
