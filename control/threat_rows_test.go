package control_test

import (
	"strings"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// controlThreats are those of the control connection, most of them in clear.
func controlThreats() []threat {
	dial, noop, inStep := (*encounter).dial, dialThen((*encounter).noop), dialThen((*encounter).inStep)
	in := func(name string, f ftptest.Fault, do func(*encounter) error, want func(error) bool) threat {
		return threat{name: name, faults: faults(f), client: none, do: do, want: want, dead: want != nil}
	}
	all := []threat{
		in("T14 a line without end", "reply-endless-line", dial, syntax),
		in("T14 a long line", "reply-long-line", noop, syntax),
		in("T15 a reply without end", "reply-endless-lines", dial, syntax),
		in("T16 preliminary replies without end", "preliminary-flood", dialThen((*encounter).retr), outOfStep),
		in("T16 a greeting without end", "greeting-120-flood", dial, outOfStep),
		{name: "T17 a reply byte by byte", faults: faults("reply-drip"), client: both(none, hasty), do: dial, want: late, dead: true},
		in("T18 codes inside a reply", "reply-nested-codes", inStep, nil),
		in("T19 NUL", "reply-nul", noop, syntax),
		in("T19 control characters in a name", "pwd-controls", dialThen((*encounter).pwd), func(error) bool { return true }),
		in("T20 Telnet options in a reply", "reply-telnet", inStep, nil),
		in("T21 two final replies", "noop-twice", inStep, outOfStep),
		in("T21 a second final reply, late", "noop-twice-late", inStep, outOfStep),
		in("T21 an unsolicited reply", "reply-unsolicited", inStep, func(error) bool { return true }), // the login may be what fails
		in("T21 a flood of replies", "reply-flood", inStep, outOfStep),
		in("T21 two greetings", "greeting-double", inStep, outOfStep),
		in("T22 code 000", "code-000", noop, syntax),
		in("T22 code 099", "code-099", noop, syntax),
		in("T22 code 99", "code-99", noop, syntax),
		in("T22 code 700", "code-700", noop, syntax),
		in("T22 a blank in the code", "code-spaced", noop, syntax),
		in("T22 code 633", "code-633", noop, outOfStep),
		in("T22 1yz to NOOP", "noop-150", noop, outOfStep),
		in("T22 3yz to NOOP", "noop-331", noop, outOfStep),
		in("T22 2yz to RNFR", "rnfr-250", dialThen(func(e *encounter) error { return e.c.Rename(e.ctx, "/f", "/g") }), outOfStep),
		in("T23 a name without its closing quote", "pwd-unclosed", dialThen((*encounter).pwd), func(error) bool { return true }),
		in("T24 421 as the greeting", "greeting-421", dial, code(421)),
		{name: "T24 421 in a transfer", faults: faults("421-in-transfer"), client: none, do: dialThen((*encounter).retr), want: code(421), dead: true},
		in("T25 an SSH server", "greeting-garbage", dial, syntax),
		in("T25 an HTTP server", "greeting-http", dial, syntax),
		in("T25 TLS at once", "greeting-tls-record", dial, syntax),
		{name: "T25 silence", faults: faults("greeting-never"), client: both(none, hasty), do: dial, want: late},
		{name: "T26 the password in 331", faults: faults("secret-in-331"), client: none, do: dial},
		{name: "T26 the password in 530", faults: faults("secret-in-530"), client: none, do: dial, want: code(530)},
		{name: "T27 terminal escapes", faults: faults("reply-controls"), client: none, want: code(550),
			do: dialThen(func(e *encounter) error { return e.c.Cwd(e.ctx, "/nowhere") })},
		in("T29 a login without end", "login-loop", func(e *encounter) error {
			c, err := control.Dial(e.ctx, e.srv.Addr(), &e.cfg)
			if err != nil {
				return err
			}
			e.t.Cleanup(func() { c.Close() })
			return c.Login(e.ctx, "user", canary, "account")
		}, func(err error) bool { return outOfStep(err) || of[*protocol.ReplyError]()(err) }),
		in("T29 331 again", "login-331-again", dial, code(331)),
	}
	for i := range all {
		if strings.HasPrefix(all[i].name, "T21") {
			all[i].borne = true // what is one too many may be dropped
		}
		if strings.HasPrefix(all[i].name, "T29") {
			all[i].dead = false // the caller may try another password
		}
		if strings.HasPrefix(all[i].name, "T19 control") || strings.HasPrefix(all[i].name, "T23") {
			all[i].dead = false
		}
	}
	return all
}

// authThreats are those of how TLS comes to the control connection.
func authThreats() []threat {
	dial := (*encounter).dial
	explicit := func(name string, f ftptest.Fault, want func(error) bool) threat {
		return threat{name: name, faults: faults(f), tls: ftptest.TLSExplicit, do: dial, want: want, unsent: "USER"}
	}
	all := []threat{
		explicit("T30 AUTH refused with 500", "auth-500", insecure),
		explicit("T30 AUTH refused with 502", "auth-502", insecure),
		explicit("T30 AUTH refused with 504", "auth-504", insecure),
		explicit("T30 AUTH refused with 530", "auth-530", insecure),
		explicit("T30 AUTH refused with 534", "auth-refused", insecure),
		{name: "T30 AUTH without an answer", faults: faults("auth-silent"), tls: ftptest.TLSExplicit, client: hasty, do: dial, want: late, unsent: "USER"},
		explicit("T30 the connection ends at AUTH", "closed-at-auth", closed),
		{name: "T30 no TLS at all", do: dial, want: insecure, unsent: "USER"},
		{name: "T30 FEAT hides AUTH", faults: faults("feat-hides-auth"), tls: ftptest.TLSExplicit, do: dial, after: func(e *encounter) {
			if _, secure := e.c.TLS(); !secure {
				e.t.Error("no TLS")
			}
		}},
		{name: "T31 greeted as logged in", faults: faults("greeting-230", "auth-refused"), tls: ftptest.TLSExplicit, do: dial, want: insecure, unsent: "USER"},
		explicit("T32 a reply behind 234 in the same segment", "auth-injection", outOfStep),
		explicit("T32 a reply behind 234, late", "auth-injection-late", handshake),
		{name: "T35 AUTH answered with 200, and TLS follows", faults: faults("auth-tls-200"), tls: ftptest.TLSExplicit, do: dial, after: func(e *encounter) {
			if _, secure := e.c.TLS(); !secure {
				e.t.Error("no TLS")
			}
		}},
		{name: "T34 FEAT in clear lies", faults: faults("feat-lies-in-clear"), tls: ftptest.TLSExplicit, do: dial, after: func(e *encounter) {
			if f := e.c.Features(); !f.Has("SIZE") || f.Has("SITE") {
				e.t.Error("the features are not those of under TLS")
			}
		}},
		explicit("T35 AUTH answered with 235", "auth-tls-235", insecure),
		explicit("T35 AUTH answered with 334", "auth-tls-334", handshake),
		{name: "T44 the handshake never begins", faults: faults("control-tls-stalls"), tls: ftptest.TLSExplicit, client: hasty, do: dial, want: handshake, unsent: "USER"},
		explicit("T44 garbage answers the ClientHello", "control-tls-garbage", handshake),
		{name: "T45 TLS for another protocol", faults: faults("alpn-http"), tls: ftptest.TLSExplicit, do: dialThen((*encounter).retr), after: func(e *encounter) {
			// The certificate still has to be right; ALPN is done without.
			if st, secure := e.c.TLS(); !secure || st.NegotiatedProtocol != "" {
				e.t.Errorf("TLS: %v, protocol %q", secure, st.NegotiatedProtocol)
			}
		}},
		explicit("T47 a huge chain of certificates", "certificate-huge", handshake),
		{name: "T48 implicit TLS to a clear port", client: implicit, do: dial, want: handshake, unsent: "USER"},
		{name: "T48 clear text to a port of implicit TLS", tls: ftptest.TLSImplicit, client: both(none, hasty), do: dial, want: late},
		{name: "T48 explicit TLS to a port of implicit TLS", tls: ftptest.TLSImplicit, client: hasty, do: dial, want: late},
		{name: "T49 another authority at the second session", faults: faults("certificate-changes"), tls: ftptest.TLSExplicit, do: dialThen(dial), want: handshake},
		{name: "T49 a renewed certificate", faults: faults("certificate-renewed"), tls: ftptest.TLSExplicit, do: dialThen(dial, (*encounter).retr)},
		{name: "T52 early bytes are lost", faults: faults("auth-loses-early-bytes"), tls: ftptest.TLSExplicit, client: hasty, do: dial, borne: true,
			want: of(func(e *tlsx.HandshakeError) bool { return e.Silent })},
	}
	for _, f := range []ftptest.Fault{"prot-431", "prot-504", "prot-536", "prot-refused", "pbsz-refused"} {
		all = append(all, threat{name: "T36 " + string(f), faults: faults(f), tls: ftptest.TLSExplicit, do: dialThen((*encounter).retr), want: insecure, unsent: "RETR"})
	}
	return all
}

// dataThreats are those of TLS on data connections.
func dataThreats() []threat {
	retr, stor, many := dialThen((*encounter).retr), dialThen((*encounter).stor), dialThen((*encounter).many)
	on := func(name string, f ftptest.Fault, do func(*encounter) error, want func(error) bool) threat {
		return threat{name: name, faults: faults(f), tls: ftptest.TLSExplicit, do: do, want: want}
	}
	kept := func(e *encounter) {
		if got, err := e.srv.ReadFile("/old"); err != nil || string(got) != "precious" {
			e.t.Errorf("the remote file holds %d bytes, %v; want what was there", len(got), err)
		}
	}
	return []threat{
		on("T37 data in clear", "data-in-clear", retr, handshake),
		on("T38 a certificate of another authority", "other-certificate-on-data", retr, handshake),
		on("T38 another certificate for the same name", "sibling-certificate-on-data", retr, identity),
		on("T38 another certificate from the second transfer on", "certificate-changes-in-session", many, identity),
		on("T39 the session is refused with 522", "session-foreign", retr, code(522)),
		on("T39 reuse is demanded and refused", "reuse-required-refused", retr, code(522)),
		{name: "T39 tickets are not sent again", faults: faults("tickets-not-resent"), tls: ftptest.TLSExplicit, server: bind, client: require, do: many},
		{name: "T39 tickets work once", faults: faults("tickets-single-use"), tls: ftptest.TLSExplicit, server: bind, client: require, do: many},
		{name: "T40 no tickets", faults: faults("tickets-never"), tls: ftptest.TLSExplicit, client: require, do: retr, want: notResumed},
		{name: "T40 tickets are refused", faults: faults("tickets-refused"), tls: ftptest.TLSExplicit, client: require, do: retr, want: notResumed},
		{name: "T40 resumption stops", faults: faults("resumption-stops"), tls: ftptest.TLSExplicit, client: require, do: many, want: notResumed, after: func(e *encounter) {
			if n := len(e.srv.DataConns()); n != 3 {
				e.t.Errorf("%d data connections; want the third to be the last", n)
			}
		}},
		{name: "T40 resumption stops, and need not be", faults: faults("resumption-stops"), tls: ftptest.TLSExplicit, do: many},
		{name: "T41 TLS is refused before an upload", faults: faults("reuse-required-refused"), tls: ftptest.TLSExplicit, do: stor, want: code(522), unsent: "STOR", after: kept},
		{name: "T42 an upload with late tickets", tls: ftptest.TLSExplicit, server: func(c *ftptest.Config) { c.StrictClose = true }, do: stor, after: func(e *encounter) {
			if got, err := e.srv.ReadFile("/old"); err != nil || len(got) != 1<<20 {
				e.t.Errorf("%d bytes stored, %v; want 1 MiB", len(got), err)
			}
			if conns := e.srv.DataConns(); conns[len(conns)-1].End != ftptest.EndCloseNotify {
				e.t.Errorf("the upload ended with %q", conns[len(conns)-1].End)
			}
		}},
		on("T43 no close_notify", "data-no-close-notify", retr, truncated),
		on("T43 half of the data and 226", "data-cut-226", retr, truncated),
		on("T43 half of the data and 426", "data-cut-426", retr, func(err error) bool { return truncated(err) || code(426)(err) }),
		on("T43 an end inside a record", "data-cut-in-record", retr, truncated),
		{name: "T44 the data handshake never begins", faults: faults("data-tls-stalls"), tls: ftptest.TLSExplicit, do: retr, want: code(425)},
		on("T44 150 behind the handshake", "late-150", retr, nil),
		{name: "T53 226 before the data", faults: faults("final-before-data"), tls: ftptest.TLSExplicit, do: many},
		{name: "T55 no final reply", faults: faults("no-final-reply"), tls: ftptest.TLSExplicit, client: hasty, do: retr, want: late, dead: true},
	}
}

// stepThreats are the ends of a session in place of any reply (T24).
func stepThreats() []threat {
	all := []threat{}
	session := dialThen((*encounter).pwd, (*encounter).list, (*encounter).retr, (*encounter).stor,
		func(e *encounter) error { return e.c.Quit(e.ctx) })
	for _, verb := range []string{"auth", "user", "pass", "pbsz", "prot", "feat", "type", "epsv", "retr", "stor", "list", "pwd", "quit"} {
		over := func(name ftptest.Fault, want func(error) bool) threat {
			return threat{name: "T24 " + string(name), faults: faults(name), tls: ftptest.TLSExplicit, do: session, want: want, dead: true}
		}
		gone := over(ftptest.Fault("closed-at-"+verb), closed)
		gone.borne = verb == "quit"
		all = append(all, over(ftptest.Fault("421-at-"+verb), code(421)), gone)
	}
	return all
}

// abortThreats are the replies to ABOR (T28): the connection is in step afterwards
// or given up.
func abortThreats() []threat {
	var all []threat
	for _, f := range []ftptest.Fault{"abor-single-reply", "abor-225-second", "abor-226-late", "abor-silent", "abor-421", "data-reset"} {
		for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
			th := threat{name: "T28 " + string(f) + " " + mode.String(), faults: faults(f), tls: mode, do: dialThen((*encounter).giveUp)}
			if mode == ftptest.TLSNone {
				th.client = none
			}
			all = append(all, th)
		}
	}
	return all
}
