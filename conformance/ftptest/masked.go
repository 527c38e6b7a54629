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
	printed(f, verb, plain(u))
}

// LogValue implements slog.LogValuer, with the password and the accounts masked.
func (u User) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", u)) }

// Format implements fmt.Formatter, with the secrets of the users masked.
func (h VirtualHost) Format(f fmt.State, verb rune) {
	type plain VirtualHost
	printed(f, verb, plain(h))
}

// LogValue implements slog.LogValuer, with the secrets of the users masked.
func (h VirtualHost) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", h)) }

// Format implements fmt.Formatter, with the secrets of the users masked.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config
	printed(f, verb, plain(c))
}

// LogValue implements slog.LogValuer, with the secrets of the users masked.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", c)) }

// printed writes a struct without methods. For all verbs but %v it is one text: package fmt would print what pointers in it point to
// without asking for its methods.
func printed(f fmt.State, verb rune, plain any) {
	if verb != 'v' {
		plain = fmt.Sprint(plain)
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain)
}
