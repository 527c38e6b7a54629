package ftptest

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

var (
	typeFact   = regexp.MustCompile(`(?i)\btype=(file|dir);`)
	modifyFact = regexp.MustCompile(`(?i)\bmodify=[0-9]{14};`)
	permValue  = regexp.MustCompile(`(?i)\bperm=[a-z]*;`)
	mlstName   = regexp.MustCompile(`; .*`)
)

// checkValueFaults are defects of what facts, MDTM and SIZE say.
func checkValueFaults() []deviation {
	mlst := func(f func(line string) string) func(*session, *outgoing) { return editLines("MLST", 250, f) }
	mlsd := func(f func(line string) string) func(*session, *transfer) {
		return eachLine("MLSD", func(line string) string { return f(line) + "\r\n" })
	}
	setting := func(re *regexp.Regexp, value string) func(string) string {
		return func(l string) string { return re.ReplaceAllString(l, value) }
	}
	later := func(by time.Duration) func(string) string {
		return func(val string) string {
			at, _, err := parse.TimeVal(val)
			if err != nil {
				return val
			}
			return parse.FormatTimeVal(at.Add(by))
		}
	}
	var count memory[int]
	var fixed memory[string] // the time of a file that is stored again
	return []deviation{
		{name: "mdtm-half-minute", doc: "the time of MDTM is half a minute late",
			reply: edit("MDTM", 213, func(_ *session, w string) string { return stamp.ReplaceAllStringFunc(w, later(30*time.Second)) })},
		{name: "mdtm-now", doc: "MDTM says what time it is",
			reply: edit("MDTM", 213, func(_ *session, w string) string {
				return stamp.ReplaceAllString(w, parse.FormatTimeVal(time.Now()))
			})},
		{name: "mdtm-dir-no-time", doc: "MDTM of a directory is answered with 213 and no time",
			command: instead("MDTM", func(s *session, arg string) bool { return arg != "" && exists(true)(s, arg) }, says(213, "A directory"))},
		{name: "mlst-other-name", doc: "MLST gives another name than it was asked for",
			reply: mlst(setting(mlstName, "; entry"))},
		{name: "mlst-file-dir", doc: "MLST says type=dir for a file",
			reply: mlst(setting(regexp.MustCompile(`(?i)\btype=file;`), "type=dir;"))},
		{name: "mlsd-all-files", doc: "MLSD says type=file for a directory",
			transfer: mlsd(setting(typeFact, "type=file;"))},
		{name: "mlsd-modify-late", doc: "the fact modify of MLSD is a second late",
			transfer: mlsd(func(l string) string { return stamp.ReplaceAllStringFunc(l, later(time.Second)) })},
		{name: "mlsx-modify-fixed", doc: "the fact modify stays when a file is stored again",
			command: func(s *session, c protocol.Command) bool {
				if c.Verb != "STOR" || missing(s, c.Arg) {
					return false
				}
				if n, err := s.host.tree.stat(s.resolve(c.Arg)); err == nil {
					*fixed.of(s) = parse.FormatTimeVal(n.time)
				}
				return false
			},
			reply: edit("MLST", 250, func(s *session, w string) string {
				if at := *fixed.of(s); at != "" {
					return modifyFact.ReplaceAllString(w, "modify="+at+";")
				}
				return w
			})},
		{name: "mlsx-create-late", doc: "MLST has the fact create, an hour after modify",
			features: func(s *session, lines []string) []string {
				for i, l := range lines {
					if strings.HasPrefix(l, "MLST ") && len(s.facts) == len(factNames) {
						lines[i] += "create*;"
					}
				}
				return lines
			},
			reply: mlst(func(l string) string {
				return modifyFact.ReplaceAllStringFunc(l, func(f string) string {
					return f + "create=" + stamp.ReplaceAllStringFunc(f[len("modify="):], later(time.Hour))
				})
			})},
		{name: "mlsd-size-blocks", doc: "the fact size of MLSD counts blocks of 512 octets",
			transfer: mlsd(func(l string) string {
				return sizeFact.ReplaceAllStringFunc(l, func(f string) string {
					var n int
					fmt.Sscan(f[len("size="):len(f)-1], &n)
					return fmt.Sprintf("size=%d;", (n+511)/512)
				})
			})},
		{name: "mlsx-perm-empty", doc: "the fact perm of MLST is empty",
			reply: mlst(setting(permValue, "perm=;"))},
		{name: "mlsx-perm-read-only", doc: "the fact perm says that nothing may be changed",
			reply: mlst(lookOnly), transfer: mlsd(lookOnly)},
		{name: "mlsd-unique-counts", doc: "the fact unique is another one in each line of MLSD",
			transfer: onVerb("MLSD", func(s *session, t *transfer) {
				eachLine("MLSD", func(line string) string {
					*count.of(s)++
					return uniqueFact.ReplaceAllString(line, fmt.Sprintf("unique=n%d;", *count.of(s))) + "\r\n"
				})(s, t)
			})},
		{name: "size-ascii-names", doc: "SIZE refuses names outside ASCII",
			command: instead("SIZE", func(_ *session, arg string) bool { return outsideASCII(arg) }, says(553, "No"))},
		{name: "rest-ascii-raw", doc: "in TYPE A the restart marker counts the octets of the file",
			restart: func(s *session, n int64) int64 {
				if f, err := s.host.tree.open(s.resolve(s.current.Arg)); err == nil && s.ascii() {
					head, _ := io.ReadAll(io.LimitReader(f, n))
					n += int64(strings.Count(string(head), "\n"))
					f.Close()
				}
				return n
			}},
		restThenPassive(),
	}
}

// lookOnly takes the letters of what changes something out of perm.
func lookOnly(line string) string {
	return permValue.ReplaceAllStringFunc(line, func(f string) string {
		return f[:len("perm=")] + strings.Map(func(c rune) rune {
			if strings.ContainsRune("acdfmpw", c) {
				return -1
			}
			return c
		}, f[len("perm="):])
	})
}

func outsideASCII(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 126 })
}

// restThenPassive returns a fault that depends on the order of two commands.
func restThenPassive() deviation {
	var pending, between memory[bool]
	return deviation{
		name: "rest-then-passive-halves", doc: "a restart marker before EPSV or PASV is halved",
		command: func(s *session, c protocol.Command) bool {
			switch c.Verb {
			case "REST":
				*pending.of(s), *between.of(s) = true, false
			case "EPSV", "PASV":
				*between.of(s) = *pending.of(s)
			case "RETR", "STOR", "APPE":
				*pending.of(s) = false
			}
			return false
		},
		restart: func(s *session, n int64) int64 {
			if *between.of(s) {
				return n / 2
			}
			return n
		},
	}
}
