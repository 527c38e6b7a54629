package ftptest

import (
	"io"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkOrderFaults are transfers whose replies and data come in another order than that
// of RFC 959: the preliminary reply, the data, the final reply.
func checkOrderFaults() []deviation {
	return []deviation{
		{name: "retr-no-150", doc: "RETR has no preliminary reply",
			reply: onCode("RETR", 150, func(_ *session, r *outgoing) { r.wire = nil })},
		{name: "retr-150-late", doc: "the preliminary reply to RETR comes behind the data",
			reply: lateOpening("RETR")},
		{name: "list-150-late", doc: "the preliminary reply to LIST comes behind the data",
			reply: lateOpening("LIST")},
		earlyFinal("retr-226-early", "the final reply to RETR comes with the first data", "RETR", 0),
		earlyFinal("retr-226-first", "the final reply to RETR comes 0.7 seconds before the data", "RETR", 700*time.Millisecond),
		earlyFinal("list-226-first", "the final reply to LIST comes 0.7 seconds before the data", "LIST", 700*time.Millisecond),
		earlyUpload("stor-226-early", "the final reply to STOR comes before the end of the data"),
		{name: "stor-missing-226", doc: "STOR to a directory that does not exist takes the data and says 226",
			command: instead("STOR", func(s *session, arg string) bool { return missing(s, arg+"/..") }, func(s *session, _ string) {
				if s.mayTransfer() {
					s.begin(&transfer{sink: io.Discard, file: io.NopCloser(nil), text: "Go on"})
				}
			})},
	}
}

// lateOpening returns a reply hook that holds 150 back until 226.
func lateOpening(verb protocol.Verb) func(*session, *outgoing) {
	return func(_ *session, r *outgoing) {
		switch {
		case r.verb == verb && r.code == 150:
			r.wire = nil
		case r.verb == verb && r.code == 226:
			r.wire = append([]byte("150 Here it comes\r\n"), r.wire...)
		}
	}
}

// A said is whether the final reply to the transfer of a session has been sent before its
// time. The true one is dropped then, and what comes before it.
type said struct{ memory[bool] }

func (m *said) say(s *session) {
	s.call(func() {
		*m.of(s) = true
		s.write([]byte("226 Transfer complete\r\n"))
	})
}

func (m *said) reply(verb protocol.Verb) func(*session, *outgoing) {
	return func(s *session, r *outgoing) {
		if r.verb == verb && *m.of(s) {
			*m.of(s), r.wire = r.code.Class() == 1, nil
		}
	}
}

// earlyFinal returns a fault under which 226 is sent before the data, which wait.
func earlyFinal(name Fault, doc string, verb protocol.Verb, delay time.Duration) deviation {
	var said said
	return deviation{
		name: name, doc: doc,
		transfer: onVerb(verb, func(s *session, t *transfer) {
			t.wrapSource = func(r io.Reader) io.Reader {
				return &firstRead{Reader: r, do: func() { said.say(s); wait(s.ctx, delay) }}
			}
		}),
		reply: said.reply(verb),
	}
}

// earlyUpload returns a fault under which 226 is sent when the first data have come.
func earlyUpload(name Fault, doc string) deviation {
	var said said
	return deviation{
		name: name, doc: doc,
		transfer: onVerb("STOR", func(s *session, t *transfer) {
			once := false
			t.wrapSink = func(w io.Writer) io.Writer {
				return editing{w, func(b []byte) []byte {
					if !once {
						said.say(s)
					}
					once = true
					return b
				}}
			}
		}),
		reply: said.reply("STOR"),
	}
}

// A firstRead calls a function before it is read from.
type firstRead struct {
	io.Reader
	do func()
}

func (f *firstRead) Read(b []byte) (int, error) {
	if f.do != nil {
		f.do()
		f.do = nil
	}
	return f.Reader.Read(b)
}
