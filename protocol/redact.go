package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Redactor replaces secrets in text that is about to be shown: servers echo
// passwords, and errors quote servers. The zero value knows no secret; security data of
// RFC 2228, which follows "ADAT=", is replaced in any case.
type Redactor struct{ forms []string }

// Mask is what a Redactor puts in place of a secret.
const Mask = "****"

// Add makes r know a secret, as it is, percent-encoded, with byte 255 doubled and
// as errors quote it.
// Secrets shorter than three bytes are not searched for: they would match words.
func (r *Redactor) Add(secret string) {
	if len(secret) < 3 {
		return
	}
	quoted := strconv.Quote(secret)
	for _, form := range []string{
		secret,
		percentEncode(secret, "-._~"),
		percentEncode(secret, "-._~$&+,;="), // net/url leaves these in a password
		quoted[1 : len(quoted)-1],
		strings.ReplaceAll(secret, "\xff", "\xff\xff"),
	} {
		if !slices.Contains(r.forms, form) {
			r.forms = append(r.forms, form)
		}
	}
	slices.SortFunc(r.forms, func(a, b string) int { return len(b) - len(a) })
}

// String returns s with every known secret masked.
func (r *Redactor) String(s string) string {
	for _, form := range r.forms {
		s = strings.ReplaceAll(s, form, Mask)
	}
	return maskTokens(s)
}

// maskTokens masks what follows each "ADAT=", up to a space or a control character.
func maskTokens(s string) string {
	for at := 0; at+len(adatPrefix) <= len(s); at++ {
		if s[at] != 'A' && s[at] != 'a' || !strings.EqualFold(s[at:at+len(adatPrefix)], adatPrefix) {
			continue
		}
		at += len(adatPrefix)
		n := 0
		for at+n < len(s) && s[at+n] > ' ' && s[at+n] != '"' {
			n++
		}
		if n > 0 {
			s = s[:at] + Mask + s[at+n:]
			at += len(Mask)
		}
	}
	return s
}

// percentEncode encodes s, letters, digits and keep apart, as a URL's user information holds it (RFC 3986, Section 2.1).
func percentEncode(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isLetter(c) || isDigit(c) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
