package conformance

import (
	"fmt"
	"log/slog"

	"github.com/ftpwire/ftpwire/protocol"
)

// Format implements fmt.Formatter, with the password and the account masked.
func (t Target) Format(f fmt.State, verb rune) {
	type plain Target
	for _, secret := range []*string{&t.Password, &t.Account} {
		if *secret != "" {
			*secret = protocol.Mask
		}
	}
	printed(f, verb, plain(t))
}

// LogValue implements slog.LogValuer, with the password and the account masked.
func (t Target) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", t)) }

// printed writes a struct without methods. For all verbs but %v it is one text: package fmt would print what pointers in it point to
// without asking for its methods.
func printed(f fmt.State, verb rune, plain any) {
	if verb != 'v' {
		plain = fmt.Sprint(plain)
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain)
}
