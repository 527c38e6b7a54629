package parse

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Feat reads the lines of a 211 reply to FEAT. RFC 2389 wants one leading space and no code on each of the
// middle lines; real servers send none, a tab, four blanks, or "211-" on each of them, and all are read.
// The heading and the closing line may be among lines or not; they are recognised and left out. It never
// fails: it leaves out lines that are not features.
func Feat(lines []string) *Features {
	f := new(Features)
	read := featLines(lines)
	indented, coded := 0, 0
	for _, l := range read {
		if l.indented {
			indented++
		}
		if l.coded {
			coded++
		}
	}
	for i, l := range read {
		if edge := i == 0 || i == len(read)-1; edge && l.isFrame(i == 0, indented > 0, coded == len(read)) {
			continue
		}
		label, args, _ := strings.Cut(l.text, " ")
		f.list = append(f.list, feature{label: label, args: strings.TrimSpace(args)})
	}
	return f
}

// featLine is one line, its code and blanks removed.
type featLine struct {
	text     string // blanks for tabs
	indented bool   // blanks stood before the text
	coded    bool   // "211-" stood before the text
}

// featLines prepares lines. Dropped are those that are empty, that start with "211 ", which ends a reply, and
// that hold control characters, which no feature may (RFC 2389, Section 3.2).
func featLines(lines []string) []featLine {
	var read []featLine
	for _, s := range lines {
		s = strings.TrimRight(s, "\r\n")
		if strings.HasPrefix(s, "211 ") || s == "211" {
			continue
		}
		s, coded := strings.CutPrefix(s, "211-")
		text := strings.Trim(strings.ReplaceAll(s, "\t", " "), " ")
		if text == "" || scan.ControlAt(text) >= 0 {
			continue
		}
		read = append(read, featLine{text: text, indented: scan.IsBlank(s[0]), coded: coded})
	}
	return read
}

// isFrame reports whether l, the first or the last line, is the heading or the closing line.
// indented says that some line is, coded that all are.
func (l featLine) isFrame(first, indented, coded bool) bool {
	word, rest, _ := strings.Cut(l.text, " ")
	switch {
	case first && l.coded && !coded:
		return true // "211- Features:" before lines without a code
	case !first && strings.EqualFold(strings.TrimRight(word, "."), "END"):
		return true
	case l.indented && !l.coded:
		return false
	case indented && !l.indented:
		return true
	case first && rest == "" && strings.EqualFold(word, "FEAT"):
		return true // IIS
	case isKnownLabel(word):
		return false
	}
	return strings.HasSuffix(l.text, ":") || strings.ContainsFunc(word, func(r rune) bool { return 'a' <= r && r <= 'z' })
}

// isKnownLabel reports whether s is a usual feature label. It decides only about first and last lines that
// nothing else tells from a heading.
func isKnownLabel(s string) bool {
	switch strings.ToUpper(s) {
	case "AUTH", "CCC", "CLNT", "EPRT", "EPSV", "HASH", "HOST", "LANG", "MDTM", "MFF", "MFMT", "MLSD", "MLST", "MODE",
		"PASV", "PBSZ", "PRET", "PROT", "RANG", "REST", "SITE", "SIZE", "SSCN", "TVFS", "UTF8", "XCRC", "XMD5":
		return true
	}
	return false
}
