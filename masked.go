package ftpwire

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// Format implements fmt.Formatter: whatever the verb, passwords, the account and private keys are masked. It can't be called for a
// Profile in a field that is not exported: there, store a *Profile.
func (p Profile) Format(f fmt.State, verb rune) {
	type plain Profile
	printed(f, verb, plain(p.masked()))
}

// LogValue implements slog.LogValuer, with secrets masked; see [Profile.Format].
func (p Profile) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", p)) }

// masked returns p without the secrets that it holds itself; those of Login and Proxy are masked by their own Format.
func (p Profile) masked() Profile {
	p.Password, p.Account = mask(p.Password), mask(p.Account)
	p.Certificates = slices.Clone(p.Certificates)
	for i := range p.Certificates {
		if p.Certificates[i].PrivateKey != nil {
			p.Certificates[i].PrivateKey = protocol.Mask
		}
	}
	return p
}

// mask returns what stands for a secret, and "" for none.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return protocol.Mask
}

// Format implements fmt.Formatter, with secrets masked; see [Profile.Format].
func (l Location) Format(f fmt.State, verb rune) {
	type plain Location
	printed(f, verb, plain(l))
}

// LogValue implements slog.LogValuer, with secrets masked; see [Profile.Format].
func (l Location) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", l)) }

// Format implements fmt.Formatter. It shows the connection of c, and nothing of the profile.
func (c *Client) Format(f fmt.State, _ rune) {
	if c == nil {
		fmt.Fprint(f, "ftpwire.Client(<nil>)")
		return
	}
	fmt.Fprintf(f, "ftpwire.Client(%v)", c.Conn())
}

// LogValue implements slog.LogValuer; see [Client.Format].
func (c *Client) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// printed writes a struct without methods. For all verbs but %v it is one text: package fmt would print what pointers in it point to
// without asking for its methods.
func printed(f fmt.State, verb rune, plain any) {
	if verb != 'v' {
		plain = fmt.Sprint(plain)
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain)
}
