package mode

import "fmt"

// A CodePage is a code page of TYPE E. Both have the characters of ISO 8859-1, at
// places that differ for "[", "]", "^" and a few more.
type CodePage uint8

// The code pages.
const (
	CodePage1047 CodePage = iota // Open Systems Latin 1, of z/OS UNIX
	CodePage037                  // USA and Canada, of IBM i and of older systems
)

// String returns the number of the code page.
func (p CodePage) String() string {
	if p == CodePage037 {
		return "037"
	}
	return "1047"
}

// MarshalText is String.
func (p CodePage) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "1047" or "037".
func (p *CodePage) UnmarshalText(text []byte) error {
	for _, q := range []CodePage{CodePage1047, CodePage037} {
		if string(text) == q.String() {
			*p = q
			return nil
		}
	}
	return fmt.Errorf("unknown code page of EBCDIC %q: want 1047 or 037", text)
}

// Octets of EBCDIC that have to do with line ends. NL ends a line in TYPE E (RFC 959,
// Section 3.1.1.2). NL is the character LF here, because that is what ends a line
// here; the octet for LF becomes the character NEL (U+0085), so that nothing is lost.
const (
	NL         = 0x15 // ends a line in TYPE E
	octetCR    = 0x0d
	octetLF    = 0x25
	runeNEL    = 0x85
	firstUTF8  = 0x80 // from here on a character takes two octets of UTF-8
	lastLatin1 = 0xff
)

// Rune returns the character of an octet.
func (p CodePage) Rune(b byte) rune { return rune(p.decode()[b]) }

// Octet returns the octet of a character; ok is false if there is none.
func (p CodePage) Octet(r rune) (b byte, ok bool) {
	if r < 0 || r > lastLatin1 {
		return 0, false
	}
	return encode[p&1][r], true
}

func (p CodePage) decode() *[256]byte { return &decode[p&1] }

// decode holds the character of each octet, encode the octet of each character.
var (
	decode = [2][256]byte{table(nil), table(difference037)}
	encode = [2][256]byte{inverse(&decode[0]), inverse(&decode[1])}
)

// difference037 is what code page 037 has in other places than 1047.
var difference037 = map[byte]byte{
	0x5f: 0xac, 0xad: 0xdd, 0xb0: 0x5e, 0xba: 0x5b, 0xbb: 0x5d, 0xbd: 0xa8,
}

func table(difference map[byte]byte) (t [256]byte) {
	copy(t[:], characters1047)
	for octet, char := range difference {
		t[octet] = char
	}
	t[NL], t[octetLF] = '\n', runeNEL
	return t
}

func inverse(t *[256]byte) (inv [256]byte) {
	for octet, char := range t {
		inv[char] = byte(octet)
	}
	return inv
}

// characters1047 are the characters of code page 1047, sixteen octets a line.
const characters1047 = "" +
	"\x00\x01\x02\x03\x9c\x09\x86\x7f\x97\x8d\x8e\x0b\x0c\x0d\x0e\x0f" +
	"\x10\x11\x12\x13\x9d\x85\x08\x87\x18\x19\x92\x8f\x1c\x1d\x1e\x1f" +
	"\x80\x81\x82\x83\x84\x0a\x17\x1b\x88\x89\x8a\x8b\x8c\x05\x06\x07" +
	"\x90\x91\x16\x93\x94\x95\x96\x04\x98\x99\x9a\x9b\x14\x15\x9e\x1a" +
	"\x20\xa0\xe2\xe4\xe0\xe1\xe3\xe5\xe7\xf1\xa2\x2e\x3c\x28\x2b\x7c" +
	"\x26\xe9\xea\xeb\xe8\xed\xee\xef\xec\xdf\x21\x24\x2a\x29\x3b\x5e" +
	"\x2d\x2f\xc2\xc4\xc0\xc1\xc3\xc5\xc7\xd1\xa6\x2c\x25\x5f\x3e\x3f" +
	"\xf8\xc9\xca\xcb\xc8\xcd\xce\xcf\xcc\x60\x3a\x23\x40\x27\x3d\x22" +
	"\xd8\x61\x62\x63\x64\x65\x66\x67\x68\x69\xab\xbb\xf0\xfd\xfe\xb1" +
	"\xb0\x6a\x6b\x6c\x6d\x6e\x6f\x70\x71\x72\xaa\xba\xe6\xb8\xc6\xa4" +
	"\xb5\x7e\x73\x74\x75\x76\x77\x78\x79\x7a\xa1\xbf\xd0\x5b\xde\xae" +
	"\xac\xa3\xa5\xb7\xa9\xa7\xb6\xbc\xbd\xbe\xdd\xa8\xaf\x5d\xb4\xd7" +
	"\x7b\x41\x42\x43\x44\x45\x46\x47\x48\x49\xad\xf4\xf6\xf2\xf3\xf5" +
	"\x7d\x4a\x4b\x4c\x4d\x4e\x4f\x50\x51\x52\xb9\xfb\xfc\xf9\xfa\xff" +
	"\x5c\xf7\x53\x54\x55\x56\x57\x58\x59\x5a\xb2\xd4\xd6\xd2\xd3\xd5" +
	"\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39\xb3\xdb\xdc\xd9\xda\x9f"
