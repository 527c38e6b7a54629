package ftpwire

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/tlsx"
)

// result makes a report of what was found out.
func (r *probeRun) result() *ProbeResult {
	res := &ProbeResult{
		Attempts: r.attempts, Pruned: r.plan.pruned(), Logins: r.plan.logins, Incomplete: r.out,
		Certificate: r.certificate, Problems: r.problems, Server: r.told(), Leftover: r.leftover,
	}
	p := &r.base
	if r.works == nil {
		res.Address = net.JoinHostPort(strings.Trim(p.Host, "[]"), strconv.Itoa(r.plan.space.ports[0]))
		res.Why = r.why()
		return res
	}
	res.Incomplete = ""
	res.Recommended, res.Settings, res.Combination = r.recommend()
	res.Address, _ = res.Recommended.Address() // it was connected to
	res.Summary, res.Weaknesses = r.summary(), r.weaknesses()
	return res
}

// summary returns in a few words what works.
func (r *probeRun) summary() string {
	c := r.works.step.combination
	words := []string{"clear text, without TLS"}
	if c.hasTLS() {
		words = []string{c.Security.String() + " " + tlsx.VersionName(r.works.version)}
		if c.Auth != "" && c.Auth != "TLS" {
			words = append(words, "AUTH "+c.Auth)
		}
		if c.ClearCommands {
			words = append(words, "CCC")
		}
	}
	return strings.Join(append(words, c.dataWords()...), ", ")
}

// A recommendation collects settings and their reasons.
type recommendation struct {
	p        *Profile
	settings []ProbeSetting
}

func (rec *recommendation) add(f Field, value, format string, args ...any) {
	rec.settings = append(rec.settings, ProbeSetting{Field: f, Value: value, Reason: fmt.Sprintf(format, args...)})
}

// recommend makes a profile of what works. Settings that need not be other than usual are
// left as the caller had them.
func (r *probeRun) recommend() (*Profile, []ProbeSetting, ProbeCombination) {
	c := r.works.step.combination
	pages := r.listed.names.Guesses()
	if len(pages) > 0 && !r.plan.space.keep[fieldCodePage] {
		c.CodePage = "auto:" + pages[0].CodePage
	}
	p := c.profile(&r.o.Profile)
	rec := &recommendation{p: p}
	rec.add(fieldPort, strconv.Itoa(c.Port), "the server is there")
	r.recommendTLS(rec, c)
	if c.NoFeat && !r.plan.space.keep[fieldNoFeat] {
		rec.add(fieldNoFeat, "true", "with FEAT: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return !t.NoFeat }))
	}
	r.recommendData(rec, c)
	if c.NoCloseNotify {
		rec.add(fieldQuirks, string(control.QuirkNoCloseNotify), "otherwise: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return t.protected() && !t.NoCloseNotify }))
	}
	r.recommendListing(rec, c, pages)
	return p, rec.settings, c
}

// recommendTLS settles variant, versions and suites.
func (r *probeRun) recommendTLS(rec *recommendation, c ProbeCombination) {
	p := rec.p
	rec.add(fieldVariant, p.Variant.String(), "%s", r.whyVariant(c))
	if !c.hasTLS() {
		p.TLSMin, p.TLSMax, p.DataProtection = r.o.Profile.TLSMin, r.o.Profile.TLSMax, r.o.Profile.DataProtection
		return
	}
	if p.Auth = r.o.Profile.Auth; c.Auth != "TLS" && c.Auth != "SSL" && c.Auth != "" {
		p.Auth = []string{c.Auth}
		rec.add(fieldAuth, strings.Join(p.Auth, ","), "the server takes this word only")
	}
	kept := r.plan.space.keep
	switch version := tlsx.VersionName(r.works.version); {
	case kept[fieldTLSMin] || kept[fieldTLSMax]:
	case c.oldVersions():
		rec.add(fieldTLSMin, p.TLSMin.String(), "the server has nothing newer than %s", version)
		rec.add(fieldTLSMax, p.TLSMax.String(), "newer versions were refused")
	case c.versions12():
		p.TLSMin = r.o.Profile.TLSMin
		rec.add(fieldTLSMax, p.TLSMax.String(), "with a newer version: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return t.TLSMax > tls.VersionTLS12 }))
	default:
		p.TLSMin, p.TLSMax = r.o.Profile.TLSMin, r.o.Profile.TLSMax
		if p.Variant == VariantSSLExplicit {
			p.TLSMin = tls.VersionTLS12
			rec.add(fieldTLSMin, p.TLSMin.String(), "the server speaks %s", version)
		}
	}
	if c.WeakCiphers {
		p.CipherSuites = tlsx.CipherSuites{r.cipher}
		rec.add(fieldCipherSuites, p.CipherSuites.String(), "the server chose it, and has none of the secure ones")
	}
	if c.Resumption != r.o.Profile.Resumption || c.Resumption == tlsx.ResumeOff {
		rec.add(fieldResumption, c.Resumption.String(), "%s", r.whyResumption(c))
	}
	if c.SessionIDs {
		rec.add(fieldSessionIDs, "true", "the server demands that sessions are resumed, and issues no tickets")
	}
	if c.ClearCommands {
		rec.add(fieldClearCommandChannel, "true", "with commands protected: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return !t.ClearCommands }))
	}
	if c.ClearData {
		rec.add(fieldDataProtection, p.DataProtection.String(), "with protection: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return t.protected() }))
	} else {
		p.DataProtection = r.o.Profile.DataProtection
	}
	if p.Insecure {
		rec.add(fieldInsecure, "true", "it was asked for")
	}
}

func (r *probeRun) whyVariant(c ProbeCombination) string {
	switch {
	case c.Security == control.SecurityImplicit:
		return "TLS begins with the first octet there"
	case c.hasTLS():
		return "the server takes AUTH " + c.Auth
	}
	reason := r.plan.whyNot(c, func(t ProbeCombination) bool { return t.hasTLS() })
	if reason == "" {
		return "nothing else was to be tried"
	}
	return "there is no TLS: " + reason
}

func (r *probeRun) whyResumption(c ProbeCombination) string {
	if c.Resumption == tlsx.ResumeOff {
		return "with resumption: " + r.plan.whyNot(c, func(t ProbeCombination) bool { return t.Resumption != tlsx.ResumeOff })
	}
	return "it was asked for"
}

// recommendData settles how data connections are opened.
func (r *probeRun) recommendData(rec *recommendation, c ProbeCombination) {
	p := rec.p
	kept := r.plan.space.keep
	switch {
	case kept[fieldDataMode]:
		p.DataMode, p.Data.Mode = r.o.Profile.DataMode, r.o.Profile.Data.Mode
	case c.DataMode == datachan.ModeEPSV:
		p.DataMode = datachan.ModePassive
		rec.add(fieldDataMode, p.DataMode.String(), "EPSV works")
	case c.DataMode == datachan.ModeEPRT:
		p.DataMode = datachan.ModeActive
		rec.add(fieldDataMode, p.DataMode.String(), "EPRT works, and passive mode does not: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return !isActiveMode(t.DataMode) }))
	default:
		rec.add(fieldDataMode, p.DataMode.String(), "%s works, and others do not: %s", c.DataMode, r.plan.whyNot(c, func(t ProbeCombination) bool { return t.DataMode < c.DataMode }))
	}
	if c.DataMode == datachan.ModePASV && c.NAT != datachan.NATControlHost && !kept[fieldNAT] {
		rec.add(fieldNAT, c.NAT.String(), "data connections go to the address that the server names; at its own: %s",
			r.plan.whyNot(c, func(t ProbeCombination) bool {
				return t.DataMode == datachan.ModePASV && t.NAT == datachan.NATControlHost
			}))
	}
	if c.Sync != datachan.SyncAuto && !kept[fieldSync] {
		rec.add(fieldSync, c.Sync.String(), "otherwise: %s", r.plan.whyNot(c, func(t ProbeCombination) bool { return t.Sync == datachan.SyncAuto }))
	}
}

// recommendListing settles how directories are listed, and names and dates read.
func (r *probeRun) recommendListing(rec *recommendation, c ProbeCombination, pages []listing.CodePageGuess) {
	p := rec.p
	if o := r.plan.firstOf(func(o *probeOutcome) bool { return o.step.combination.Listing == "MLSD" }, probeListing); o != nil && c.Listing != "MLSD" {
		p.Quirks.Force = append(slices.Clone(p.Quirks.Force), control.QuirkMLSDBroken)
		rec.add(fieldQuirks, string(control.QuirkMLSDBroken), "MLSD: %s", o.words)
	}
	if format, all := r.listed.dates.Propose(); format != "" && all && p.DateFormat == "" && p.List.Lines.Dates == nil {
		p.DateFormat = format
		rec.add(fieldDateFormat, format, "it reads the dates of %d lines that are not known otherwise", r.listed.dates.Unread())
	}
	if c.CodePage == "" {
		return
	}
	reason := fmt.Sprintf("%d names are not UTF-8; it may be %s", r.listed.names.Names(), pages[0])
	for _, g := range pages[1:] {
		reason += ", or " + g.String()
	}
	rec.add(fieldCodePage, c.CodePage, "%s", reason)
}

// whyNot returns why nothing better than what works was found among the combinations that f
// holds for: the outcome of the last attempt, or the reason why there was none.
func (p *probePlan) whyNot(c ProbeCombination, f func(ProbeCombination) bool) string {
	for i := len(p.tried) - 1; i >= 0; i-- {
		o := &p.tried[i]
		if o.kind != probeWorks && o.kind != probeLogged && o.kind != probeBusy && f(o.step.combination) {
			return o.words
		}
	}
	for _, way := range p.ways {
		for _, t := range p.space.forms(way) {
			if !f(t) {
				continue
			}
			if reason := p.pruneWay(way); reason != "" {
				return reason
			}
			if reason := p.pruneForm(t); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// weaknesses says what is weak about what works.
func (r *probeRun) weaknesses() []string {
	c := r.works.step.combination
	weak := []string{}
	add := func(is bool, text string) {
		if is {
			weak = append(weak, text)
		}
	}
	if !c.hasTLS() {
		add(true, "nothing is encrypted: the password, names and files can be read and changed on the way")
	} else {
		add(r.base.Insecure || r.skipsChecks(), "the server's certificate is not verified: the server may be an impostor")
		add(r.works.version < tls.VersionTLS12, tlsx.VersionName(r.works.version)+" is old and weak")
		add(c.WeakCiphers, "the cipher suite "+tls.CipherSuiteName(r.cipher)+" is weak")
		add(c.ClearCommands, "after the login commands and replies go in clear text (CCC)")
		add(!r.listed.data.TLS, "listings and files go in clear text (PROT C)")
		add(r.listed.data.TLS && !r.works.resumed, "data connections are not tied to the control connection by TLS: their session was "+r.listed.data.Reuse.String())
	}
	add(c.NoCloseNotify, "data connections end without close_notify: anybody on the way can cut listings and files short")
	add(c.DataMode == datachan.ModePASV && c.NAT != datachan.NATControlHost, "the server decides to which host data connections go")
	add(c.Listing == "NLST", "only names can be listed")
	add(r.listed.unread > 0, fmt.Sprintf("%d lines of the listing could not be read", r.listed.unread))
	add(!r.o.Write, "whether files can be stored was not tried")
	return weak
}

// skipsChecks reports whether parts of the verification are left out.
func (r *probeRun) skipsChecks() bool {
	v := r.base.Verify
	return v != nil && len(v.Pins) == 0 && (v.SkipName || v.SkipChain) || r.base.TLS != nil && r.base.TLS.InsecureSkipVerify && v == nil
}

// why says why nothing works, what is likeliest first: the attempt that came farthest comes
// first, and each cause once.
func (r *probeRun) why() []string {
	order := make([]*probeOutcome, 0, len(r.plan.tried))
	for i := range r.plan.tried {
		order = append(order, &r.plan.tried[i])
	}
	slices.SortStableFunc(order, func(a, b *probeOutcome) int { return weightOf(b) - weightOf(a) })
	var why []string
	said := map[string]bool{}
	say := func(key, text string) {
		if text != "" && !said[key] {
			said[key] = true
			why = append(why, text)
		}
	}
	if r.withheld() {
		say("clear", "The server has no TLS that can be used, so that the password would go in clear text; it was not sent. If the network is trusted, allow that"+r.named(Change{fieldAllowClear, "true"})+".")
	}
	for _, o := range order {
		if o.kind == probeWorks || o.kind == probeLogged || o.kind == probeSilent && !o.step.patient && r.plan.patient(o.step.combination.Port) {
			continue
		}
		text := r.label(o) + ": " + o.words
		key := o.words
		if d := r.diagnose(o); d != nil {
			key = string(d.Cause)
			text += ". " + r.advice(d)
		}
		say(key, text)
	}
	if r.out != "" && len(why) == 0 {
		say("out", r.out)
	}
	if r.plan.space.secret && r.plan.first(probeUntrusted) != nil {
		say("unsent", "The password was not sent, as the certificate is not trusted.")
	}
	return why
}

// diagnose explains what came of an attempt, knowing the settings that it had. It advises
// nothing that the probe itself varies, nor what only a transfer of files has.
func (r *probeRun) diagnose(o *probeOutcome) *Diagnosis {
	d := o.step.combination.profile(&r.base).Diagnose(o.err)
	return d.Without(func(c Change) bool {
		return r.plan.space.varies(c.Field) || strings.HasPrefix(string(c.Field), "TransferOptions.")
	})
}

// withheld reports whether all that was left was a login in clear text, which is not
// allowed.
func (r *probeRun) withheld() bool {
	for _, way := range r.plan.ways {
		if !way.hasTLS() && r.plan.pruneBasics(way) == "" && strings.HasPrefix(r.plan.pruneWay(way), secretsInClear) {
			return r.plan.over() == ""
		}
	}
	return false
}

// weightOf says how much an outcome tells: how far it came, and whether it ended everything.
func weightOf(o *probeOutcome) int {
	n := int(o.stage)
	switch o.kind {
	case probeRejected, probeAccount, probeNoLogin, probeNowhere:
		n += 100
	case probeUntrusted, probeOwnCert:
		n += 50
	case probeOut:
		n = -1
	case probeNotTLS:
		n = 0 // it was worth a try only
	}
	return n
}

// label names what was tried, as far as it matters for what came of it.
func (r *probeRun) label(o *probeOutcome) string {
	if o.stage < StageData {
		return variant(o.step.combination)
	}
	return o.step.combination.String()
}

// advice is what a diagnosis advises, in the caller's names.
func (r *probeRun) advice(d *Diagnosis) string {
	name := r.o.Name
	if name == nil {
		name = Change.String
	}
	return d.Advice(name)
}

// named returns a setting in parentheses, or "" if it has no name.
func (r *probeRun) named(c Change) string {
	name := c.String()
	if r.o.Name != nil {
		name = r.o.Name(c)
	}
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}
