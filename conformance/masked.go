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
	protocol.PrintPlain(f, verb, plain(t))
}

// LogValue implements slog.LogValuer, with the password and the account masked.
func (t Target) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", t)) }
