package ftptest

import (
	"bytes"
	"io"
	"path"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// lyingFaults are about where a session is and what is there: stubs and embedded
// servers say so, and a client that believes them removes the wrong files.
func lyingFaults() []deviation {
	var pretended memory[string]
	return []deviation{
		{name: "pwd-root", doc: `PWD names "/", wherever the session is`,
			reply: onCode("PWD", 257, sendsBytes("257 \"/\" is the current directory\r\n"))},
		{name: "cwd-stays", doc: "CWD is answered with 250, and the session stays where it is",
			command: instead("CWD", always, says(250, "Directory changed"))},
		{name: "cwd-pretends", doc: "CWD and PWD say that the session has moved, and it stays at the root",
			command: func(s *session, c protocol.Command) bool {
				at := pretended.of(s)
				switch c.Verb {
				case "CWD":
					*at = path.Join("/", *at, c.Arg)
					if strings.HasPrefix(c.Arg, "/") {
						*at = path.Clean(c.Arg)
					}
					s.reply(250, "Directory changed")
				case "PWD":
					s.replyf(257, "%s is the current directory", parse.QuotePath(path.Join("/", *at)))
				default:
					return false
				}
				return true
			}},
		{name: "names-underscored", doc: "blanks at the ends of the last element of a new name, and control characters in it, are stored as underscores",
			command: func(s *session, c protocol.Command) bool {
				name := underscored(c.Arg)
				if name == c.Arg {
					return false
				}
				store := map[protocol.Verb]func(*session, string){"STOR": (*session).stor, "APPE": (*session).appe, "MKD": (*session).mkd, "RNTO": (*session).rnto}[c.Verb]
				if store == nil {
					return false
				}
				store(s, name)
				return true
			}},
		{name: "control-underscored", doc: "control characters in commands are taken for underscores",
			command: func(s *session, c protocol.Command) bool {
				arg := strings.Map(withoutControl, c.Arg)
				if arg == c.Arg {
					return false
				}
				s.perform(protocol.Command{Verb: c.Verb, Arg: arg})
				return true
			}},
		{name: "no-listings", doc: "FEAT, MLSD, MLST and NLST are not implemented; there is LIST",
			command: func(s *session, c protocol.Command) bool {
				switch c.Verb {
				case "FEAT", "MLST":
					s.reply(502, "Command not implemented")
				case "MLSD", "NLST":
					s.refuseTransfer(502, "Command not implemented")
				default:
					return false
				}
				return true
			}},
		{name: "list-of-root", doc: "LIST, NLST and MLSD list the root, whatever is asked for",
			command: func(s *session, c protocol.Command) bool {
				list := map[protocol.Verb]func(*session, string){"LIST": (*session).list, "NLST": (*session).nlst, "MLSD": (*session).mlsd}[c.Verb]
				if list == nil {
					return false
				}
				list(s, "/")
				return true
			}},
		{name: "list-other-names", doc: "LIST, NLST and MLSD have other names than there are",
			transfer: onListings(func(_ protocol.Verb, names io.Reader) io.Reader {
				b, _ := io.ReadAll(names) // which is memory
				return bytes.NewReader(bytes.ReplaceAll(b, []byte("-"), []byte("+")))
			})},
		{name: "list-endless", doc: "LIST, NLST and MLSD never end",
			transfer: onListings(func(verb protocol.Verb, _ io.Reader) io.Reader {
				return &endless{line: map[protocol.Verb]string{
					"LIST": "-rw-r--r-- 1 ftp ftp 1 Jan  1 00:00 f\r\n", "NLST": "f\r\n", "MLSD": "type=file; f\r\n",
				}[verb]}
			})},
	}
}

// underscored returns a pathname as Pure-FTPd stores it.
func underscored(name string) string {
	dir, base := path.Split(name)
	b := []byte(base)
	for i, c := range b {
		if outer := i == 0 || i == len(b)-1; c < ' ' || c == ' ' && outer {
			b[i] = '_'
		}
	}
	return dir + string(b)
}

func withoutControl(r rune) rune {
	if r < ' ' {
		return '_'
	}
	return r
}

// onListings returns a transfer hook that changes what LIST, NLST and MLSD send.
func onListings(f func(protocol.Verb, io.Reader) io.Reader) func(*session, *transfer) {
	return func(_ *session, t *transfer) {
		switch verb := t.verb; verb {
		case "LIST", "NLST", "MLSD":
			t.wrapSource = func(r io.Reader) io.Reader { return f(verb, r) }
		}
	}
}

// endless is a reader of one line for ever.
type endless struct {
	line string
	at   int
}

func (e *endless) Read(b []byte) (n int, err error) {
	for n < len(b) {
		m := copy(b[n:], e.line[e.at:])
		e.at = (e.at + m) % len(e.line)
		n += m
	}
	return n, nil
}
