package control_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// clearThreats are those of CCC and REIN (T46), with the ways that must work.
func clearThreats() []threat {
	ccc := func(c *control.Config) { c.ClearCommandChannel = true }
	policy := func(p ftptest.ClearPolicy) func(*ftptest.Config) {
		return func(c *ftptest.Config) { c.ClearCommands, c.Reuse = p, 0 }
	}
	use := dialThen((*encounter).inStep, (*encounter).retr, (*encounter).stor, (*encounter).list)
	isClear := func(want bool) func(e *encounter) {
		return func(e *encounter) {
			if _, secure := e.c.TLS(); secure == want {
				e.t.Errorf("TLS on the control connection: %v", secure)
			}
			for _, d := range e.srv.DataConns() {
				if d.Version == 0 {
					e.t.Errorf("%s went in clear", d.Verb)
				}
			}
		}
	}
	on := func(name string, f ftptest.Fault, do func(*encounter) error, want func(error) bool) threat {
		return threat{name: name, faults: faults(f), tls: ftptest.TLSExplicit, client: ccc, do: do, want: want, dead: want != nil}
	}
	all := []threat{
		{name: "T46 CCC, the server ends TLS first", tls: ftptest.TLSExplicit, client: ccc, server: policy(ftptest.ClearServerFirst), do: use, after: isClear(true)},
		{name: "T46 CCC, the client ends TLS first", tls: ftptest.TLSExplicit, client: ccc, server: policy(ftptest.ClearClientFirst), do: use, after: isClear(true)},
		{name: "T46 CCC refused", tls: ftptest.TLSExplicit, client: ccc, server: policy(ftptest.ClearRefused), do: use, after: isClear(false)},
		on("T46 CCC without close_notify", "ccc-no-close-notify", use, nil),
		on("T46 a reply behind close_notify", "ccc-injection", dialThen((*encounter).inStep), outOfStep),
		on("T46 200 to CCC in clear", "ccc-reply-in-clear", dialThen((*encounter).inStep), of[*tlsx.ClearTextError]()),
		{name: "T46 REIN and TLS again", tls: ftptest.TLSExplicit, do: dialThen((*encounter).rein, (*encounter).inStep, (*encounter).retr), after: isClear(false)},
		{name: "T46 AUTH is refused behind REIN", faults: faults("rein-then-auth-534"), tls: ftptest.TLSExplicit,
			do: dialThen((*encounter).rein), want: insecure, after: func(e *encounter) {
				if n := count(e.srv.Commands(), "USER user"); n != 1 {
					e.t.Errorf("USER was sent %d times; want the one before REIN", n)
				}
			}},
	}
	return append(all, certificateThreats()...)
}

func count(all []string, one string) (n int) {
	for _, v := range all {
		if v == one {
			n++
		}
	}
	return n
}

// rein starts again and logs in.
func (e *encounter) rein() error {
	if err := e.c.Rein(e.ctx); err != nil {
		return err
	}
	return e.c.Login(e.ctx, "user", canary, "")
}

// certificateThreats are those of a client's own certificate.
func certificateThreats() []threat {
	demanded := func(c *ftptest.Config) { c.ClientAuth = tls.RequireAndVerifyClientCert }
	dial := func(issue func(e *encounter) (tls.Certificate, error)) func(e *encounter) error {
		return func(e *encounter) error {
			cert, err := issue(e)
			if err != nil {
				e.t.Fatal(err)
			}
			if cert.PrivateKey != nil {
				e.cfg.TLS.Certificates = []tls.Certificate{cert}
			}
			return dialThen((*encounter).retr)(e)
		}
	}
	own := func(e *encounter) (tls.Certificate, error) { return e.srv.ClientCertificate("user") }
	others := func(e *encounter) (tls.Certificate, error) {
		return ftptest.NewServer(e.t, &ftptest.Config{TLS: ftptest.TLSExplicit}).ClientCertificate("user")
	}
	none := func(*encounter) (tls.Certificate, error) { return tls.Certificate{}, nil }
	alert := func(err error) bool {
		_, is := errors.AsType[tls.AlertError](err)
		return is || of[*control.ClosedError]()(err) || handshake(err)
	}
	byName := func(c *ftptest.Config) {
		demanded(c)
		c.Users[0].Certificate = "user"
	}
	return []threat{
		{name: "client certificate demanded and shown", tls: ftptest.TLSExplicit, server: demanded, do: dial(own)},
		{name: "client certificate demanded and missing", tls: ftptest.TLSExplicit, server: demanded, do: dial(none), want: alert, unsent: "PASS"},
		{name: "client certificate of another authority", tls: ftptest.TLSExplicit, server: demanded, do: dial(others), want: alert, unsent: "PASS"},
		{name: "client certificate logs in, 232", tls: ftptest.TLSExplicit, server: byName, do: dial(own), unsent: "PASS"},
		{name: "client certificate, and nobody is trusted", tls: ftptest.TLSExplicit, server: func(c *ftptest.Config) {
			demanded(c)
			c.ClientCAs = x509.NewCertPool() // trusts nobody
		}, do: dial(own), want: alert, unsent: "PASS"},
		{name: "virtual host by server name", tls: ftptest.TLSExplicit, server: func(c *ftptest.Config) {
			c.Hosts = []ftptest.VirtualHost{{Names: []string{"a.example"}, Users: c.Users, Files: map[string]string{"/f": threatContent}}}
		}, client: func(c *control.Config) { c.ServerName = "a.example" }, do: dialThen((*encounter).retr), after: func(e *encounter) {
			_, err := e.c.Do(e.ctx, protocol.Command{Verb: "SIZE", Arg: "/long"})
			if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Reply.Code != 550 {
				e.t.Errorf("a file of the main host: %v; want 550", err)
			}
			if !slices.Contains(e.srv.Commands(), "RETR /f") {
				e.t.Error("no RETR")
			}
		}},
	}
}
