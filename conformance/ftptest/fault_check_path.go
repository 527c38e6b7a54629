package ftptest

import (
	"io"
	"net"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkPathFaults are defects by which names lead out of the root.
func checkPathFaults() []deviation {
	all := []deviation{
		{name: "cdup-above-root", doc: "CDUP leads above the root",
			command: instead("CDUP", func(s *session, _ string) bool { return s.cwd == "/" }, func(s *session, _ string) {
				s.cwd = "/.."
				s.reply(250, "OK")
			})},
		cwdOutside("cwd-outside", `CWD leads above the root, where PWD says "/"`, (*session).above),
		cwdOutside("cwd-root-outside", `CWD / leads to the root of the system, and the login to another directory, of which PWD says "/", too`,
			func(_ *session, arg string) (string, bool) { return arg, arg == "/" }),
		rntoAbove(),
		{name: "rnfr-missing-350", doc: "RNFR of what does not exist is answered with 350",
			command: instead("RNFR", missing, says(350, "Ready for RNTO"))},
		{name: "rnto-keeps-both", doc: "RNTO to the name of a file leaves both files, and says 250",
			command: instead("RNTO", exists(false), says(250, "Renamed"))},
		{name: "anonymous-writes", doc: "an anonymous user may change everything",
			config: func(c *Config) {
				c.Users = append(slices.Clone(c.Users), User{Name: "anonymous", Password: "ftpwire@example.com"})
			}},
		{name: "site-exec-runs", doc: "SITE EXEC echo is carried out",
			command: instead("SITE", func(_ *session, arg string) bool { return strings.HasPrefix(arg, "EXEC echo ") }, func(s *session, arg string) {
				s.replyLines(200, arg, strings.TrimPrefix(arg, "EXEC echo "), "End of SITE EXEC")
			})},
		{name: "names-hold-lf", doc: "a LF without CR is part of a name, and listings have it as it is",
			greeted: func(s *session) { s.conn = lfConn{s.conn} },
			transfer: func(_ *session, t *transfer) {
				if t.verb == "LIST" || t.verb == "NLST" || t.verb == "MLSD" {
					t.wrapSource = func(r io.Reader) io.Reader { return lfReader{r} }
				}
			}},
		{name: "stat-missing-shown", doc: "STAT of what does not exist shows a file of that name",
			reply: edit("STAT", 450, func(s *session, _ string) string {
				return "213-Status\r\n -rw-r--r--   1 ftp      ftp             0 Jan 01 00:00 " + s.current.Arg + "\r\n213 End\r\n"
			})},
		{name: "stat-missing-250", doc: "STAT of what does not exist is answered with 250",
			reply: edit("STAT", 450, func(*session, string) string { return "250 OK\r\n" })},
	}
	for _, verb := range []protocol.Verb{"RETR", "NLST", "LIST", "MLSD", "MLST", "SIZE", "STOR", "APPE"} {
		out := outside()
		all = append(all, deviation{
			name: Fault(strings.ToLower(string(verb)) + "-above-root"), doc: string(verb) + ` takes ".." above the root for what is there`,
			command: func(s *session, c protocol.Command) bool {
				name, escapes := s.above(c.Arg)
				if c.Verb != verb || !escapes || s.machine.State() != protocol.StateAuthorized {
					return false
				}
				s.on(out, func() { s.perform(protocol.Command{Verb: verb, Arg: name}) })
				return true
			},
		})
	}
	return all
}

// outside returns what is above the root.
func outside() tree {
	t := newMemoryTree(time.Now)
	writeFile(t, "/etc/passwd", []byte("root:x:0:0:root:/root:/bin/sh\n"))
	writeFile(t, "/srv/ftp/not-for-you", []byte("secret\n"))
	return t
}

// above returns where an argument leads on a server that counts no steps: what it names
// above the root, if it leads there.
func (s *session) above(arg string) (name string, escapes bool) {
	depth := 0
	if !strings.HasPrefix(arg, "/") {
		depth = strings.Count(strings.TrimSuffix(s.cwd, "/"), "/")
	}
	name = "/"
	for elem := range strings.SplitSeq(arg, "/") {
		switch {
		case elem == "" || elem == ".":
		case elem != "..":
			depth, name = depth+1, path.Join(name, elem)
		case depth == 0:
			escapes, name = true, "/"
		default:
			depth, name = depth-1, path.Dir(name)
		}
	}
	return name, escapes
}

// on runs f with another tree in the place of the true one.
func (s *session) on(t tree, f func()) {
	own, other := s.host, *s.host
	other.tree, s.host = t, &other
	f()
	s.host = own
}

// cwdOutside returns a fault by which the session itself is outside.
func cwdOutside(name Fault, doc string, leads func(s *session, arg string) (string, bool)) deviation {
	var gone memory[bool]
	out := outside()
	return deviation{
		name: name, doc: doc,
		command: func(s *session, c protocol.Command) bool {
			switch {
			case s.machine.State() != protocol.StateAuthorized:
				return false
			case c.Verb == "CWD":
				if _, *gone.of(s) = leads(s, c.Arg); *gone.of(s) {
					s.cwd = "/"
					s.reply(250, "OK")
				}
				return *gone.of(s)
			case !*gone.of(s) || c.Arg != "" || c.Verb != "LIST" && c.Verb != "NLST" && c.Verb != "MLSD":
				return false
			}
			s.on(out, func() { s.perform(c) })
			return true
		},
	}
}

// rntoAbove returns a fault by which files are taken out.
func rntoAbove() deviation {
	out := outside()
	return deviation{
		name: "rnto-above-root", doc: `RNTO takes ".." above the root for what is there`,
		command: instead("RNTO", func(s *session, arg string) bool {
			_, escapes := s.above(arg)
			return escapes && s.machine.Params().RenameFrom != ""
		}, func(s *session, arg string) {
			from := s.resolve(s.machine.Params().RenameFrom)
			name, _ := s.above(arg)
			if f, err := s.host.tree.open(from); err == nil {
				data, _ := io.ReadAll(f)
				f.Close()
				writeFile(out, name, data)
				s.host.tree.remove(from)
			}
			s.reply(250, "Renamed")
		}),
	}
}

// heldLF is a LF in a name.
const heldLF = 0x1e

// A lfConn takes a LF that has no CR before it for part of a line.
type lfConn struct{ net.Conn }

func (c lfConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	for i := range n {
		if b[i] == '\n' && (i == 0 || b[i-1] != '\r') {
			b[i] = heldLF
		}
	}
	return n, err
}

// A lfReader turns such a LF into itself.
type lfReader struct{ io.Reader }

func (r lfReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	for i := range n {
		if b[i] == heldLF {
			b[i] = '\n'
		}
	}
	return n, err
}
