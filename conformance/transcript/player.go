package transcript

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// maxLine is the number of bytes of the longest line that a Player reads.
const maxLine = 64 << 10

// A Player is one side of a dialogue on a control connection. It writes the
// lines of its side and compares what it reads with the lines of the other.
//
// The Player never reads past the end of the line it waits for. So the connection can be
// used further, or by another script, after that.
type Player struct {
	// Conn is the control connection. A TLS step replaces it by what StartTLS
	// returns.
	Conn net.Conn

	// StartTLS does the TLS handshake of the Player's side. It must return once
	// an operation on the connection times out. It is needed only if the script
	// has a T: step.
	StartTLS func(net.Conn) (net.Conn, error)

	// StopTLS takes TLS down again, on the Player's side. It is needed only if the script
	// has a step "T: clear".
	StopTLS func(net.Conn) (net.Conn, error)

	// Say returns the line to write in place of one of the script, such as a reply
	// with an address of this play; ahead are the steps that follow. If nil, lines are
	// written as they are.
	Say func(line string, ahead []Step) (string, error)

	// Heard is called with each line of the other side that matches the script. If nil,
	// it is not called.
	Heard func(line string) error

	// Data moves step.Payload over a data connection: it sends it if it goes to
	// the other side (D> as the server, D< as the client), else it receives and
	// compares. It bounds its own waits. The next step follows when it returns.
	// It is needed only if the script has data.
	Data func(step Step) error

	// Fault plays what goes wrong on the server's side: a step of TLS that fails, of
	// DataFails, or an End. It is needed only if the script has such a step. A client can't
	// play them.
	Fault func(step Step) error

	// Timeout is the longest wait for one line to be read or written, and for
	// the TLS handshake. If zero or negative, it is 10 seconds.
	Timeout time.Duration
}

func (p *Player) timeout() time.Duration {
	if p.Timeout <= 0 {
		return 10 * time.Second
	}
	return p.Timeout
}

// A StepError reports the step at which the play ended.
type StepError struct {
	Number int    // of the step, from 1
	Line   int    // of the file, from 1; 0 if the script is not from a file
	Step   string // the step as it stands in the file, a password of the script included

	// Got is what the other side has sent instead, escaped as in a file, if Err
	// is ErrMismatch. Of a wrong PASS or ACCT line only the length is shown.
	Got string

	Err error // ErrMismatch or the reason why it could not be played
}

// ErrMismatch is the error of a line that differs from the script.
var ErrMismatch = errors.New("line differs from the script")

// Error returns where the play ended, what was wanted and what came.
func (e *StepError) Error() string {
	at := fmt.Sprintf("transcript: step %d", e.Number)
	if e.Line > 0 {
		at += fmt.Sprintf(" (line %d)", e.Line)
	}
	if errors.Is(e.Err, ErrMismatch) {
		return fmt.Sprintf("%s: %v\nwant %s\ngot  %s", at, e.Err, e.Step, e.Got)
	}
	return fmt.Sprintf("%s: %s: %v", at, e.Step, e.Err)
}

// Unwrap returns the reason.
func (e *StepError) Unwrap() error { return e.Err }

// PlayServer plays the server: it writes the S: lines and compares the C: lines.
// It ends at the first step that fails, with a [*StepError]. A script with a step
// for which the Player lacks a function fails before anything is written. The
// connection stays open, without a deadline.
func (p *Player) PlayServer(s *Script) error { return p.play(s, ServerLine) }

// PlayClient plays the client: it writes the C: lines and compares the S: lines.
// Otherwise it is as PlayServer. A wildcard cannot be written, so a script with
// one fails before anything is written.
func (p *Player) PlayClient(s *Script) error { return p.play(s, ClientLine) }

func (p *Player) play(s *Script, own Kind) error {
	for i, step := range s.Steps {
		if err := p.check(s, step, own); err != nil {
			return stepError(i, step, err)
		}
	}
	for i, step := range s.Steps {
		if err := p.playStep(s, i, own); err != nil {
			return stepError(i, step, err)
		}
	}
	return nil
}

// check reports a step that the Player cannot play.
func (p *Player) check(s *Script, step Step, own Kind) error {
	switch {
	case step.Kind == TLS && step.Text == "clear" && p.StopTLS == nil:
		return errors.New("the Player has no StopTLS")
	case isFault(step) && (p.Fault == nil || own == ClientLine):
		return errors.New("the Player has no Fault")
	case step.Kind == TLS && step.Text == "tls" && p.StartTLS == nil:
		return errors.New("the Player has no StartTLS")
	case (step.Kind == DataToClient || step.Kind == DataToServer) && p.Data == nil:
		return errors.New("the Player has no Data")
	case step.Kind == own && step.Wildcard:
		return errors.New("a wildcard can be compared, but not written")
	}
	return s.check(step)
}

// isFault reports whether a step is for the Fault function.
func isFault(step Step) bool {
	return step.Kind == TLS && step.Text == "fails" || step.Kind == DataFails || step.Kind == End
}

func (p *Player) playStep(s *Script, i int, own Kind) error {
	step := s.Steps[i]
	if isFault(step) {
		return p.Fault(step)
	}
	switch step.Kind {
	case own:
		return p.writeLine(step.Text, s.Steps[i+1:])
	case Peer:
		return nil
	case TLS:
		if step.Text == "clear" {
			return p.changeTLS(p.StopTLS)
		}
		return p.changeTLS(p.StartTLS)
	case DataToClient, DataToServer:
		return p.Data(s.payload(step))
	}
	return p.compareLine(step)
}

func (p *Player) writeLine(text string, ahead []Step) (err error) {
	if p.Say != nil {
		if text, err = p.Say(text, ahead); err != nil {
			return err
		}
	}
	if err := p.Conn.SetWriteDeadline(time.Now().Add(p.timeout())); err != nil {
		return err
	}
	if _, err := p.Conn.Write([]byte(text + "\r\n")); err != nil {
		return err
	}
	return p.Conn.SetWriteDeadline(time.Time{})
}

func (p *Player) changeTLS(to func(net.Conn) (net.Conn, error)) error {
	if err := p.Conn.SetDeadline(time.Now().Add(p.timeout())); err != nil {
		return err
	}
	c, err := to(p.Conn)
	if err != nil {
		return err
	}
	p.Conn = c
	return c.SetDeadline(time.Time{})
}

// compareLine reads as many lines as the step holds, one as a rule.
func (p *Player) compareLine(step Step) error {
	if err := p.Conn.SetReadDeadline(time.Now().Add(p.timeout())); err != nil {
		return err
	}
	got, err := p.readLines(1 + strings.Count(step.Text, "\n"))
	if err != nil {
		if len(got) > 0 {
			err = fmt.Errorf("got %s, then: %w", shown(step.Kind, string(got), false), err)
		}
		return err
	}
	text, crlf := strings.CutSuffix(string(got), "\r\n")
	same := text == step.Text || step.Wildcard && strings.HasPrefix(text, step.Text)
	if !crlf || !same {
		return &mismatch{got: shown(step.Kind, string(got), true)}
	}
	if p.Heard != nil {
		if err := p.Heard(text); err != nil {
			return err
		}
	}
	return p.Conn.SetReadDeadline(time.Time{})
}

// readLines reads n lines byte by byte, so that it leaves what follows them.
func (p *Player) readLines(n int) (got []byte, err error) {
	var b [1]byte
	for n > 0 {
		k, err := p.Conn.Read(b[:])
		if k == 1 {
			if got = append(got, b[0]); b[0] == '\n' {
				n--
			}
			if len(got) >= maxLine && n > 0 {
				return got, fmt.Errorf("line longer than %d bytes", maxLine)
			}
			if n == 0 {
				return got, nil // an error that came along is the next read's
			}
		}
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

// A mismatch carries the line that was read to stepError.
type mismatch struct{ got string }

func (m *mismatch) Error() string { return ErrMismatch.Error() }

func stepError(i int, step Step, err error) error {
	e := &StepError{Number: i + 1, Line: step.Line, Step: step.String(), Err: err}
	if m, ok := err.(*mismatch); ok {
		e.Err, e.Got = ErrMismatch, m.got
	}
	return e
}

// shown returns a received line as it would stand in a file, shortened, its line
// end only if it is not CRLF, and without the argument of PASS and ACCT.
func shown(kind Kind, got string, whole bool) string {
	text, crlf := strings.CutSuffix(got, "\r\n")
	line := Step{Kind: kind, Text: excerpt(secretless(kind, text))}.String()
	if whole && !crlf {
		line += " (line end is not CRLF)"
	}
	return line
}

// secretless replaces the argument of a PASS or ACCT command. White space and
// Telnet bytes in front of the verb do not hide it.
func secretless(kind Kind, text string) string {
	notLetter := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }
	verbAt := strings.IndexFunc(text, func(r rune) bool { return !notLetter(r) })
	if kind != ClientLine || verbAt < 0 {
		return text
	}
	end := len(text)
	if n := strings.IndexFunc(text[verbAt:], notLetter); n >= 0 {
		end = verbAt + n
	}
	verb := strings.ToUpper(text[verbAt:end])
	if end < len(text) && (verb == "PASS" || verb == "ACCT") {
		return fmt.Sprintf("%s [%d bytes]", text[:end], len(text)-end)
	}
	return text
}
