package parse

import "time"

// Kind is what a directory entry is.
type Kind int

const (
	KindUnknown Kind = iota
	KindFile
	KindDir
	KindLink    // symbolic link
	KindOther   // device, pipe, socket, door
	KindCurrent // the listed directory itself ("cdir" of MLSD)
	KindParent  // its parent ("pdir" of MLSD)
)

// String returns "unknown", "file", "dir", "link", "other", "cdir" or "pdir".
func (k Kind) String() string {
	return enumName(int(k), "unknown", "file", "dir", "link", "other", "cdir", "pdir")
}

// An Entry is what one line of a listing says about one file. What the line does not say is the zero value,
// except for Size.
type Entry struct {
	// Name is what commands take for the file, byte for byte as on the wire: blanks at its ends, any bytes.
	// Formats whose lines hold more than that, or less, say so: VMS loses the version, VM/CMS gets the dot
	// between name and type. It is the server's word, see UnsafeName before it becomes a local file.
	Name string

	// Text is Name as text, always valid UTF-8, and Encoding what Name turned out to be: see CodePage. Show
	// people Text, send servers Name.
	Text     string
	Encoding Encoding

	Kind Kind

	// Size is in octets, -1 if the line does not say or the number is beyond an int64.
	Size int64

	// Time is the time of last modification; zero with PrecisionUnknown if the line does not say.
	Time      time.Time
	Precision Precision
	Zone      Zone

	Target string // of a symbolic link
	Mode   string // nine letters such as "rwxr-x---"
	Owner  string // name or number
	Group  string // name or number
	Unique string // "unique" fact: equal for the same file (RFC 3659, Section 7.5.2)
	Perm   string // "perm" fact, what the user may do (RFC 3659, Section 7.5.5)
	Links  int    // number of hard links

	Facts Facts // all facts of an MLSx line, as sent

	Dialect string // "mlsx", or the format of LIST: see Dialects
	Raw     string // the line without its line end; of an entry on two lines both, with LF between
}
