package listing

import (
	"errors"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// ErrNotEntry marks a line of a listing that is understood but describes no file: a
// blank line, "total 12", "Status of /pub:". Listings go on after it.
var ErrNotEntry = errors.New("ftp: line is not a directory entry")

// Kind is what a directory entry is.
type Kind int

const (
	KindUnknown Kind = iota // the line does not say
	KindFile                // a file
	KindDir                 // a directory
	KindLink                // symbolic link
	KindOther               // device, pipe, socket, door
	KindCurrent             // the listed directory itself ("cdir" of MLSD)
	KindParent              // its parent ("pdir" of MLSD)
)

// String returns "unknown", "file", "dir", "link", "other", "cdir" or "pdir".
func (k Kind) String() string {
	return scan.EnumName(int(k), "unknown", "file", "dir", "link", "other", "cdir", "pdir")
}

// An Entry is what one line of a listing says about one file. A field that the line does not tell is zero,
// except Size.
type Entry struct {
	// Name is the name of the file in commands, byte for byte as on the wire: it may have blanks at its
	// ends, and any bytes. In some formats the line has more than that, or less: the version of a VMS
	// name is dropped, and VM/CMS gets the dot between name and type. The name is not trusted: check
	// UnsafeName before you use it for a local file.
	Name string

	// Text is Name as text, always valid UTF-8, and Encoding says how Name was encoded: see CodePage.
	// Show Text to people, and send Name to servers.
	Text     string
	Encoding Encoding

	// Kind is what the entry is.
	Kind Kind

	// Size is in octets, -1 if the line does not say or the number is beyond an int64.
	Size int64

	// Time is the time of last modification; zero with PrecisionUnknown if the line does not say.
	Time      time.Time
	Precision parse.Precision // how exact Time is
	Zone      Zone            // where its zone comes from

	Target string // of a symbolic link
	Mode   string // nine letters such as "rwxr-x---"
	Owner  string // name or number
	Group  string // name or number
	Unique string // "unique" fact: equal for the same file (RFC 3659, Section 7.5.2)
	Perm   string // "perm" fact, what the user may do (RFC 3659, Section 7.5.5)
	Links  int    // Number of hard links

	Facts Facts // all facts of an MLSx line, as sent

	Dialect string // "mlsx", or the format of LIST: see Dialects
	Raw     string // the line without its line end; of an entry on two lines both, with LF between
}
