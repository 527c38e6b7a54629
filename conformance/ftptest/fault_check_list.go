package ftptest

import (
	"bufio"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkListFaults are defects of LIST, NLST and MLSD.
func checkListFaults() []deviation {
	return []deviation{
		{name: "list-bare-lf", doc: "the lines of LIST end in LF",
			transfer: eachLine("LIST", func(line string) string { return line + "\n" })},
		{name: "list-no-directories", doc: "LIST leaves directories out",
			transfer: eachLine("LIST", func(line string) string {
				if strings.HasPrefix(line, "d") {
					return ""
				}
				return line + "\r\n"
			})},
		{name: "list-last-missing", doc: "the last entry of a directory is missing in LIST",
			transfer: lessLine("LIST", func(lines []string) []string { return lines[:len(lines)-1] })},
		{name: "nlst-last-missing", doc: "the last name of a directory is missing in NLST",
			transfer: lessLine("NLST", func(lines []string) []string { return lines[:len(lines)-1] })},
		{name: "mlsd-last-missing", doc: "the last entry of a directory is missing in MLSD",
			transfer: lessLine("MLSD", func(lines []string) []string { return lines[:len(lines)-1] })},
		{name: "mlsd-dot-hides", doc: "MLSD leaves out the last entry of a directory in which a name begins with a dot",
			transfer: lessLine("MLSD", func(lines []string) []string {
				for _, l := range lines {
					if _, name, _ := strings.Cut(strings.TrimRight(l, "\r\n"), " "); strings.HasPrefix(name, ".") && name != "." && name != ".." {
						return lines[:len(lines)-1]
					}
				}
				return lines
			})},
		{name: "list-missing-226", doc: "LIST and NLST of what does not exist send nothing and say 226",
			command: func(s *session, c protocol.Command) bool {
				gone := (c.Verb == "LIST" || c.Verb == "NLST") && c.Arg != "" && !strings.HasPrefix(c.Arg, "-") && missing(s, c.Arg)
				if gone {
					nothing(s, c.Arg)
				}
				return gone
			}},
		{name: "list-empty-550", doc: "LIST of an empty directory is refused",
			command: instead("LIST", emptyDir, func(s *session, _ string) { s.refuseTransfer(550, "No files") })},
		{name: "list-empty-parent", doc: "LIST of an empty directory lists the one above it",
			command: instead("LIST", emptyDir, func(s *session, arg string) { s.list(arg + "/..") })},
		{name: "list-option-elsewhere", doc: "LIST with an option lists the root",
			command: instead("LIST", func(_ *session, arg string) bool { return strings.HasPrefix(arg, "-") }, func(s *session, _ string) { s.list("/") })},
		{name: "nlst-dir-bare-names", doc: "NLST of a directory has names without the directory",
			command: instead("NLST", func(_ *session, arg string) bool { return arg != "" }, func(s *session, arg string) {
				nodes, _, err := s.listing(arg)
				if err != nil {
					s.nlst(arg)
					return
				}
				var lines []string
				for _, n := range nodes {
					lines = append(lines, n.name)
				}
				s.sendLines(lines, "NLST")
			})},
		{name: "nlst-marks-directories", doc: "NLST has a slash after directories",
			command: instead("NLST", func(_ *session, arg string) bool { return arg == "" }, func(s *session, _ string) {
				nodes, _, _ := s.listing("")
				var lines []string
				for _, n := range nodes {
					if n.dir {
						n.name += "/"
					}
					lines = append(lines, n.name)
				}
				s.sendLines(lines, "NLST")
			})},
		{name: "nlst-empty-550", doc: "NLST of an empty directory is refused",
			command: instead("NLST", emptyDir, func(s *session, _ string) { s.refuseTransfer(550, "No files") })},
		{name: "utf8-mangled", doc: "NLST has question marks for what is not ASCII",
			transfer: eachLine("NLST", func(line string) string { return onlyASCII(line) + "\r\n" })},
		{name: "mlsd-125-250", doc: "MLSD is answered with 125 and 250",
			reply: func(_ *session, r *outgoing) {
				if r.verb == "MLSD" && r.code == 150 {
					r.wire = []byte("125 Go on\r\n")
				} else if r.verb == "MLSD" && r.code == 226 {
					r.wire = []byte("250 Done\r\n")
				}
			}},
		{name: "mlsd-total-line", doc: "MLSD begins with a line that is no entry",
			transfer: onVerb("MLSD", func(_ *session, t *transfer) {
				t.wrapSource = func(r io.Reader) io.Reader { return io.MultiReader(strings.NewReader("total 5\r\n"), r) }
			})},
		{name: "mlsd-leading-space", doc: "the lines of MLSD begin with a space",
			transfer: eachLine("MLSD", func(line string) string { return " " + line + "\r\n" })},
		{name: "mlsd-full-paths", doc: "the names in MLSD are absolute paths",
			transfer: eachLine("MLSD", func(line string) string { return underX(line) + "\r\n" })},
		{name: "mlsd-full-paths-no-tvfs", doc: "the names in MLSD are absolute paths, and FEAT does not list TVFS",
			features: func(_ *session, lines []string) []string { return without(lines, "TVFS") },
			transfer: eachLine("MLSD", func(line string) string { return underX(line) + "\r\n" })},
		{name: "mlsd-bare-lf", doc: "the lines of MLSD end in LF",
			transfer: eachLine("MLSD", func(line string) string { return line + "\n" })},
		{name: "mlsd-no-dirs", doc: "MLSD leaves out directories",
			transfer: eachLine("MLSD", func(line string) string {
				if strings.Contains(line, "type=dir;") {
					return ""
				}
				return line + "\r\n"
			})},
		{name: "mlsd-first-missing", doc: "MLSD leaves out the first file",
			transfer: mlsdTwice(0)},
		{name: "mlsd-twice", doc: "MLSD lists the first file twice",
			transfer: mlsdTwice(2)},
		{name: "mlsd-type-a-empty", doc: "MLSD in TYPE A lists nothing",
			transfer: onVerb("MLSD", func(s *session, t *transfer) {
				if s.ascii() {
					t.wrapSource = func(io.Reader) io.Reader { return strings.NewReader("") }
				}
			})},
		{name: "mlsd-empty-dot-file", doc: "MLSD of an empty directory lists it as a file",
			command: instead("MLSD", emptyDir, func(s *session, _ string) { s.sendLines([]string{"type=file;size=0; ."}, "MLSD") })},
		{name: "mlsd-mangles-utf8", doc: "MLSD has question marks for what is not ASCII",
			transfer: eachLine("MLSD", func(line string) string { return onlyASCII(line) + "\r\n" })},
		{name: "mlsd-file-226", doc: "MLSD of a file is carried out",
			command: instead("MLSD", exists(false), nothing)},
		{name: "mlsd-missing-150", doc: "MLSD of a missing directory sends nothing and says 226",
			command: instead("MLSD", func(s *session, arg string) bool { return arg != "" && missing(s, arg) }, nothing)},
		{name: "mlsd-empty-550", doc: "MLSD of an empty directory is refused",
			command: instead("MLSD", emptyDir, func(s *session, _ string) { s.refuseTransfer(550, "No files") })},
		{name: "mlsd-dot-without-type", doc: "MLSD lists the directory itself though the fact type is off",
			transfer: onVerb("MLSD", func(s *session, t *transfer) {
				if len(s.facts) == 1 && s.facts[0] == "size" {
					t.wrapSource = func(r io.Reader) io.Reader { return io.MultiReader(strings.NewReader("size=0; .\r\n"), r) }
				}
			})},
		{name: "mlsx-type-folder", doc: "the fact type says folder for a directory",
			transfer: eachLine("MLSD", func(line string) string { return replaceFold(line, "type=dir;", "type=folder;") + "\r\n" })},
	}
}

func emptyDir(s *session, arg string) bool {
	nodes, dir, err := s.listing(arg)
	return err == nil && dir && len(nodes) == 0 && s.machine.State() == protocol.StateAuthorized
}

// eachLine returns a transfer hook that changes each line, which f gets without
// its line end and returns with one.
func eachLine(verb protocol.Verb, f func(line string) string) func(*session, *transfer) {
	return onVerb(verb, func(_ *session, t *transfer) {
		t.wrapSource = func(r io.Reader) io.Reader {
			var b strings.Builder
			for sc := bufio.NewScanner(r); sc.Scan(); {
				b.WriteString(f(strings.TrimSuffix(sc.Text(), "\r")))
			}
			return strings.NewReader(b.String())
		}
	})
}

// lessLine returns a transfer hook that takes lines out of a listing of two or more.
func lessLine(verb protocol.Verb, f func(lines []string) []string) func(*session, *transfer) {
	return onVerb(verb, func(_ *session, t *transfer) {
		t.wrapSource = func(r io.Reader) io.Reader {
			b, _ := io.ReadAll(r) // from memory
			lines := strings.SplitAfter(strings.TrimSuffix(string(b), "\r\n"), "\r\n")
			if len(lines) > 1 {
				lines = f(lines)
			}
			return strings.NewReader(strings.TrimSuffix(strings.Join(lines, ""), "\r\n") + "\r\n")
		}
	})
}

// replaceFold replaces old, whose case does not matter, once.
func replaceFold(s, old, new string) string {
	if i := strings.Index(strings.ToLower(s), old); i >= 0 {
		return s[:i] + new + s[i+len(old):]
	}
	return s
}

// underX makes the name in a line of MLSD an absolute path.
func underX(line string) string {
	facts, name, _ := strings.Cut(line, " ")
	if name == "." || name == ".." {
		return line
	}
	return facts + " /x/" + name
}

func onlyASCII(line string) string {
	return strings.Map(func(r rune) rune {
		if r > 126 {
			return '?'
		}
		return r
	}, line)
}

// mlsdTwice returns a hook under which the first file is listed so many times.
func mlsdTwice(times int) func(*session, *transfer) {
	return func(s *session, t *transfer) {
		seen := false
		eachLine("MLSD", func(line string) string {
			if seen || !strings.Contains(line, "type=file;") {
				return line + "\r\n"
			}
			seen = true
			return strings.Repeat(line+"\r\n", times)
		})(s, t)
	}
}
