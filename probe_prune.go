package ftpwire

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probeRule says why a combination is not worth a try, after what was learned, or "". If
// the setting that it is about has the user's value, the rule does not count.
type probeRule struct {
	name  string
	about Field
	prune func(*probePlan, ProbeCombination) string
}

// pruneWay returns why no session is begun in a way, or "".
func (p *probePlan) pruneWay(way ProbeCombination) string {
	if reason := p.pruneBasics(way); reason != "" {
		return reason
	}
	return p.apply(wayRules, way)
}

// pruneBasics is pruneWay as far as it is about port and variant.
func (p *probePlan) pruneBasics(way ProbeCombination) string { return p.apply(basicRules, way) }

// pruneForm returns why a data connection is not tried in this form, or "".
func (p *probePlan) pruneForm(c ProbeCombination) string { return p.apply(formRules, c) }

func (p *probePlan) apply(rules []probeRule, c ProbeCombination) string {
	for _, r := range rules {
		if r.about != "" && p.space.keep[r.about] {
			continue
		}
		if reason := r.prune(p, c); reason != "" {
			return reason
		}
	}
	return ""
}

// secretsInClear begins the reason for what is not tried because the password would go in
// clear.
const secretsInClear = "the password would go in clear text"

// basicRules are about ports and variants.
var basicRules = []probeRule{
	{name: "dead port", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(samePort(c), probeDead, probeNotFTP, probeTurnedAway)
		return because(o, "port %d can't be used: %s", c.Port, wordsOf(o))
	}},
	{name: "greets in clear", prune: func(p *probePlan, c ProbeCombination) string {
		if c.Security != control.SecurityImplicit || !p.any(func(o *probeOutcome) bool { return o.greeted && samePort(c)(o) }) {
			return ""
		}
		return fmt.Sprintf("on port %d the server greets in clear text, so it does not begin with TLS", c.Port)
	}},
	{name: "begins with TLS", prune: func(p *probePlan, c ProbeCombination) string {
		if c.Security == control.SecurityImplicit || !p.any(func(o *probeOutcome) bool { return samePort(c)(o) && o.beginsWithTLS() }) {
			return ""
		}
		return fmt.Sprintf("on port %d the server begins with TLS", c.Port)
	}},
	{name: "silent", prune: func(p *probePlan, c ProbeCombination) string {
		if c.Security == control.SecurityImplicit || !p.silent(c.Port) {
			return ""
		}
		o := p.firstOf(func(o *probeOutcome) bool { return samePort(c)(o) && o.step.patient }, probeSilent)
		if o == nil && p.implicitTried(c.Port) {
			return ""
		}
		if o == nil {
			return fmt.Sprintf("on port %d no greeting came at once; implicit TLS is tried first", c.Port)
		}
		return fmt.Sprintf("on port %d no greeting comes: %s", c.Port, o.words)
	}},
	{name: "another AUTH works", about: fieldAuth, prune: func(p *probePlan, c ProbeCombination) string {
		for i := range p.tried {
			o := &p.tried[i]
			if samePort(c)(o) && c.Security == control.SecurityExplicit && o.step.combination.Auth != c.Auth && o.tookAuth() {
				return fmt.Sprintf("on port %d the server takes AUTH %s", c.Port, o.step.combination.Auth)
			}
		}
		return ""
	}},
	{name: "no AUTH", prune: func(p *probePlan, c ProbeCombination) string {
		if c.Security != control.SecurityExplicit {
			return ""
		}
		refused := func(word string) *probeOutcome {
			return p.firstOf(func(o *probeOutcome) bool { return samePort(c)(o) && o.step.combination.Auth == word }, probeNoAuth)
		}
		if o := refused(c.Auth); o != nil {
			return fmt.Sprintf("on port %d: %s", c.Port, o.words)
		}
		if o := p.firstOf(func(o *probeOutcome) bool { return samePort(c)(o) && timedOut(o.err) }, probeNoAuth); o != nil {
			return fmt.Sprintf("on port %d AUTH gets no answer: %s", c.Port, o.words)
		}
		if c.Auth != "TLS-C" && c.Auth != "TLS-P" || p.space.keep[fieldAuth] {
			return ""
		}
		if p.any(func(o *probeOutcome) bool { return samePort(c)(o) && slices.Contains(o.offers, c.Auth) }) {
			return ""
		}
		return fmt.Sprintf("AUTH %s is tried only where FEAT offers it", c.Auth)
	}},
}

// wayRules are about the rest of what precedes data connections.
var wayRules = []probeRule{
	{name: "untrusted", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool { return samePort(c)(o) && c.hasTLS() }, probeUntrusted)
		return because(o, "no login on port %d, as the certificate is not trusted: %s", c.Port, wordsOf(o))
	}},
	{name: "client certificate", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool { return samePort(c)(o) && c.hasTLS() }, probeOwnCert)
		return because(o, "on port %d: %s", c.Port, wordsOf(o))
	}},
	{name: "secrets in clear", prune: func(p *probePlan, c ProbeCombination) string {
		if c.hasTLS() || !p.space.secret || p.space.allowClear || p.any(func(o *probeOutcome) bool { return o.local }) {
			return ""
		}
		return secretsInClear + ", where anybody on the way can read it, and that was not allowed"
	}},
	{name: "wants TLS", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool { return samePort(c)(o) && !c.hasTLS() }, probeWantsTLS)
		return because(o, "on port %d the server wants TLS: %s", c.Port, wordsOf(o))
	}},
	{name: "suites", about: fieldCipherSuites, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.WeakCiphers {
			return ""
		}
		if p.failedHandshake(c, func(o *probeOutcome) bool {
			return !o.step.combination.WeakCiphers && sameVersions(o.step.combination, c)
		}, probeCiphers, probeCut) {
			return ""
		}
		return "nothing speaks for weak cipher suites"
	}},
	{name: "old versions", about: fieldTLSMin, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.oldVersions() {
			return ""
		}
		modern := func(o *probeOutcome) bool { return !o.step.combination.oldVersions() }
		if p.failedHandshake(c, modern, probeVersion) || p.failedHandshake(c, modern, probeCut, probeStalled, probeCiphers, probeTLSOther) && !p.secured(c) {
			return ""
		}
		return "nothing speaks for TLS older than 1.2"
	}},
	{name: "TLS 1.2", about: fieldTLSMax, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.versions12() {
			return ""
		}
		newest := func(o *probeOutcome) bool { return o.step.combination.TLSMax > tls.VersionTLS12 }
		if p.failedHandshake(c, newest, probeCut, probeStalled, probeTLSOther) || p.dataTLSFailed(c, func(o *probeOutcome) bool { return o.version > tls.VersionTLS12 }) {
			return ""
		}
		return "nothing speaks against the newest version of TLS"
	}},
	{name: "resumption off", about: fieldResumption, prune: func(p *probePlan, c ProbeCombination) string {
		switch c.Resumption {
		case tlsx.ResumeRequired:
			return "requiring resumption works nowhere where preferring it does not"
		case tlsx.ResumeOff:
			if p.first(probeReuse) == nil && p.dataTLSFailed(c, func(o *probeOutcome) bool { return o.step.combination.Resumption != tlsx.ResumeOff }) {
				return ""
			}
			return "nothing speaks against the resumption of TLS sessions"
		}
		return ""
	}},
	{name: "session IDs", about: fieldSessionIDs, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.SessionIDs || p.any(func(o *probeOutcome) bool { return o.byID }) {
			return ""
		}
		return "nothing speaks for resuming TLS sessions by ID"
	}},
	{name: "FEAT", about: fieldNoFeat, prune: func(p *probePlan, c ProbeCombination) string {
		switch o := p.first(probeNoFeat); {
		case !c.NoFeat:
			return because(o, "FEAT: %s", wordsOf(o))
		case o == nil:
			return "nothing speaks against FEAT"
		}
		return ""
	}},
	{name: "CCC", about: fieldClearCommandChannel, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.ClearCommands {
			return ""
		}
		if o := p.first(probeCCC); o != nil {
			return "CCC: " + o.words
		}
		if p.firstOf(func(o *probeOutcome) bool { return !o.step.combination.commandsSeen() }, probeDataTCP, probeAddressOff, probeCommands) != nil {
			return ""
		}
		return "nothing speaks for commands in clear text after the login"
	}},
	{name: "PROT P", about: fieldDataProtection, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.protected() {
			return ""
		}
		o := p.firstOf(sameHandshake(c), probeProtP)
		return because(o, "%s", wordsOf(o))
	}},
	{name: "PROT C", about: fieldDataProtection, prune: func(p *probePlan, c ProbeCombination) string {
		if !c.ClearData {
			return ""
		}
		if o := p.first(probeProtC); o != nil {
			return wordsOf(o)
		}
		if p.firstOf(func(o *probeOutcome) bool { return o.step.combination.protected() }, probeProtP, probeDataTLS, probeReuse, probeProtection) != nil {
			return ""
		}
		return "nothing speaks against the protection of data connections"
	}},
	{name: "close_notify", prune: func(p *probePlan, c ProbeCombination) string {
		if !c.NoCloseNotify {
			return ""
		}
		if c.protected() && p.any(func(o *probeOutcome) bool {
			return o.kind == probeDataTLS && errors.Is(o.err, tlsx.ErrTruncated) && !errors.Is(o.err, tlsx.ErrCutRecord)
		}) {
			return ""
		}
		return "nothing speaks for data connections that end without close_notify"
	}},
	{name: "commands protected", about: fieldClearCommandChannel, prune: func(p *probePlan, c ProbeCombination) string {
		if c.commandsSeen() {
			return ""
		}
		o := p.firstOf(func(o *probeOutcome) bool { return !o.step.combination.commandsSeen() }, probeCommands)
		return because(o, "the server does not want protected commands: %s", wordsOf(o))
	}},
	{name: "clear text", prune: func(p *probePlan, c ProbeCombination) string {
		if c.hasTLS() || len(p.space.securities) == 1 {
			return ""
		}
		if o := p.first(probeUntrusted, probeOwnCert); o != nil {
			return "the server has TLS, and clear text is no way around its certificates: " + o.words
		}
		if o := p.firstOf(func(o *probeOutcome) bool { return o.step.combination.hasTLS() && o.loggedIn }, probeListing, probeAddress); o != nil {
			return "TLS works, and what does not work is not due to it: " + o.words
		}
		return ""
	}},
	{name: "budget", prune: func(p *probePlan, c ProbeCombination) string {
		if p.logins < p.space.maxLogins || p.open != nil && p.open.session() == c.session() {
			return ""
		}
		return fmt.Sprintf("%d logins were made, and no more are allowed", p.logins)
	}},
}

// formRules are about data connections and listings.
var formRules = []probeRule{
	{name: "listing command", prune: func(p *probePlan, c ProbeCombination) string { return p.noListing(c.Listing) }},
	{name: "address command", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool {
			return o.step.combination.DataMode == c.DataMode && o.step.combination.protected() == c.protected()
		}, probeAddress, probeAddressOff)
		if o != nil && o.kind == probeAddressOff && o.step.combination.commandsSeen() != c.commandsSeen() {
			return "" // something on the way reads commands
		}
		return because(o, "%s: %s", c.DataMode, wordsOf(o))
	}},
	{name: "data connection", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool {
			t := o.step.combination
			return t.DataMode == c.DataMode && t.NAT == c.NAT && t.commandsSeen() == c.commandsSeen()
		}, probeDataTCP)
		if o == nil {
			return ""
		}
		if c.DataMode == datachan.ModePASV {
			return fmt.Sprintf("PASV, NAT %s: %s", c.NAT, o.words)
		}
		return fmt.Sprintf("%s: %s", c.DataMode, o.words)
	}},
	{name: "address named", about: fieldNAT, prune: func(p *probePlan, c ProbeCombination) string {
		if c.DataMode != datachan.ModePASV || c.NAT == datachan.NATControlHost {
			return ""
		}
		if p.any(func(o *probeOutcome) bool { return o.named.IsValid() && o.named == o.peer }) {
			return "in reply to PASV the server names its own address, so that the policy makes no difference"
		}
		o := p.firstOf(func(o *probeOutcome) bool {
			t := o.step.combination
			return t.DataMode == datachan.ModePASV && t.NAT == datachan.NATControlHost && t.commandsSeen() == c.commandsSeen()
		}, probeDataTCP)
		if o == nil {
			return "nothing speaks for another address than that of the control connection"
		}
		return ""
	}},
	{name: "sync", about: fieldSync, prune: func(p *probePlan, c ProbeCombination) string {
		if c.Sync == datachan.SyncAuto {
			return ""
		}
		auto := c
		auto.Sync = datachan.SyncAuto
		if !p.any(func(o *probeOutcome) bool { return o.kind == probeDataTLS && o.step.combination == auto }) {
			return "nothing speaks for another order of TLS and the reply"
		}
		if p.any(func(o *probeOutcome) bool { return o.kind == probeDataTLS && o.step.combination.Sync == c.Sync }) {
			return "another order of TLS and the reply made no difference before"
		}
		return ""
	}},
	{name: "TLS of data connections", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool {
			t := o.step.combination
			return t.way() == c.way() && t.Sync == c.Sync && c.protected() && p.noListing(t.Listing) == ""
		}, probeDataTLS)
		return because(o, "the data connection opens, and its TLS does not: %s", wordsOf(o))
	}},
	{name: "protection", prune: func(p *probePlan, c ProbeCombination) string {
		o := p.firstOf(func(o *probeOutcome) bool { return o.step.combination.way() == c.way() }, probeProtection, probeReuse)
		return because(o, "%s", wordsOf(o))
	}},
}

// awaits returns what is tried before c and may do better, or "".
func (p *probePlan) awaits(c ProbeCombination) string {
	for _, before := range p.space.listings[:max(slices.Index(p.space.listings, c.Listing), 0)] {
		if p.noListing(before) == "" {
			return string(before) + " comes first"
		}
	}
	return ""
}

// noListing returns why a listing command is not sent, or "".
func (p *probePlan) noListing(verb protocol.Verb) string {
	if verb == "MLSD" && p.any(func(o *probeOutcome) bool { return o.featured && !o.mlsd }) {
		return "FEAT does not list MLST"
	}
	o := p.firstOf(func(o *probeOutcome) bool { return o.step.combination.Listing == verb }, probeListing)
	return because(o, "%s: %s", verb, wordsOf(o))
}

// because returns a reason if there is an outcome that gives it.
func because(o *probeOutcome, format string, args ...any) string {
	if o == nil {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

func samePort(c ProbeCombination) func(*probeOutcome) bool {
	return func(o *probeOutcome) bool { return o.step.combination.Port == c.Port }
}

func sameHandshake(c ProbeCombination) func(*probeOutcome) bool {
	return func(o *probeOutcome) bool { return o.step.combination.handshake() == c.handshake() }
}

func sameVersions(a, b ProbeCombination) bool { return a.TLSMin == b.TLSMin && a.TLSMax == b.TLSMax }

// beginsWithTLS reports whether an attempt shows that a port begins with TLS: what came was
// TLS, or implicit TLS got an answer in TLS.
func (o *probeOutcome) beginsWithTLS() bool {
	if o.kind == probeTLSFirst {
		return true
	}
	if o.step.combination.Security != control.SecurityImplicit {
		return false
	}
	switch o.kind {
	case probeVersion, probeCiphers, probeUntrusted, probeOwnCert:
		return true
	}
	return o.secured
}

// tookAuth reports whether AUTH was accepted, whatever came of the handshake.
func (o *probeOutcome) tookAuth() bool {
	return o.step.combination.Security == control.SecurityExplicit && (o.secured || o.stage >= StageTLS)
}

// implicitTried reports whether implicit TLS was tried on a port, or can't be.
func (p *probePlan) implicitTried(port int) bool {
	can := slices.Contains(p.space.securities, control.SecurityImplicit) && p.space.offers(port, control.SecurityImplicit)
	return !can || p.any(func(o *probeOutcome) bool {
		return o.step.combination.Port == port && o.step.combination.Security == control.SecurityImplicit
	})
}

// failedHandshake reports whether a handshake like that of c failed in one of these ways.
func (p *probePlan) failedHandshake(c ProbeCombination, f func(*probeOutcome) bool, kinds ...probeKind) bool {
	return p.firstOf(func(o *probeOutcome) bool { return sameHandshake(c)(o) && f(o) }, kinds...) != nil
}

// secured reports whether a handshake like that of c succeeded.
func (p *probePlan) secured(c ProbeCombination) bool {
	return p.any(func(o *probeOutcome) bool { return sameHandshake(c)(o) && o.secured })
}

// dataTLSFailed reports whether TLS failed on a data connection that f holds for.
func (p *probePlan) dataTLSFailed(c ProbeCombination, f func(*probeOutcome) bool) bool {
	return p.firstOf(func(o *probeOutcome) bool { return sameHandshake(c)(o) && f(o) }, probeDataTLS, probeReuse) != nil
}

// wordsOf returns what o says in words.
func wordsOf(o *probeOutcome) string {
	if o == nil {
		return ""
	}
	return cmp.Or(o.words, "it failed")
}
