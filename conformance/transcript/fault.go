package transcript

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Fault says how something failed or ended, from the side of the server. It is one of
// the words below, the last three with something after a blank.
type Fault string

// The faults.
const (
	Closed  Fault = "close"   // the server closed the connection
	Reset   Fault = "reset"   // the server reset it
	Silent  Fault = "silence" // the server said no more, until the client ended it
	Refused Fault = "refused" // no data connection: nobody listened
	Cut     Fault = "cut"     // TLS ended without close_notify
	Demands Fault = "demands" // TLS: the server did not accept the client's certificate, or that there was none
	Client  Fault = "client"  // TLS: the client ended the handshake; what it refused may follow

	alert Fault = "alert" // TLS: the server sent this alert, a number
	sends Fault = "sends" // TLS: the server sent these bytes, escaped as in a line
)

// Distrusted is the fault of a server whose certificate the client refused. reasons are
// words without blanks, such as "self-signed,expired".
func Distrusted(reasons string) Fault { return Client + Fault(" "+reasons) }

// Alert is the fault of a server that answers a TLS handshake with an alert.
func Alert(number uint8) Fault { return alert + Fault(" "+strconv.Itoa(int(number))) }

// Sends is the fault of a server that sends b where a TLS handshake should be.
func Sends(b []byte) Fault { return sends + Fault(" "+escape(string(b), false, false)) }

// String returns the fault as it stands in a file.
func (f Fault) String() string { return string(f) }

// Distrusted returns why the client refused the certificate. ok is false if the fault is
// another one, or the reasons are not known.
func (f Fault) Distrusted() (reasons string, ok bool) {
	word, arg, ok := strings.Cut(string(f), " ")
	return arg, ok && Fault(word) == Client && arg != ""
}

// Alert returns the number of the alert; ok is false if the fault is another one.
func (f Fault) Alert() (number uint8, ok bool) {
	word, arg, _ := strings.Cut(string(f), " ")
	n, err := strconv.ParseUint(arg, 10, 8)
	return uint8(n), Fault(word) == alert && err == nil
}

// Sends returns the bytes that the server sends; ok is false if the fault is another one.
func (f Fault) Sends() (b []byte, ok bool) {
	word, arg, _ := strings.Cut(string(f), " ")
	text, _, err := unescape(arg, false)
	return []byte(text), Fault(word) == sends && err == nil
}

// check reports a fault that is not known, or none where there must be one. Those of a TLS
// handshake are allowed only if tls is set.
func (f Fault) check(must, tls bool) error {
	known := []Fault{Closed, Reset, Silent}
	if tls {
		known = append(known, Client, Demands)
	} else {
		known = append(known, Refused, Cut, Demands)
	}
	_, isAlert := f.Alert()
	_, sends := f.Sends()
	_, distrusted := f.Distrusted()
	switch {
	case !must && f == "", must && slices.Contains(known, f), must && tls && (isAlert || sends || distrusted):
		return nil
	}
	return fmt.Errorf("unknown fault %q", excerpt(string(f)))
}

// Ends reports whether the server ends the connection in the script.
func (s *Script) Ends() bool { return len(s.Steps) > 0 && s.Steps[len(s.Steps)-1].Kind == End }

// splitHow takes the fault off the text of a step.
func (s *Script) splitHow(step Step) (text string, how Fault) {
	switch step.Kind {
	case End:
		return "", Fault(step.Text)
	case TLS, DataFails:
		text, rest, _ := strings.Cut(step.Text, " ")
		return text, Fault(rest)
	case DataToClient, DataToServer:
		for _, f := range []Fault{Closed, Reset, Silent, Cut} {
			name, ok := strings.CutSuffix(step.Text, " "+string(f))
			if _, whole := s.Files[step.Text]; ok && !whole {
				return name, f
			}
		}
	}
	return step.Text, ""
}

// zerosSuffix ends the name of a section that holds the length of a payload and not the
// payload, as in "12345 octets".
const zerosSuffix = ".zeros"

// parseOctets reads the length in such a section.
func parseOctets(sec section) (int64, error) {
	digits, ok := strings.CutSuffix(strings.TrimSpace(sec.data), " octets")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n < 0 {
		return 0, &ParseError{sec.line, fmt.Sprintf("section %q is not a number of octets", sec.name)}
	}
	return n, nil
}

// payload completes a step with data.
func (s *Script) payload(step Step) Step {
	data := s.Files[step.Text]
	if strings.HasSuffix(step.Text, zerosSuffix) {
		step.Octets, _ = parseOctets(section{data: string(data)}) // it was checked
		return step
	}
	step.Payload, step.Octets = data, int64(len(data))
	return step
}
