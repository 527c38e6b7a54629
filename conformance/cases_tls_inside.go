package conformance

import (
	"crypto/tls"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// insideCases are about what may come inside TLS once it is up, besides data.
var insideCases = []Case{
	{
		ID: "sec-tls-client-renegotiation", RFC: "CVE-2011-1473", Level: ShouldNot,
		Security: true,
		Text:     "The server does not renegotiate TLS 1.2 because a client asks for it.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls-renegotiates"},
		Run: func(t *T) {
			yes, answer := t.renegotiates()
			t.c.event("in answer: " + answer)
			t.c.close()
			if yes {
				t.Warnf("a second handshake that the client begins is taken: it costs the server much more than the client, as often as that likes")
			}
		},
	},
	{
		ID: "sec-tls13-keyupdate", RFC: "8446 4.6.3", Level: Info,
		Security: true,
		Full:     true,
		Text:     "Whether the server goes on after a KeyUpdate of TLS 1.3, and sends one if it is asked to.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls13-keyupdate-ends"},
		Run: func(t *T) {
			for _, ask := range []bool{false, true} {
				t.keyUpdate(ask)
			}
			t.Infof("replies come after a KeyUpdate, whether it asks for another or not")
		},
	},
}

// keyUpdate sends a KeyUpdate on a connection of its own, then NOOP with the new key, and
// wants a reply.
func (t *T) keyUpdate(ask bool) {
	conn := t.bare()
	c := t.c
	log := &keyLog{}
	// Nothing secret is sent on this connection, so that its certificate does not matter.
	tc := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true, ServerName: t.run.host, KeyLogWriter: log})
	if err := tc.Handshake(); err != nil {
		t.Skipf("the server does not speak TLS 1.3: %v", err)
	}
	c.rw, c.secure = tc, true
	c.event("TLS is up: " + tls.CipherSuiteName(tc.ConnectionState().CipherSuite))
	if t.run.target.TLS == tlsx.ModeImplicit {
		t.greeting()
	}
	s, err := newSealer13(tc.ConnectionState().CipherSuite, log)
	if err != nil {
		t.Skipf("no KeyUpdate can be made: %v", err)
	}
	body, what := []byte{24, 0, 0, 1, 0}, "a KeyUpdate"
	if ask {
		body[4], what = 1, "a KeyUpdate that asks for another"
	}
	update, err := s.record(recordHandshake, body)
	if err == nil {
		err = s.update()
	}
	noop, err2 := s.record(recordData, []byte("NOOP\r\n"))
	if err != nil || err2 != nil {
		t.Skipf("no KeyUpdate can be made: %v, %v", err, err2)
	}
	c.event(what + ", then NOOP with the new key")
	conn.SetDeadline(time.Now().Add(t.run.opts.timeout()))
	conn.Write(update)
	conn.Write(noop)
	if _, err := c.receive(t.run.opts.timeout()); err != nil {
		t.end(Warn, "no reply after %s: %v", what, err)
	}
	c.close()
}
