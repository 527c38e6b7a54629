package transcript

import (
	"encoding/base64"
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
	Kind Kind // what the step is

	// Text is the line without its CRLF, escapes decoded, of a ServerLine or
	// ClientLine; the section name of data; "tls", "clear" or "fails" of TLS; "data" or
	// "tls" of DataFails; the address of a Peer; "" of an End.
	Text string

	// How says how something failed or ended: TLS that fails, DataFails, an End, and data
	// that did not end in order. If it is "", it ended in order.
	How Fault

	// Wildcard is set if any text may follow Text; only of a ClientLine.
	Wildcard bool

	// Line is the line of the file, from 1. If zero, the step is from elsewhere.
	Line int

	// Payload is the section that data is named after, and Octets its length. Of contents
	// that were not kept there is only the length: Payload is nil, and zeros stand for
	// them. Only the step that a Player hands to its Data function has these.
	Payload []byte
	Octets  int64
}

// A Kind says what a step is. The zero Kind is not a step.
type Kind int

// The kinds of steps.
const (
	ServerLine   Kind = iota + 1 // S: a line on the control connection
	ClientLine                   // C: a line on the control connection
	TLS                          // T: the handshake on the control connection, or the end of TLS
	DataToClient                 // D> a data connection, as for RETR and LIST
	DataToServer                 // D< a data connection, as for STOR
	DataFails                    // D! a data connection that does not come about
	Peer                         // P: the server's address as the client saw it
	End                          // E: the server ends the control connection, or says no more
)

var kindMarks = [...]string{
	ServerLine: "S:", ClientLine: "C:", TLS: "T:", DataToClient: "D>", DataToServer: "D<", DataFails: "D!", Peer: "P:", End: "E:",
}

// String returns the mark of the kind in a file, such as "S:".
func (k Kind) String() string {
	if k < ServerLine || k > End {
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
	line := s.Kind.String()
	for _, word := range []string{text, s.How.String()} {
		if word != "" {
			line += " " + word
		}
	}
	return line
}

// A ParseError reports a file that is not a script.
type ParseError struct {
	Line   int    // from 1; 0 if the whole file is meant
	Reason string // what is wrong with it
}

// Error returns the line and the reason.
func (e *ParseError) Error() string {
	if e.Line == 0 {
		return "transcript: " + e.Reason
	}
	return fmt.Sprintf("transcript: line %d: %s", e.Line, e.Reason)
}

const dialogueName = "dialogue"

// Parse reads a script: the first dialogue of a file. Its errors are of type
// [*ParseError]: no dialogue, two sections of one name, a line that is not a step, data
// without its section.
func Parse(data []byte) (*Script, error) {
	all, err := ParseAll(data)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ParseAll reads all dialogues of a file, which share its comment and its payloads.
func ParseAll(data []byte) ([]*Script, error) {
	comment, sections := splitArchive(string(data))
	first := &Script{Comment: trimCRs(comment)}
	all := []*Script{first}
	seen := make(map[string]bool)
	dialogues := make([]*section, 1)
	for i, sec := range sections {
		if seen[sec.name] {
			return nil, &ParseError{sec.line, fmt.Sprintf("second section %q", sec.name)}
		}
		seen[sec.name] = true
		switch sec.name {
		case dialogueName:
			dialogues[0] = &sections[i]
		case numbered(len(dialogues) + 1):
			dialogues = append(dialogues, &sections[i])
			all = append(all, &Script{Comment: first.Comment})
		default:
			payload, err := decodePayload(sec)
			if err == nil && strings.HasSuffix(sec.name, zerosSuffix) {
				_, err = parseOctets(sec)
			}
			if err != nil {
				return nil, err
			}
			if first.Files == nil {
				first.Files = make(map[string][]byte)
			}
			first.Files[sec.name] = payload
		}
	}
	if dialogues[0] == nil {
		return nil, &ParseError{0, `no section "dialogue"`}
	}
	for i, s := range all {
		s.Files = first.Files
		if err := s.parseDialogue(dialogues[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// numbered is the name of the section of a further dialogue.
func numbered(n int) string { return fmt.Sprintf("%s-%d", dialogueName, n) }

const encodedSuffix = ".base64"

func decodePayload(sec section) ([]byte, error) {
	if !strings.HasSuffix(sec.name, encodedSuffix) {
		return []byte(sec.data), nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(sec.data) // which skips line ends
	if err != nil {
		return nil, &ParseError{sec.line, fmt.Sprintf("section %q is not base64", sec.name)}
	}
	return b, nil
}

func encodePayload(name string, payload []byte) string {
	if !strings.HasSuffix(name, encodedSuffix) {
		return string(payload)
	}
	const width = 76
	var b strings.Builder
	for text := base64.StdEncoding.EncodeToString(payload); text != ""; {
		n := min(width, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String()
}

func (s *Script) parseDialogue(sec *section) error {
	n := sec.line
	for line := range strings.Lines(sec.data) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		step, err := parseStep(line)
		if err == nil {
			step.Line = n
			step.Text, step.How = s.splitHow(step)
			err = s.check(step)
		}
		if err != nil {
			return &ParseError{n, err.Error()}
		}
		s.Steps = append(s.Steps, step)
	}
	return nil
}

func parseStep(line string) (step Step, err error) {
	mark, text := line[:min(2, len(line))], line[min(2, len(line)):]
	kind := Kind(slices.Index(kindMarks[:], mark))
	if kind < ServerLine || text != "" && text[0] != ' ' {
		return step, fmt.Errorf("no step: %q; want S:, C:, T:, D>, D<, D!, P: or E: and a blank", excerpt(line))
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
		if step.Text != "tls" && step.Text != "clear" && step.Text != "fails" {
			return fmt.Errorf("unknown TLS event %q; want tls, clear or fails", excerpt(step.Text))
		}
		return step.How.check(step.Text == "fails", true)
	case DataToClient, DataToServer:
		if _, ok := s.Files[step.Text]; !ok {
			return fmt.Errorf("no section %q for data", excerpt(step.Text))
		}
	case DataFails:
		if step.Text != "data" && step.Text != "tls" {
			return fmt.Errorf("unknown failure of %q; want data or tls", excerpt(step.Text))
		}
		return step.How.check(true, step.Text == "tls")
	case End:
		return step.How.check(true, false)
	case Peer:
	default:
		return fmt.Errorf("unknown kind of step %d", int(step.Kind))
	}
	return nil
}

// Format writes the script as Parse reads it: the comment, the dialogue, then
// the payloads by name. Blank lines and comments are not kept; text without a final line end
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
		b = appendSection(b, name, encodePayload(name, s.Files[name]))
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
