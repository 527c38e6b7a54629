package ftpwire

import (
	"fmt"
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
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
