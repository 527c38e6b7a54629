package listing

import (
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// FormatEPLF returns the line of e in the Easily Parsed LIST Format, without its line end. Directories of all
// kinds have the fact "/", files and links "r"; whatever else has neither, so that clients don't show it.
// Unique, Time, Size (of what is no directory) and Mode become facts where e has them and they can be sent: a
// unique value with a comma or a control character can't, and no time before 1970. Parts of a second are cut. CR, LF
// and NUL in the name become "?": they would start a line of their own.
func FormatEPLF(e Entry) string {
	var b strings.Builder
	b.WriteByte('+')
	if e.Unique != "" && scan.ControlAt(e.Unique) < 0 && !strings.Contains(e.Unique, ",") {
		b.WriteString("i" + e.Unique + ",")
	}
	if seconds := e.Time.Unix(); !e.Time.IsZero() && seconds >= 0 && seconds <= eplfLatest {
		b.WriteString("m" + strconv.FormatInt(seconds, 10) + ",")
	}
	switch {
	case e.isDir():
		b.WriteString("/,")
	case e.Kind == KindFile || e.Kind == KindLink:
		b.WriteString("r,")
	}
	if e.Size >= 0 && !e.isDir() {
		b.WriteString("s" + strconv.FormatInt(e.Size, 10) + ",")
	}
	if bits, ok := modeBits(e.Mode); ok {
		mode := strconv.FormatUint(uint64(bits), 8)
		b.WriteString("up" + strings.Repeat("0", max(0, 3-len(mode))) + mode + ",")
	}
	return b.String() + "\t" + lineSafe(e.Name)
}
