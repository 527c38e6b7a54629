package conformance

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A license says what a run may do to files of the server.
type license uint8

const (
	mayLook   license = iota // nothing may change
	mayMake                  // names of our own may come to be: the sandbox is being made
	mayChange                // names of our own may change and go, too: the sandbox is proven
)

// A forbiddenError is a command that must not be sent.
type forbiddenError struct {
	verb string
	why  string
}

func (e *forbiddenError) Error() string { return e.verb + " is not sent: " + e.why }

// guard decides whether bytes may leave. All that goes to a server's control
// connection comes through here, so that no case has to be trusted: a verb that
// could change something needs the license, and names of our own.
func (c *Conn) guard(b []byte) error {
	text := c.unsent + string(b)
	for {
		end := strings.IndexAny(text, "\r\n")
		line := text
		if end >= 0 {
			line = text[:end]
		}
		err := c.run.permit(line, end >= 0)
		if err == nil && c.betrays(line, end >= 0) {
			verb, _ := splitLine(line)
			err = &forbiddenError{verb, "the password would go in clear text, which was not allowed"}
		}
		if err != nil {
			if c.unsent != "" {
				c.close() // the beginning of the line is out, and nothing else may end it
			}
			return err
		}
		if end < 0 {
			c.unsent = line
			return nil
		}
		text = text[end+1:]
	}
}

// betrays reports whether a line would carry the password or the account in clear text
// although the target has TLS. Of an unfinished line the beginning of one is enough.
func (c *Conn) betrays(line string, whole bool) bool {
	if c.secure || c.run.target.TLS == tlsx.ModeNone || c.run.opts.AllowClear {
		return false
	}
	verb, arg := splitLine(line)
	login := verb == "PASS" || verb == "ACCT"
	for _, secret := range []string{c.run.target.Password, c.run.target.Account} {
		if secret == "" {
			continue
		}
		begun := strings.TrimLeft(arg, " ")
		if login && (strings.Contains(arg, secret) || !whole && begun != "" && strings.HasPrefix(secret, begun)) {
			return true
		}
	}
	return false
}

// permit reports why a command line must not be sent, or nil. An unfinished line
// is judged by what it can become.
func (r *runner) permit(line string, whole bool) error {
	verb, arg := splitLine(line)
	if verb == "" || harmless(verb, arg, whole) {
		return nil
	}
	_, named := strings.CutPrefix(arg, " ")
	switch name := strings.TrimPrefix(arg, " "); {
	case r.license == mayLook:
		return &forbiddenError{verb, r.whyLook()}
	case r.license == mayMake && (verb != "MKD" && verb != "STOR" || !r.ours(name)):
		return &forbiddenError{verb, "the directory of our own is not proven yet"}
	case verb == "SITE" && !strings.Contains(name, " "), verb == "ALLO", verb == "SMNT":
		return nil // names no file
	case r.outward(verb, name):
		return nil
	case named && name != "" && !r.ours(name):
		return &forbiddenError{verb, "the name is none of ours"}
	}
	return nil
}

// whyLook says why nothing may be changed.
func (r *runner) whyLook() string {
	if r.opts.ReadOnly {
		return "it could change something, and the run is read-only"
	}
	return "it could change something, and no directory is proven to be ours"
}

// mayAsk reports whether a case may send a line: those that send many leave out
// what is forbidden.
func (t *T) mayAsk(line string) bool { return t.run.permit(line, true) == nil }

// ours reports whether an argument names something of this run: the token stands
// in it, and nothing leads out again.
func (r *runner) ours(arg string) bool {
	up := strings.FieldsFunc(arg, func(c rune) bool { return c == '/' || c == '\\' })
	return strings.Contains(arg, r.token) && !slices.Contains(up, "..")
}

// outward reports whether a command puts a file of ours above the root of the login, or
// takes it away: nothing but "..", and perhaps "tmp", and a name that nothing else has, and
// only where the sandbox is in the root itself. Servers that keep to their root put it
// beside the sandbox, or refuse it.
func (r *runner) outward(verb, arg string) bool {
	if r.license != mayChange || r.box.base != "/" || !slices.Contains([]string{"STOR", "APPE", "DELE", "RNFR", "RNTO"}, verb) {
		return false
	}
	way, name := arg[:strings.LastIndexByte(arg, '/')+1], arg[strings.LastIndexByte(arg, '/')+1:]
	down := strings.TrimLeft(way, "./")
	return (down == "" || down == "tmp/") && strings.Contains(name, r.token) && !strings.Contains(name, `\`)
}

// splitLine returns the verb in capitals, and the rest with the blank in front.
// Telnet codes, and whatever else a server may pass over, are taken off.
func splitLine(line string) (verb, rest string) {
	letter := func(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
	i := 0
	for i < len(line) && !letter(line[i]) {
		i++
	}
	line = line[i:]
	i = 0
	for i < len(line) && line[i] != ' ' && line[i] != '\t' {
		i++
	}
	return strings.ToUpper(line[:i]), line[i:]
}

// setsTime is the form of MDTM by which some servers set a file's time.
var setsTime = regexp.MustCompile(`^ +[0-9]{8,}(\.[0-9]+)? `)

// harmless reports whether a command can change no file, whatever the server. The table
// of verbs says so; a verb that is not in it may change something. A line that is not
// whole is judged by what it can become.
func harmless(verb, arg string, whole bool) bool {
	switch {
	case verb == "MDTM":
		return !setsTime.MatchString(arg)
	case verb == "PRET": // as what it announces
		verb, arg = splitLine(arg)
		return !whole && arg == "" || harmless(verb, arg, whole)
	case onlyLooks(verb) || slices.Contains(nobodysVerbs, verb):
		return true
	case whole || arg != "":
		return false
	}
	for v := range protocol.Verbs() {
		if strings.HasPrefix(string(v.Verb), verb) && onlyLooks(string(v.Verb)) {
			return true
		}
	}
	return slices.ContainsFunc(nobodysVerbs, func(v string) bool { return strings.HasPrefix(v, verb) })
}

// onlyLooks reports whether a verb is known and changes nothing.
func onlyLooks(verb string) bool {
	info, known := protocol.LookupVerb(protocol.Verb(verb))
	return known && info.Does&protocol.Changes == 0
}

// nobodysVerbs are sent because no server has them.
var nobodysVerbs = []string{"XYZZY", "ZZZZ", "GET", "POST", "HOST:", "XXABOR"}
