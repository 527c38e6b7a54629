package ftpwire

import (
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/tlsx"
)

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
