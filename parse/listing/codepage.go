package listing

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// A CodePage says how the names of a server become text. Nil and the zero CodePage are UTF-8, which is what
// RFC 2640, Section 2.2 demands; others come from [LookupCodePage]. A CodePage never changes: any number of
// goroutines may share it.
//
// Text is for people. Some bytes are in no code page, and several may stand for one character, so that
// encoding the text again need not give what the server sent. Commands that name a file of a listing
// therefore send [Entry].Name, which is byte for byte the server's, and never the encoded text.
type CodePage struct {
	name  string
	enc   encoding.Encoding // nil for UTF-8
	ascii bool              // bytes below 0x80 are ASCII: false for EBCDIC and for ISO-2022-JP
	auto  bool              // what is valid UTF-8 is UTF-8
}

// Encoding is what a name turned out to be when it was decoded.
type Encoding int

const (
	// EncodingUnknown is neither UTF-8 nor in the code page: the text holds U+FFFD for what is not.
	EncodingUnknown Encoding = iota
	// EncodingASCII is pure ASCII, which says nothing about the encoding of other names.
	EncodingASCII
	// EncodingUTF8 is valid UTF-8 with characters beyond ASCII, which hardly happens by chance.
	EncodingUTF8
	// EncodingCodePage was decoded by the code page. All bytes fit, which does not prove that the code page
	// is right.
	EncodingCodePage
)

// String returns "unknown", "ASCII", "UTF-8" or "code page".
func (e Encoding) String() string {
	switch e {
	case EncodingASCII:
		return "ASCII"
	case EncodingUTF8:
		return "UTF-8"
	case EncodingCodePage:
		return "code page"
	}
	return "unknown"
}

// Name returns the name of c as IANA has it, else WHATWG: "UTF-8", "windows-1252", "IBM037". With a
// fallback it is "auto:" and the name of that. LookupCodePage understands it.
func (c *CodePage) Name() string {
	switch {
	case c.isUTF8():
		return "UTF-8"
	case c.auto:
		return autoPrefix + c.name
	}
	return c.name
}

// Fallback returns the code page that c, from "auto:NAME", uses for what is not UTF-8; it takes no UTF-8
// itself. It is nil if c has none. A server that sent names of EncodingCodePage wants new ones from it, too.
func (c *CodePage) Fallback() *CodePage {
	if c == nil || !c.auto {
		return nil
	}
	strict := *c
	strict.auto = false
	return &strict
}

// Decode returns raw as text, which is always valid UTF-8, and what it was. Bytes that mean nothing become
// U+FFFD, and how is EncodingUnknown then. ASCII and UTF-8 are returned as they are, without allocation.
func (c *CodePage) Decode(raw string) (text string, how Encoding) {
	utf := c.isUTF8() || c.auto
	if (utf || c.ascii) && scan.IsASCII(raw) {
		return raw, EncodingASCII
	}
	if utf && utf8.ValidString(raw) {
		return raw, EncodingUTF8
	}
	if c.isUTF8() {
		return replaceInvalid(raw), EncodingUnknown
	}
	text, err := c.enc.NewDecoder().String(raw)
	if err != nil {
		return replaceInvalid(raw), EncodingUnknown // no decoder of x/text does this to whole strings
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		return text, EncodingUnknown
	}
	return text, EncodingCodePage
}

// Encode returns text as c has it, for names that are new to the server. With a fallback that is UTF-8;
// see [CodePage.Fallback]. A character that c lacks, and text that is not valid UTF-8, is an [*parse.Error].
func (c *CodePage) Encode(text string) (raw string, err error) {
	if i := invalidAt(text); i >= 0 {
		return "", parse.NewError(whatName, text, i, "not valid UTF-8")
	}
	if c.isUTF8() || c.auto || c.ascii && scan.IsASCII(text) {
		return text, nil
	}
	raw, encErr := c.enc.NewEncoder().String(text)
	if encErr == nil {
		return raw, nil
	}
	at := 0
	for i, r := range text {
		if _, err := c.enc.NewEncoder().String(string(r)); err != nil {
			at = i
			break
		}
	}
	return "", parse.NewError(whatName, text, at, "character does not exist in "+c.Name())
}

const whatName = "name to encode"

func (c *CodePage) isUTF8() bool { return c == nil || c.enc == nil }

// invalidAt returns where s stops being UTF-8, or -1.
func invalidAt(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

// replaceInvalid returns s with one U+FFFD for each byte that is not UTF-8.
func replaceInvalid(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}
