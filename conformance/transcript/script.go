package transcript

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Script is a dialogue with its payloads.
type Script struct {
	Comment string            // RFC section, and the server it was seen on
	Steps   []Step            // in the order of the dialogue
	Files   map[string][]byte // payloads by section name; nil if there are none
}

// A Step is one line of the dialogue.
type Step struct {
	Kind Kind

	// Text is the line without its CRLF, escapes decoded, of a ServerLine or
	// ClientLine; the section name of data; "tls" of TLS.
	Text string

	// Wildcard is set if any text may follow Text; only of a ClientLine.
	Wildcard bool

	// Line is the line of the file, from 1. If zero, the step is from elsewhere.
	Line int

	// Payload is the section that data is named after. Only the step that a
	// Player hands to its Data function has it.
	Payload []byte
}

// A Kind says what a step is. The zero Kind is no step.
type Kind int

// The kinds of steps.
const (
	ServerLine   Kind = iota + 1 // S: a line on the control connection
	ClientLine                   // C: a line on the control connection
	TLS                          // T: the handshake on the control connection
	DataToClient                 // D> a data connection, as for RETR and LIST
	DataToServer                 // D< a data connection, as for STOR
)

var kindMarks = [...]string{ServerLine: "S:", ClientLine: "C:", TLS: "T:", DataToClient: "D>", DataToServer: "D<"}

// String returns the mark of the kind in a file, such as "S:".
func (k Kind) String() string {
	if k < ServerLine || k > DataToServer {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindMarks[k]
}

// String returns the step as it stands in a file.
func (s Step) String() string {
	text := s.Text
	if s.Kind == ServerLine || s.Kind == ClientLine {
		text = escape(s.Text, s.Kind == ClientLine, s.Wildcard)
	}
	if text == "" {
		return s.Kind.String()
	}
	return s.Kind.String() + " " + text
}

// A ParseError reports a file that is no script.
type ParseError struct {
	Line   int // from 1; 0 if the whole file is meant
	Reason string
}

// Error returns the line and the reason.
func (e *ParseError) Error() string {
	if e.Line == 0 {
		return "transcript: " + e.Reason
	}
	return fmt.Sprintf("transcript: line %d: %s", e.Line, e.Reason)
}

const dialogueName = "dialogue"

// Parse reads a script. Its errors are of type [*ParseError]: no dialogue, two
// sections of one name, a line that is no step, data without its section.
func Parse(data []byte) (*Script, error) {
	comment, sections := splitArchive(string(data))
	s := &Script{Comment: trimCRs(comment)}
	seen := make(map[string]bool)
	var dialogue *section
	for i, sec := range sections {
		if seen[sec.name] {
			return nil, &ParseError{sec.line, fmt.Sprintf("second section %q", sec.name)}
		}
		seen[sec.name] = true
		if sec.name == dialogueName {
			dialogue = &sections[i]
			continue
		}
		if s.Files == nil {
			s.Files = make(map[string][]byte)
		}
		s.Files[sec.name] = []byte(sec.data)
	}
	if dialogue == nil {
		return nil, &ParseError{0, `no section "dialogue"`}
	}
	n := dialogue.line
	for line := range strings.Lines(dialogue.data) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		step, err := parseStep(line)
		if err == nil {
			step.Line = n
			err = s.check(step)
		}
		if err != nil {
			return nil, &ParseError{n, err.Error()}
		}
		s.Steps = append(s.Steps, step)
	}
	return s, nil
}

func parseStep(line string) (step Step, err error) {
	mark, text := line[:min(2, len(line))], line[min(2, len(line)):]
	kind := Kind(slices.Index(kindMarks[:], mark))
	if kind < ServerLine || text != "" && text[0] != ' ' {
		return step, fmt.Errorf("no step: %q; want S:, C:, T:, D> or D< and a blank", excerpt(line))
	}
	step.Kind, step.Text = kind, strings.TrimPrefix(text, " ")
	if kind == ServerLine || kind == ClientLine {
		step.Text, step.Wildcard, err = unescape(step.Text, kind == ClientLine)
	} else {
		step.Text = strings.TrimSpace(step.Text)
	}
	return step, err
}

// check reports a step that the script cannot hold.
func (s *Script) check(step Step) error {
	switch step.Kind {
	case ServerLine:
		if step.Wildcard {
			return fmt.Errorf("wildcard in the server's line %q", excerpt(step.Text))
		}
	case ClientLine:
	case TLS:
		if step.Text != "tls" {
			return fmt.Errorf("unknown TLS event %q; want tls", excerpt(step.Text))
		}
	case DataToClient, DataToServer:
		if _, ok := s.Files[step.Text]; !ok {
			return fmt.Errorf("no section %q for data", excerpt(step.Text))
		}
	default:
		return fmt.Errorf("unknown kind of step %d", int(step.Kind))
	}
	return nil
}

// Format writes the script as Parse reads it: the comment, the dialogue, then
// the payloads by name. Blank lines are not kept; text without a final line end
// gets one. Parsing the result gives the same script, step lines aside, if
// no comment or payload holds a line that looks like the start of a section.
func (s *Script) Format() []byte {
	b := appendSection(nil, "", s.Comment)
	b = appendSection(b, dialogueName, "")
	for _, step := range s.Steps {
		b = append(b, step.String()...)
		b = append(b, '\n')
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		b = appendSection(b, name, string(s.Files[name]))
	}
	return b
}

// trimCRs removes the CRs at the end of each line.
func trimCRs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(line, "\r\n"))
		b.WriteByte('\n')
	}
	return b.String()
}

// excerpt shortens text from a file or a peer for an error.
func excerpt(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s... (%d bytes)", s[:most], len(s))
}
