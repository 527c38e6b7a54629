package protocol

import (
	"slices"
	"strings"
	"unicode"
)

// wordsOf returns the words of text in small letters with a blank around each, so that
// a phrase can be looked for in whole words. All but letters, digits and apostrophes
// stands between words.
func wordsOf(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 2)
	blank := true
	b.WriteByte(' ')
	for _, r := range text {
		switch {
		case r == '’':
			r = '\''
		case r != '\'' && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		b.WriteRune(smallLetter(r))
		blank = false
	}
	if !blank {
		b.WriteByte(' ')
	}
	return b.String()
}

// smallLetter is the same for all cases of a letter, also where there are more than two.
func smallLetter(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// holds reports whether words, of wordsOf, hold a phrase of whole words in small
// letters. A phrase that ends in "*" ends in the middle of a word.
func holds(words, phrase string) bool {
	if stem, ok := strings.CutSuffix(phrase, "*"); ok {
		return strings.Contains(words, " "+stem)
	}
	return strings.Contains(words, " "+phrase+" ")
}

func holdsOne(words string, phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return holds(words, p) })
}
