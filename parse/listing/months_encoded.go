package listing

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/encoding/charmap"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// monthCodePages are the code pages of eight bits in which the locales of servers have the names of months.
var monthCodePages = []*charmap.Charmap{
	charmap.KOI8R, charmap.KOI8U, charmap.Windows1251, charmap.CodePage866, charmap.CodePage855, charmap.ISO8859_5, charmap.MacintoshCyrillic,
	charmap.ISO8859_1, charmap.ISO8859_2, charmap.ISO8859_9, charmap.ISO8859_15, charmap.Windows1250, charmap.Windows1252, charmap.Windows1254,
	charmap.CodePage437, charmap.CodePage850, charmap.CodePage852, charmap.CodePage858, charmap.Macintosh,
	charmap.ISO8859_7, charmap.Windows1253,
}

// encodedMonths maps the names of months that are not ASCII, in all of monthCodePages, to 1 to 12. What would mean two months is not
// in it. It is made when it is first needed.
var encodedMonths = sync.OnceValue(func() map[string]int {
	m := make(map[string]int)
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			if scan.IsASCII(name) {
				continue
			}
			first := []rune(name)
			first[0] = unicode.ToUpper(first[0])
			for _, spelled := range [...]string{name, string(first), strings.ToUpper(name)} {
				for _, c := range monthCodePages {
					if raw, err := c.NewEncoder().String(spelled); err == nil {
						if was, ok := m[raw]; ok && was != i+1 {
							m[raw] = 0
						} else {
							m[raw] = i + 1
						}
					}
				}
			}
		}
	}
	return m
})

// monthOf returns the month that name is, 1 to 12, or 0: in the code page of the listing, if it has one, or in any.
func (w *words) monthOf(name string) int {
	if m := monthOf(name); m != 0 || w.codePage == nil || scan.IsASCII(name) {
		return m
	}
	if text, how := w.codePage.Decode(name); how == EncodingCodePage {
		return monthOf(text)
	}
	return 0
}
