package conformance

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

// setup opens the first session, finds out what the server offers and makes the
// directory to work in.
func (r *runner) setup() *SetupError {
	t := r.newT()
	conn, err := r.dial(t.tape)
	if err != nil {
		return &SetupError{Stage: "connect", Reason: err.Error(), Err: err, Transcript: t.tape.lines()}
	}
	r.has[NeedIPv4], r.has[NeedIPv6] = family(conn.tcp.RemoteAddr())
	conn.close()

	r.has[NeedTLS] = r.target.TLS != tlsx.ModeNone
	r.has[NeedAuth] = r.target.TLS == tlsx.ModeExplicit
	r.has[NeedImplicit] = r.target.TLS == tlsx.ModeImplicit
	r.has[NeedClear] = r.target.TLS != tlsx.ModeImplicit
	r.has[NeedSlow], r.has[NeedCrowd] = r.opts.Slow, r.opts.Intrusive

	t.attempt(func(t *T) {
		r.shared = t.Open()
		t.Login()
		if t.c.secure {
			t.protectIfWilling()
		}
	})
	if t.verdict.red() {
		return r.withoutSession(t)
	}
	r.has[NeedLogin] = true
	t.attempt((*T).probe)
	if !r.opts.ReadOnly {
		t = r.newT() // what the probe met is for the cases to find
		t.attempt(func(t *T) {
			t.sharedOrNew()
			t.makeSandbox()
		})
	}
	if !r.box.proven {
		r.license = mayLook
	}
	if r.refused != nil {
		return r.withoutDirectory(t)
	}
	t.accuse()
	if t.verdict.red() {
		r.shared.close()
		r.shared = nil
	} else {
		r.shared.sent = map[string]bool{}
	}
	r.summarize(t)
	return nil
}

// withoutSession decides what a failed first session means. A refusal ends the run, and
// so does a server that does not speak FTP. A server that breaks the protocol is checked
// as far as possible.
func (r *runner) withoutSession(t *T) *SetupError {
	reason := strings.Join(t.reasons, "; ")
	heard := false
	for _, c := range t.opened {
		heard = heard || c.watch.speaksFTP()
		c.close()
	}
	r.shared = nil
	if t.verdict == Error || t.cause != nil || !heard {
		if se, ok := errors.AsType[*protocol.SyntaxError](t.whyNot()); ok {
			reason = se.Error()
		}
		return &SetupError{Stage: "session", Reason: reason, Err: t.whyNot(), Transcript: t.tape.lines()}
	}
	r.has[NeedLogin] = true
	t.accuse()
	r.broken, r.brokenBy = "no session could be opened: "+reason, t.suspects
	if !r.opts.ReadOnly {
		r.box.doubt = "not there: " + r.broken
	}
	return nil
}

// accuse gives the failure of setting up to the owner of the step: without what was set up
// the owner may not be able to find it by itself. Those of TLS are.
func (t *T) accuse() {
	if t.run.ctx.Err() == nil && t.verdict == Fail && len(t.suspects) > 0 && !slices.Contains(t.suspects, ownDataTLS) {
		t.run.blamed[t.suspects[0]] = true
		t.run.foundOn(t.suspects[0], Fail, t.tape, strings.Join(t.reasons, "; "))
	}
}

// whyNot returns the cause of a session that could not be opened: a refusal or a
// failed handshake, else what came in place of FTP.
func (t *T) whyNot() error {
	if t.cause != nil {
		return t.cause
	}
	for _, c := range t.opened {
		if c.fault != nil {
			return c.fault
		}
	}
	return nil
}

// withoutDirectory ends a run that needs to write and may not.
func (r *runner) withoutDirectory(t *T) *SetupError {
	return &SetupError{
		Stage: "working directory", Reason: strings.Join(t.reasons, "; "),
		Err:        &protocol.ReplyError{Verb: r.refused.verb, Reply: r.refused.reply},
		Transcript: t.tape.lines(),
	}
}

// protectIfWilling asks for private data connections, and goes on without them if the
// server refuses.
func (t *T) protectIfWilling() {
	t.Ask("PBSZ 0")
	t.c.private = ok(t.Ask("PROT P"))
}

func family(a net.Addr) (v4, v6 bool) {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return false, false
	}
	v4 = ap.Addr().Unmap().Is4()
	return v4, !v4
}

// probe finds out which needs of the cases are met.
func (t *T) probe() {
	r := t.run
	if feat := t.Ask("FEAT"); ok(feat) {
		r.feats, r.featText = parse.Feat(feat.Lines), feat.Lines
	}
	syst := t.Ask("SYST")
	r.has[NeedUnix] = ok(syst) && strings.HasPrefix(strings.ToUpper(syst.LastLine()), "UNIX")
	r.facts = append(r.facts, "SYST: "+brief(syst))
	t.learnBarrier()
	r.has[NeedEPSV] = ok(t.Ask("EPSV"))
	if r.has[NeedIPv4] || !r.has[NeedIPv6] { // through a proxy neither may be known
		pasv := t.Ask("PASV")
		t.useUp(pasv)
		r.has[NeedPASV] = ok(pasv)
		r.has[NeedIPv4] = r.has[NeedIPv4] || r.has[NeedPASV]
	}
	if d, err := t.tryListen(0); errors.Is(err, errors.ErrUnsupported) {
		r.noActive = "active mode can't be judged: " + errtext.Of(err)
	} else if err == nil {
		r.has[NeedEPRT] = ok(t.Ask("EPRT " + d.address("EPRT")))
		d.Close()
	}
	t.Ask("TYPE I")
	t.c.typ = "I"
	if pwd := t.Ask("PWD"); ok(pwd) {
		r.homeDir, _ = parse.PWD(pwd.LastLine())
	}
}

func (r *runner) summarize(t *T) {
	var names []string
	for label, args := range r.feats.All() {
		names = append(names, visible(strings.TrimSpace(label+" "+args)))
	}
	if len(names) > 0 {
		r.facts = append(r.facts, "FEAT: "+strings.Join(names, ", "))
	}
	switch {
	case r.workDir != "":
		r.facts = append(r.facts, "working directory: "+visible(r.workDir))
	case r.box.asked:
		r.facts = append(r.facts, "no working directory is proven, and nothing more is written")
	default:
		r.facts = append(r.facts, "nothing is written")
	}
	if box := &r.box; !r.opts.ReadOnly && !box.proven && box.doubt == "" && r.ctx.Err() == nil {
		box.doubt = "not proven to be ours: " + strings.Join(t.reasons, "; ")
	}
}

func needs(c *Case, need string) bool {
	for _, n := range c.Needs {
		if n == need {
			return true
		}
	}
	return false
}

// unmet returns why a case cannot run, or "".
func (r *runner) unmet(c *Case) string {
	for _, n := range c.Needs {
		name, feature := strings.CutPrefix(n, needFeature)
		switch {
		case feature && !r.feats.Has(name):
			return fmt.Sprintf("FEAT does not list %s", name)
		case feature || n == NeedNoTLS && !r.has[NeedTLS]:
		case n == NeedNoTLS:
			return "the server offers TLS"
		case n == NeedIPv6 && !r.has[n]:
			if _, _, why := r.overIPv6(); why != "" {
				return why
			}
		case !r.has[n]:
			return r.lack(n)
		}
	}
	return ""
}

// lack says in words that a need is not met.
func (r *runner) lack(need string) string {
	switch need {
	case NeedWrite:
		if r.opts.ReadOnly {
			return "writing is not permitted (read-only run)"
		}
		return "nothing is written: the directory to work in is " + r.box.doubt
	case NeedTLS, NeedAuth, NeedImplicit:
		return "the target's TLS mode is " + r.target.TLS.String()
	case NeedClear:
		return "the control connection begins under TLS"
	case NeedIPv4, NeedIPv6:
		return "the control connection is not over " + map[string]string{NeedIPv4: "IPv4", NeedIPv6: "IPv6"}[need]
	case NeedEPRT:
		if r.noActive != "" {
			return r.noActive
		}
	case NeedPASV:
		if !r.has[NeedIPv4] {
			return "the control connection is not over IPv4, which PASV is for"
		}
	case NeedUnix:
		return "SYST does not say UNIX"
	case NeedSlow, NeedCrowd:
		return "the case is " + need + " and was not asked for"
	case NeedLogin:
		return "there is no session"
	}
	return need + " is not implemented"
}
