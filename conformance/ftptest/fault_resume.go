package ftptest

import (
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// resumptionFaults are those of TLS sessions, tickets and certificates over the
// connections of a session, and over sessions.
func resumptionFaults() []deviation {
	var stops, changes memory[int]
	var sessions, renewals atomic.Int32
	return []deviation{
		{name: "tickets-never", doc: "there are no session tickets, so that nothing resumes",
			config: func(c *Config) { c.NoTickets = true }},
		{name: "tickets-refused", doc: "session tickets are issued, but data connections get a full handshake",
			transfer: func(s *session, t *transfer) { t.control = s.fullHandshake() }},
		{name: "tickets-single-use", doc: "a session ticket is accepted once",
			config: func(c *Config) { c.singleUse = true }},
		{name: "tickets-not-resent", doc: "data connections get no new session ticket (TLS 1.3)",
			config: func(c *Config) { c.noDataTickets = true }},
		{name: "resumption-stops", doc: "from the third data connection of a session on, the handshake is a full one",
			transfer: func(s *session, t *transfer) {
				if n := stops.of(s); t.private {
					if *n++; *n > 2 {
						t.control = s.fullHandshake()
					}
				}
			}},
		{name: "session-foreign", doc: "data connections are refused with 522 unless they resume the session of another control connection",
			transfer: func(s *session, t *transfer) {
				if t.private {
					t.control = s.host.tls.NewControl(tlsx.BindControl)
				}
			}},
		{name: "sibling-certificate-on-data", doc: "data connections show another certificate for the same name from the same authority",
			transfer: func(s *session, t *transfer) { t.control = s.sibling() }},
		{name: "certificate-changes-in-session", doc: "from the second data connection of a session on, it shows a sibling of the certificate",
			transfer: func(s *session, t *transfer) {
				n := changes.of(s)
				if *n++; *n > 1 {
					t.control = s.sibling()
				}
			}},
		{name: "certificate-changes", doc: "from the second session on, the certificate is of another authority",
			starting: func(s *session) bool {
				if sessions.Add(1) > 1 {
					s.show(issueKeys(time.Now()))
				}
				return false
			}},
		{name: "certificate-renewed", doc: "from the second session on, there is a new certificate of the same authority",
			starting: func(s *session) bool {
				if renewals.Add(1) > 1 && s.host.keys.signer != nil {
					s.show(s.host.keys.sibling(time.Now()))
				}
				return false
			}},
	}
}

// fullHandshake returns TLS for a data connection that accepts no ticket.
func (s *session) fullHandshake() *tlsx.ServerControl {
	if s.host.keys == nil {
		return nil
	}
	return s.srv.faultTLS(s.host.keys).NewControl(tlsx.BindNone)
}

// sibling returns TLS for a data connection that shows a sibling of the certificate,
// or the certificate itself where there is no authority to make one.
func (s *session) sibling() *tlsx.ServerControl {
	if s.host.keys == nil || s.host.keys.signer == nil {
		return nil
	}
	k, err := s.host.keys.sibling(time.Now())
	if err != nil {
		panic("ftptest: BUG: " + err.Error()) // the same has worked at the start
	}
	return s.srv.faultTLS(k).NewControl(tlsx.BindNone)
}

// show gives the session a certificate of its own.
func (s *session) show(k *keys, err error) {
	if err != nil {
		panic("ftptest: BUG: " + err.Error()) // the same has worked at the start
	}
	h := *s.host
	h.keys, h.tls = k, s.srv.faultTLS(k)
	s.host = &h
}

// endingFaults are those of how TLS data connections end.
func endingFaults() []deviation {
	cut := func(_ *session, t *transfer) {
		if t.source != nil {
			t.wrapSource, t.noCloseNotify = firstHalf, true
		}
	}
	return []deviation{
		{name: "data-cut-226", doc: "downloads end in the middle of the data, without close_notify, and with 226",
			transfer: cut},
		{name: "data-cut-426", doc: "downloads end in the middle of the data, without close_notify, and with 426",
			transfer: func(s *session, t *transfer) {
				if cut(s, t); t.source != nil {
					t.final = &outcome{426, "Connection closed; transfer aborted"}
				}
			}},
		{name: "data-cut-in-record", doc: "TLS downloads end in the middle of a record, with 226",
			transfer: func(_ *session, t *transfer) {
				if t.source != nil && t.private {
					t.noCloseNotify = true
					t.atEnd = func(d *dataConn) { d.raw.Write([]byte{0x17, 3, 3, 1}) }
				}
			}},
	}
}
