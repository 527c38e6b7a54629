package ftptest

import (
	"bytes"
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
		{name: "stor-226-early", doc: "the final reply to STOR comes before the end of the data",
			transfer: onVerb("STOR", func(s *session, t *transfer) {
				t.wrapSink = func(w io.Writer) io.Writer {
					first := true
					return editing{w, func(b []byte) []byte {
						if first {
							sayDone(s)
						}
						first = false
						return b
					}}
				}
			}),
			reply: onCode("STOR", 226, func(s *session, r *outgoing) {
				if conns := s.srv.DataConns(); len(conns) > 0 && conns[len(conns)-1].Received > 0 {
					r.wire = nil
				}
			})},
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

// sayDone sends a final reply before its time.
func sayDone(s *session) { s.call(func() { s.write([]byte("226 Transfer complete\r\n")) }) }

// earlyFinal returns a fault under which 226 is sent before the data, which wait.
func earlyFinal(name Fault, doc string, verb protocol.Verb, delay time.Duration) deviation {
	return deviation{
		name: name, doc: doc,
		transfer: onVerb(verb, func(s *session, t *transfer) {
			t.wrapSource = func(r io.Reader) io.Reader { return &doneReader{s: s, r: r, delay: delay} }
		}),
		reply: onCode(verb, 226, func(_ *session, r *outgoing) {
			r.wire = bytes.TrimPrefix(r.wire, []byte("226 Transfer complete\r\n"))
		}),
	}
}

// A doneReader has 226 sent before it is read from.
type doneReader struct {
	s     *session
	r     io.Reader
	delay time.Duration
	said  bool
}

func (d *doneReader) Read(b []byte) (int, error) {
	if !d.said {
		d.said = true
		sayDone(d.s)
		wait(d.s.ctx, d.delay)
	}
	return d.r.Read(b)
}
