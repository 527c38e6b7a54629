package protocol

import (
	"bytes"
	"strings"
)

// A Command is one line from the user's side.
type Command struct {
	Verb Verb   // in capitals
	Arg  string // bytes as they go on the wire, Telnet doubling aside

	// Diagram judges the replies. If zero, the verb table decides; give it for verbs that
	// are not in the table.
	Diagram Diagram
}

// diagram returns the exchange that c's replies are judged by.
func (c Command) diagram() Diagram {
	if c.Diagram != DiagramByVerb {
		return c.Diagram
	}
	info, _ := LookupVerb(c.Verb)
	return info.Diagram
}

// String returns the command without its line end, with secrets masked: the
// arguments of PASS, ACCT, ADAT, MIC, CONF and ENC and of SITE commands that carry
// a password.
func (c Command) String() string {
	if c.Arg == "" {
		return string(c.Verb)
	}
	return string(c.Verb) + " " + c.maskedArg()
}

func (c Command) maskedArg() string {
	before, secret := c.cutSecret()
	if secret == "" {
		return c.Arg
	}
	return before + Mask
}

// cutSecret returns the argument in two parts, of which the second is what String masks.
func (c Command) cutSecret() (before, secret string) {
	switch c.Verb.upper() {
	case "PASS", "ACCT", "ADAT", "MIC", "CONF", "ENC":
		return "", c.Arg // a safe message (MIC) encloses the command as it is
	case "SITE":
		sub, rest, _ := strings.Cut(strings.TrimLeft(c.Arg, " \t"), " ")
		switch strings.ToUpper(sub) {
		case "PSWD", "PASS", "PASSWD", "PASSWORD", "GPASS", "CPWD", "CHPASS", "ADDUSER", "GADDUSER", "LOGIN":
			return sub + " ", rest
		}
	}
	return c.Arg, ""
}

// Secrets returns what of the argument String masks, for a [Redactor]: servers echo it. Of SITE commands, which may have
// an old password and a new one, also each word.
func (c Command) Secrets() []string {
	_, secret := c.cutSecret()
	if secret == "" {
		return nil
	}
	if words := strings.Fields(secret); c.Verb.upper() == "SITE" && len(words) > 1 {
		return append(words, secret)
	}
	return []string{secret}
}

// maxVerb is the longest verb that is sent or read. RFC 959 has four letters;
// deployed extensions reach seven (XSHA512).
const maxVerb = 16

// Append appends the command's line, CR LF included, to dst.
//
// This is the only encoder of commands. It refuses everything that could make a second
// command of the argument: CR, LF or NUL (RFC 959, Section 5.3: none of them is a
// <char>). The error is then an *[ArgumentError], and nothing is appended. A byte 255 is
// doubled, being Telnet's IAC (RFC 854).
func (c Command) Append(dst []byte) ([]byte, error) {
	if !validVerb(string(c.Verb)) {
		return dst, &ArgumentError{Verb: c.Verb.shown(), Reason: "a verb is 1 to 16 letters, digits or '@', beginning with a letter"}
	}
	if c.Diagram >= diagramCount {
		return dst, &ArgumentError{Verb: c.Verb, Reason: "unknown diagram"}
	}
	info, _ := LookupVerb(c.Verb)
	if info.Arg == ArgNone && c.Arg != "" {
		return dst, &ArgumentError{Verb: c.Verb, Reason: "takes no argument"}
	}
	if (info.Arg == ArgPath || info.Arg == ArgText || info.Arg == ArgMixed) && c.Arg == "" {
		return dst, &ArgumentError{Verb: c.Verb, Reason: "needs an argument"}
	}
	return appendCommand(dst, c)
}

// AppendUnchecked is Append without the rules of the verb table. It is for tools that
// must send what a correct client never sends: a command without its argument, or with a
// superfluous one. The rules that keep a command on one line apply here too.
func (c Command) AppendUnchecked(dst []byte) ([]byte, error) {
	return appendCommand(dst, c)
}

func appendCommand(dst []byte, c Command) ([]byte, error) {
	if strings.ContainsAny(string(c.Verb), "\r\n\x00 ") || strings.IndexByte(string(c.Verb), telnetIAC) >= 0 {
		return dst, &ArgumentError{Verb: "?", Reason: "the verb holds a blank, CR, LF, NUL or byte 255"}
	}
	if i := strings.IndexAny(c.Arg, "\r\n\x00"); i >= 0 {
		return dst, &ArgumentError{Verb: c.Verb, Reason: "the argument holds " + charName(c.Arg[i])}
	}
	dst = append(dst, c.Verb...)
	info, _ := LookupVerb(c.Verb)
	if c.Arg != "" || info.Arg == ArgVerbatim {
		dst = append(dst, ' ')
		for i := 0; i < len(c.Arg); i++ {
			if c.Arg[i] == telnetIAC {
				dst = append(dst, telnetIAC)
			}
			dst = append(dst, c.Arg[i])
		}
	}
	return append(dst, '\r', '\n'), nil
}

func charName(b byte) string {
	switch b {
	case '\r':
		return "CR"
	case '\n':
		return "LF"
	}
	return "NUL"
}

func validVerb(v string) bool {
	if v == "" || len(v) > maxVerb || !isLetter(v[0]) {
		return false
	}
	for i := range len(v) {
		if b := v[i]; !isLetter(b) && !isDigit(b) && b != '@' {
			return false
		}
	}
	return true
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return '0' <= b && b <= '9' }

// ParseCommand reads a line, without its line end, as a server does: the verb in
// any case, exactly one space before a pathname, blanks around other arguments
// dropped. The error is a *[SyntaxError].
func ParseCommand(line []byte) (Command, error) {
	verb, arg, _ := bytes.Cut(line, []byte{' '})
	if !validVerb(string(verb)) {
		return Command{}, &SyntaxError{Excerpt: commandExcerpt(line), Reason: "the line does not begin with a command verb"}
	}
	if i := bytes.IndexAny(arg, "\r\n\x00"); i >= 0 {
		return Command{}, &SyntaxError{Offset: int64(len(verb) + 1 + i), Excerpt: commandExcerpt(line), Reason: "the argument holds " + charName(arg[i])}
	}
	c := Command{Verb: Verb(bytes.ToUpper(verb)), Arg: string(arg)}
	info, _ := LookupVerb(c.Verb)
	switch info.Arg {
	case ArgText, ArgTextOpt, ArgNone:
		c.Arg = strings.Trim(c.Arg, " \t")
	}
	return c, nil
}

// commandExcerpt is the excerpt of a line that may not be a command, but may still hold a
// password.
func commandExcerpt(line []byte) string {
	s := string(line)
	start := strings.IndexFunc(s, func(r rune) bool { return r < 0x80 && isLetter(byte(r)) })
	if start < 0 {
		return excerpt(line)
	}
	end := start
	for end < len(s) && isLetter(s[end]) {
		end++
	}
	arg := strings.TrimLeft(s[end:], " \t\r\x00")
	c := Command{Verb: Verb(s[start:end]), Arg: arg}
	if masked := c.maskedArg(); masked != arg {
		return shorten(s[:end]+" "+masked, excerptBytes)
	}
	return excerpt(line)
}
