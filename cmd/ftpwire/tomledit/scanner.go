package tomledit

import (
	"bytes"

	"github.com/pelletier/go-toml/v2"
)

// A scanner finds the tables and keys of a valid TOML text. It needs to know only where
// strings, lists and comments end.
type scanner struct {
	text   []byte
	at     int
	failed bool
}

func (s *scanner) line() int { return 1 + bytes.Count(s.text[:min(s.at, len(s.text))], []byte("\n")) }

func (s *scanner) tables() []table {
	current := table{}
	var all []table
	above := 0 // where the comment above what comes next begins
	for s.at < len(s.text) && !s.failed {
		begin := s.at
		s.skip(" \t")
		switch s.peek() {
		case '\n', '\r':
			s.endLine()
			above = s.at
		case '#':
			s.endLine()
		case '[':
			current.end = above
			all = append(all, current)
			current = table{start: above, header: begin}
			current.path, current.array = s.header()
			current.headerTo = s.at
			s.endLine()
			current.body = s.at
			above = s.at
		default:
			current.entries = append(current.entries, s.entry(begin, current.path))
			above = s.at
		}
	}
	current.end = len(s.text)
	return append(all, current)
}

func (s *scanner) header() (path []string, array bool) {
	open := s.at
	for s.peek() == '[' {
		s.at++
	}
	array = s.at-open == 2
	path = s.key(']')
	for s.peek() == ']' {
		s.at++
	}
	return path, array
}

func (s *scanner) entry(begin int, table []string) entry {
	e := entry{start: begin, path: append([]string(nil), table...)}
	e.path = append(e.path, s.key('=')...)
	s.at++
	s.skip(" \t")
	e.value = s.at
	s.value()
	e.to = s.at
	s.endLine()
	e.end = s.at
	return e
}

// key reads a dotted key up to end.
func (s *scanner) key(end byte) []string {
	begin := s.at
	for s.at < len(s.text) && s.peek() != end {
		if c := s.peek(); c == '"' || c == '\'' {
			s.quoted()
			continue
		}
		s.at++
	}
	var holder map[string]any
	if s.at >= len(s.text) || toml.Unmarshal(append(bytes.Clone(s.text[begin:s.at]), " = 0"...), &holder) != nil {
		s.failed = true
		return nil
	}
	var path []string
	for {
		for name, value := range holder { // of one
			path = append(path, name)
			below, ok := value.(map[string]any)
			if !ok {
				return path
			}
			holder = below
		}
	}
}

// value reads a value, up to the blank, comment or line end after it.
func (s *scanner) value() {
	depth := 0
	end := s.at
	for s.at < len(s.text) {
		switch c := s.peek(); c {
		case '"', '\'':
			s.quoted()
			end = s.at
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '#':
			if depth == 0 {
				s.at = end
				return
			}
			for s.at < len(s.text) && s.peek() != '\n' {
				s.at++
			}
			continue
		case '\n', '\r':
			if depth == 0 {
				s.at = end
				return
			}
		}
		if c := s.peek(); c != ' ' && c != '\t' {
			end = s.at + 1
		}
		s.at++
	}
	s.at = end
}

// quoted skips a string.
func (s *scanner) quoted() {
	quote := s.text[s.at]
	triple := bytes.Repeat([]byte{quote}, 3)
	if bytes.HasPrefix(s.text[s.at:], triple) {
		s.multiLine(quote, triple)
		return
	}
	for s.at++; s.at < len(s.text); s.at++ {
		switch {
		case s.peek() == '\\' && quote == '"':
			s.at++
		case s.peek() == quote:
			s.at++
			return
		}
	}
	s.failed = true
}

// multiLine skips a string of several lines, which may end in up to two quotes of its own.
func (s *scanner) multiLine(quote byte, triple []byte) {
	for s.at += 3; s.at < len(s.text); s.at++ {
		switch {
		case s.peek() == '\\' && quote == '"':
			s.at++
		case bytes.HasPrefix(s.text[s.at:], triple):
			s.at += 3
			for n := 0; n < 2 && s.at < len(s.text) && s.peek() == quote; n++ {
				s.at++
			}
			return
		}
	}
	s.failed = true
}

func (s *scanner) peek() byte {
	if s.at >= len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) skip(set string) {
	for s.at < len(s.text) && bytes.IndexByte([]byte(set), s.text[s.at]) >= 0 {
		s.at++
	}
}

// endLine goes to the beginning of the next line.
func (s *scanner) endLine() {
	i := bytes.IndexByte(s.text[min(s.at, len(s.text)):], '\n')
	if i < 0 {
		s.at = len(s.text)
		return
	}
	s.at += i + 1
}
