package ftptest

import (
	"bytes"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// list is LIST (RFC 959, Section 4.1.3): lines as Config.ListStyle has them, times
// in UTC.
func (s *session) list(arg string) {
	nodes, _, err := s.listing(s.dropOptions(arg))
	if err != nil {
		s.closeEndpoint()
		s.refuseError(450, arg, err)
		return
	}
	lines := make([]string, len(nodes))
	for i, n := range nodes {
		lines[i] = s.listLine(n)
	}
	s.sendLines(lines, "LIST")
}

// nlst is NLST. Every line can be the argument of RETR as it stands, so it has the
// directory that was asked for in front (RFC 1123, Section 4.1.2.7).
func (s *session) nlst(arg string) {
	arg = s.dropOptions(arg)
	nodes, dir, err := s.listing(arg)
	if err != nil {
		s.closeEndpoint()
		s.refuseError(450, arg, err)
		return
	}
	var lines []string
	for _, n := range nodes {
		name := lineSafe(n.name)
		switch {
		case !dir:
			name = arg
		case arg != "" && !strings.HasSuffix(arg, "/"):
			name = arg + "/" + name
		default:
			name = arg + name
		}
		lines = append(lines, name)
	}
	s.sendLines(lines, "NLST")
}

// listing returns what a directory holds, or a file alone.
func (s *session) listing(arg string) (nodes []node, dir bool, err error) {
	name := s.resolve(arg)
	n, err := s.host.tree.stat(name)
	if err != nil {
		return nil, false, err
	}
	if !n.dir {
		return []node{n}, false, nil
	}
	nodes, err = s.host.tree.list(name)
	return nodes, true, err
}

// dropOptions takes options of "ls", which RFC 959 knows nothing of but clients
// send, off an argument. A file of such a name comes first.
func (s *session) dropOptions(arg string) string {
	if _, err := s.host.tree.stat(s.resolve(arg)); err == nil {
		return arg
	}
	for strings.HasPrefix(arg, "-") {
		option, rest, _ := strings.Cut(arg, " ")
		if strings.Trim(option, "-alLF1") != "" {
			break
		}
		arg = rest
	}
	return arg
}

func (s *session) listLine(n node) string {
	return s.srv.cfg.ListStyle.format(s.entry(n), s.srv.cfg.listNow())
}

// sendLines starts the transfer of a listing, which is in TYPE A whatever the
// type is (RFC 1123, Section 4.1.2.7).
func (s *session) sendLines(lines []string, what string) {
	if !s.mayTransfer() {
		return
	}
	var b bytes.Buffer
	for _, l := range lines {
		if s.latin1 {
			l = latin1(l)
		}
		b.WriteString(l + "\r\n")
	}
	s.begin(&transfer{source: &b, text: "Opening data connection for " + what})
}

// entry returns a node as package listing formats it.
func (s *session) entry(n node) listing.Entry {
	e := listing.Entry{
		Name: n.name, Kind: listing.KindFile, Size: n.size, Time: n.time,
		Mode: n.mode.Perm().String()[1:], Owner: "ftp", Group: "ftp", Links: 1,
		Unique: n.unique, Perm: s.perm(n),
	}
	if n.dir {
		e.Kind = listing.KindDir
	}
	return e
}

// perm returns what the user may do with a node (RFC 3659, Section 7.5.5).
func (s *session) perm(n node) string {
	switch {
	case n.dir && !s.mayWrite():
		return "el"
	case n.dir && n.name == "/":
		return "celmp"
	case n.dir:
		return "cdeflmp"
	case !s.mayWrite():
		return "r"
	}
	return "adfrw"
}

// lineSafe replaces what would end a line of a listing. Such names can be on disk.
func lineSafe(name string) string {
	return strings.NewReplacer("\r", "?", "\n", "?", "\x00", "?").Replace(name) // bytewise: names need not be UTF-8
}
