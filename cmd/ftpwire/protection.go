package main

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"sync/atomic"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A watch knows how well a session is protected, and warns if that is less than people
// may think.
type watch struct {
	a       *app
	f       *connFlags
	p       *ftpwire.Profile
	secured atomic.Bool // TLS has been up
	known   bool        // the trust store had an entry for the server
}

// watch watches a session that p is about to be dialled for.
func (a *app) watch(f *connFlags, p *ftpwire.Profile) *watch {
	w := &watch{a: a, f: f, p: p}
	before := p.Trace
	p.Trace = func(e control.TraceEvent) {
		switch {
		case e.Kind == control.TraceTLS:
			w.secured.Store(true)
		case e.Kind == control.TraceData && e.Err == nil && !e.Protected && w.secured.Load():
			w.warnClear(e.Verb)
		}
		if before != nil {
			before(e)
		}
	}
	if f.acceptNew {
		_, w.known = w.entry()
	}
	return w
}

// entry returns what the trust store holds for the server.
func (w *watch) entry() (tlsx.Trusted, bool) {
	if w.p.Verify == nil {
		return tlsx.Trusted{}, false
	}
	host, port, err := addressOf(w.p)
	if err != nil {
		return tlsx.Trusted{}, false
	}
	t, ok, _ := w.p.Verify.Trust.Lookup(host, port)
	return t, ok
}

// tellAccepted says what --accept-new has accepted, even if the login failed after that.
func (w *watch) tellAccepted() {
	if w == nil || !w.f.acceptNew || w.known {
		return
	}
	if t, ok := w.entry(); ok {
		w.a.warn(fmt.Sprintf("the certificate of %s is accepted from now on (%s): SHA-256 %s", hostPort(t.Host, t.Port), t.Reasons, t.SHA256))
	}
}

// warn says, after the login, what is weaker than it may seem.
func (w *watch) warn(c *control.Conn) {
	state, up := c.TLS()
	was := up || w.secured.Load()
	if !was {
		if w.p.Variant == ftpwire.VariantAuto {
			w.a.warn("the server has no TLS: password and files go in clear text; --tls explicit would refuse that")
		}
		return
	}
	w.a.warnSkipped(w.f)
	if w.f.ciphers != "" && up && state.Version == tls.VersionTLS13 {
		w.a.warn("--ciphers has no effect: the connection is TLS 1.3, whose suites can't be chosen; --tls-max 1.2 would keep to TLS 1.2")
	}
	switch {
	case w.f.ccc && up:
		w.a.warn("the server refused CCC (--ccc): commands and replies stay under TLS")
	case w.f.ccc:
		w.a.warn("TLS has ended on the control connection (--ccc): names and commands can be read and changed on the way")
	}
}

// warnClear says that the data connection of a transfer is in clear although the login was
// not.
func (w *watch) warnClear(verb protocol.Verb) {
	lists := cmp.Or(w.p.ListProtection, w.p.DataProtection)
	files := cmp.Or(w.p.FileProtection, w.p.DataProtection)
	switch {
	case lists == files:
		w.a.warn("data connections are not protected (--prot C): listings and files can be read and changed on the way")
	case verb.Does(protocol.Lists):
		w.a.warn("listings are not protected (--prot-list C): they can be read and changed on the way")
	default:
		w.a.warn("files are not protected (--prot-files C): they can be read and changed on the way")
	}
}

// dialError says why a server could not be reached, or refused the login.
func dialError(p *ftpwire.Profile, err error) error {
	return errtext.Errorf("%s: %w", describe(p), err)
}
