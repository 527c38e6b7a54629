package ftptest

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// storRefusals are codes that STOR is refused with, whatever the name is.
var storRefusals = []struct {
	code protocol.Code
	text string
}{
	{450, "File busy"}, {451, "Local error"}, {452, "Disk full"}, {425, "No data connection"}, {426, "Connection closed"},
	{501, "Syntax error"}, {530, "Not logged in"}, {532, "Need account for storing files"}, {552, "Quota exceeded"},
	{550, "Refused"}, {553, "Could not create file"},
}

// rntoRefusals are replies to an RNTO to a name that does not begin with a dot, as that
// of a temporary file does. Nothing is renamed.
var rntoRefusals = []struct {
	name Fault
	code protocol.Code
	text string
}{
	{"rnto-name-553", 553, "File name not allowed"},
	{"rnto-name-550", 550, "Rename failed"},
	{"rnto-name-exists", 550, "File already exists"},
	{"rnto-name-451", 451, "Try again"},
	{"rnto-name-501", 501, "Syntax error"},
	{"rnto-name-503", 503, "Bad sequence"},
	{"rnto-name-denied", 550, "Permission denied"},
}

// uploadFaults are those of an upload: where it goes, and when it is said to be there.
func uploadFaults() []deviation {
	all := []deviation{
		{name: "stor-half-early-226", doc: "226 comes right after the 150 of an upload, of which 1000 octets are kept",
			reply:    onUpload(finalBeforeData),
			transfer: keepFirst(1000)},
		{name: "stor-early-226", doc: "226 comes right after the 150 of an upload, which is kept whole",
			reply: onUpload(finalBeforeData)},
		{name: "closed-after-226", doc: "the control connection is closed after the 226 of an upload",
			reply: onUpload(onTransferEnd(func(s *session, r *outgoing) {
				s.write(r.wire)
				r.wire, s.over = nil, true
			}))},
		{name: "stor-truncated-250", doc: "the final reply of an upload says 250 and that records were truncated, as z/OS does",
			reply: onUpload(onTransferEnd(func(_ *session, r *outgoing) { r.wire = []byte("250 Transfer completed (data was truncated)\r\n") }))},
		{name: "stor-job-250", doc: "the final reply of an upload has the id of a job, as that of z/OS",
			reply: onUpload(onTransferEnd(func(_ *session, r *outgoing) {
				r.wire = []byte("250-It is known to JES as JOB00042\r\n250 Transfer completed successfully.\r\n")
			}))},
		{name: "cwd-anything", doc: "CWD enters whatever name it is given, and PWD says so",
			command: onCommand("CWD", func(s *session, arg string) bool {
				s.cwd = s.resolve(arg)
				s.reply(250, "OK")
				return true
			})},
		{name: "rnto-done-553", doc: "RNTO renames and is answered with 553",
			command: onCommand("RNTO", renames(func(s *session) { s.reply(553, "Can't rename file.") }))},
		{name: "rnto-done-closed", doc: "RNTO to a name that does not begin with a dot renames, and the connection is closed in place of a reply",
			command: onCommand("RNTO", func(s *session, arg string) bool {
				return plainName(s, arg) && renames(func(s *session) { s.over = true })(s, arg)
			})},
		{name: "rnto-aside-closed", doc: "RNTO is refused with 553 where there is a file of the name, and the first RNTO to a name with .old- in it renames and ends the connection",
			command: onCommand("RNTO", func(s *session, arg string) bool {
				if exists(false)(s, arg) {
					s.reply(553, "File exists")
					return true
				}
				return strings.Contains(arg, ".old-") && s.srv.count("RNTO") == 2 && renames(func(s *session) { s.over = true })(s, arg)
			})},
		{name: "rnto-loses", doc: "RNTO is refused with 550, and removes the file that was to be renamed",
			command: onCommand("RNTO", func(s *session, _ string) bool {
				s.host.tree.remove(s.resolve(s.machine.Params().RenameFrom))
				s.reply(550, "Rename failed")
				return true
			})},
		{name: "rnfr-refused", doc: "RNFR is refused with 550", command: refusing("RNFR", 550, "Not permitted")},
		{name: "rnto-no-replace-mute", doc: "RNTO is refused with 553 where there is a file of the name, without saying why",
			command: instead("RNTO", exists(false), says(553, "Rename failed"))},
		{name: "rnto-no-replace-denied", doc: "RNTO is refused with 550 Permission denied where there is a file of the name",
			command: instead("RNTO", exists(false), says(550, "Permission denied"))},
		{name: "size-unknown", doc: "SIZE is neither listed nor implemented",
			features: func(_ *session, lines []string) []string { return without(lines, "SIZE") },
			command:  refusing("SIZE", 502, "Command not implemented")},
		{name: "mlst-unknown", doc: "MLST and MLSD are neither listed nor implemented",
			features: func(_ *session, lines []string) []string { return without(lines, "MLST") },
			command: func(s *session, c protocol.Command) bool {
				return (c.Verb == "MLST" || c.Verb == "MLSD") && refusing(c.Verb, 502, "Command not implemented")(s, c)
			}},
	}
	for _, r := range storRefusals {
		all = append(all, deviation{
			name: Fault(fmt.Sprintf("stor-refused-%d", r.code)), doc: fmt.Sprintf("STOR into the root directory is answered with %d %s", r.code, r.text),
			command: instead("STOR", func(s *session, arg string) bool { return path.Dir(s.resolve(arg)) == "/" }, func(s *session, _ string) {
				s.closeEndpoint()
				s.reply(r.code, r.text)
			}),
		})
	}
	for _, r := range rntoRefusals {
		all = append(all, deviation{
			name: r.name, doc: fmt.Sprintf("RNTO to a name that does not begin with a dot is answered with %d %s", r.code, r.text),
			command: instead("RNTO", plainName, says(r.code, r.text)),
		})
	}
	return all
}

// onUpload restricts a reply hook to uploads.
func onUpload(f func(*session, *outgoing)) func(*session, *outgoing) {
	return func(s *session, r *outgoing) {
		switch r.verb {
		case "STOR", "APPE", "STOU":
			f(s, r)
		}
	}
}

func plainName(s *session, arg string) bool {
	return !strings.HasPrefix(path.Base(s.resolve(arg)), ".")
}

// renames does what RNTO asks for, and then says something else.
func renames(then func(*session)) func(*session, string) bool {
	return func(s *session, arg string) bool {
		if s.host.tree.rename(s.resolve(s.machine.Params().RenameFrom), s.resolve(arg)) != nil {
			return false
		}
		then(s)
		return true
	}
}

// keepFirst has uploads keep n octets, and take the rest as if they were kept.
func keepFirst(n int64) func(*session, *transfer) {
	return func(_ *session, t *transfer) {
		t.wrapSink = func(w io.Writer) io.Writer { return &firstWriter{w: w, left: n} }
	}
}

type firstWriter struct {
	w    io.Writer
	left int64
}

func (f *firstWriter) Write(b []byte) (int, error) {
	n := min(int64(len(b)), f.left)
	f.left -= n
	if _, err := f.w.Write(b[:n]); err != nil {
		return 0, err
	}
	return len(b), nil
}

// count counts how often a command came, in all sessions.
func (s *Server) count(verb protocol.Verb) (n int) {
	for _, c := range s.Commands() {
		if v, _, _ := strings.Cut(c, " "); v == string(verb) {
			n++
		}
	}
	return n
}
