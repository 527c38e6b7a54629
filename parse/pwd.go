package parse

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// PWD returns the directory in the text of a 257 reply to PWD or MKD, which is given without its code.
//
// RFC 959, Appendix II puts it into double quotes and doubles those in it. Text before the first quote is
// skipped. Without double quotes, a name in single quotes is taken, or the first word if it can be
// nothing but a directory: it starts with "/" or "\", with a drive such as "C:\", or is a VMS one such as
// "DISK:[A.B]". So is what stands between two pairs of quotes, as in ""/a"", and what only lacks its first
// quote. A quote that is not closed, an empty name and control characters are refused.
func PWD(text string) (string, error) {
	const what = "257 reply"
	start := strings.IndexByte(text, '"')
	if start < 0 {
		start = singleQuote(text)
	}
	if start < 0 {
		return unquotedPath(what, text)
	}
	path, ok := unquote(text[start:])
	if path == "" {
		if twice := quotedTwice(text[start:]); twice != "" {
			return checkPath(what, text, start+2, twice)
		}
	}
	if before := strings.TrimLeft(text[:start], " \t"); !ok && isDirectory(before) && !scan.IsBlank(text[start-1]) {
		return checkPath(what, text, start-len(before), before)
	}
	if !ok {
		return "", NewError(what, text, start, "quote is not closed")
	}
	return checkPath(what, text, start+1, path)
}

// QuotePath returns path as a 257 reply has it: in double quotes, those in it doubled.
func QuotePath(path string) string { return `"` + strings.ReplaceAll(path, `"`, `""`) + `"` }

// singleQuote returns where a name in single quotes starts, or -1. An apostrophe in a
// word does not count.
func singleQuote(text string) int {
	for i := range len(text) {
		if text[i] == '\'' && (i == 0 || scan.IsBlank(text[i-1])) {
			return i
		}
	}
	return -1
}

// unquote reads a string in quotes at the start of s; its first byte is the quote.
func unquote(s string) (string, bool) {
	quote := s[:1]
	for i := 1; i < len(s); i++ {
		if s[i] != quote[0] {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote[0] {
			i++
			continue
		}
		return strings.ReplaceAll(s[1:i], quote+quote, quote), true
	}
	return "", false
}

// unquotedPath returns the first word of text if it looks like a directory.
func unquotedPath(what, text string) (string, error) {
	start := scan.SkipBlanks(text, 0)
	word, _, _ := strings.Cut(text[start:], " ")
	if !isDirectory(word) {
		return "", NewError(what, text, start, "no quoted directory")
	}
	return checkPath(what, text, start, word)
}

// quotedTwice returns the directory in a text that starts with it in two pairs of quotes, such as ""/a"",
// or "". An empty name in one pair, which the quotes before it could be, is never meant.
func quotedTwice(s string) string {
	rest, ok := strings.CutPrefix(s, `""`)
	path, _, closed := strings.Cut(rest, `""`)
	if !ok || !closed || !isDirectory(path) {
		return ""
	}
	return path
}

// isDirectory reports whether s starts as nothing but a directory does.
func isDirectory(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, `\`) || isDrive(s) || isVMSPath(s)
}

// isDrive reports whether s starts like a path of DOS, such as "C:", "C:\x" or "C:/x".
func isDrive(s string) bool {
	return len(s) >= 2 && scan.IsLetter(s[0]) && s[1] == ':' && (len(s) == 2 || s[2] == '\\' || s[2] == '/')
}

// isVMSPath reports whether s is like "DISK$USER:[A.B]", "NODE::DISK:<A.B>" or "[A.B]".
func isVMSPath(s string) bool {
	open := strings.IndexAny(s, "[<")
	if open < 0 || s[open] == '[' && s[len(s)-1] != ']' || s[open] == '<' && s[len(s)-1] != '>' {
		return false
	}
	return s[open] == '[' && open == 0 || open > 1 && s[open-1] == ':'
}

// checkPath refuses what can't be the name of a directory. at is where path stands in text.
func checkPath(what, text string, at int, path string) (string, error) {
	if path == "" {
		return "", NewError(what, text, at, "empty directory")
	}
	if scan.ControlAt(path) >= 0 {
		return "", NewError(what, text, at+max(scan.ControlAt(text[at:]), 0), "control character in the directory")
	}
	return path, nil
}
