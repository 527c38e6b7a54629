package protocol

import (
	"strconv"
	"strings"
)

// A Code is the three-digit code of a reply (RFC 959, Section 4.2).
type Code int

// Class returns the first digit: 1 preliminary, 2 completion, 3 intermediate,
// 4 transient and 5 permanent refusal, 6 protected (RFC 2228).
func (c Code) Class() int { return int(c) / 100 }

// A Lint marks a harmless deviation that the reader forgave.
type Lint uint16

// Deviations that do not hinder reading.
const (
	LintBareLF     Lint = 1 << iota // a line ended in LF without CR (RFC 959, Section 4.2; RFC 854)
	LintBareCR                      // a CR inside a line
	LintNoSpace                     // the code was followed by the line end, without a space
	LintInnerCode                   // a middle line began with digits that were not padded
	LintOuterGroup                  // the second digit is none of the groups 0 to 5
)

// words says what l holds.
func (l Lint) words() string {
	var said []string
	for i, s := range [...]string{
		"a line ends in LF without CR", "there is a CR inside a line", "there is no space after the code",
		"a line in the middle begins with digits", "the second digit is above 5",
	} {
		if l&(1<<i) != 0 {
			said = append(said, s)
		}
	}
	return strings.Join(said, ", ")
}

// A Reply is one complete reply of a server.
type Reply struct {
	Code Code // the three digits

	// Lines holds the text: of the first and the last line, what follows the code and its
	// separator; of the lines between them, the whole line.
	Lines []string

	// Lint tells what was forgiven. Writers ignore it.
	Lint Lint
}

// NewReply returns a reply of one line, or of several if text holds newlines.
func NewReply(code Code, text string) Reply {
	return Reply{Code: code, Lines: strings.Split(text, "\n")}
}

// Text returns the lines joined by newlines.
func (r Reply) Text() string { return strings.Join(r.Lines, "\n") }

// LastLine returns the text of the last line, where servers put the value of a
// reply that they spread over several.
func (r Reply) LastLine() string {
	if len(r.Lines) == 0 {
		return ""
	}
	return r.Lines[len(r.Lines)-1]
}

// Append appends the reply as it goes on the wire to dst. A middle line that
// begins with three digits is padded with a space (RFC 959, Section 4.2), so that
// no text can end the reply early. CR, LF and NUL in the text, which could forge
// another reply, become spaces; byte 255 is doubled.
func (r Reply) Append(dst []byte) []byte {
	n := len(r.Lines)
	if n <= 1 {
		dst = r.appendCode(dst, ' ')
		return append(appendText(dst, r.LastLine()), '\r', '\n')
	}
	for i, line := range r.Lines {
		switch {
		case i == 0:
			dst = r.appendCode(dst, '-')
		case i == n-1:
			dst = r.appendCode(dst, ' ')
		case r.Code.encloses() != LevelClear:
			dst = r.appendCode(dst, '-') // RFC 2228, Section 5.2: stricter than RFC 959
		case beginsWithCode(line):
			dst = append(dst, ' ')
		}
		dst = append(appendText(dst, line), '\r', '\n')
	}
	return dst
}

func (r Reply) appendCode(dst []byte, sep byte) []byte {
	return append(strconv.AppendInt(dst, int64(r.Code), 10), sep)
}

func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		switch b := s[i]; b {
		case '\r', '\n', 0:
			dst = append(dst, ' ')
		case telnetIAC:
			dst = append(dst, telnetIAC, telnetIAC)
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

func beginsWithCode(s string) bool {
	return len(s) >= 3 && isDigit(s[0]) && isDigit(s[1]) && isDigit(s[2])
}

// cutCode splits a line into code, separator and text. The separator is ' ' or
// '-', or 0 if the line is the code alone.
func cutCode(s string) (code Code, sep byte, text string, ok bool) {
	if !beginsWithCode(s) || s[0] < '1' || s[0] > '6' {
		return 0, 0, "", false
	}
	code = Code(s[0]-'0')*100 + Code(s[1]-'0')*10 + Code(s[2]-'0')
	if len(s) == 3 {
		return code, 0, "", true
	}
	if s[3] != ' ' && s[3] != '-' {
		return 0, 0, "", false
	}
	return code, s[3], s[4:], true
}
