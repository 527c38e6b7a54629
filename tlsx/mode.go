package tlsx

import "fmt"

// A Mode says how TLS begins on the control connections of a server: one that is checked,
// embedded, or started by a test. Clients have more choices; see control.Security.
type Mode uint8

// The modes.
const (
	ModeNone     Mode = iota // clear text; a server refuses AUTH
	ModeExplicit             // clear text until the client sends AUTH TLS (RFC 4217)
	ModeImplicit             // TLS before the greeting, as on port 990
)

// String returns "none", "explicit" or "implicit".
func (m Mode) String() string {
	switch m {
	case ModeNone:
		return "none"
	case ModeExplicit:
		return "explicit"
	case ModeImplicit:
		return "implicit"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// MarshalText returns the same word as String.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }
