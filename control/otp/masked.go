package otp

import (
	"fmt"
	"log/slog"
)

// Format implements fmt.Formatter. A response is a password, which is shown by Hex and Words only.
func (r Response) Format(f fmt.State, _ rune) { fmt.Fprint(f, "****") }

// LogValue implements slog.LogValuer; see [Response.Format].
func (r Response) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }
