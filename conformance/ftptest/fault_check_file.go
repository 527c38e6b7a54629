package ftptest

import (
	"bytes"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkFileFaults are defects of commands about directories and files.
func checkFileFaults() []deviation {
	var failed, from memory[string]
	return []deviation{
		{name: "dele-lies", doc: "DELE is answered with 250, and nothing happens",
			command: instead("DELE", exists(false), says(250, "Deleted"))},
		{name: "dele-directory", doc: "DELE removes directories",
			command: instead("DELE", exists(true), (*session).rmd)},
		{name: "rmd-refuses-but-removes", doc: "RMD is answered with 550, and was done",
			reply: edit("RMD", 250, func(*session, string) string { return "550 No\r\n" })},
		{name: "rmd-recursive", doc: "RMD removes what is in a directory too",
			command: instead("RMD", func(s *session, arg string) bool { return arg != "" && exists(true)(s, arg) }, func(s *session, arg string) {
				removeAll(s.host.tree, s.resolve(arg))
				s.reply(250, "Removed")
			})},
		{name: "mkd-existing-257", doc: "MKD of what exists is answered with 257",
			command: instead("MKD", exists(true), says(257, `"/x" created`))},
		{name: "mkd-relative", doc: "the 257 of MKD holds the name as it was sent",
			command: instead("MKD", missing, func(s *session, arg string) {
				if s.change(arg, func() error { return s.host.tree.mkdir(s.resolve(arg)) }) {
					s.replyf(257, `"%s" created`, strings.ReplaceAll(arg, `"`, `""`))
				}
			})},
		{name: "quotes-not-doubled", doc: "quotes inside the quoted name of a 257 are not doubled",
			reply: func(_ *session, r *outgoing) {
				if r.code == 257 {
					r.wire = bytes.ReplaceAll(r.wire, []byte(`""`), []byte(`"`))
				}
			}},
		{name: "pwd-unquoted", doc: "the 257 of PWD has no quotes",
			reply: onCode("PWD", 257, func(_ *session, r *outgoing) { r.wire = bytes.ReplaceAll(r.wire, []byte(`"`), nil) })},
		{name: "cwd-missing-moves", doc: "a CWD that is refused moves nevertheless",
			reply: onCode("CWD", 550, func(s *session, _ *outgoing) { s.cwd = s.resolve(s.current.Arg) })},
		{name: "cwd-above-root", doc: "CWD can lead above the root",
			command: instead("CWD", func(_ *session, arg string) bool { return strings.Contains(arg, "..") }, func(s *session, _ string) {
				s.cwd = "/.."
				s.reply(250, "OK")
			})},
		{name: "cdup-to-root", doc: "CDUP leads to the root",
			command: instead("CDUP", always, func(s *session, _ string) {
				s.cwd = "/"
				s.reply(250, "OK")
			})},
		{name: "rnto-lies", doc: "RNTO is answered with 250, and nothing happens",
			command: instead("RNTO", always, says(250, "Renamed"))},
		{name: "rnfr-survives-noop", doc: "NOOP may stand between RNFR and RNTO",
			command: instead("RNTO", always, (*session).rnto)},
		{name: "rnfr-survives-failure", doc: "after an RNTO that failed another one is accepted",
			command: onCommand("RNFR", func(s *session, arg string) bool { *from.of(s) = s.resolve(arg); return false }),
			reply: func(s *session, r *outgoing) {
				switch {
				case r.verb == "RNTO" && r.code == 553:
					*failed.of(s) = *from.of(s)
				case r.verb == "RNTO" && r.code == 503 && *failed.of(s) != "":
					if s.host.tree.rename(*failed.of(s), s.resolve(s.current.Arg)) == nil {
						r.wire = []byte("250 Renamed\r\n")
					}
					*failed.of(s) = ""
				}
			}},
		{name: "x-verbs-missing", doc: "XMKD and its like are not implemented",
			command: func(s *session, c protocol.Command) bool {
				if !strings.HasPrefix(string(c.Verb), "X") || s.machine.State() != protocol.StateAuthorized {
					return false
				}
				s.reply(502, "Not implemented")
				return true
			}},
		{name: "stat-path-empty", doc: "STAT of a directory lists nothing",
			reply: edit("STAT", 212, func(*session, string) string { return "212-Status\r\n212 End\r\n" })},
		{name: "tvfs-relative-550", doc: "RETR refuses relative names that hold a slash",
			command: instead("RETR", func(_ *session, arg string) bool {
				return strings.Contains(arg, "/") && !strings.HasPrefix(arg, "/")
			}, func(s *session, _ string) { s.refuseTransfer(550, "No") })},
	}
}

func removeAll(t tree, dir string) {
	nodes, _ := t.list(dir)
	for _, n := range nodes {
		if n.dir {
			removeAll(t, dir+"/"+n.name)
		} else {
			t.remove(dir + "/" + n.name)
		}
	}
	t.rmdir(dir)
}
