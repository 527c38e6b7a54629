package control

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// pathArg returns an argument as the server wants it.
func (c *Conn) pathArg(verb protocol.Verb, arg string) string {
	info, _ := protocol.LookupVerb(verb)
	if arg == "" || info.Arg != protocol.ArgPath && info.Arg != protocol.ArgPathOpt {
		return arg
	}
	if c.HasQuirk("vms-paths") {
		arg = vmsPath(arg, info.Does&protocol.NamesDir != 0)
	}
	switch verb {
	case "LIST", "NLST", "STAT":
		if strings.HasPrefix(arg, "-") && c.notice("dash-names", "a pathname given to "+string(verb)+" begins with '-'") {
			arg = "./" + arg
		}
	case "CWD":
		if c.HasQuirk("cwd-trailing-slash") && !strings.HasSuffix(arg, "/") {
			arg += "/"
		}
	}
	return arg
}

// vmsPath turns a pathname with slashes into one of OpenVMS: "a/b/c" into
// "[.a.b]c", or "[.a.b.c]" for a directory, and "/disk/a/b" into "disk:[a]b". What
// has the server's form already is left alone, and so is what has none: dots are
// the separators there.
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

// inPlace makes the directory of a listing the working directory where the server
// would misread its name, so that none need be given. back undoes that; it is nil
// if nothing was done. The turn must be held.
func (c *Conn) inPlace(ctx context.Context, cmd protocol.Command) (_ protocol.Command, back func(), err error) {
	const ignored = "list-ignores-path"
	if !cmd.Verb.Does(protocol.Lists) || cmd.Arg == "" {
		return cmd, nil, nil
	}
	misread := c.misread(cmd)
	if misread == "" && !c.HasQuirk(ignored) {
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
	if _, err = c.exchange(ctx, protocol.Command{Verb: "CWD", Arg: c.pathArg("CWD", cmd.Arg)}); err != nil {
		if err = c.onlyRefused(err); err != nil && c.Err() == nil {
			back() // the context ended, and the server may carry it out
		}
		return cmd, nil, err // no directory: a pattern, or a file
	}
	if misread != "" {
		c.notice(misread, "the name of a directory holds what the server may read otherwise")
	}
	cmd.Arg = ""
	return cmd, back, nil
}

const globNames, blankNames = "glob-names", "blank-names"

// Characters by which servers read the argument of LIST, NLST and STAT as a pattern, or as
// several names.
const patternChars, blankChars = "*?[]{}", " \t"

// misread returns the quirk by which the server may read the argument of a listing as
// something else than one name, or "".
func (c *Conn) misread(cmd protocol.Command) string {
	switch {
	case strings.ContainsAny(cmd.Arg, patternChars) && !c.HasQuirk("vms-paths") && c.mayNotice(globNames):
		return globNames
	case isSplit(cmd.Verb, cmd.Arg) && c.mayNotice(blankNames):
		return blankNames
	}
	return ""
}

// isSplit reports whether servers that call ls take the argument of a listing for several.
func isSplit(verb protocol.Verb, arg string) bool {
	return (verb == "LIST" || verb == "NLST") && strings.ContainsAny(arg, blankChars)
}

// An OtherListingError reports a listing of something else than was asked for.
type OtherListingError struct {
	Path string // that was asked for
	Name string // that the listing has
}

func (e *OtherListingError) Error() string {
	return "ftp: the listing of " + quoted(e.Path) + " names " + quoted(e.Name) + ": the server took the blank in the name for the end of it"
}

// isOther returns an error if an entry called name can't be of the listing. A name with a
// blank that is no directory can only be listed as itself.
func (d *Download) isOther(name string) error {
	t := d.t
	if !d.mayBeSplit() || name == d.path || name == path.Base(d.path) {
		return nil
	}
	return &TransferError{Verb: t.f.cmd.Verb, Phase: PhaseData, Bytes: t.moved(), Err: &OtherListingError{Path: d.path, Name: name}}
}

// mayBeSplit reports whether a listing was asked for by a name that the server may have
// taken for several.
func (d *Download) mayBeSplit() bool { return d.t.back == nil && isSplit(d.t.f.cmd.Verb, d.path) }

// notAsked returns the error of a listing that may be one of other names and has a line that
// is no entry: what ls says of a name, or puts above the entries of one of several. CWD tells
// what became of the name that was asked for. The listing must be closed.
func (d *Download) notAsked(ctx context.Context, line *parse.Error) error {
	t := d.t
	failed := &TransferError{Verb: t.f.cmd.Verb, Phase: PhaseData, Bytes: d.Octets(), Err: line}
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

// goHome makes home, of a reply to PWD, the working directory again. The turn must be
// held.
func (c *Conn) goHome(home string) {
	ctx, cancel := c.aborting()
	defer cancel()
	if _, err := c.exchange(ctx, protocol.Command{Verb: "CWD", Arg: c.pathArg("CWD", home)}); err != nil && c.Err() == nil {
		// Relative pathnames would lead elsewhere from here on.
		c.shut(err)
	}
}

// pwdPath returns the pathname of a 257 reply as this package's callers know them.
func (c *Conn) pwdPath(p string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	const vms, back = "vms-paths", "backslash-paths"
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
	if c.HasQuirk("backslash-paths") {
		p = strings.ReplaceAll(p, `\`, "/")
	}
	return p
}

// nlstName returns a name of NLST without what servers put before it.
func (c *Conn) nlstName(name string) string {
	name = c.slashes(name)
	rest := strings.TrimPrefix(name, "./")
	if rest == name && strings.HasPrefix(name, "//") {
		rest = "/" + strings.TrimLeft(name, "/")
	}
	if rest == name || rest == "" || !c.notice("nlst-prefix", "NLST names "+quoted(name)) {
		return name
	}
	return rest
}

// entryName takes the directory off the name of an entry. A name that climbs is
// left as it is, for [parse.Entry.UnsafeName] to tell.
func (c *Conn) entryName(e parse.Entry) parse.Entry {
	separators := "/"
	if c.HasQuirk("backslash-paths") {
		separators = `/\`
	}
	i := strings.LastIndexAny(e.Name, separators)
	if i < 0 || e.Kind == parse.KindCurrent || e.Kind == parse.KindParent || climbs(e.Name) {
		return e
	}
	base := e.Name[i+1:]
	if base == "" || base == "." || !c.notice("names-with-path", "a listing names "+quoted(e.Name)) {
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
