package parse

import (
	"encoding/hex"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// draftSum returns the first word of s if it is a sum of alg: the draft has it there.
func draftSum(s, alg string) (from, to int, ok bool) {
	word, _, _ := strings.Cut(s, " ")
	ok = alg != "" && isSum(word, hashDigits(alg)) || alg == "CRC32" && isSum(word, -8)
	return 0, len(word), ok
}

// findSum returns where the word with the sum of alg is in s.
func findSum(s, alg string, last bool) (from, to int, reason string) {
	digits := hashDigits(alg)
	all := sumWords(s, digits)
	if len(all) == 0 && alg == "CRC32" {
		all = sumWords(s, -8)
	}
	if len(all) > 1 {
		var ends [][2]int
		for _, w := range all {
			if w[0] == 0 && !last || strings.TrimSpace(s[w[1]:]) == "" {
				ends = append(ends, w)
			}
		}
		all = ends
	}
	switch {
	case len(all) == 1 && (!last || strings.TrimSpace(s[all[0][1]:]) == ""):
		return all[0][0], all[0][1], ""
	case len(all) > 1:
		return 0, 0, "more than one sum"
	case alg == "":
		return 0, 0, "no sum"
	}
	return 0, 0, "no sum of " + alg
}

// sumWords returns the words of s that are sums: of n digits, of at most -n if n is negative, or of any
// algorithm, from eight digits on and in whole octets, if n is zero.
func sumWords(s string, n int) (all [][2]int) {
	for i := 0; i < len(s); {
		i = scan.SkipBlanks(s, i)
		end := i
		for end < len(s) && !scan.IsBlank(s[end]) {
			end++
		}
		if end > i && isSum(s[i:end], n) {
			all = append(all, [2]int{i, end})
		}
		i = end
	}
	return all
}

func isSum(word string, n int) bool {
	word = trimSum(word)
	switch {
	case n > 0 && len(word) != n, n < 0 && (word == "" || len(word) > -n), n == 0 && len(word) < 8:
		return false
	case len(word)%2 == 1:
		word = "0" + word // only if n < 0: hex wants pairs
		if n >= 0 {
			return false
		}
	}
	_, err := hex.DecodeString(word)
	return err == nil
}

// trimSum removes what servers put around a sum.
func trimSum(word string) string {
	word = strings.Trim(word, `"'.,;()<>[]`)
	if i := strings.LastIndexAny(word, ":="); i >= 0 {
		word = strings.Trim(word[i+1:], `"'`)
	}
	if rest, ok := strings.CutPrefix(scan.LowerASCII(word), "0x"); ok {
		return rest
	}
	return word
}

// hashedFile returns the name that s is, if it looks like no word about a sum.
func hashedFile(s string) string {
	s = strings.Trim(s, " \t")
	if n := len(s); n > 1 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		if name, ok := unquote(s); ok {
			return name
		}
	}
	low := scan.LowerASCII(s)
	if hashName(s) != "" || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "=") || low == "is" || strings.HasSuffix(low, " is") {
		return ""
	}
	return s
}
