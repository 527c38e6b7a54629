package ftpwire

import (
	"unicode"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// probePages are the code pages that names are judged by, those that are met most first.
var probePages = []string{
	"windows-1252", "IBM850", "IBM437", "windows-1250", "IBM852", "windows-1251", "KOI8-R", "IBM866",
	"Shift_JIS", "GB18030", "Big5", "EUC-KR", "EUC-JP", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
}

// A pageGuess is what names say about their code page.
type pageGuess struct {
	page   string   // "" if they are UTF-8
	sample string   // a name, as it reads in it
	others []string // pages that fit as well
	bytes  int      // names that are not UTF-8
}

// guessPage proposes a code page for names, by what they would read like: letters in words,
// small ones after small ones. Names that are UTF-8 say nothing.
func guessPage(names []string) pageGuess {
	var odd []string
	for _, n := range names {
		if !utf8.ValidString(n) {
			odd = append(odd, n)
		}
	}
	g := pageGuess{bytes: len(odd)}
	if len(odd) == 0 {
		return g
	}
	best := 0
	for _, name := range probePages {
		page, err := listing.LookupCodePage(name)
		if err != nil {
			continue
		}
		score, sample := scorePage(page, odd)
		switch {
		case score < 0 || score < best:
		case g.page == "" || score > best:
			g.page, g.sample, g.others, best = page.Name(), sample, nil, score
		default:
			g.others = append(g.others, page.Name())
		}
	}
	return g
}

// scorePage says how well names read in a code page; a negative score means that they can't
// be in it.
func scorePage(page *listing.CodePage, names []string) (score int, sample string) {
	for _, n := range names {
		text, how := page.Decode(n)
		if how == listing.EncodingUnknown {
			return -1, ""
		}
		if sample == "" {
			sample = text
		}
		before := ' '
		for _, r := range text {
			if r >= utf8.RuneSelf || before >= utf8.RuneSelf {
				score += scoreRune(before, r)
			}
			before = r
		}
	}
	return score, sample
}

// scoreRune says how well a character fits after another one, of which one is not ASCII.
func scoreRune(before, r rune) int {
	wide := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	switch {
	case r < utf8.RuneSelf && unicode.IsLetter(r) && unicode.In(before, unicode.Han):
		return -3 // the second octet of a character may have been a letter
	case r < utf8.RuneSelf:
		return 0
	case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Co):
		return -20
	case !unicode.IsLetter(r):
		return -8 // lines of boxes, fractions, currencies
	case unicode.IsLower(before) && unicode.IsUpper(r):
		return -3
	case unicode.IsLetter(before) && before < utf8.RuneSelf && !unicode.In(r, unicode.Latin):
		return -3 // Greek, Cyrillic or Chinese in the middle of a Latin word
	case wide:
		return 4 // of two octets
	case unicode.In(r, unicode.Latin) && r <= 0xff:
		return 4 // the letters that are met most
	case unicode.IsLower(r), unicode.In(r, unicode.Latin):
		return 3
	}
	return 2
}
