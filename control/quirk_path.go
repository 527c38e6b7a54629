package control

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// pathArg returns an argument in the form that the server wants.
func (c *Conn) pathArg(verb protocol.Verb, arg string) string {
	info, _ := protocol.LookupVerb(verb)
	if arg == "" || info.Arg != protocol.ArgPath && info.Arg != protocol.ArgPathOpt {
		return arg
	}
	if c.HasQuirk(QuirkVMSPaths) {
		arg = vmsPath(arg, info.Does&protocol.NamesDir != 0)
	}
	switch verb {
	case "LIST", "NLST", "STAT":
		if strings.HasPrefix(arg, "-") && c.notice(QuirkDashNames, "a pathname given to "+string(verb)+" begins with '-'") {
			arg = "./" + arg
		}
	case "CWD":
		if c.HasQuirk(QuirkCWDTrailingSlash) && !strings.HasSuffix(arg, "/") {
			arg += "/"
		}
	}
	return arg
}

// vmsPath turns a pathname with slashes into one of OpenVMS: "a/b/c" into "[.a.b]c", or
// "[.a.b.c]" for a directory, and "/disk/a/b" into "disk:[a]b". A name that already has
// the server's form is left unchanged, and so is one that has no such form, because dots
// are the separators there.
func vmsPath(p string, dir bool) string {
	if !strings.Contains(p, "/") || strings.ContainsAny(p, "[]<>:") {
		return p
	}
	parts := strings.Split(strings.Trim(path.Clean(p), "/"), "/")
	device, file := "", ""
	if path.IsAbs(p) {
		device, parts = parts[0]+":", parts[1:]
		if device == ":" {
			return p
		}
	}
	if !dir && len(parts) > 0 {
		file, parts = parts[len(parts)-1], parts[:len(parts)-1]
	}
	var b strings.Builder
	for i, s := range parts {
		switch {
		case s == "..":
			b.WriteString("-") // [-.a] is the parent's a
			continue
		case strings.Contains(s, "."):
			return p
		case i > 0 || device == "":
			b.WriteString(".")
		}
		b.WriteString(s)
	}
	inside := b.String()
	switch {
	case device != "" && inside == "":
		inside = "000000" // the top of a disk
	case inside == "":
		return file
	}
	return device + "[" + inside + "]" + file
}

// inPlace makes the directory of a listing the working directory where the server would
// misread its name, or always, so that the listing needs no argument. back undoes that; it is nil if
// nothing was done. The turn must be held.
func (c *Conn) inPlace(ctx context.Context, cmd protocol.Command, always bool) (_ protocol.Command, back func(), err error) {
	const ignored = QuirkListIgnoresPath
	if !cmd.Verb.Does(protocol.Lists) || cmd.Arg == "" {
		return cmd, nil, nil
	}
	misread := c.misread(cmd)
	if misread == "" && !always && !c.HasQuirk(ignored) {
		return cmd, nil, nil
	}
	home, err := c.pwdLocked(ctx)
	if err != nil {
		if _, unread := errors.AsType[*parse.Error](err); unread {
			err = nil
		}
		return cmd, nil, c.onlyRefused(err)
	}
	back = func() { c.goHome(home) }
	entered, err := c.enter(ctx, home, cmd.Arg)
	switch refusal := c.onlyRefused(err) == nil; {
	case err != nil && !refusal && c.Err() == nil:
		back() // the context ended, but the server may still carry out the CWD
		return cmd, nil, err
	case err != nil:
		return cmd, nil, c.onlyRefused(err) // not a directory, but a pattern or a file
	case !entered:
		return cmd, nil, nil
	}
	if misread != "" {
		c.notice(misread, "the name of a directory holds what the server may read otherwise")
	}
	cmd.Arg = ""
	return cmd, back, nil
}

// Characters by which servers read the argument of LIST, NLST and STAT as a pattern, or as
// several names.
const patternChars, blankChars = "*?[]{}", " \t"

// misread returns the quirk by which the server may read the argument of a listing as
// something other than one name, or "".
func (c *Conn) misread(cmd protocol.Command) QuirkName {
	switch {
	case strings.ContainsAny(cmd.Arg, patternChars) && !c.HasQuirk(QuirkVMSPaths) && c.mayNotice(QuirkGlobNames):
		return QuirkGlobNames
	case isSplit(cmd.Verb, cmd.Arg) && c.mayNotice(QuirkBlankNames):
		return QuirkBlankNames
	}
	return ""
}

// isSplit reports whether servers that call ls take the argument of a listing for several
// names.
func isSplit(verb protocol.Verb, arg string) bool {
	return (verb == "LIST" || verb == "NLST") && strings.ContainsAny(arg, blankChars)
}

// An OtherListingError reports that the server listed something other than what was asked
// for.
type OtherListingError struct {
	Path string // that was asked for
	Name string // that the listing has
}

func (e *OtherListingError) Error() string {
	return "ftp: the listing of " + quoted(e.Path) + " names " + quoted(e.Name) + ": the server took the blank in the name for the end of it"
}

// isOther returns an error if an entry called name can't belong to the listing. If a name
// with a blank is not a directory, the listing can only have that name itself.
func (d *Download) isOther(name string) error {
	t := d.t
	if !d.mayBeSplit() || name == d.path || name == path.Base(d.path) {
		return nil
	}
	return &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: t.moved(), Err: &OtherListingError{Path: d.path, Name: name}}
}

// mayBeSplit reports whether a listing was asked for by a name that the server may have
// taken for several.
func (d *Download) mayBeSplit() bool { return d.t.back == nil && isSplit(d.t.f.cmd.Verb, d.path) }

// notAsked returns the error of a listing that may be of other names and has a line that is
// not an entry: what ls prints about a name, or as a heading above the entries of one of
// several. CWD tells whether the name that was asked for is a directory. The listing must be
// closed.
func (d *Download) notAsked(ctx context.Context, line *parse.Error) error {
	t := d.t
	failed := &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: d.Octets(), Err: line}
	if t.c.acquire(ctx) != nil {
		return failed
	}
	defer t.c.release()
	if failed.Err = t.c.confirmDirectory(ctx, d.path); failed.Err == nil {
		failed.Err = &OtherListingError{Path: d.path, Name: line.Text}
	}
	return failed
}

// pwdLocked returns the working directory as the server names it. The turn must be held.
func (c *Conn) pwdLocked(ctx context.Context) (string, error) {
	r, err := c.exchange(ctx, protocol.Command{Verb: "PWD"})
	if err != nil {
		return "", err
	}
	return parse.PWD(r.LastLine())
}

// enter changes the working directory from home, as PWD gave it, to path, and reports
// whether it has changed: some minimal servers answer 250 to CWD and do nothing. An
// error, or a refusal, is that of CWD. The turn must be held.
func (c *Conn) enter(ctx context.Context, home, path string) (entered bool, err error) {
	if _, err = c.exchange(ctx, protocol.Command{Verb: "CWD", Arg: c.pathArg("CWD", path)}); err != nil {
		return false, err
	}
	if isHere(home, path) || strings.Contains(path, `"`) {
		return true, nil // many servers do not double the quotes in the reply to PWD
	}
	now, err := c.pwdLocked(ctx)
	if _, unread := errors.AsType[*parse.Error](err); unread || err != nil && c.onlyRefused(err) == nil {
		return true, nil // there is nothing to compare
	}
	return now != home, err
}

// isHere reports whether path names home itself.
func isHere(home, name string) bool {
	if !path.IsAbs(name) {
		name = path.Join(home, name)
	}
	return strings.EqualFold(path.Clean(name), path.Clean(home))
}

// goHome makes home, which came from a reply to PWD, the working directory again. The
// turn must be held.
func (c *Conn) goHome(home string) {
	ctx, cancel := c.aborting()
	defer cancel()
	if _, err := c.exchange(ctx, protocol.Command{Verb: "CWD", Arg: c.pathArg("CWD", home)}); err != nil && c.Err() == nil {
		// From here on relative pathnames would name other files.
		c.shut(err)
	}
}

// pwdPath returns the pathname of a 257 reply in the form that callers of this package
// use.
func (c *Conn) pwdPath(p string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	const vms, back = QuirkVMSPaths, QuirkBackslashPaths
	if open := strings.IndexByte(p, '['); open >= 0 && strings.HasSuffix(p, "]") && (open == 0 || p[open-1] == ':') {
		c.notice(vms, "a directory is called "+quoted(p))
	}
	drive := len(p) > 2 && p[1] == ':' && p[2] == '\\'
	if !strings.Contains(p, "/") && (drive || strings.HasPrefix(p, `\`)) {
		c.notice(back, "a directory is called "+quoted(p))
	}
	return c.slashes(p), nil
}

func quoted(s string) string {
	s = s[:min(len(s), 80)]
	return `"` + visible(s) + `"`
}

// slashes returns a pathname from the server with slashes where it has backslashes.
func (c *Conn) slashes(p string) string {
	if c.HasQuirk(QuirkBackslashPaths) {
		p = strings.ReplaceAll(p, `\`, "/")
	}
	return p
}

// nlstName returns a name of NLST without the prefix that some servers put before it.
func (c *Conn) nlstName(name string) string {
	name = c.slashes(name)
	rest := strings.TrimPrefix(name, "./")
	if rest == name && strings.HasPrefix(name, "//") {
		rest = "/" + strings.TrimLeft(name, "/")
	}
	if rest == name || rest == "" || !c.notice(QuirkNLSTPrefix, "NLST names "+quoted(name)) {
		return name
	}
	return rest
}

// entryName removes the directory from the name of an entry. A name with ".." is left
// unchanged, so that [listing.Entry.UnsafeName] reports it.
func (c *Conn) entryName(e listing.Entry) listing.Entry {
	separators := "/"
	if c.HasQuirk(QuirkBackslashPaths) {
		separators = `/\`
	}
	i := strings.LastIndexAny(e.Name, separators)
	if i < 0 || e.Kind == listing.KindCurrent || e.Kind == listing.KindParent || climbs(e.Name) {
		return e
	}
	base := e.Name[i+1:]
	if base == "" || base == "." || !c.notice(QuirkNamesWithPath, "a listing names "+quoted(e.Name)) {
		return e
	}
	e.Name = base
	return e
}

func climbs(name string) bool {
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." {
			return true
		}
	}
	return false
}

// QuirkBackslashPaths: pathnames come with backslashes.
const QuirkBackslashPaths QuirkName = "backslash-paths"

var rowBackslashPaths = Quirk{
	Name: QuirkBackslashPaths, Mode: QuirkDetected,
	Behaviour:  "pathnames come with backslashes",
	Evidence:   "PWD or MKD names a directory that begins with a drive or a backslash and has no slash",
	Workaround: "backslashes in pathnames from the server are given as slashes, which such servers take too",
	Refs:       []string{"lftp", "FluentFTP"},
}

// QuirkBlankNames: LIST and NLST take each word of a name for a name of its own.
const QuirkBlankNames QuirkName = "blank-names"

var rowBlankNames = Quirk{
	Name: QuirkBlankNames, Mode: QuirkDetected,
	Behaviour:  "LIST and NLST take each word of a name for a name of its own",
	Evidence:   "a name with a blank is to be listed and CWD accepts it",
	Workaround: "the directory is listed from inside, and the working directory restored; what CWD refuses may only be listed as itself",
	Refs:       []string{"inetutils-ftpd", "linux-ftpd", "Pure-FTPd", "libunftp issue 530"},
}

// QuirkCWDTrailingSlash: CWD takes only names that end in a slash.
const QuirkCWDTrailingSlash QuirkName = "cwd-trailing-slash"

var rowCWDTrailingSlash = Quirk{
	Name: QuirkCWDTrailingSlash, Mode: QuirkOnRequest,
	Behaviour:  "CWD takes only names that end in a slash",
	Workaround: "CWD gets a slash after the name",
	Refs:       []string{"FluentFTP"},
}

// QuirkDashNames: LIST, NLST and STAT take a name that begins with a hyphen for options of ls.
const QuirkDashNames QuirkName = "dash-names"

var rowDashNames = Quirk{
	Name: QuirkDashNames, Mode: QuirkDetected,
	Behaviour:  "LIST, NLST and STAT take a name that begins with a hyphen for options of ls",
	Evidence:   "such a name is to be sent",
	Workaround: "\"./\" goes before it",
	Refs:       []string{"commons-net issue NET-449"},
}

// QuirkGlobNames: brackets, asterisks and question marks in the name of a directory are taken for a pattern.
const QuirkGlobNames QuirkName = "glob-names"

var rowGlobNames = Quirk{
	Name: QuirkGlobNames, Mode: QuirkDetected,
	Behaviour:  "brackets, asterisks and question marks in the name of a directory are taken for a pattern",
	Evidence:   "a name with such characters is to be listed and CWD accepts it",
	Workaround: "the directory is listed from inside, and the working directory restored; what CWD refuses is a pattern and is sent as it is",
	Refs:       []string{"node basic-ftp issue 176", "FluentFTP issue 597", "rclone"},
}

// QuirkListIgnoresPath: LIST with a directory lists the working directory, or the entry itself.
const QuirkListIgnoresPath QuirkName = "list-ignores-path"

var rowListIgnoresPath = Quirk{
	Name: QuirkListIgnoresPath, Mode: QuirkOnRequest,
	Behaviour:  "LIST with a directory lists the working directory, or the entry itself",
	Workaround: "the directory is listed from inside, and the working directory restored",
	Refs:       []string{"FluentFTP issue 263"},
}

// QuirkNamesWithPath: LIST or MLSD give pathnames in place of names.
const QuirkNamesWithPath QuirkName = "names-with-path"

var rowNamesWithPath = Quirk{
	Name: QuirkNamesWithPath, Mode: QuirkDetected,
	Behaviour:  "LIST or MLSD give pathnames in place of names",
	Evidence:   "a name holds a slash",
	Workaround: "what stands before the last slash is taken off; names with \"..\" stay as they are",
	Refs:       []string{"lftp", "FluentFTP"},
}

// QuirkNLSTPrefix: NLST puts "./" or a second slash before names.
const QuirkNLSTPrefix QuirkName = "nlst-prefix"

var rowNLSTPrefix = Quirk{
	Name: QuirkNLSTPrefix, Mode: QuirkDetected,
	Behaviour:  "NLST puts \"./\" or a second slash before names",
	Evidence:   "a name begins so",
	Workaround: "it is taken off",
	Refs:       []string{"lftp", "FluentFTP"},
}

// QuirkVMSPaths: pathnames are those of OpenVMS.
const QuirkVMSPaths QuirkName = "vms-paths"

var rowVMSPaths = Quirk{
	Name: QuirkVMSPaths, Mode: QuirkDetected,
	Behaviour:  "pathnames are those of OpenVMS",
	Evidence:   "SYST or PWD shows it",
	Workaround: "pathnames with slashes are translated: a/b/c is [.a.b]c; what holds brackets or colons is sent as it is",
	Refs:       []string{"WinSCP", "FluentFTP"},
	software:   "OpenVMS",
}
