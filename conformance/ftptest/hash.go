package ftptest

import (
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// hashes are the algorithms of HASH.
var hashes = slices.Collect(parse.HashAlgorithms())

// selected returns the algorithm that HASH uses.
func (s *session) selected() parse.HashAlgorithm {
	if d, ok := parse.HashAlgorithmNamed(s.hash); ok {
		return d
	}
	return hashes[0]
}

// hashFeature is the line of FEAT, with a star on the selected algorithm.
func (s *session) hashFeature() string {
	var names []string
	for _, d := range hashes {
		if d.Name == s.selected().Name {
			d.Name += "*"
		}
		names = append(names, d.Name)
	}
	return "HASH " + strings.Join(names, ";")
}

// optsHash is OPTS HASH (draft-bryan-ftpext-hash, Section 3.2).
func (s *session) optsHash(name string) {
	d, ok := parse.HashAlgorithmNamed(name)
	switch {
	case name == "":
		s.reply(200, s.selected().Name)
	case !ok:
		s.reply(501, "Unknown algorithm, current selection not changed")
	default:
		s.hash = d.Name
		s.reply(200, d.Name)
	}
}

// hashCommand is HASH (draft-bryan-ftpext-hash, Section 3): of the whole file, or of
// what RANG says.
func (s *session) hashCommand(arg string) {
	d := s.selected()
	part, given := s.span()
	if !given {
		part = span{0, -1}
	}
	sum, part, ok := s.sum(d, arg, part)
	if !ok {
		return
	}
	// The end of an empty file is no octet's.
	s.replyf(213, "%s %d-%d %s %s", d.Name, part.from, max(part.to, 0), sum, arg)
}

// xhash returns the handler of XCRC and its kind (draft-bryan-ftpext-hash,
// Appendix B): pathname, start and end, which is the octet after the last one.
func xhash(name string) func(s *session, arg string) {
	return func(s *session, arg string) {
		d, _ := parse.HashAlgorithmNamed(name)
		name, part, ok := s.xhashArg(arg)
		if !ok {
			s.reply(501, "A pathname, a start and an end are wanted")
			return
		}
		if part.to > 0 && !s.srv.cfg.inclusiveHash {
			part.to--
		}
		if sum, _, ok := s.sum(d, name, part); ok {
			s.reply(250, strings.ToUpper(sum))
		}
	}
}

// xhashArg splits the argument. A name with blanks is quoted, or stands alone.
func (s *session) xhashArg(arg string) (name string, part span, ok bool) {
	part = span{0, -1}
	rest := ""
	switch _, err := s.host.tree.stat(s.resolve(arg)); {
	case strings.HasPrefix(arg, `"`):
		end := strings.LastIndexByte(arg, '"')
		if end == 0 {
			return "", part, false
		}
		name, rest = strings.ReplaceAll(arg[1:end], `""`, `"`), arg[end+1:]
	case err == nil:
		return arg, part, true
	default:
		f := strings.Fields(arg)
		n := len(f)
		for n > 1 && len(f)-n < 2 && digits(f[n-1]) {
			n--
		}
		if n == len(f) {
			return arg, part, true
		}
		name, rest = strings.Join(f[:n], " "), strings.Join(f[n:], " ")
	}
	for i, num := range strings.Fields(rest) {
		n, err := strconv.ParseInt(num, 10, 64)
		switch {
		case err != nil || i > 1 || i == 1 && n <= part.from:
			return "", part, false
		case i == 0:
			part.from = n
		default:
			part.to = n
		}
	}
	return name, part, name != ""
}

// md5Command is MD5 (draft-twine-ftpmd5, Section 3.1).
func (s *session) md5Command(arg string) {
	d, _ := parse.HashAlgorithmNamed("MD5")
	if sum, _, ok := s.sum(d, arg, span{0, -1}); ok {
		s.replyf(251, "%s %s", arg, strings.ToUpper(sum))
	}
}

// sum hashes a part of a file and returns it as it turned out, or replies why not.
func (s *session) sum(d parse.HashAlgorithm, arg string, part span) (string, span, bool) {
	name := s.resolve(arg)
	n, err := s.host.tree.stat(name)
	if err == nil && n.dir {
		s.reply(553, "Is a directory") // draft-bryan-ftpext-hash, Section 3.5
		return "", part, false
	}
	f, err := s.host.tree.open(name)
	if err != nil {
		s.refuseError(550, arg, err)
		return "", part, false
	}
	defer f.Close()
	if part.to < 0 || part.to >= n.size {
		part.to = n.size - 1
	}
	h := d.New()
	_, err = f.Seek(part.from, io.SeekStart)
	if err == nil {
		_, err = io.Copy(h, io.LimitReader(f, max(part.to-part.from+1, 0)))
	}
	if err != nil {
		s.reply(451, "File cannot be read")
		return "", part, false
	}
	return hex.EncodeToString(h.Sum(nil)), part, true
}
