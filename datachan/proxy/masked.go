package proxy

import (
	"fmt"
	"log/slog"
)

// Format implements fmt.Formatter: with every verb the proxy is shown as by String, without credentials, for it is named in errors and
// logs. A copy of a Proxy, which must not be made, is not covered.
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
