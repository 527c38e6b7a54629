package ftptest

import (
	"io/fs"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// site is SITE (RFC 959, Section 4.1.3) with HELP, CHMOD, QUOTA and UTIME.
func (s *session) site(arg string) {
	sub, rest, _ := strings.Cut(arg, " ")
	switch strings.ToUpper(sub) {
	case "HELP":
		s.siteHelp()
	case "CHMOD":
		s.siteChmod(rest)
	case "QUOTA":
		s.siteQuota()
	case "UTIME":
		s.siteUtime(rest)
	default:
		s.reply(500, "SITE command not understood")
	}
}

func (s *session) siteHelp() {
	s.replyLines(214, "The following SITE commands are implemented",
		" CHMOD <octal mode> <pathname>", " HELP", " QUOTA", " UTIME <YYYYMMDDhhmm[ss]> <pathname>", "End of help")
}

func (s *session) siteChmod(arg string) {
	val, name, ok := strings.Cut(arg, " ")
	mode, err := strconv.ParseUint(val, 8, 32)
	switch {
	case !ok || name == "" || err != nil || mode > 0o777:
		s.reply(501, "SITE CHMOD needs an octal mode and a pathname")
	case s.change(name, func() error { return s.host.tree.chmod(s.resolve(name), fs.FileMode(mode)) }):
		s.reply(200, "Mode changed")
	}
}

// siteUtime sets the time of modification. The other form that clients know is
// "name, access, modification, creation, UTC", times with 14 digits.
func (s *session) siteUtime(arg string) {
	val, name, _ := strings.Cut(arg, " ")
	if f := strings.Fields(arg); len(f) >= 5 && strings.EqualFold(f[len(f)-1], "UTC") {
		val = f[len(f)-3]
		name = strings.Join(f[:len(f)-4], " ")
	}
	if len(val) == 12 {
		val += "00"
	}
	at, _, err := parse.TimeVal(val)
	switch {
	case name == "" || err != nil || len(val) != 14:
		s.reply(501, "SITE UTIME needs a time and a pathname")
	case s.change(name, func() error { return s.host.tree.chtimes(s.resolve(name), at) }):
		s.reply(200, "Time changed")
	}
}
