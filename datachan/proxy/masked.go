package proxy

import (
	"fmt"
	"log/slog"
)

// Format implements fmt.Formatter: every verb prints the proxy like String, without
// credentials, because errors and logs name it. It does not cover a copy of a Proxy,
// which must not be made.
func (p *Proxy) Format(f fmt.State, verb rune) {
	text := "<nil>"
	if p != nil {
		text = p.String()
	}
	if verb == 'v' {
		fmt.Fprint(f, text)
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), text)
}

// LogValue implements slog.LogValuer; see [Proxy.Format].
func (p *Proxy) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }
