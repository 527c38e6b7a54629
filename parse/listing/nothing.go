package listing

import (
	"slices"
	"strings"
)

// SaysNothing reports whether the text of a transfer's preliminary or final reply counts
// what there is to send, and comes to nothing: "150 Opening BINARY mode data connection
// for e (0 bytes)", Pure-FTPd's "226 0 matches total". RFC 959 leaves these texts free:
// if a text does not say that, this means nothing.
func SaysNothing(text string) bool {
	words := countWords(text)
	found := false
	for i, w := range words[:max(len(words)-1, 0)] {
		if !slices.Contains(countedUnits, words[i+1]) || strings.Trim(w, "0123456789.,") != "" {
			continue
		}
		after := ")"
		if i+2 < len(words) {
			after = words[i+2]
		}
		if !slices.Contains(afterCount, after) {
			continue // "0 bytes per second", "0 bytes free"
		}
		if w != "0" {
			return false
		}
		found = true
	}
	return found
}

// countedUnits are what replies count.
var countedUnits = []string{"byte", "bytes", "octets", "matches", "entries", "files", "items"}

// afterCount are the words that follow a count of what was moved.
var afterCount = []string{")", ".", "total", "transferred", "sent", "listed", "found", "in", "for"}

// countWords cuts a text into words in small letters. Numbers and rates such as
// "bytes/s" stay whole; parentheses and the end of a sentence are words.
func countWords(text string) []string {
	r := strings.NewReplacer("(", " ( ", ")", " ) ", ". ", " . ", ";", " . ", "\n", " . ")
	words := strings.Fields(strings.ToLower(r.Replace(text)))
	for i, w := range words {
		if len(w) > 1 {
			words[i] = strings.TrimRight(w, ".,:")
		}
	}
	return words
}
