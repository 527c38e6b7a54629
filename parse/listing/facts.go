package listing

import (
	"iter"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Facts is the facts of an MLSx line as they were sent, such as "type=file;size=12;" (RFC 3659,
// Section 7.2). It is empty for entries of LIST.
type Facts string

// All yields the names and values in the order of the line, spelled as sent. A value may be empty.
func (f Facts) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := string(f); rest != ""; {
			var name, value string
			if name, value, rest = cutFact(rest); name != "" && !yield(name, value) {
				return
			}
		}
	}
}

// cutFact parts the first fact of s from the rest. Without a "=" it has no name.
func cutFact(s string) (name, value, rest string) {
	end := strings.IndexByte(s, ';')
	if end < 0 {
		end = len(s)
	} else {
		rest = s[end+1:]
	}
	if i := strings.IndexByte(s[:end], '='); i > 0 {
		name, value = s[:i], s[i+1:end]
	}
	return name, value, rest
}

// Lookup returns the value of the fact with the given name, in any case. Of a fact sent twice, the first
// counts.
func (f Facts) Lookup(name string) (value string, ok bool) {
	for n, v := range f.All() {
		if equalFoldASCII(n, name) {
			return v, true
		}
	}
	return "", false
}

// haveField reports whether a fact among f fills a field of Entry.
func (f Facts) haveField() bool {
	for name := range f.All() {
		if factID(name) != factOther {
			return true
		}
	}
	return false
}

// Facts that fill a field of Entry. Of those for one field, the best source stands first.
const (
	factOther = iota
	factType
	factSize
	factSizd // Pure-FTPd, for directories
	factModify
	factUnique
	factPerm
	factMode
	factOwnerName
	factOwner
	factUID
	factGroupName
	factGroup
	factGID
)

var factNames = [...]string{
	factType: "type", factSize: "size", factSizd: "sizd", factModify: "modify", factUnique: "unique",
	factPerm: "perm", factMode: "unix.mode", factOwnerName: "unix.ownername", factOwner: "unix.owner",
	factUID: "unix.uid", factGroupName: "unix.groupname", factGroup: "unix.group", factGID: "unix.gid",
}

// factID returns which of the facts with a field name is, in any case.
func factID(name string) int {
	switch name { // as most spell them
	case "type", "Type":
		return factType
	case "size", "Size":
		return factSize
	case "modify", "Modify":
		return factModify
	case "perm", "Perm":
		return factPerm
	case "unique", "Unique":
		return factUnique
	case "UNIX.mode":
		return factMode
	case "UNIX.owner":
		return factOwner
	case "UNIX.group":
		return factGroup
	case "UNIX.ownername":
		return factOwnerName
	case "UNIX.groupname":
		return factGroupName
	}
	var first, last int
	switch len(name) {
	case 4:
		for _, id := range [...]int{factType, factSize, factPerm, factSizd} {
			if equalFoldASCII(name, factNames[id]) {
				return id
			}
		}
		return factOther
	case 6:
		first, last = factModify, factUnique
	case 8:
		if equalFoldASCII(name, factNames[factUID]) {
			return factUID
		}
		first, last = factGID, factGID
	case 9:
		first, last = factMode, factMode
	case 10:
		if equalFoldASCII(name, factNames[factOwner]) {
			return factOwner
		}
		first, last = factGroup, factGroup
	case 14:
		if equalFoldASCII(name, factNames[factOwnerName]) {
			return factOwnerName
		}
		first, last = factGroupName, factGroupName
	default:
		return factOther
	}
	for id := first; id <= last; id++ {
		if equalFoldASCII(name, factNames[id]) {
			return id
		}
	}
	return factOther
}

// equalFoldASCII reports whether a and b are the same but for the case of A to Z.
func equalFoldASCII(a, b string) bool {
	if a == b || len(a) != len(b) {
		return a == b
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || !scan.IsLetter(x)) {
			return false
		}
	}
	return true
}
