package ftptest

import (
	"slices"
	"strings"
)

// A language is that of replies (RFC 2640, Section 4).
type language int

const (
	english language = iota // the default (RFC 2277, Section 4.5)
	french
)

// tags are the language tags, as FEAT lists them.
var tags = []string{"EN", "FR"}

// phrases are replies in French; what is not there stays in English.
var phrases = map[string]string{
	"OK":                              "D'accord",
	"Goodbye":                         "Au revoir",
	"Not logged in":                   "Pas connecté",
	"Login incorrect":                 "Identification refusée",
	"Account required":                "Compte demandé",
	"Directory changed":               "Répertoire changé",
	"Transfer complete":               "Transfert terminé",
	"Transfer aborted":                "Transfert interrompu",
	"Abort successful":                "Interruption réussie",
	"Command not implemented":         "Commande absente",
	"Command not understood":          "Commande inconnue",
	"Replies are in English":          "Les réponses sont en français",
	"Language not supported":          "Langue inconnue",
	"Quota exceeded":                  "Quota dépassé",
	"Renamed":                         "Renommé",
	"Too many failed logins, closing": "Trop d'échecs, fin de session",
}

// translate returns a line of a reply in the language of the session.
func (s *session) translate(line string) string {
	if s.language == french {
		if t, ok := phrases[line]; ok {
			return t
		}
	}
	return line
}

// lang is LANG (RFC 2640, Section 4). Without a tag it goes back to the default.
func (s *session) lang(arg string) {
	tag := strings.ToUpper(arg)
	primary, _, _ := strings.Cut(tag, "-")
	i := slices.Index(tags, primary)
	switch {
	case tag == "":
		s.language = english
	case !languageTag(strings.ToLower(arg)):
		s.reply(501, "LANG needs a language tag")
		return
	case i < 0:
		s.reply(504, "Language not supported")
		return
	default:
		s.language = language(i)
	}
	s.reply(200, "Replies are in English")
}

// langFeature returns the line of FEAT, with a star on the language in use
// (RFC 2640, Section 4.3).
func (s *session) langFeature() string {
	all := slices.Clone(tags)
	all[s.language] += "*"
	return "LANG " + strings.Join(all, ";")
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

// latin1 returns a name in ISO 8859-1, with a question mark for what it lacks.
func latin1(name string) string {
	b := make([]byte, 0, len(name))
	for _, r := range name {
		if r > 0xff {
			r = '?'
		}
		b = append(b, byte(r))
	}
	return string(b)
}

// fromLatin1 returns a name in UTF-8.
func fromLatin1(name string) string {
	var b strings.Builder
	for i := range len(name) {
		b.WriteRune(rune(name[i]))
	}
	return b.String()
}
