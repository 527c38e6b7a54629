package listing

import (
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// A dialect is one format of LIST. Its file holds the grammar.
type dialect struct {
	name string

	// read fills e, which has Size -1, Dialect and Raw set, from a line of one word or more. It returns
	// errOther if the line is not of this dialect, ErrNotEntry for a heading or the first line of an entry
	// that takes two, an *parse.Error for a line that is but can't be read.
	//
	// A reader that accepts too much takes the lines of other dialects: a line that it takes must have
	// the marks of its own.
	read func(l *lister, w *words, e *Entry) error
}

// errOther says that a line is of another dialect.
var errOther = errors.New("ftp: line is of another dialect")

// dialects holds all formats in the order in which they are tried: those with the clearest marks first.
var dialects = []*dialect{
	{"eplf", readEPLF},
	{"mlsx", readMLSx},
	{"netware", readNetware},
	{"macos", readMacOS},
	{"stercom", readSterCom},
	{"distinct", readDistinct},
	{"unix", readUnix},
	{"dos", readDOS},
	{"os400", readOS400},
	{"os2", readOS2},
	{"vms", readVMS},
	{"mvs", readMVS},
	{"jes", readJES},
	{"tandem", readTandem},
	{"vmcms", readVMCMS},
	{"vos", readVOS},
	{"tops20", readTOPS20},
	{"mpeix", readMPE},
	{"vse", readVSE},
	{"music", readMusic},
	{"gcos7", readGCOS7},
	{"gcos8", readGCOS8},
	{"vxworks", readVxWorks},
	{"vshell", readVShell},
	{"skirdin", readSkiRDIN},
	{"os9", readOS9},
	{"micrortos", readMicroRTOS},
	{"wfftp", readWfFTP},
	{"pctcp", readPCTCP},
	{"chameleon", readChameleon},
	{"supertcp", readSuperTCP},
	{"pcnfsd", readPCNFSD},
	{"ncsa", readNCSA},
	{"ka9q", readKA9Q},
	{"tsxplus", readTSXPlus},
	{"unisys", readUnisys},
	{"names", readNames},
}

// aliases are other names of dialects, of systems that share one.
var aliases = map[string]string{"netware-psu": "netware", "qvtnet": "ncsa", "cisco": "names"}

// Dialects returns the names of the formats of LIST that are understood, for [Options].
func Dialects() []string {
	names := make([]string, len(dialects))
	for i, d := range dialects {
		names[i] = d.name
	}
	return names
}

// systems maps what a 215 reply begins with or holds, in lower case, to the dialect to try first.
var systems = []struct{ text, dialect string }{
	{"unix", "unix"}, {"windows", "dos"}, {"vms", "vms"}, {"mvs", "mvs"}, {"os/400", "os400"}, {"os/2", "os2"},
	{"netware", "netware"}, {"macos", "macos"}, {"nonstop", "tandem"}, {"tandem", "tandem"}, {"guardian", "tandem"},
	{"vm/", "vmcms"}, {"vm ", "vmcms"}, {"vse", "vse"}, {"vos", "vos"}, {"vxworks", "vxworks"},
	{"tops20", "tops20"}, {"tops-20", "tops20"}, {"mpe/ix", "mpeix"}, {"mcp", "unisys"}, {"gcos", "gcos8"},
}

// A lister reads the lines of one listing.
type lister struct {
	o     Options
	order []*dialect
	cur   *dialect // of the last line that was read, or nil

	section int    // which table the last heading of cur announced; 0 before the first
	held    string // first line of an entry that takes two, or ""
	lost    string // a held line whose second never came, or ""

	own func(line string) (Entry, error) // of the caller, or nil

	w    words
	e    Entry   // of the line at work: here and not on the heap
	more []Entry // after e on the same line, in the few formats that have several

	groupAt int  // where the group started in the last line of Unix whose owner and group are one word each
	sizeEnd int  // and where its size ended
	undated bool // lines of Unix have no date: one was read that can't have one
}

func newLister(o Options) (*lister, error) {
	if name, ok := aliases[o.Dialect]; ok {
		o.Dialect = name
	}
	l := &lister{o: o, order: dialects}
	l.o.latest, l.w.format, l.w.codePage = latestStamp(o), o.Dates, o.CodePage
	if o.Parser != nil {
		l.own = o.Parser()
	}
	if o.Dialect != "" {
		if l.cur = dialectNamed(o.Dialect); l.cur == nil {
			return nil, parse.NewError("dialect of LIST", o.Dialect, 0, "unknown; known are "+strings.Join(Dialects(), ", "))
		}
		l.order = []*dialect{l.cur}
		return l, nil
	}
	system := scan.LowerASCII(o.System)
	for _, s := range systems {
		if strings.Contains(system, s.text) {
			l.cur = dialectNamed(s.dialect)
			break
		}
	}
	return l, nil
}

// dialectNamed returns the dialect with a name, or nil.
func dialectNamed(name string) *dialect {
	for _, d := range dialects {
		if d.name == name {
			return d
		}
	}
	return nil
}

// read reads one line without its end, which must not have more than one entry.
func (l *lister) read(line string) (Entry, error) {
	err := l.next(line)
	if len(l.more) > 0 {
		err = l.refuse(line, parse.NewError(listLine, line, 0, "more than one file on a line"))
	}
	return l.e, err
}

// next sets l.e, and l.more, to what one line says. A line belongs to the dialect of the line before, if that dialect claims
// it, and otherwise to the first dialect that reads it. If none reads it, the error is that of the first that claimed it.
func (l *lister) next(line string) error {
	if l.own != nil {
		if err := l.ownLine(line); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	if l.cur != nil && l.held == "" && l.usual(line) {
		return nil
	}
	l.w.split(line)
	held := l.held
	err := l.detect(line)
	if err != nil && err != ErrNotEntry {
		if rest, ok := cutReplyCode(line); ok {
			l.w.split(rest)
			if again := l.detect(rest); again == nil || again == ErrNotEntry {
				err = again
			}
			l.e.Raw = line
			for i := range l.more {
				l.more[i].Raw = line
			}
		}
		if err != nil && err != ErrNotEntry {
			err = l.asMessage(line, err)
		}
	}
	if l.held == held && held != "" {
		l.lost = held // the line after it was no continuation
		if held != line {
			l.held = ""
		}
	}
	return err
}

// refuse sets l.e to a line without an entry.
func (l *lister) refuse(line string, err error) error {
	l.e, l.more = Entry{Size: -1, Raw: line}, l.more[:0]
	return err
}

func (l *lister) detect(line string) error {
	if l.w.n == 0 {
		return l.refuse(line, ErrNotEntry)
	}
	var refusal error
	if l.cur != nil {
		switch err := l.try(l.cur, line); err {
		case nil, ErrNotEntry:
			return err
		case errOther:
		default:
			refusal = err
		}
	}
	if isRemark(&l.w) {
		return l.refuse(line, ErrNotEntry)
	}
	for _, d := range l.order {
		if d == l.cur {
			continue
		}
		section := l.section
		l.section = 0
		err := l.try(d, line)
		if err == nil || err == ErrNotEntry {
			l.cur = d
			return err
		}
		l.section = section
		if err != errOther && refusal == nil {
			refusal = err
		}
	}
	if refusal == nil {
		reason := "unknown format"
		if l.o.Dialect != "" {
			reason = "not in the format " + l.o.Dialect
		}
		refusal = parse.NewError(listLine, line, l.w.at[0].from, reason)
	}
	return l.refuse(line, refusal)
}

// cutReplyCode cuts the reply code that servers put before the lines of STAT, such as "213-".
func cutReplyCode(line string) (rest string, ok bool) {
	if len(line) < 5 || !scan.AllDigits(line[:3]) || line[3] != '-' && line[3] != ' ' || line[0] < '1' || line[0] > '5' {
		return line, false
	}
	return line[4:], true
}

// usual reads a line of l.cur without cutting it into words, if it has the form of nearly all lines of that
// dialect.
func (l *lister) usual(line string) bool {
	switch l.cur.name {
	case "unix":
		before := l.e.Raw
		l.begin(l.cur, line)
		if !l.usualUnix(line, &l.e) {
			l.noteColumns(before)
			return false
		}
	case "mlsx":
		l.begin(l.cur, line)
		if l.e.usualMLSx(line) {
			break
		}
		l.begin(l.cur, line)
		if !startsWithFacts(line) || line[0] == ' ' || l.e.readAnyMLSx(line) != nil {
			return false
		}
	default:
		return false
	}
	l.finish()
	return true
}

// try reads the line in l.w as one of d.
func (l *lister) try(d *dialect, line string) error {
	l.begin(d, line)
	if err := d.read(l, &l.w, &l.e); err != nil {
		return l.refuse(line, err)
	}
	l.finish()
	return nil
}

// begin sets l.e to what is known of a line of d before it is read. Setting single fields is faster than a literal, which
// would be built elsewhere and copied.
func (l *lister) begin(d *dialect, line string) {
	l.more = l.more[:0]
	e := &l.e
	*e = Entry{}
	e.Size, e.Dialect, e.Raw = -1, d.name, line
}

// finish adds what does not depend on the dialect.
func (l *lister) finish() {
	l.e.Text, l.e.Encoding = l.o.CodePage.Decode(l.e.Name)
	for i := range l.more {
		e := &l.more[i]
		e.Dialect, e.Raw = l.e.Dialect, l.e.Raw
		e.Text, e.Encoding = l.o.CodePage.Decode(e.Name)
	}
}

// end is called after the last line: one that is still held was not continued.
func (l *lister) end() {
	if l.held != "" {
		l.held, l.lost = "", l.held
	}
}

// takeLost returns the error of a line whose second line never came, once.
func (l *lister) takeLost() (Entry, error) {
	line := l.lost
	l.lost = ""
	return notRead(line), parse.NewError(listLine, line, len(line), "the line that should follow is missing")
}
