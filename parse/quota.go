package parse

import (
	"math"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// A Quota is what a server says about space. Numbers are octets, or files; -1 means that
// the server does not tell.
type Quota struct {
	Free  int64 // may still be stored; Limit less Used, at least 0, if only those are told
	Used  int64 // in octets
	Limit int64 // in octets

	FilesUsed, FilesLimit int64 // numbers of files

	Unlimited bool // the server says that Limit does not exist
}

// Quotas returns what the lines of a reply tell about space, and whether they tell anything. It is for text
// that servers add unasked to the 226 reply to a listing or an upload, and for replies to XQUOTA and SITE
// QUOTA. No standard exists; the forms are those of
//
//   - IIS: "Directory has 49,359,065,088 bytes of disk space available."
//   - Serv-U: "Maximum disk quota limited to 1000 Kbytes", "Used disk quota 4 Kbytes, available 996 Kbytes"
//   - Pure-FTPd: "17 Kbytes used (1%) - authorized: 1000 Kb", "3 files used (30%) - authorized: 10 files"
//   - WS_FTP, XQUOTA: "File count: 3", "File limit: 10", "Disk usage: 1532", "Disk limit: Unlimited"
//   - ProFTPD, SITE QUOTA: "Uploaded Mb: 0.50/10.00", "Uploaded files: 0/unlimited"
//
// and any other text that says how many bytes, kB, MB, GB or TB are free, used or the limit. Units are
// powers of 1024. A line that repeats what another told is ignored.
func Quotas(lines []string) (q Quota, ok bool) {
	q = Quota{-1, -1, -1, -1, -1, false}
	none := q
	for _, line := range lines {
		line = scan.LowerASCII(strings.TrimSpace(trimCode(line)))
		if rest, found := strings.CutPrefix(line, "uploaded "); found {
			q.uploaded(rest)
			continue
		}
		for clause := range strings.FieldsFuncSeq(splitClauses(line), func(r rune) bool { return r == '\n' }) {
			q.clause(clause)
		}
	}
	ok = q != none
	if q.Free < 0 && q.Used >= 0 && q.Limit >= 0 {
		q.Free = max(0, q.Limit-q.Used)
	}
	return q, ok
}

// Avbl returns the octets that the text of a 213 reply to AVBL says are free (draft-peterson-streamlined-ftp-
// command-extensions). The draft wants digits alone; words as in [Quotas] are understood, too.
func Avbl(text string) (int64, error) {
	const what = "213 reply to AVBL"
	if trimmed := strings.Trim(text, " \t"); scan.AllDigits(trimmed) {
		n, ok := scan.Number(trimmed)
		if !ok {
			return 0, NewError(what, text, strings.Index(text, trimmed), "number too large")
		}
		return n, nil
	}
	if q, ok := Quotas([]string{text}); ok && q.Free >= 0 {
		return q.Free, nil
	}
	n, err := Size(text)
	if err != nil {
		return 0, NewError(what, text, 0, "no number of octets")
	}
	return n, nil
}

// splitClauses puts a newline between what has a number of its own: at parentheses, at commas, semicolons,
// dashes and stops before a blank, and where "of" or "out of" leads to the limit.
func splitClauses(line string) string {
	out := []byte(line)
	for i := range out {
		next := i+1 == len(out) || scan.IsBlank(out[i+1])
		switch {
		case out[i] == '(' || out[i] == ')' || strings.IndexByte(",;.-", out[i]) >= 0 && next:
			out[i] = '\n'
		case strings.HasPrefix(line[i:], " of ") && i+4 < len(line) && scan.IsDigit(line[i+4]):
			copy(out[i:], "\nof ")
		}
	}
	return string(out)
}

// clause reads one number, such as "17 kbytes used" or "disk usage: 1532".
func (q *Quota) clause(s string) {
	files := strings.Contains(s, "file")
	labelled := strings.ContainsRune(s, ':') && (files || hasAny(s, "disk", "space", "quota"))
	field := q.field(s, files)
	if field == nil {
		return
	}
	if labelled && hasAny(s, "unlimited") {
		q.Unlimited = q.Unlimited || field == &q.Limit
		return
	}
	for i := 0; i < len(s); i++ {
		if !scan.IsDigit(s[i]) || i > 0 && (scan.IsLetter(s[i-1]) || scan.IsDigit(s[i-1])) {
			continue
		}
		n, end, unit := amount(s[i:])
		known := unit != "" || labelled
		if files {
			known = unit == "" && (labelled || strings.HasPrefix(strings.TrimLeft(s[i+end:], " "), "file"))
		}
		if known && n >= 0 {
			if *field < 0 {
				*field = n
			}
			return
		}
		i += max(0, end-1)
	}
}

// field returns what a clause is about, or nil.
func (q *Quota) field(s string, files bool) *int64 {
	switch {
	case hasAny(s, "used", "usage", "in use", "occupied"), files && hasAny(s, "count"):
		if files {
			return &q.FilesUsed
		}
		return &q.Used
	case files && hasAny(s, "limit", "authorized", "maximum", "quota"):
		return &q.FilesLimit
	case files:
		return nil
	case hasAny(s, "free", "available", "remaining", "left"):
		return &q.Free
	case hasAny(s, "limit", "authorized", "maximum", "quota"), strings.HasPrefix(s, "of ") && q.Used >= 0:
		return &q.Limit
	}
	return nil
}

// uploaded reads what follows "uploaded" in SITE QUOTA of ProFTPD: "mb: 0.50/10.00".
func (q *Quota) uploaded(s string) {
	label, value, ok := strings.Cut(s, ":")
	now, limit, ok2 := strings.Cut(strings.TrimSpace(value), "/")
	used, most := &q.Used, &q.Limit
	switch {
	case !ok:
		return
	case label == "files":
		used, most, label = &q.FilesUsed, &q.FilesLimit, ""
	case unitOf(label) == 0:
		return
	case strings.TrimSpace(value) == "unlimited":
		q.Unlimited = true
		return
	}
	if n, _, _ := amount(now + " " + label); ok2 && *used < 0 {
		*used = n
	}
	switch n, _, _ := amount(limit + " " + label); {
	case ok2 && most == &q.Limit && limit == "unlimited":
		q.Unlimited = true
	case ok2 && *most < 0:
		*most = n
	}
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// amount reads a number and its unit at the start of s, in lower case: "1,532", "0.50 mb". It is -1 if there
// is none that can be meant: it is too large, a share or a rate. end is where number and unit end; unit is
// "" if there is none.
func amount(s string) (n int64, end int, unit string) {
	for end < len(s) && (scan.IsDigit(s[end]) || strings.IndexByte(",.'", s[end]) >= 0 && end+1 < len(s) && scan.IsDigit(s[end+1])) {
		end++
	}
	digits, after := s[:end], scan.SkipBlanks(s, end)
	to := after
	for to < len(s) && scan.IsLetter(s[to]) {
		to++
	}
	scale := unitOf(s[after:to])
	if scale != 0 {
		unit, end = s[after:to], to
	}
	if end < len(s) && (s[end] == '%' || s[end] == '/') || digits == "" || !scan.IsDigit(digits[0]) {
		return -1, end, unit
	}
	return scaled(digits, max(1, scale)), end, unit
}

// unitOf returns the octets of a unit in lower case, or 0.
func unitOf(s string) int64 {
	switch s {
	case "b", "byte", "bytes", "octet", "octets":
		return 1
	case "k", "kb", "kib", "kbyte", "kbytes", "kilobyte", "kilobytes":
		return 1 << 10
	case "m", "mb", "mib", "mbyte", "mbytes", "megabyte", "megabytes":
		return 1 << 20
	case "g", "gb", "gib", "gbyte", "gbytes", "gigabyte", "gigabytes":
		return 1 << 30
	case "t", "tb", "tib", "tbyte", "tbytes", "terabyte", "terabytes":
		return 1 << 40
	}
	return 0
}

// scaled returns digits times scale, rounded down, or -1 if that is too large. What follows the last mark is
// a fraction, unless it has three digits and scale is one octet, the same mark comes twice, or it is "'".
func scaled(digits string, scale int64) int64 {
	fraction := ""
	if i := strings.LastIndexAny(digits, ".,'"); i >= 0 && digits[i] != '\'' {
		tail := digits[i+1:]
		grouped := len(tail) == 3 && (scale == 1 || digits[i] == ',')
		if !grouped && strings.Count(digits, digits[i:i+1]) == 1 {
			digits, fraction = digits[:i], tail[:min(len(tail), 6)]
		}
	}
	whole, ok := scan.Number(strings.NewReplacer(",", "", ".", "", "'", "").Replace(digits))
	if !ok || whole > math.MaxInt64/scale-1 {
		return -1
	}
	part, power := int64(0), int64(1)
	for i := range len(fraction) {
		part, power = part*10+int64(fraction[i]-'0'), power*10
	}
	return whole*scale + part*(scale/power) + part*(scale%power)/power
}
