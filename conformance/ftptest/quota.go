package ftptest

import (
	"path"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// quotaLeft returns how many bytes the user may store yet; limited is false if
// there is no quota.
func (s *session) quotaLeft() (left int64, limited bool) {
	if s.user == nil || s.user.Quota <= 0 {
		return 0, false
	}
	return max(0, s.user.Quota-usage(s.host.tree, path.Join("/", s.user.Home))), true
}

// siteQuota is SITE QUOTA, in words that clients know.
func (s *session) siteQuota() {
	left, limited := s.quotaLeft()
	if !limited {
		s.reply(200, "No quota in effect")
		return
	}
	s.replyLines(200, "Quota of "+s.name,
		" Maximum disk quota: "+strconv.FormatInt(s.user.Quota, 10)+" bytes",
		" Used disk quota: "+strconv.FormatInt(s.user.Quota-left, 10)+" bytes",
		"End of quota")
}

// avbl is AVBL (draft-peterson-streamlined-ftp-command-extensions): the bytes that
// the user may store yet.
func (s *session) avbl(arg string) {
	left, limited := s.quotaLeft()
	n, err := s.host.tree.stat(s.resolve(arg))
	switch {
	case arg != "" && err != nil:
		s.refuseError(550, arg, err)
	case arg != "" && !n.dir:
		s.refuseError(550, arg, errNotDir)
	case !limited:
		s.reply(550, "There is no limit")
	default:
		s.reply(213, strconv.FormatInt(left, 10))
	}
}

// allo is ALLO (RFC 959, Section 4.1.3). There is nothing to allocate, but more than
// the quota is refused before it is sent.
func (s *session) allo(arg string) {
	f := strings.Fields(strings.ToUpper(arg))
	if !(len(f) == 1 && digits(f[0]) || len(f) == 3 && digits(f[0]) && f[1] == "R" && digits(f[2])) {
		s.reply(501, "ALLO needs a number")
		return
	}
	code, text := protocol.Code(202), "No storage allocation necessary"
	if left, limited := s.quotaLeft(); limited {
		if n, err := strconv.ParseInt(f[0], 10, 64); err != nil || n > left {
			code, text = 552, "Quota exceeded"
		}
	}
	s.reply(code, text)
}
