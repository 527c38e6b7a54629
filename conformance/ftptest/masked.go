package ftptest

import (
	"fmt"
	"log/slog"

	"github.com/ftpwire/ftpwire/protocol"
)

// Format implements fmt.Formatter, with the password and the accounts masked.
func (u User) Format(f fmt.State, verb rune) {
	type plain User
	for _, secret := range []*string{&u.Password, &u.Account, &u.StoreAccount} {
		if *secret != "" {
			*secret = protocol.Mask
		}
	}
	protocol.PrintPlain(f, verb, plain(u))
}

// LogValue implements slog.LogValuer, with the password and the accounts masked.
func (u User) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", u)) }

// Format implements fmt.Formatter, with the secrets of the users masked.
func (h VirtualHost) Format(f fmt.State, verb rune) {
	type plain VirtualHost
	protocol.PrintPlain(f, verb, plain(h))
}

// LogValue implements slog.LogValuer, with the secrets of the users masked.
func (h VirtualHost) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", h)) }

// Format implements fmt.Formatter, with the secrets of the users masked.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config
	protocol.PrintPlain(f, verb, plain(c))
}

// LogValue implements slog.LogValuer, with the secrets of the users masked.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", c)) }
