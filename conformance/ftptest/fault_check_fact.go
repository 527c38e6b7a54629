package ftptest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

var (
	stamp = regexp.MustCompile(`[0-9]{14}`)
	count = regexp.MustCompile(`[0-9]+\r\n$`)
)

// checkFactFaults are defects of MDTM and SIZE.
func checkFactFaults() []deviation {
	return []deviation{
		{name: "mdtm-trailing-text", doc: "213 of MDTM has a word after the time",
			reply: edit("MDTM", 213, func(_ *session, w string) string { return strings.Replace(w, "\r\n", " UTC\r\n", 1) })},
		{name: "mdtm-local-time", doc: "the time of MDTM is two hours off UTC",
			reply: edit("MDTM", 213, func(_ *session, w string) string { return stamp.ReplaceAllStringFunc(w, twoHoursOn) })},
		{name: "mdtm-sets-time", doc: "MDTM with a time in front of the name sets the time",
			command: onCommand("MDTM", func(s *session, arg string) bool {
				val, name, _ := strings.Cut(arg, " ")
				at, _, err := parse.TimeVal(val)
				if err != nil || s.host.tree.chtimes(s.resolve(name), at) != nil {
					return false
				}
				s.reply(213, val)
				return true
			})},
		{name: "size-off-by-one", doc: "SIZE is one too large",
			reply: edit("SIZE", 213, func(_ *session, w string) string {
				return count.ReplaceAllStringFunc(w, func(v string) string {
					n, _ := strconv.Atoi(strings.TrimSpace(v))
					return fmt.Sprintf("%d\r\n", n+1)
				})
			})},
		{name: "size-trailing-text", doc: "213 of SIZE has a word after the number",
			reply: edit("SIZE", 213, func(_ *session, w string) string { return strings.Replace(w, "\r\n", " bytes\r\n", 1) })},
		{name: "size-ascii-disk", doc: "SIZE in TYPE A is the size on disk",
			command: instead("SIZE", func(s *session, arg string) bool { return s.ascii() && exists(false)(s, arg) }, func(s *session, arg string) {
				n, _ := s.host.tree.stat(s.resolve(arg))
				s.replyf(213, "%d", n.size)
			})},
		{name: "size-dir-213", doc: "directories have a SIZE",
			command: instead("SIZE", exists(true), says(213, "4096"))},
	}
}

func twoHoursOn(val string) string {
	at, _, err := parse.TimeVal(val)
	if err != nil {
		return val
	}
	return parse.FormatTimeVal(at.Add(2 * time.Hour))
}
