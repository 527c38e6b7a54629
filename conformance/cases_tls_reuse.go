package conformance

import (
	"crypto/tls"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// reuseCases are about TLS sessions on data connections: which are resumed, which must be.
var reuseCases = []Case{
	{
		ID: "rfc4217-10.2-session-reuse", RFC: "4217 10.2", Level: May,
		Full:   true,
		Text:   "A server may demand that data connections resume the TLS session of the control connection; it takes those that do.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"reuse-required-refused"},
		Run: func(t *T) {
			known := t.certificateSeen()
			spoken := 0
			for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				if t.reuseUnder(known, v) {
					spoken++
				}
			}
			if spoken == 0 {
				t.Skipf("the server speaks neither TLS 1.2 nor 1.3 as this case does")
			}
		},
	},
	{
		ID: "sec-tls-ticket-other-session", RFC: "4217 10.2, 15.2.6", Level: ShouldNot,
		Security: true,
		Text:     "Where data connections must resume a TLS session, that of another control connection does not do.",
		Needs:    []string{NeedLogin, NeedTLS},
		Faults:   []string{"reuse-any-session"},
		Run: func(t *T) {
			known := t.certificateSeen()
			other, version := t.withTicket(known)
			foreign := other.ticket()
			w := t.ticketSession(known, version)
			if w == nil {
				t.Skipf("a second control connection does not come to %s", tls.VersionName(version))
			}
			a := t.tryData(w, foreign, "NLST")
			switch fresh := t.needsReuse(known, version); {
			case !a.served() && !fresh.served(): // as it should be
			case !a.served():
				t.Infof("a data connection that offers the session of another control connection is refused: %s; one with a full handshake is taken", a)
			case !a.resumed:
				t.Infof("the session of another control connection is not resumed; a full handshake is taken in its place")
			case fresh.served():
				t.Infof("the session of another control connection is resumed; none is demanded")
			default:
				t.Warnf("a data connection must resume a TLS session (else: %s), and that of another login does as well: whoever can log in can take the data of others", fresh)
			}
		},
	},
	{
		ID: "sec-tls-ticket-single-use", RFC: "8446 2.2, C.4", Level: Should,
		Security: true,
		Text:     "A session ticket that was used before is taken again, or a full handshake follows.",
		Needs:    []string{NeedLogin, NeedTLS},
		Faults:   []string{"tickets-replay-fails"},
		Full:     true,
		Run: func(t *T) {
			w, version := t.withTicket(t.certificateSeen())
			ticket := w.ticket()
			first := t.tryData(w, ticket, "NLST")
			if !first.served() || !first.resumed {
				t.Skipf("a ticket is not taken the first time")
			}
			again := t.tryData(w, ticket, "NLST")
			switch {
			case again.served() && again.resumed:
				t.Infof("a session ticket is taken more than once (%s)", tls.VersionName(version))
			case again.failed != nil:
				t.Failf("the handshake fails when a ticket is offered that was used before, in place of a full handshake: %s", again)
			case again.served():
				t.Infof("a session ticket is taken once; after that the handshake is a full one (%s)", tls.VersionName(version))
			default:
				t.Infof("a session ticket is taken once; after that the data connection is refused: %s", again)
			}
		},
	},
	{
		ID: "rfc2577-4-tls-data-hijack", RFC: "4217 15.2.6, 2577 8", Level: Info,
		Security: true,
		Full:     true,
		Text:     "Whether a stranger who comes first, or second, to a passive port gets the data under TLS.",
		Needs:    []string{NeedLogin, NeedWrite, NeedTLS},
		Faults:   []string{"last-connection-wins"},
		Run: func(t *T) {
			known := t.certificateSeen()
			name := path.Join(t.run.workDir, t.File("hijack"))
			for _, first := range []bool{true, false} {
				t.hijack(known, name, first)
			}
		},
	},
}

// withTicket opens a ticketSession with the newest version of TLS on which the server
// issues tickets.
func (t *T) withTicket(known []byte) (*wallet, uint16) {
	for _, v := range []uint16{tls.VersionTLS13, tls.VersionTLS12} {
		if w := t.ticketSession(known, v); w != nil && w.ticket() != nil {
			return w, v
		}
	}
	t.Skipf("the server issues no session tickets")
	return nil, 0
}

// needsReuse tries a data connection with a full handshake, in a session of its own: a
// server that does not take it may end the session.
func (t *T) needsReuse(known []byte, version uint16) *attempt {
	w := t.ticketSession(known, version)
	if w == nil {
		t.Skipf("a further control connection does not come to %s", tls.VersionName(version))
	}
	a := t.tryData(w, nil, "NLST")
	t.c.goodbye = !a.served()
	return a
}

// reuseUnder finds out what becomes of data connections that resume and of those that do
// not. It reports whether the server speaks the version.
func (t *T) reuseUnder(known []byte, version uint16) bool {
	w := t.ticketSession(known, version)
	if w == nil {
		return false
	}
	ticket := w.ticket()
	own := t.tryData(w, ticket, "NLST")
	t.c.goodbye = !own.served()
	fresh := t.needsReuse(known, version)
	var facts []string
	switch {
	case own.served() && own.resumed:
		facts = append(facts, "data connections resume the session")
	case own.served() && ticket != nil:
		facts = append(facts, "session tickets are issued, and not taken")
	case own.served():
		facts = append(facts, "no session tickets are issued")
	case !fresh.served() && ticket == nil:
		facts = append(facts, "no session tickets are issued", t.byID(version))
	case !fresh.served():
		t.Failf("%s: a data connection that offers the session of its control connection is refused: %s; so is one that does not: %s", tls.VersionName(version), own, fresh)
	default:
		t.Failf("%s: a data connection that offers the session of its control connection is refused: %s; one that does not is taken", tls.VersionName(version), own)
	}
	if fresh.served() {
		facts = append(facts, "a full handshake is taken")
	} else {
		facts = append(facts, fmt.Sprintf("resumption is required: without it, %s", fresh))
	}
	t.Infof("%s: %s", tls.VersionName(version), strings.Join(facts, "; "))
	return true
}

// byID tries to resume by session ID, as servers without tickets have it on TLS 1.2.
func (t *T) byID(version uint16) string {
	if version != tls.VersionTLS12 {
		return "there is nothing to resume by"
	}
	c := t.beforeTLS()
	cfg := t.run.sessionAs(t.run.host)
	cfg.SessionIDs = true
	base := &tls.Config{}
	if cfg.TLS != nil {
		base = cfg.TLS.Clone()
	}
	base.MaxVersion = version
	cfg.TLS = base
	c.sess = tlsx.NewSession(cfg)
	c.tcp.SetDeadline(time.Time{})
	if err := c.startTLS(); err != nil {
		return "resuming by session ID could not be tried: " + err.Error()
	}
	if t.run.target.TLS == tlsx.ModeImplicit {
		t.greeting()
	}
	t.Login()
	t.protect()
	x := t.Begin("NLST")
	if x.Refused() {
		t.c.goodbye = true
		return "and resuming by session ID is refused: " + brief(x.First)
	}
	reuse := x.d.tls.Reuse()
	x.d.rest()
	x.d.goodbye()
	if r := x.Final(); !ok(r) {
		t.c.goodbye = true
		return fmt.Sprintf("data connection %s, and refused: %s", reuse, brief(r))
	}
	return fmt.Sprintf("data connection %s", reuse)
}

// hijack has a stranger connect to the passive port of a download, before or after its
// owner, and perform a TLS handshake that has nothing of the owner's session.
func (t *T) hijack(known []byte, name string, strangerFirst bool) {
	w := t.ticketSession(known, tls.VersionTLS13)
	if w == nil {
		w = t.ticketSession(known, tls.VersionTLS12)
	}
	if w == nil {
		t.Skipf("the server speaks neither TLS 1.2 nor 1.3 as this case does")
	}
	t.c.goodbye = true // without resumption some servers end the session
	t.Type("I")
	port := t.passivePort()
	if strangerFirst {
		stranger := t.connect(port)
		stranger.event("this is a stranger's")
		t.mayConnect(port)
		t.Send("RETR " + name)
		if a := t.finishData(stranger, w, nil); len(a.data) > 0 {
			t.Infof("a stranger who connects before the owner gets the data: nothing ties a data connection to its session")
		} else {
			t.Infof("a stranger who connects before the owner gets nothing: %s", a)
		}
		return
	}
	owner, stranger := t.connect(port), t.mayConnect(port)
	if stranger == nil {
		t.Infof("a stranger who connects after the owner finds the port closed")
		return
	}
	stranger.event("this is a stranger's")
	t.Send("RETR " + name)
	stranger.patience = time.Second // a server that waits for the owner does not answer
	if _, err := stranger.resume(w, nil); err == nil {
		if b, _ := stranger.readN(-1); len(b) > 0 {
			t.Warnf("a stranger who connects after the owner gets the data: the server does not take the first connection")
			return
		}
	}
	stranger.Close()
	if a := t.finishData(owner, w, w.ticket()); a.served() && len(a.data) > 0 {
		t.Infof("a stranger who connects after the owner gets nothing, and the owner the data")
	} else {
		t.Infof("a stranger who connects after the owner gets nothing, but neither does the owner: %s", a)
	}
}

// passivePort asks for a passive port.
func (t *T) passivePort() int {
	if t.run.has[NeedEPSV] {
		return t.epsv()
	}
	return t.pasv()
}

// mayConnect is connect that returns nil if the port is closed.
func (t *T) mayConnect(port int) *dataConn {
	d, err := t.tryConnect(port)
	if err != nil {
		return nil
	}
	return d
}
