package conformance

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// Ids of the monitors.
const (
	monSyntax = "rfc959-4.2-reply-syntax"
	monGroup  = "rfc959-4.2-second-digit"
	monCRLF   = "rfc959-4.2-reply-crlf"
	monNested = "rfc959-4.2-no-nested-multiline"
	monOne1yz = "rfc959-4.2-one-preliminary"
	monFinal  = "rfc959-5.4-one-final-reply"
	mon421    = "rfc959-4.2-421-closes"
	monCodes  = "rfc1123-4.1.2.11-defined-codes"
	monNo6yz  = "rfc2228-5.2-no-6yz"
	monASCII  = "rfc2640-4.1-lang-default"
)

var monitorCases = []Case{
	{
		ID: monSyntax, RFC: "959 4.2", Level: Must,
		Text:   "A reply line is three digits, then a space (the last or only line) or a hyphen (the first of many), then text.",
		Faults: []string{"reply-garbage-line", "reply-no-space", "noop-no-space"},
	},
	{
		ID: monGroup, RFC: "959 4.2", Level: Should,
		Text:   "The second digit of a code is one of the groups 0 to 5.",
		Faults: []string{"reply-group-8"},
	},
	{
		ID: monCRLF, RFC: "959 4.2, 854", Level: Must,
		Text:   "Every reply line ends with CR LF; there is no bare LF, no bare CR and no NUL.",
		Faults: []string{"reply-bare-lf", "reply-bare-cr", "bare-lf-replies", "syst-nul"},
	},
	{
		ID: monNested, RFC: "959 4.2", Level: Must,
		Text:   "Multi-line replies are not nested.",
		Faults: []string{"reply-nested"},
	},
	{
		ID: monOne1yz, RFC: "959 4.2", Level: Must,
		Text:   "A command gets at most one preliminary reply, restart markers (110) aside.",
		Faults: []string{"mlsd-150-twice", "double-150"},
	},
	{
		ID: monFinal, RFC: "959 4.2, 5.4", Level: Must,
		Text:   "A command gets one final reply, and no more; nothing comes without a command but 421.",
		Faults: []string{"reply-unsolicited", "reply-unasked", "retr-lingers", "noop-twice", "noop-twice-late", "abor-idle-twice", "stat-unpadded-names"},
	},
	{
		ID: mon421, RFC: "959 4.2.1", Level: Must,
		Text:   "After 421 the connection is closed.",
		Faults: []string{"reply-421-stays"},
	},
	{
		ID: monCodes, RFC: "1123 4.1.2.11", Level: Should,
		Text:   "Reply codes are those that RFC 959 and its successors define.",
		Faults: []string{"reply-undefined-code"},
	},
	{
		ID: monNo6yz, RFC: "2228 5.2", Level: Must,
		Text:   "Protected replies (6yz) come only after a security exchange of a mechanism that has them, which TLS is not.",
		Faults: []string{"reply-protected"},
	},
	{
		ID: monASCII, RFC: "2640 4.1, 2277 4.5", Level: Must, Lenient: true,
		Hurts:  "clients that read or show replies as ASCII",
		Text:   "Replies are in ASCII until LANG has chosen a language; pathnames are as they are.",
		Faults: []string{"reply-not-english"},
	},
}

// A finding is what was seen first of what belongs to a monitor, or to the owner of a step.
type finding struct {
	verdict    Verdict
	reason     string
	transcript []Line
}

// found records a violation. Only the first of the gravest is kept.
func (r *runner) found(id string, v Verdict, c *Conn, reason string) {
	if !c.odd {
		r.foundOn(id, v, c.tape, reason)
	}
}

func (r *runner) foundOn(id string, v Verdict, tp *tape, reason string) {
	if f, ok := r.findings[id]; ok && f.verdict >= v {
		return
	}
	r.findings[id] = finding{v, r.secret.text(reason), tp.lines()}
}

// A watch looks at the raw lines of one control connection.
type watch struct {
	conn *Conn
	line []byte
	bare bool   // a CR came that neither LF nor NUL follows
	iac  []byte // a Telnet sequence that has begun
	neg  string // Telnet option negotiations that came
	open string // code of the multi-line reply that is open
	prel int    // preliminary replies since the last final one
	last string // the previous preliminary reply's code
}

// longestLine is how much of a line is looked at, and kept.
const longestLine = 64 << 10

// bytes takes what was received, as it was.
func (w *watch) bytes(b []byte) {
	for _, x := range b {
		if w.telnet(x) {
			continue
		}
		if len(w.line) >= longestLine && x != '\n' {
			w.line = w.line[:longestLine-1] // the rest of the line, but for its last byte, is passed over
		}
		w.line = append(w.line, x)
		if x == '\n' {
			w.one(string(w.line))
			w.line = w.line[:0]
		}
	}
}

// telnet takes Telnet sequences out of the stream (RFC 854) and keeps those that
// negotiate options.
func (w *watch) telnet(x byte) (taken bool) {
	const iac, will, dont = 255, 251, 254
	switch len(w.iac) {
	case 0:
		if x == iac {
			w.iac = append(w.iac, x)
		}
		return x == iac
	case 1:
		if x >= will && x <= dont {
			w.iac = append(w.iac, x)
			return true
		}
		w.iac = w.iac[:0]
		return x != iac // doubled, it is data
	}
	seq := string(append(w.iac, x))
	if len(w.neg) < longestLine {
		w.neg += seq
	}
	w.conn.tape.add(w.conn.name, "<", w.conn.secure, seq)
	w.iac = w.iac[:0]
	return true
}

var (
	replyStart = regexp.MustCompile(`^[1-6][0-9]{2}([ -]|$)`)
	innerOpen  = regexp.MustCompile(`^[1-5][0-9]{2}-`)
)

// one judges a line, its line end included.
func (w *watch) one(raw string) {
	c := w.conn
	c.run.lines++
	line, crlf := strings.CutSuffix(raw, "\r\n")
	if !crlf {
		line = strings.TrimSuffix(raw, "\n")
	}
	shown := line
	if !crlf {
		shown = raw
	}
	c.tape.add(c.name, "<", c.secure, shown)
	bareCR := strings.Count(line, "\r") > strings.Count(line, "\r\x00")
	w.bare = w.bare || bareCR
	if !crlf {
		c.run.found(monCRLF, Fail, c, fmt.Sprintf("a line ends in LF without CR: %q", visible(raw)))
	} else if bareCR {
		c.run.found(monCRLF, Fail, c, fmt.Sprintf("a CR inside a line: %q", visible(raw)))
	} else if strings.Contains(strings.ReplaceAll(line, "\r\x00", ""), "\x00") {
		c.run.found(monCRLF, Fail, c, fmt.Sprintf("a NUL inside a line: %q", visible(raw)))
	}
	w.syntax(line)
	w.language(line)
}

func (w *watch) syntax(line string) {
	c := w.conn
	if w.open != "" {
		switch {
		case strings.HasPrefix(line, w.open+" ") || line == w.open:
			w.open = ""
		case innerOpen.MatchString(line) && line[:3] != w.open:
			c.run.found(monNested, Fail, c, fmt.Sprintf("%q inside a %s reply", visible(line), w.open))
		}
		return
	}
	if !replyStart.MatchString(line) {
		c.run.found(monSyntax, Fail, c, fmt.Sprintf("%q is no reply line", visible(line)))
		return
	}
	if len(line) == 3 {
		c.run.found(monSyntax, Warn, c, fmt.Sprintf("no space after the code: %q", line))
	} else if line[3] == '-' {
		w.open = line[:3]
	}
	if line[1] > '5' {
		c.run.found(monGroup, Warn, c, fmt.Sprintf("%q: the second digit is no defined group", visible(line)))
	} else if line[0] != '6' && !definedCodes[line[:3]] {
		c.run.found(monCodes, Warn, c, fmt.Sprintf("%q: no RFC defines this code", visible(line)))
	}
	if line[0] == '6' {
		c.run.found(monNo6yz, Fail, c, fmt.Sprintf("%q without a mechanism that protects replies", visible(line)))
	}
}

// speaksFTP reports whether a reply has come, or at least begun.
func (w *watch) speaksFTP() bool {
	return w.conn.replies > 0 || w.open != "" || replyStart.Match(w.line)
}

// reply counts the preliminary replies of a command.
func (w *watch) reply(r protocol.Reply) {
	switch {
	case r.Code == 110:
	case r.Code.Class() == 1:
		if w.prel++; w.prel > 1 {
			w.conn.run.found(monOne1yz, Fail, w.conn, fmt.Sprintf("%d after %s for one command", r.Code, w.last))
		}
		w.last = fmt.Sprint(int(r.Code))
	case r.Code.Class() != 1:
		w.prel = 0
	}
}

// definedCodes holds the codes of RFC 959, 1123, 1639, 2228, 2428, 4217, 6384
// and of the drafts that servers speak.
var definedCodes = func() map[string]bool {
	m := map[string]bool{}
	for code := range strings.FieldsSeq(`
		110 120 125 150 200 202 211 212 213 214 215 220 221 225 226 227 230 250 257
		331 332 350 421 425 426 450 451 452 500 501 502 503 504 530 532 550 551 552 553
		554 555 232 234 235 334 335 336 431 533 534 535 536 537 631 632 633
		229 522 228 521 216 251 252 556`) {
		m[code] = true
	}
	return m
}()
