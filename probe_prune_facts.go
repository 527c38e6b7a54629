package ftpwire

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ftpwire/ftpwire/control"
)

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
