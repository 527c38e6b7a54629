package proxy

import "strings"

// A challenge is one offer of a Proxy-Authenticate header (RFC 9110, Section 11.3).
type challenge struct {
	scheme string // in lower case
	token  string // token68, as NTLM has it
	params map[string]string
}

// parseChallenges reads all Proxy-Authenticate headers. Each may hold several challenges,
// with commas between them and between the parameters of each. A syntax error ends the
// reading of a header; what came before it counts.
func parseChallenges(values []string) []challenge {
	var all []challenge
	for _, v := range values {
		s := &scanner{rest: v}
		for {
			s.skip(" \t,")
			word := s.token()
			if word == "" {
				break
			}
			if s.equals() { // a parameter of the challenge before
				value, ok := s.value()
				if !ok || len(all) == 0 {
					break
				}
				c := &all[len(all)-1]
				if name := strings.ToLower(word); c.params[name] == "" {
					c.params[name] = value
				}
				continue
			}
			c := challenge{scheme: strings.ToLower(word), params: map[string]string{}}
			s.skip(" \t")
			c.token = s.token68()
			all = append(all, c)
		}
	}
	return all
}

type scanner struct{ rest string }

func (s *scanner) skip(cutset string) { s.rest = strings.TrimLeft(s.rest, cutset) }

// token reads a token (RFC 9110, Section 5.6.2).
func (s *scanner) token() string {
	n := 0
	for n < len(s.rest) && isTokenByte(s.rest[n]) {
		n++
	}
	t := s.rest[:n]
	s.rest = s.rest[n:]
	return t
}

func isTokenByte(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}

// equals reads the "=" of a parameter, with the blanks that some proxies put around it.
func (s *scanner) equals() bool {
	rest := strings.TrimLeft(s.rest, " \t")
	if !strings.HasPrefix(rest, "=") {
		return false
	}
	s.rest = strings.TrimLeft(rest[1:], " \t")
	return true
}

// value reads a token or a quoted string.
func (s *scanner) value() (string, bool) {
	if !strings.HasPrefix(s.rest, `"`) {
		v := s.token()
		return v, v != ""
	}
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(s.rest):
			i++
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// token68 reads a token68 after a scheme, up to a comma or the end. A token followed by a
// single "=" and more text is a parameter's name, and stays unread.
func (s *scanner) token68() string {
	n := 0
	for n < len(s.rest) && (isTokenByte(s.rest[n]) || s.rest[n] == '/') {
		n++
	}
	end := n
	for end < len(s.rest) && s.rest[end] == '=' {
		end++
	}
	after := strings.TrimLeft(s.rest[end:], " \t")
	if n == 0 || after != "" && after[0] != ',' {
		return ""
	}
	t := s.rest[:end]
	s.rest = after
	return t
}
