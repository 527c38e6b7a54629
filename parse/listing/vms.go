package listing

import (
	"math"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// vmsBlock is the size of a block on disk.
const vmsBlock = 512

// firstVMSYear is that of the epoch of VMS, 17-NOV-1858.
const firstVMSYear = 1858

// Parts of a line that have been seen.
const (
	vmsSize = 1 << iota
	vmsDate
	vmsOwner
	vmsProtection
)

// readVMS reads what the servers of OpenVMS print (TCP/IP Services, once UCX, MultiNet, TCPware, MadGoat):
//
//	name.ext;version  used[/allocated]  d-MMM-yyyy [hh:mm[:ss[.cc]]]  [[group,]owner]  (system,owner,group,world)
//
// Each part after the name may be missing, and the date may stand before the size. A name that is too long
// for its column stands on a line of its own. The protection is letters of RWED for each of the four; of them
// the last three become the mode.
//
// The name loses its version and, if that is 1 as for all directories, ".DIR": that is how CWD and RETR take
// it, the latter for the latest version. Where more than one version of a file is listed, so is its name;
// Raw tells them apart. A directory before the name is cut too. The size is the blocks in use, so up to 511
// octets more than the file has.
func readVMS(l *lister, w *words, e *Entry) error {
	name, ok := vmsNameWords(w)
	if !ok && l.held != "" && l.cur != nil && l.cur.name == e.Dialect {
		return readVMSSecond(l, w, e)
	}
	switch {
	case isVMSRemark(w):
		return ErrNotEntry
	case isVMSCondition(w.line[w.at[0].from:]):
		return vmsMessage(w, 0)
	case !ok:
		return readVMSPlain(l, w, e)
	}
	if name == w.n {
		if name > 1 {
			return errOther
		}
		if l.held != "" {
			l.lost = l.held
		}
		l.held = w.line
		return ErrNotEntry
	}
	seen, s, bad, reason := readVMSTail(w, name, e)
	switch {
	case reason != "" && seen == 0:
		return vmsMessage(w, name)
	case reason != "":
		return parse.NewError(listLine, w.line, w.at[bad].from, reason)
	case seen&^vmsSize == 0:
		return errOther
	}
	return finishVMS(l, e, w.between(0, name), s)
}

// readVMSPlain reads a line whose name has no version: the other columns must be there. Others are of other
// dialects.
func readVMSPlain(l *lister, w *words, e *Entry) error {
	name := w.word(0)
	if !strings.Contains(name, ".") || strings.HasSuffix(name, ";") {
		return vmsNoFile(w)
	}
	seen, s, _, reason := readVMSTail(w, 1, e)
	if reason != "" || seen&vmsDate == 0 || seen&(vmsOwner|vmsProtection) == 0 {
		return errOther
	}
	return finishVMS(l, e, name, s)
}

// readVMSSecond reads the columns of an entry whose name is in l.held, or the message in their place.
func readVMSSecond(l *lister, w *words, e *Entry) error {
	seen, s, bad, reason := readVMSTail(w, 0, e)
	if reason != "" && seen == 0 && !scan.IsBlank(w.line[0]) {
		return errOther
	}
	name := l.held
	l.held = ""
	switch {
	case reason != "" && seen == 0:
		return vmsMessage(w, 0)
	case reason != "":
		return parse.NewError(listLine, w.line, w.at[bad].from, reason)
	}
	e.Raw = name + "\n" + w.line
	return finishVMS(l, e, strings.Trim(name, " \t"), s)
}

// finishVMS sets name, kind and time.
func finishVMS(l *lister, e *Entry, name string, s stamp) error {
	e.Kind = KindFile
	version := ""
	if i := strings.LastIndexByte(name, ';'); i >= 0 {
		name, version = name[:i], name[i+1:]
	}
	name = name[strings.LastIndexByte(name, ']')+1:]
	if n := len(name) - len(".dir"); n > 0 && scan.LowerASCII(name[n:]) == ".dir" && (version == "" || version == "1") {
		name, e.Kind = name[:n], KindDir
	}
	if name == "" {
		return parse.NewError(listLine, e.Raw, 0, "no name")
	}
	e.Name = name
	s.settle(e, &l.o)
	return nil
}

// vmsNameWords returns how many words the name with its version has: names with blanks exist on ODS-5 disks.
func vmsNameWords(w *words) (n int, ok bool) {
	for i := range min(w.n, 8) {
		word := w.word(i)
		semi := strings.LastIndexByte(word, ';')
		if semi >= 0 && scan.AllDigits(word[semi+1:]) && (semi > 0 || i > 0) {
			return i + 1, true
		}
	}
	return 0, false
}

// readVMSTail reads the columns from the i-th word on into e. If one can't be read, reason says why and bad
// which word it is; seen is what came before it.
func readVMSTail(w *words, i int, e *Entry) (seen int, s stamp, bad int, reason string) {
	for i < w.n {
		word, part := w.word(i), 0
		switch c := word[0]; {
		case c == '(':
			part = vmsProtection
			e.Mode, reason = vmsMode(w.line[w.at[i].from:])
		case c == '[':
			part = vmsOwner
		case isOddVMSSize(word):
			part = vmsSize // unknown
		case scan.IsDigit(c) && strings.Contains(word, ":"):
			if seen&vmsDate == 0 || s.precision != parse.PrecisionDay || !s.clock(word) {
				return seen, s, i, "time of day out of place"
			}
			i++
			continue
		case scan.IsDigit(c) && strings.Contains(word, "-"):
			part = vmsDate
			reason = s.vmsDate(word)
		case c == '*':
			part = vmsSize // wider than its column
			if strings.Trim(word, "*/0123456789.BKMGTbkmgt") != "" {
				reason = "not a number of blocks"
			}
		case scan.IsDigit(c):
			part = vmsSize
			if e.Size, reason = vmsUsed(word); reason != "" {
				e.Size, reason = vmsOctets(word)
			}
		case seen&vmsDate != 0 && i+1 < w.n && w.word(i + 1)[0] == '(' && isVMSIdentifier(word):
			part = vmsOwner
		default:
			return seen, s, i, "neither size, date, owner nor protection"
		}
		if seen&part != 0 {
			reason = "column out of place"
		}
		next := i + 1
		if part == vmsOwner && reason == "" {
			for next < w.n && !strings.Contains(w.word(next-1), "]") && w.word(next)[0] != '(' {
				next++
			}
			reason = e.readVMSOwner(w.between(i, next))
		}
		if reason != "" {
			return seen, s, i, reason
		}
		if seen |= part; part == vmsProtection {
			break // it takes all that is left
		}
		i = next
	}
	return seen, s, 0, ""
}

// vmsDate reads "2-JUN-1998". It is outOfRange if it has three parts and is no date.
func (s *stamp) vmsDate(w string) (reason string) {
	day, rest, _ := strings.Cut(w, "-")
	month, year, _ := strings.Cut(rest, "-")
	s.day, s.month, s.year = scan.Small(day), monthOf(month), scan.Small(year)
	s.precision = parse.PrecisionDay
	if len(day) > 2 || month == "" || year == "" {
		return "not a date such as 2-JAN-2006"
	}
	if len(year) != 4 || s.year < firstVMSYear {
		s.month = 0 // unknown
	}
	return ""
}

// vmsUsed returns the octets in the blocks of "used/allocated" or "used".
func vmsUsed(w string) (n int64, reason string) {
	used, allocated, both := strings.Cut(w, "/")
	if !scan.AllDigits(used) || both && !scan.IsDigitsOrOdd(allocated) && strings.Trim(allocated, "*") != "" {
		return -1, "not a number of blocks"
	}
	n, ok := scan.Number(used)
	if !ok || n > math.MaxInt64/vmsBlock {
		return -1, ""
	}
	return n * vmsBlock, ""
}

// vmsOctets returns the octets in "12KB/16KB" or "12KB", as of DIRECTORY/SIZE=UNITS=BYTES. It is as exact as it is printed.
func vmsOctets(w string) (n int64, reason string) {
	used, allocated, both := strings.Cut(w, "/")
	n, ok := vmsUnits(used)
	if _, also := vmsUnits(allocated); !ok || both && !also {
		return -1, "not a number of blocks"
	}
	return n, ""
}

// vmsUnits reads "512B", "1.50KB" and the like.
func vmsUnits(w string) (n int64, ok bool) {
	digits, ok := strings.CutSuffix(strings.ToUpper(w), "B")
	if !ok || digits == "" {
		return -1, false
	}
	unit := strings.IndexByte("KMGT", digits[len(digits)-1]) + 1
	number := digits[:len(digits)-min(unit, 1)]
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.Trim(number, "0123456789.") != "" || len(number) > 12 {
		return -1, false
	}
	return int64(f * float64(int64(1)<<(10*unit))), true
}

// isOddVMSSize reports whether w is "used/allocated" or "used" with an odd number of blocks used.
func isOddVMSSize(w string) bool {
	used, allocated, both := strings.Cut(w, "/")
	return scan.IsOddNumber(used) && (!both || scan.IsDigitsOrOdd(allocated))
}

// readVMSOwner reads "[group,owner]", "[owner]" or an owner alone. The bracket at the end is missing where
// the server cuts the column.
func (e *Entry) readVMSOwner(text string) (reason string) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	group, owner, both := strings.Cut(text, ",")
	group, owner = strings.Trim(group, " \t"), strings.Trim(owner, " \t")
	if !both {
		group, owner = "", group
	}
	if group != "" && !isVMSIdentifier(group) || owner != "" && !isVMSIdentifier(owner) || group+owner == "" {
		return "not an owner"
	}
	e.Group, e.Owner = group, owner
	return ""
}

// isVMSIdentifier reports whether w is made of what names of users and numbers have.
func isVMSIdentifier(w string) bool {
	for i := range len(w) {
		if c := w[i]; !scan.IsLetter(c) && !scan.IsDigit(c) && c != '_' && c != '$' {
			return false
		}
	}
	return w != ""
}

// vmsMode returns the mode in "(RWED,RWED,RE,)": the rights of system, owner, group and world. D, the right
// to delete, has no letter in it.
func vmsMode(text string) (mode, reason string) {
	const reasonMode = "not a protection of four times RWED"
	text, ok := strings.CutSuffix(strings.TrimRight(text, " \t"), ")")
	if !ok {
		return "", reasonMode
	}
	rest := text[1:]
	bits := [9]byte{'-', '-', '-', '-', '-', '-', '-', '-', '-'}
	for class := range 4 {
		var rights string
		if rights, rest, ok = strings.Cut(rest, ","); ok != (class < 3) {
			return "", reasonMode
		}
		for i := range len(rights) {
			right := strings.IndexByte("rwed", rights[i]|0x20)
			if right < 0 || !scan.IsLetter(rights[i]) {
				return "", reasonMode
			}
			if right < 3 && class > 0 {
				bits[(class-1)*3+right] = "rwx"[right]
			}
		}
	}
	return string(bits[:]), ""
}
