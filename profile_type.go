package ftpwire

import "github.com/ftpwire/ftpwire/protocol/errtext"

// A TransferType says what is moved: files as they are, or text.
type TransferType byte

// The types. Their values are the letters of RFC 959, Section 3.1.1.
const (
	TypeDefault TransferType = 0   // TypeBinary
	TypeBinary  TransferType = 'I' // files as they are (TYPE I)
	TypeASCII   TransferType = 'A' // text, whose line ends are converted (TYPE A)
	TypeEBCDIC  TransferType = 'E' // text, which travels as EBCDIC (TYPE E)
	TypeLocal   TransferType = 'L' // files as they are, under the name TYPE L 8
)

// String returns "", "binary", "ascii", "ebcdic" or "local8".
func (t TransferType) String() string {
	switch t {
	case TypeDefault:
		return ""
	case TypeBinary:
		return "binary"
	case TypeASCII:
		return "ascii"
	case TypeEBCDIC:
		return "ebcdic"
	case TypeLocal:
		return "local8"
	}
	return "unknown"
}

// MarshalText is String.
func (t TransferType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (t *TransferType) UnmarshalText(text []byte) (err error) {
	if *t = TypeDefault; len(text) > 0 {
		*t, err = errtext.Choose("transfer type", text, TypeBinary, TypeASCII, TypeEBCDIC, TypeLocal)
	}
	return err
}
