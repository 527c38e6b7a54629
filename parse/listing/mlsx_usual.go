package listing

import (
	"math/bits"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/calendar"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// usualMLSx reads what nearly all lines of nearly all servers are: facts in the usual spelling, none of them twice,
// all with a value and a semicolon, one space, the name.
//
// It exists for speed. What it reads, readMLSx would read in the same way. It leaves all other lines to readMLSx,
// and may have set fields of e by then.
func (e *Entry) usualMLSx(line string) bool {
	var u usualFacts
	at, n := 0, 0
	for at < len(line) && line[at] != ' ' {
		if at = u.fact(e, line, at); at < 0 {
			return false
		}
		n++
	}
	if n == 0 || n > maxFacts || at+1 >= len(line) {
		return false
	}
	e.Facts, e.Name = Facts(line[:at]), line[at+1:]
	return true
}

// usualFacts is the facts that were seen, one bit each. Its methods read from s[at:] and return where they end, below
// 0 if they find something else: positions go from one to the next in registers.
type usualFacts uint32

// fact reads one fact with its semicolon.
func (u *usualFacts) fact(e *Entry, s string, at int) int {
	switch s[at] {
	case 't', 'T':
		return usualKind(e, s, u.name(s, at+1, "ype=", factType))
	case 's', 'S':
		if at+3 < len(s) && s[at+3] == 'd' {
			return u.sizd(e, s, u.name(s, at+1, "izd=", factSizd))
		}
		return usualSize(e, s, u.name(s, at+1, "ize=", factSize))
	case 'm', 'M':
		return usualTime(e, s, u.name(s, at+1, "odify=", factModify))
	case 'p', 'P':
		return usualValue(&e.Perm, s, u.name(s, at+1, "erm=", factPerm))
	case 'u':
		return usualValue(&e.Unique, s, u.name(s, at+1, "nique=", factUnique))
	case 'U':
		if at+10 < len(s) && s[at:at+5] == "UNIX." {
			return u.unix(e, s, at+5)
		}
	}
	return usualOther(s, at)
}

// unix reads one fact after the "UNIX." of its name. Names of owners are better than their numbers.
func (u *usualFacts) unix(e *Entry, s string, at int) int {
	switch s[at] {
	case 'm':
		return usualMode(e, s, u.name(s, at+1, "ode=", factMode))
	case 'o':
		if s[at+5] == '=' {
			return u.number(&e.Owner, s, u.name(s, at+1, "wner=", factOwner), 1<<factOwnerName)
		}
		return usualValue(&e.Owner, s, u.name(s, at+1, "wnername=", factOwnerName))
	case 'u':
		return u.number(&e.Owner, s, u.name(s, at+1, "id=", factUID), 1<<factOwner|1<<factOwnerName)
	case 'g':
		if s[at+1] == 'i' {
			return u.number(&e.Group, s, u.name(s, at+1, "id=", factGID), 1<<factGroup|1<<factGroupName)
		}
		if s[at+5] == '=' {
			return u.number(&e.Group, s, u.name(s, at+1, "roup=", factGroup), 1<<factGroupName)
		}
		return usualValue(&e.Group, s, u.name(s, at+1, "roupname=", factGroupName))
	}
	return -1
}

// sizd reads the size that Pure-FTPd has for directories. The size fact is better.
func (u *usualFacts) sizd(e *Entry, s string, at int) int {
	if *u&(1<<factSize) != 0 {
		e = new(Entry)
	}
	return usualSize(e, s, at)
}

// name passes over the rest of a name and its "=", if the fact was not seen before.
func (u *usualFacts) name(s string, at int, rest string, id int) int {
	end := at + len(rest)
	if end > len(s) || s[at:end] != rest || *u&(1<<id) != 0 {
		return -1
	}
	*u |= 1 << id
	return end
}

// Number reads a value that counts if no fact with a better one was seen.
func (u *usualFacts) number(to *string, s string, at int, better usualFacts) int {
	if *u&better != 0 {
		to = new(string)
	}
	return usualValue(to, s, at)
}

// usualOther passes over a fact that fills no field.
func usualOther(s string, at int) int {
	name, _, ok := strings.Cut(s[at:], "=")
	if !ok || name == "" || factID(name) != factOther || strings.ContainsAny(name, "; ") || scan.ControlAt(name) >= 0 {
		return -1
	}
	return usualValue(new(string), s, at+len(name)+1)
}

// usualValue reads a value, in which there is neither a blank nor a control character, and its semicolon. For a few
// bytes it is faster than strings.IndexByte.
func usualValue(to *string, s string, at int) int {
	if at < 0 {
		return -1
	}
	end := at
	for ; end+8 <= len(s); end += 8 {
		x := scan.Eight(s[end:])
		y := x ^ scan.Ones*';'
		semi := (y - scan.Ones) &^ y & scan.Tops                   // right up to the first one
		odd := ((x - scan.Ones*'!') | (x + scan.Ones)) & scan.Tops // a blank or below, 0x7f; perhaps 0x80 and more
		if odd&(semi^(semi-1)) != 0 {
			break
		}
		if semi != 0 {
			return usualEnd(to, s, at, end+bits.TrailingZeros64(semi)/8)
		}
	}
	for end < len(s) && s[end] > ' ' && s[end] != 0x7f && s[end] != ';' {
		end++
	}
	if end == len(s) || s[end] != ';' {
		return -1
	}
	return usualEnd(to, s, at, end)
}

// usualEnd sets a value, which must not be empty.
func usualEnd(to *string, s string, at, end int) int {
	if end == at {
		return -1
	}
	*to = s[at:end]
	return end + 1
}

func usualKind(e *Entry, s string, at int) int {
	switch {
	case at < 0:
		return -1
	case len(s) > at+5 && s[at:at+5] == "file;":
		e.Kind = KindFile
		return at + 5
	case len(s) > at+4 && s[at:at+4] == "dir;":
		e.Kind = KindDir
		return at + 4
	}
	var value string
	at = usualValue(&value, s, at)
	e.Kind, e.Target = factKind(value)
	return at
}

func usualSize(e *Entry, s string, at int) int {
	if at < 0 {
		return -1
	}
	if at+8 < len(s) {
		if n, digits := scan.LeadingDigits(scan.Eight(s[at:])); digits > 0 && s[at+digits] == ';' {
			e.Size = n
			return at + digits + 1
		}
	}
	const safe = 18 // digits that can't exceed an int64
	n, i := int64(0), at
	for i < len(s) && scan.IsDigit(s[i]) {
		n = n*10 + int64(s[i]-'0')
		i++
	}
	if i == at || i > at+safe || i == len(s) || s[i] != ';' {
		return -1
	}
	e.Size = n
	return i + 1
}

func usualTime(e *Entry, s string, at int) int {
	end := at + len("20060102150405")
	if at < 0 || end >= len(s) || s[end] != ';' {
		return -1
	}
	t, ok := calendar.PlainTimeVal(s[at:end])
	if !ok {
		return -1
	}
	e.Time, e.Precision, e.Zone = t, parse.PrecisionSecond, ZoneUTC
	return end + 1
}

// usualMode reads a mode of four digits.
func usualMode(e *Entry, s string, at int) int {
	end := at + len("0644")
	if at < 0 || end >= len(s) || s[end] != ';' {
		return -1
	}
	if e.Mode = octalMode(s[at:end]); e.Mode == "" {
		return -1
	}
	return end + 1
}
