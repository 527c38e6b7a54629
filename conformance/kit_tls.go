package conformance

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

// beforeTLS opens a control connection of the case's own on which the TLS handshake comes
// next, and makes it the current one.
func (t *T) beforeTLS() *Conn {
	if t.run.target.TLS != tlsx.ModeImplicit {
		c := t.Fresh()
		line := "AUTH " + cmp.Or(t.run.target.Auth, "TLS")
		t.wantOf(ownAuthTLS, line, 234)
		return c
	}
	c, err := t.run.dialBare(t.tape, t.run.host)
	if err != nil {
		t.Errorf("could not connect: %v", err)
	}
	t.opened = append(t.opened, c)
	t.c = c
	return c
}

// A wallet holds the session tickets of one control connection and its data connections.
// Package tlsx chooses the ticket by itself, and cases about tickets want to.
type wallet struct {
	control *tls.Config

	mu  sync.Mutex
	got []*tls.ClientSessionState // newest last
}

// Get returns nothing: control connections get a full handshake.
func (w *wallet) Get(string) (*tls.ClientSessionState, bool) { return nil, false }

// Put keeps a ticket.
func (w *wallet) Put(_ string, s *tls.ClientSessionState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s != nil && len(w.got) < 16 {
		w.got = append(w.got, s)
	}
}

// ticket returns the newest ticket, or nil.
func (w *wallet) ticket() *tls.ClientSessionState {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.got) == 0 {
		return nil
	}
	return w.got[len(w.got)-1]
}

// A singleOffer is the session cache of one data connection: it offers one ticket.
type singleOffer struct {
	*wallet
	ticket *tls.ClientSessionState
}

func (o singleOffer) Get(string) (*tls.ClientSessionState, bool) { return o.ticket, o.ticket != nil }

// pinned returns TLS of one version that takes no certificate but the one given. It was
// verified before.
func (t *T) pinned(leafDER []byte, version uint16) *tls.Config {
	cfg := &tls.Config{}
	if base := t.run.target.TLSConfig; base != nil {
		cfg = base.Clone()
	}
	cfg.ServerName = cmp.Or(cfg.ServerName, t.run.host)
	if cfg.NextProtos == nil {
		cfg.NextProtos = []string{"ftp"}
	}
	cfg.MinVersion, cfg.MaxVersion = version, version
	cfg.CipherSuites, cfg.SessionTicketsDisabled = nil, false
	cfg.InsecureSkipVerify, cfg.VerifyPeerCertificate = true, nil
	cfg.VerifyConnection = func(st tls.ConnectionState) error {
		if !bytes.Equal(leaf(st), leafDER) {
			return errOtherCertificate
		}
		return nil
	}
	return cfg
}

var errOtherCertificate = errors.New("it shows another certificate than before")

// ticketSession opens a session of the case's own with one version of TLS, logs in and
// protects it. It returns nil if the server does not speak the version. The certificate
// must be that of leafDER.
func (t *T) ticketSession(leafDER []byte, version uint16) *wallet {
	c := t.beforeTLS()
	w := &wallet{control: t.pinned(leafDER, version)}
	w.control.ClientSessionCache = w
	c.tcp.SetDeadline(time.Now().Add(t.run.opts.timeout()))
	tc := tls.Client(c.tcp, w.control)
	if err := tc.Handshake(); err != nil {
		c.event("TLS failed: " + err.Error())
		c.close()
		if errors.Is(err, errOtherCertificate) {
			t.Skipf("control connections show different certificates")
		}
		return nil
	}
	c.tcp.SetDeadline(time.Time{})
	c.rw, c.secure = tc, true
	c.event("TLS is up: " + tls.VersionName(version))
	if t.run.target.TLS == tlsx.ModeImplicit {
		t.greeting()
	}
	if tc.ConnectionState().NegotiatedProtocol == "" {
		w.control.NextProtos = nil // for data connections, as tlsx does it
	}
	t.Login()
	t.protect()
	return w
}

// An attempt is what became of a transfer and its data connection.
type attempt struct {
	resumed bool
	failed  error          // TLS on the data connection
	data    []byte         // that came
	reply   protocol.Reply // the final one
	lost    bool           // none came
}

// served reports whether the server took the data connection.
func (a *attempt) served() bool { return a.failed == nil && !a.lost && ok(a.reply) }

// String says why the server did not take the data connection.
func (a *attempt) String() string {
	switch {
	case a.lost && a.failed != nil:
		return fmt.Sprintf("the TLS handshake failed (%s), and no reply came", errtext.Of(a.failed))
	case a.lost:
		return "no reply came"
	case a.failed != nil && ok(a.reply):
		return fmt.Sprintf("the TLS handshake failed (%s), and the reply is %s", errtext.Of(a.failed), brief(a.reply))
	}
	return brief(a.reply)
}

// tryData carries out a download command whose data connection offers a ticket of the
// current session's or of another, or none if it is nil. No outcome ends the case.
func (t *T) tryData(w *wallet, ticket *tls.ClientSessionState, cmd string) *attempt {
	d := t.passive()
	t.Send(cmd)
	return t.finishData(d, w, ticket)
}

// finishData is tryData after the command.
func (t *T) finishData(d *dataConn, w *wallet, ticket *tls.ClientSessionState) *attempt {
	a := &attempt{}
	r, come := t.firstReply(d)
	if !come || r.Code.Class() == 1 {
		if a.resumed, a.failed = d.resume(w, ticket); a.failed == nil {
			a.data, a.failed = d.readN(-1)
		}
	}
	d.Close()
	for !come || r.Code.Class() == 1 {
		var err error
		if r, err = t.c.receive(t.run.opts.timeout()); err != nil {
			a.lost = true
			break
		}
		come = true
	}
	a.reply = r
	return a
}

// resume performs the TLS handshake of a data connection, which offers a ticket if there
// is one.
func (d *dataConn) resume(w *wallet, ticket *tls.ClientSessionState) (resumed bool, err error) {
	cfg := w.control.Clone()
	cfg.ClientSessionCache = singleOffer{w, ticket}
	d.tcp.SetDeadline(time.Now().Add(cmp.Or(d.patience, d.t.run.opts.timeout())))
	tc := tls.Client(d.tcp, cfg)
	if err := tc.Handshake(); err != nil {
		d.event("TLS failed: %v", err)
		return false, err
	}
	d.tcp = tc
	resumed = tc.ConnectionState().DidResume
	how := "a full handshake, without a ticket"
	switch {
	case resumed:
		how = "resumed"
	case ticket != nil:
		how = "a full handshake, though a ticket was offered"
	}
	d.event("TLS is up, %s", how)
	return resumed, nil
}

// certificateSeen returns the certificate of the shared session.
func (t *T) certificateSeen() []byte {
	der := t.c.certificate()
	if der == nil {
		t.Skipf("the session is not under TLS")
	}
	return der
}
