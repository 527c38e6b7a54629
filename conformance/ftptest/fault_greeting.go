package ftptest

import "bytes"

// greetingFaults are what a new connection may be greeted with.
func greetingFaults() []deviation {
	return []deviation{
		{name: "greeting-http", doc: "an HTTP reply stands in place of the greeting",
			reply: onCode("", 220, sendsBytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))},
		{name: "greeting-tls-record", doc: "a TLS alert stands in place of the greeting, as on a port of implicit TLS",
			reply: onCode("", 220, sendsBytes("\x15\x03\x01\x00\x02\x02\x0a"))},
		{name: "greeting-endless", doc: "the greeting has a million lines",
			reply: onCode("", 220, flood("220-And so on\r\n", 1_000_000))},
		{name: "greeting-half", doc: "the greeting breaks off in the middle of its first line",
			reply: onCode("", 220, sendsBytes("220-Welc"))},
		{name: "greeting-230", doc: "the greeting is 230, as if no login were wanted",
			reply: onCode("", 220, sendsBytes("230 Welcome, you are logged in\r\n"))},
		{name: "greeting-421", doc: "the greeting is 421, and the connection is closed",
			greeted: func(s *session) { s.full = true }},
		{name: "greeting-120-flood", doc: "the greeting is 120, a hundred thousand times",
			reply: onCode("", 220, flood("120 Ready in 5 minutes\r\n", 100_000))},
	}
}

// sendsBytes returns a reply hook that sends other bytes.
func sendsBytes(wire string) func(*session, *outgoing) {
	return func(_ *session, r *outgoing) { r.wire = []byte(wire) }
}

// flood returns a reply hook that sends bytes so many times, or until the
// connection breaks, and the true reply after them.
func flood(wire string, times int) func(*session, *outgoing) {
	return func(s *session, r *outgoing) {
		const batch = 1000
		for left := times; left > 0 && !s.over; left -= batch {
			s.write(bytes.Repeat([]byte(wire), min(left, batch)))
		}
	}
}
