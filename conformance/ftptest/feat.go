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
	lines := []string{"CLNT", "EPRT", "EPSV", "HOST", s.hashFeature(), s.langFeature(), "MD5", "MDTM", "MFF modify;UNIX.mode;", "MFMT", "MLST " + s.factList(), "MODE Z", "RANG STREAM", "REST STREAM", "SIZE", "TVFS", "UTF8",
		"XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512"}
	if _, limited := s.quotaLeft(); limited {
		lines = append(lines, "AVBL")
	}
	switch s.srv.cfg.TLS {
	case TLSExplicit:
		lines = append(lines, "AUTH "+strings.Join(s.srv.cfg.mechanisms(), ";"), "CPSV", "PBSZ", "PROT", "SSCN")
		if s.srv.cfg.mayClear() {
			lines = append(lines, "CCC")
		}
	case TLSNone:
		if m := s.srv.cfg.Mechanism; m != nil {
			lines = append(lines, "AUTH "+m.New().Name(), "PBSZ", "PROT")
			if s.srv.cfg.mayClear() {
				lines = append(lines, "CCC")
			}
		}
	case TLSImplicit:
		lines = append(lines, "CPSV", "PBSZ", "PROT", "SSCN")
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

// opts is OPTS (RFC 2389, Section 4) for HASH, MLST, MODE and UTF8. Names are UTF-8 from the
// start; OPTS UTF8 OFF, which no RFC has but clients send, makes them ISO 8859-1.
func (s *session) opts(arg string) {
	verb, options, _ := strings.Cut(arg, " ")
	options = strings.TrimSpace(options)
	switch strings.ToUpper(verb) {
	case "MLST":
		s.optsMLST(options)
	case "MODE":
		s.optsMode(options)
	case "HASH":
		s.optsHash(options)
	case "UTF8", "UTF-8":
		switch strings.ToUpper(options) {
		case "", "ON", "NLST":
			s.latin1 = false
			s.reply(200, "Names are in UTF-8")
		case "OFF":
			s.latin1 = true
			s.reply(200, "Names are in ISO 8859-1")
		default:
			s.reply(501, "UTF8 is ON or OFF")
		}
	default:
		s.reply(501, "Option not understood")
	}
}
