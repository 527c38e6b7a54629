package ftptest

import (
	"bytes"

	"github.com/ftpwire/ftpwire/protocol"
)

// replyFaults are those that change replies on their way out.
func replyFaults() []deviation {
	return []deviation{
		{name: "greeting-garbage", doc: "an SSH banner stands in place of the greeting",
			reply: onCode("", 220, func(_ *session, r *outgoing) { r.wire = []byte("SSH-2.0-ftptest\r\n") })},
		{name: "greeting-never", doc: "nothing is said on a new connection",
			reply: onCode("", 220, drop)},
		{name: "greeting-double", doc: "the greeting is followed by a second 220 reply",
			reply: onCode("", 220, double)},
		{name: "bare-lf-replies", doc: "lines of replies end in LF without CR",
			reply: func(_ *session, r *outgoing) { r.wire = bytes.ReplaceAll(r.wire, []byte("\r\n"), []byte("\n")) }},
		{name: "double-150", doc: "every transfer has two preliminary replies",
			reply: onCode("*", 150, double)},
		{name: "no-final-reply", doc: "a transfer that went well gets no final reply",
			reply: onTransferEnd(drop)},
		{name: "final-before-data", doc: "226 comes right after 150, before the data are through",
			reply: finalBeforeData},
		{name: "auth-injection", doc: "a reply in clear follows 234 in the same segment, before TLS begins",
			reply: onCode("AUTH", 234, func(_ *session, r *outgoing) { r.wire = append(r.wire, "230 Logged in\r\n"...) })},
		{name: "pasv-other-host", doc: "227 names 127.0.0.2, an address that is not the server's",
			reply: onCode("PASV", 227, func(_ *session, r *outgoing) {
				r.wire = bytes.Replace(r.wire, []byte("(127,0,0,1,"), []byte("(127,0,0,2,"), 1)
			})},
	}
}

// onCode returns a reply hook for one code in reply to one verb, "*" being any.
func onCode(verb protocol.Verb, code protocol.Code, f func(*session, *outgoing)) func(*session, *outgoing) {
	return func(s *session, r *outgoing) {
		if r.code == code && (verb == "*" || r.verb == verb) {
			f(s, r)
		}
	}
}

// onTransferEnd returns a reply hook for the final reply to a transfer that went
// well.
func onTransferEnd(f func(*session, *outgoing)) func(*session, *outgoing) {
	return func(s *session, r *outgoing) {
		if info, _ := protocol.LookupVerb(r.verb); info.MovesData() && r.code.Class() == 2 {
			f(s, r)
		}
	}
}

func drop(_ *session, r *outgoing) { r.wire = nil }

func double(_ *session, r *outgoing) { r.wire = bytes.Repeat(r.wire, 2) }

func finalBeforeData(s *session, r *outgoing) {
	if r.code == 150 {
		r.wire = append(r.wire, "226 Transfer complete\r\n"...)
		return
	}
	onTransferEnd(drop)(s, r)
}
