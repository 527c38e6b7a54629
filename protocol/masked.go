package protocol

import "fmt"

// Format implements fmt.Formatter: whatever the verb, secrets are masked as by String.
func (c Command) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		fmt.Fprintf(f, "protocol.Command{Verb:%q, Arg:%q}", string(c.Verb), c.maskedArg())
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), c.String())
}

// MarshalText implements encoding.TextMarshaler, with secrets masked: so it is in JSON, and in logs.
func (c Command) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Format implements fmt.Formatter, with secrets of the command masked.
func (e Event) Format(f fmt.State, verb rune) {
	type plain Event
	PrintPlain(f, verb, plain(e))
}

// PrintPlain writes a value whose type has no methods, for the Format method of the type
// that it was made from once its secrets are masked. For all verbs but %v it is one text:
// package fmt would print what pointers in it point to without asking for its methods.
func PrintPlain(f fmt.State, verb rune, plain any) {
	if verb != 'v' {
		plain = fmt.Sprint(plain)
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain)
}

// Format implements fmt.Formatter. It shows how many forms of secrets r knows, and none of them.
func (r Redactor) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "protocol.Redactor(%d)", len(r.forms)) }

// Format implements fmt.Formatter. It shows the state of m, and no command: those in flight may hold a secret.
func (m *Machine) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "protocol.Machine(%v)", m.state) }
