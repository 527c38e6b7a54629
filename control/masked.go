package control

import (
	"fmt"
	"log/slog"

	"github.com/ftpwire/ftpwire/protocol"
)

// Values that hold a secret are printed and logged without it. Package fmt does not call
// the methods of unexported fields, so a type that is printed must not hold such a value
// in an unexported field.

// mask returns the text to print in place of a secret, "" if there is none.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return protocol.Mask
}

// maskedLine returns a command line with the arguments masked that are known to be
// secret.
func maskedLine(line string) string {
	c, err := protocol.ParseCommand([]byte(line))
	if err != nil {
		return mask(line)
	}
	return c.String()
}

// Format implements fmt.Formatter, with the password masked.
func (p LoginProxy) Format(f fmt.State, verb rune) {
	type plain LoginProxy
	p.Password = mask(p.Password)
	protocol.PrintPlain(f, verb, plain(p))
}

// LogValue implements slog.LogValuer, with the password masked.
func (p LoginProxy) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", p)) }

// Format implements fmt.Formatter, with secrets in the command masked.
func (l LoginLine) Format(f fmt.State, verb rune) {
	type plain LoginLine
	l.Send = maskedLine(l.Send)
	protocol.PrintPlain(f, verb, plain(l))
}

// LogValue implements slog.LogValuer, with secrets in the command masked.
func (l LoginLine) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", l)) }

// Format implements fmt.Formatter, with secrets in the command masked.
func (a AfterLogin) Format(f fmt.State, verb rune) {
	type plain AfterLogin
	a.Command = maskedLine(a.Command)
	protocol.PrintPlain(f, verb, plain(a))
}

// LogValue implements slog.LogValuer, with secrets in the command masked.
func (a AfterLogin) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", a)) }

// Format implements fmt.Formatter, with secrets masked.
func (o LoginOptions) Format(f fmt.State, verb rune) {
	type plain LoginOptions
	protocol.PrintPlain(f, verb, plain(o))
}

// LogValue implements slog.LogValuer, with secrets masked.
func (o LoginOptions) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", o)) }

// Format implements fmt.Formatter, with secrets masked. The contents of TLS are not
// shown.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config
	protocol.PrintPlain(f, verb, plain(c))
}

// LogValue implements slog.LogValuer, with secrets masked.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", c)) }

// Format implements fmt.Formatter. It shows the addresses of both ends of the connection,
// and nothing that went over it.
func (c *Conn) Format(f fmt.State, _ rune) {
	if c == nil || c.raw == nil {
		fmt.Fprint(f, "control.Conn(<nil>)")
		return
	}
	fmt.Fprintf(f, "control.Conn(%v to %v)", c.raw.LocalAddr(), c.raw.RemoteAddr())
}

// LogValue implements slog.LogValuer; see [Conn.Format].
func (c *Conn) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Format implements fmt.Formatter. It shows nothing of the connection.
func (d *Download) Format(f fmt.State, _ rune) { fmt.Fprint(f, "control.Download") }

// Format implements fmt.Formatter. It shows nothing of the connection.
func (u *Upload) Format(f fmt.State, _ rune) { fmt.Fprint(f, "control.Upload") }

// Format implements fmt.Formatter, with the password and the account masked.
func (l credentials) Format(f fmt.State, verb rune) {
	type plain credentials
	l.password, l.account = mask(l.password), mask(l.account)
	protocol.PrintPlain(f, verb, plain(l))
}
