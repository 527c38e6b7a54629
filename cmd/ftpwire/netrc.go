package main

import (
	"fmt"
	"strings"
)

// A netrcEntry is what .netrc says about one machine.
type netrcEntry struct {
	machine                  string // "" is the default entry
	login, password, account string
}

// findNetrc returns the first entry for host whose login is user, or any login if
// user is empty; the default entry serves every host. It is nil if there is none.
func findNetrc(entries []netrcEntry, host, user string) *netrcEntry {
	for i, e := range entries {
		if e.machine != "" && !strings.EqualFold(e.machine, host) {
			continue
		}
		if user == "" && e.login == "" || user != "" && e.login != "" && e.login != user {
			continue
		}
		return &entries[i]
	}
	return nil
}

// parseNetrc reads a .netrc file: machine NAME or default, then login, password and
// account in any order; macdef up to the next empty line is skipped, and so is what
// follows a # at the beginning of a word that is no value. What came before an error is
// returned with it. No error quotes the text, since it may be a password.
func parseNetrc(text string) ([]netrcEntry, error) {
	var entries []netrcEntry
	s := netrcScanner{text: text, line: 1}
	for {
		word, ok := s.word()
		if !ok {
			return entries, s.err
		}
		if strings.HasPrefix(word, "#") {
			s.skipLine()
			continue
		}
		switch word {
		case "machine":
			entries = append(entries, netrcEntry{})
			e := &entries[len(entries)-1]
			if e.machine, ok = s.word(); !ok || e.machine == "" {
				return entries[:len(entries)-1], s.fail("machine without a name")
			}
		case "default":
			entries = append(entries, netrcEntry{})
		case "login", "user", "password", "account":
			value, ok := s.word()
			if !ok {
				return entries, s.fail(word + " without a value")
			}
			if len(entries) == 0 {
				return nil, s.fail(word + " before any machine")
			}
			e := &entries[len(entries)-1]
			*map[string]*string{"login": &e.login, "user": &e.login, "password": &e.password, "account": &e.account}[word] = value
		case "macdef":
			s.skipMacro()
		default:
			return entries, s.fail("a word other than machine, default, login, password, account and macdef")
		}
	}
}

// A netrcScanner cuts words.
type netrcScanner struct {
	text string
	line int
	err  error
}

func (s *netrcScanner) fail(reason string) error {
	if s.err == nil {
		s.err = fmt.Errorf("line %d: %s", s.line, reason)
	}
	return s.err
}

// word returns the next word. In double quotes it may hold blanks, and a backslash
// takes the next character as it is.
func (s *netrcScanner) word() (string, bool) {
	s.text = strings.TrimLeftFunc(s.text, func(r rune) bool {
		if r == '\n' {
			s.line++
		}
		return strings.ContainsRune(" \t\r\n", r)
	})
	if s.text == "" || s.err != nil {
		return "", false
	}
	if s.text[0] == '"' {
		return s.quoted()
	}
	end := strings.IndexAny(s.text, " \t\r\n")
	if end < 0 {
		end = len(s.text)
	}
	word := s.text[:end]
	s.text = s.text[end:]
	return word, true
}

func (s *netrcScanner) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.text = s.text[i+1:]
			return b.String(), true
		case c == '\n':
			s.fail("a quote that is not closed")
			return "", false
		case c == '\\' && i+1 < len(s.text):
			i++
			b.WriteByte(s.text[i])
		default:
			b.WriteByte(c)
		}
	}
	s.fail("a quote that is not closed")
	return "", false
}

func (s *netrcScanner) skipLine() {
	_, s.text, _ = strings.Cut(s.text, "\n")
	s.line++
}

// skipMacro skips past the next empty line.
func (s *netrcScanner) skipMacro() {
	for s.text != "" {
		s.skipLine()
		line, _, _ := strings.Cut(s.text, "\n")
		if strings.TrimRight(line, "\r") == "" {
			return
		}
	}
}
