package parse

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// A HelpVerb is a command in the reply to HELP or SITE HELP.
type HelpVerb struct {
	Verb        string // in upper case, such as "RETR"; of SITE HELP without the "SITE"
	Syntax      string // what follows it on a line of its own, such as "<sp> pathname", or ""
	Implemented bool   // not marked as what the server only knows by name
}

// Help returns the commands in the lines of a 211 or 214 reply to HELP or SITE HELP without an argument, in
// the server's order, each once. RFC 959, Section 4.1.3 leaves the form open. Commands are words in capitals:
//
//   - several on a line, or one, between blanks, commas or semicolons, also after a colon;
//   - one at the start of a line with its syntax or a description: "UTIME <sp> path", "ABOR<tab>abort".
//
// An asterisk before or after a command, also after blanks, means that it is not implemented, unless the
// text says that it means the opposite. Lines of prose are skipped. If there is no command at all, the
// result is nil: the server does not tell its commands in a readable form.
func Help(lines []string) []HelpVerb {
	var all []HelpVerb
	seen := map[string]bool{}
	starred := starMeans(lines)
	site := sitePrefixed(lines)
	for i, line := range lines {
		line = strings.TrimSpace(trimCode(line))
		if i > 0 && i == len(lines)-1 && isGoodbye(line) {
			continue
		}
		if site {
			line = strings.TrimPrefix(line, "SITE ")
		}
		for _, v := range helpRow(line, starred) {
			if !seen[v.Verb] {
				seen[v.Verb] = true
				all = append(all, v)
			}
		}
	}
	return all
}

// starMeans reports whether what has an asterisk is implemented, as a heading may say it.
func starMeans(lines []string) (implemented bool) {
	for _, line := range lines {
		line = scan.LowerASCII(line)
		if strings.Contains(line, "*") && strings.Contains(line, "implemented") {
			return !hasAny(line, "unimplemented", "not implemented", "not yet implemented")
		}
	}
	return false
}

// sitePrefixed reports whether the commands are those of SITE, with it before each: two lines start so.
func sitePrefixed(lines []string) bool {
	n := 0
	for _, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(trimCode(line)), "SITE ") {
			n++
		}
	}
	return n > 1
}

// isGoodbye reports whether the last line is a word in capitals that is not a command.
func isGoodbye(line string) bool {
	switch strings.TrimRight(line, ".!") {
	case "OK", "END", "DONE", "HELP OK", "END OF HELP", "HELP DONE":
		return true
	}
	return false
}

// helpRow returns the commands on one line, or nil if it is prose.
func helpRow(line string, starred bool) []HelpVerb {
	if all := helpVerbs(line, starred); all != nil {
		return all
	}
	if v, ok := helpSyntax(line, starred); ok {
		return []HelpVerb{v}
	}
	if i := strings.LastIndexByte(line, ':'); i >= 0 {
		return helpVerbs(line[i+1:], starred)
	}
	return nil
}

// helpVerbs reads a line that has nothing but commands and asterisks. One of them must have three letters or
// more, as all commands of RFC 959 have: "OK" alone is none.
func helpVerbs(line string, starred bool) []HelpVerb {
	var all []HelpVerb
	long, ahead := false, false // ahead: an asterisk stands before the next
	for word := range strings.FieldsFuncSeq(line, isVerbGap) {
		if strings.Trim(word, "*") == "" {
			if len(all) == 0 || ahead {
				ahead = true
			} else {
				all[len(all)-1].Implemented = starred
			}
			continue
		}
		v, ok := helpVerb(word, starred)
		if !ok {
			return nil
		}
		if ahead {
			v.Implemented, ahead = starred, false
		}
		long = long || len(v.Verb) >= 3
		all = append(all, v)
	}
	if !long {
		return nil
	}
	return all
}

// helpSyntax reads a line with a command and what can't be prose, as two blanks, a tab or a bracket show.
func helpSyntax(line string, starred bool) (v HelpVerb, ok bool) {
	i := strings.IndexAny(line, " \t:")
	if i < 0 {
		return v, false
	}
	if v, ok = helpVerb(line[:i], starred); !ok || len(v.Verb) < 2 {
		return v, false
	}
	rest := line[i:]
	v.Syntax = strings.TrimLeft(rest, " \t:")
	if star, found := strings.CutPrefix(v.Syntax, "*"); found {
		v.Implemented, v.Syntax = starred, strings.TrimLeft(star, " \t")
	}
	marked := rest[0] != ' ' || strings.HasPrefix(rest, "  ") || strings.HasPrefix(rest, " - ") ||
		v.Syntax != "" && strings.IndexByte("<[({%", v.Syntax[0]) >= 0
	v.Syntax = strings.TrimLeft(v.Syntax, "- ")
	return v, marked && v.Syntax != ""
}

// helpVerb reads one word: capitals, digits, "-" and "_" after a capital, asterisks around it. A "+" after,
// which marks what few servers have, says nothing else.
func helpVerb(word string, starred bool) (v HelpVerb, ok bool) {
	const longest = 24 // no command is longer; a line of noise may be
	v.Verb = strings.TrimRight(strings.Trim(word, "*+"), ".")
	if v.Verb == "" || len(v.Verb) > longest || v.Verb[0] < 'A' || v.Verb[0] > 'Z' {
		return v, false
	}
	for i := range len(v.Verb) {
		c := v.Verb[i]
		if !scan.IsDigit(c) && c != '-' && c != '_' && (c < 'A' || c > 'Z') {
			return v, false
		}
	}
	v.Implemented = !strings.Contains(word, "*") != starred
	return v, true
}

func isVerbGap(r rune) bool { return strings.ContainsRune(" \t,;|", r) }
