package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// isVMSRemark reports whether a line is the heading "[Directory ]disk:[directory]", the last line "[Grand ]Total of
// 2 files, 8 blocks", or a protection that did not fit into the line before.
func isVMSRemark(w *words) bool {
	first := w.word(0)
	switch scan.LowerASCII(first) {
	case "directory":
		return w.n == 2 && strings.Contains(w.word(1), "[") && strings.Contains(w.word(1), "]")
	case "total":
		return isVMSTotal(w, 1)
	case "grand":
		return scan.LowerASCII(w.word(1)) == "total" && isVMSTotal(w, 2)
	}
	if first[0] == '(' {
		_, reason := vmsMode(w.line[w.at[0].from:])
		return reason == ""
	}
	return w.n == 1 && strings.HasSuffix(first, "]") && strings.Contains(first, ":[")
}

// isVMSTotal reports whether "of", a number and what was counted stand at the i-th word.
func isVMSTotal(w *words, i int) bool {
	if scan.LowerASCII(w.word(i)) != "of" || !scan.AllDigits(strings.TrimRight(w.word(i+1), ",")) {
		return false
	}
	counted := scan.LowerASCII(w.word(i + 2))
	return strings.HasPrefix(counted, "file") || strings.HasPrefix(counted, "block") || strings.HasPrefix(counted, "director")
}

// vmsNoFile returns ErrNotEntry for a line that says that a pattern such as "*.*;" has no files, else errOther.
func vmsNoFile(w *words) error {
	if w.n > 1 && strings.HasSuffix(w.word(0), ";") && isVMSNoFile(w.line[w.at[1].from:]) {
		return ErrNotEntry
	}
	return errOther
}

// isVMSNoFile reports whether a message says that there are no files.
func isVMSNoFile(text string) bool {
	text = scan.LowerASCII(text)
	for _, s := range [...]string{"-fnf,", "-nofiles,", "-nmf,", "file not found", "no such file", "no files found"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// isVMSCondition reports whether text is a condition of VMS: "%FACILITY-S-IDENT, text", S one of SIWEF.
func isVMSCondition(text string) bool {
	facility, rest, _ := strings.Cut(strings.TrimPrefix(text, "<"), "-")
	severity, rest, _ := strings.Cut(rest, "-")
	return len(facility) > 1 && facility[0] == '%' && isVMSIdentifier(facility[1:]) && len(severity) == 1 &&
		strings.Contains("SIWEF", severity) && strings.Contains(rest, ",")
}

// vmsMessage returns what a message at the i-th word means, where the columns of a file should be, such as
// "No privilege for attempted operation": ErrNotEntry if there are no files, else an *parse.Error.
func vmsMessage(w *words, i int) error {
	if isVMSNoFile(w.line[w.at[i].from:]) {
		return ErrNotEntry
	}
	return parse.NewError(listLine, w.line, w.at[i].from, "a message of the server and no columns")
}
