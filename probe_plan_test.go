package ftpwire

import (
	"crypto/tls"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A fakeServer answers attempts without a network: what a combination comes to.
type fakeServer func(probeStep) probeOutcome

// play runs a plan against a server and returns what was tried, with the outcomes.
func play(t *testing.T, o ProbeOptions, s fakeServer) *probePlan {
	t.Helper()
	p := newProbePlan(newProbeSpace(&o))
	for range 200 {
		step, ok := p.next()
		if !ok {
			return p
		}
		out := s(step)
		out.step = step
		if out.words == "" {
			out.words = "it failed"
		}
		same := p.open != nil && p.open.session() == step.combination.session()
		if out.stage >= StageLogin && !step.look && !same {
			p.logins++
		}
		p.open = nil
		if out.stage >= StageData && out.kind != probeAddressOff && out.kind != probeLost {
			way := step.combination.way()
			p.open = &way
		}
		p.learn(out)
	}
	t.Fatalf("the plan does not end: %v", steps(p))
	return nil
}

func steps(p *probePlan) []string {
	var all []string
	for _, o := range p.tried {
		c := o.step.combination
		if o.stage < StageData {
			c = c.way()
		}
		s := c.String()
		if o.step.look {
			s += ", look"
		}
		if o.step.patient {
			s += ", patient"
		}
		all = append(all, s)
	}
	return all
}

// speaks fails what is not the variant that a server has.
func speaks(variant control.Security, then fakeServer) fakeServer {
	return func(s probeStep) probeOutcome {
		c := s.combination
		switch {
		case variant == control.SecurityImplicit && c.Security != variant:
			return probeOutcome{stage: StageGreeting, kind: probeSilent}
		case variant != control.SecurityImplicit && c.Security == control.SecurityImplicit:
			return probeOutcome{stage: StageTLS, kind: probeNotTLS, greeted: true}
		case variant == control.SecurityNone && c.Security == control.SecurityExplicit:
			return probeOutcome{stage: StageAuth, kind: probeNoAuth, greeted: true}
		}
		o := then(s)
		o.greeted = variant != control.SecurityImplicit
		o.secured = o.secured || o.stage > StageTLS && c.hasTLS()
		if o.version == 0 {
			o.version = c.TLSMax
		}
		o.loggedIn = o.stage > StageLogin
		return o
	}
}

// data lets all logins in and judges data connections.
func data(kind func(ProbeCombination) probeKind) fakeServer {
	return func(s probeStep) probeOutcome {
		o := probeOutcome{stage: StageData, featured: true, mlsd: true}
		if o.kind = kind(s.combination); o.kind == probeWorks {
			o.stage = StageDone
		}
		return o
	}
}

func only(good func(ProbeCombination) bool, otherwise probeKind) func(ProbeCombination) probeKind {
	return func(c ProbeCombination) probeKind {
		if good(c) {
			return probeWorks
		}
		return otherwise
	}
}

var aPort = ProbeOptions{Profile: Profile{Host: "h", Port: 2121, User: "u", Password: "p"}, AllowClear: true}

// Whatever single combination a server leaves, the plan finds it, with few logins, and tries
// nothing that it could know to be in vain.
func TestProbePlanFinds(t *testing.T) {
	anything := func(ProbeCombination) probeKind { return probeWorks }
	for _, tt := range []struct {
		name   string
		server fakeServer
		want   string // the last attempt
		logins int
	}{
		{"all", speaks(control.SecurityExplicit, data(anything)), "port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"clear text", speaks(control.SecurityNone, data(anything)), "port 2121, clear text, EPSV, MLSD", 1},
		{"implicit", speaks(control.SecurityImplicit, data(anything)), "port 2121, implicit TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"PASV", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.DataMode == datachan.ModePASV }, probeAddress))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 1},
		{"EPSV swallowed", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.DataMode == datachan.ModePASV }, probeAddressOff))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 2},
		{"NAT never", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.NAT == datachan.NATServer }, probeDataTCP))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT never, MLSD", 1},
		{"PORT", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.DataMode == datachan.ModePORT }, probeDataTCP))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, PORT, MLSD", 1},
		{"LIST", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.Listing == "LIST" }, probeListing))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, LIST", 1},
		{"NLST", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.Listing == "NLST" }, probeListing))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, NLST", 1},
		{"PROT C", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.ClearData }, probeProtection))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT C, EPSV, MLSD", 1},
		{"TLS 1.2 for data", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.versions12() }, probeDataTLS))),
			"port 2121, AUTH TLS, TLS 1.2, PROT P, EPSV, MLSD", 2},
		{"no resumption", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.Resumption == tlsx.ResumeOff }, probeDataTLS))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, no resumption, PROT P, EPSV, MLSD", 3},
		{"sync on", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.Sync == datachan.SyncOn }, probeDataTLS))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, sync on, MLSD", 1},
		{"CCC", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.ClearCommands }, probeCommands))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, CCC, PROT P, EPSV, MLSD", 2},
		{"CCC for a firewall", speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.ClearCommands }, probeDataTCP))),
			"port 2121, AUTH TLS, TLS 1.2–1.3, CCC, PROT P, EPSV, MLSD", 2},
		{"no FEAT", speaks(control.SecurityExplicit, func(s probeStep) probeOutcome {
			if !s.combination.NoFeat {
				return probeOutcome{stage: StageSetup, kind: probeNoFeat}
			}
			return data(anything)(s)
		}), "port 2121, no FEAT, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 2},
		{"AUTH SSL", speaks(control.SecurityExplicit, takes("SSL", data(anything))), "port 2121, AUTH SSL, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"AUTH TLS-P", speaks(control.SecurityExplicit, takes("TLS-P", data(anything))), "port 2121, AUTH TLS-P, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"TLS 1.0", speaks(control.SecurityExplicit, shakes(func(c ProbeCombination) bool { return c.oldVersions() }, probeVersion, data(anything))),
			"port 2121, AUTH TLS, TLS 1.0–1.1, PROT P, EPSV, MLSD", 1},
		{"TLS 1.0, weak suites", speaks(control.SecurityExplicit, func(s probeStep) probeOutcome {
			switch c := s.combination; {
			case !c.oldVersions():
				return probeOutcome{stage: StageTLS, kind: probeVersion}
			case !c.WeakCiphers:
				return probeOutcome{stage: StageTLS, kind: probeCiphers}
			}
			return data(anything)(s)
		}), "port 2121, AUTH TLS, TLS 1.0–1.1, all cipher suites, PROT P, EPSV, MLSD", 1},
		{"a ClientHello that is too new", speaks(control.SecurityExplicit, shakes(func(c ProbeCombination) bool { return c.versions12() }, probeCut, data(anything))),
			"port 2121, AUTH TLS, TLS 1.2, PROT P, EPSV, MLSD", 1},
		{"weak suites", speaks(control.SecurityImplicit, shakes(func(c ProbeCombination) bool { return c.WeakCiphers }, probeCiphers, data(anything))),
			"port 2121, implicit TLS, TLS 1.2–1.3, all cipher suites, PROT P, EPSV, MLSD", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, aPort, tt.server)
			all := steps(p)
			if got := all[len(all)-1]; got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			if p.tried[len(p.tried)-1].kind != probeWorks {
				t.Error("it does not work")
			}
			if p.logins != tt.logins || len(all) > 12 {
				t.Errorf("%d logins in %d attempts, want %d:\n%s", p.logins, len(all), tt.logins, strings.Join(all, "\n"))
			}
			slices.Sort(all)
			if twice := len(all) - len(slices.Compact(all)); twice > 0 {
				t.Errorf("%d combinations were tried twice", twice)
			}
		})
	}
}

// takes lets one word in.
func takes(word string, then fakeServer) fakeServer {
	return func(s probeStep) probeOutcome {
		if s.combination.Auth != word {
			return probeOutcome{stage: StageAuth, kind: probeNoAuth, offers: []string{word}}
		}
		return then(s)
	}
}

// shakes lets some handshakes succeed.
func shakes(good func(ProbeCombination) bool, otherwise probeKind, then fakeServer) fakeServer {
	return func(s probeStep) probeOutcome {
		if !good(s.combination) {
			return probeOutcome{stage: StageTLS, kind: otherwise}
		}
		return then(s)
	}
}

// What ends everything, and what is then still done.
func TestProbePlanEnds(t *testing.T) {
	anonymous := aPort
	anonymous.Profile.User = ""
	strict := aPort
	strict.AllowClear = false
	fewLogins := aPort
	fewLogins.MaxLogins = 2
	noPort := aPort
	noPort.Profile.Port = 0
	loginFails := func(kind probeKind) fakeServer {
		return speaks(control.SecurityExplicit, func(probeStep) probeOutcome { return probeOutcome{stage: StageLogin, kind: kind, sentLogin: true} })
	}
	for _, tt := range []struct {
		name   string
		o      ProbeOptions
		server fakeServer
		want   []string
	}{
		{"wrong password", aPort, loginFails(probeRejected), []string{"port 2121, AUTH TLS, TLS 1.2–1.3"}},
		{"an account", aPort, loginFails(probeAccount), []string{"port 2121, AUTH TLS, TLS 1.2–1.3"}},
		{"full, and full again", aPort, loginFails(probeBusy), []string{"port 2121, AUTH TLS, TLS 1.2–1.3", "port 2121, AUTH TLS, TLS 1.2–1.3"}},
		{"no anonymous users", anonymous, loginFails(probeRejected), []string{"port 2121, AUTH TLS, TLS 1.2–1.3", "port 2121, clear text, look"}},
		{"nothing listens", aPort, func(probeStep) probeOutcome { return probeOutcome{kind: probeDead} }, []string{"port 2121, AUTH TLS, TLS 1.2–1.3"}},
		{"no such host", noPort, func(probeStep) probeOutcome { return probeOutcome{kind: probeNowhere} }, []string{"port 21, AUTH TLS, TLS 1.2–1.3"}},
		{"nothing listens on both", noPort, func(probeStep) probeOutcome { return probeOutcome{kind: probeDead} },
			[]string{"port 21, AUTH TLS, TLS 1.2–1.3", "port 990, implicit TLS, TLS 1.2–1.3"}},
		{"silence", aPort, func(s probeStep) probeOutcome {
			if s.combination.Security == control.SecurityImplicit {
				return probeOutcome{stage: StageTLS, kind: probeCut}
			}
			return probeOutcome{stage: StageGreeting, kind: probeSilent}
		}, []string{
			"port 2121, AUTH TLS, TLS 1.2–1.3", "port 2121, implicit TLS, TLS 1.2–1.3", "port 2121, AUTH TLS, TLS 1.2–1.3, patient",
			"port 2121, implicit TLS, TLS 1.2", "port 2121, implicit TLS, TLS 1.2–1.3, all cipher suites",
			"port 2121, implicit TLS, TLS 1.2, all cipher suites",
			"port 2121, implicit TLS, TLS 1.0–1.1", "port 2121, implicit TLS, TLS 1.0–1.1, all cipher suites",
		}},
		{"a certificate that is not trusted", aPort, func(s probeStep) probeOutcome {
			if s.look {
				return probeOutcome{stage: StageLogin, secured: true, greeted: true}
			}
			return probeOutcome{stage: StageTLS, kind: probeUntrusted, greeted: true}
		}, []string{"port 2121, AUTH TLS, TLS 1.2–1.3", "port 2121, AUTH TLS, TLS 1.2–1.3, look"}},
		{"no TLS, and no secrets in clear", strict, speaks(control.SecurityNone, data(func(ProbeCombination) probeKind { return probeWorks })),
			[]string{"port 2121, AUTH TLS, TLS 1.2–1.3", "port 2121, AUTH SSL, TLS 1.2–1.3"}},
		{"two logins", fewLogins, speaks(control.SecurityExplicit, data(func(ProbeCombination) probeKind { return probeAddressOff })),
			[]string{"port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", "port 2121, AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, tt.o, tt.server)
			if diff := cmp.Diff(tt.want, steps(p)); diff != "" {
				t.Errorf("attempts (-want +got)\n%s", diff)
			}
			for _, pruned := range p.pruned() {
				if pruned.Reason == "" || pruned.Reason == "the probe ended before" || pruned.Count < 1 || pruned.What == "" {
					t.Errorf("pruned without a reason: %+v", pruned)
				}
			}
		})
	}
}

// Every combination was tried, or has a reason why not.
func TestProbePlanReasons(t *testing.T) {
	p := play(t, aPort, speaks(control.SecurityExplicit, data(only(func(c ProbeCombination) bool { return c.DataMode == datachan.ModePORT }, probeDataTCP))))
	all, n := 0, 0
	for _, way := range p.ways {
		all += len(p.space.forms(way))
	}
	for _, pruned := range p.pruned() {
		n += pruned.Count
	}
	tried := 0
	for _, o := range p.tried {
		if o.stage >= StageData {
			tried++
		}
	}
	if n+tried != all {
		t.Errorf("%d combinations, of which %d were tried and %d pruned", all, tried, n)
	}
}

// The settings that a caller keeps are never varied, and rules about them do not count.
func TestProbePlanKeeps(t *testing.T) {
	for _, tt := range []struct {
		name  string
		p     Profile
		keep  []Field
		holds func(ProbeCombination) bool
	}{
		{"implicit", Profile{Variant: VariantTLSImplicit}, []Field{fieldVariant}, func(c ProbeCombination) bool { return c.Security == control.SecurityImplicit }},
		{"clear", Profile{Variant: VariantFTP}, []Field{fieldVariant}, func(c ProbeCombination) bool { return !c.hasTLS() }},
		{"active", Profile{DataMode: datachan.ModeActive}, []Field{fieldDataMode}, func(c ProbeCombination) bool { return isActiveMode(c.DataMode) }},
		{"CCC", Profile{Config: control.Config{ClearCommandChannel: true}}, []Field{fieldClearCommandChannel}, func(c ProbeCombination) bool { return c.Security != control.SecurityExplicit || c.ClearCommands }},
		{"PROT C", Profile{Config: control.Config{DataProtection: control.ProtectClear}}, []Field{fieldDataProtection}, func(c ProbeCombination) bool { return !c.protected() }},
		{"TLS 1.0", Profile{TLSMin: tls.VersionTLS10, TLSMax: tls.VersionTLS10}, []Field{fieldTLSMin, fieldTLSMax}, func(c ProbeCombination) bool { return c.TLSMax == tls.VersionTLS10 || !c.hasTLS() }},
		{"no FEAT", Profile{Config: control.Config{Login: control.LoginOptions{NoFeat: true}}}, []Field{fieldNoFeat}, func(c ProbeCombination) bool { return c.NoFeat }},
		{"NAT", Profile{NAT: datachan.NATServer}, []Field{fieldNAT}, func(c ProbeCombination) bool { return c.NAT == datachan.NATServer }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := aPort
			tt.p.Host, tt.p.Port, tt.p.User = "h", 2121, "u"
			o.Profile, o.Keep = tt.p, tt.keep
			p := newProbePlan(newProbeSpace(&o))
			for _, way := range p.ways {
				for _, c := range p.space.forms(way) {
					if !tt.holds(c) {
						t.Fatalf("varied: %s", c)
					}
				}
			}
			if _, ok := p.next(); !ok {
				t.Error("nothing is tried")
			}
		})
	}
}

// A policy for addresses is tried only where the server names another one than its own.
func TestProbePlanNamedAddress(t *testing.T) {
	own := netip.MustParseAddr("192.0.2.1")
	p := play(t, aPort, speaks(control.SecurityExplicit, func(s probeStep) probeOutcome {
		o := data(func(ProbeCombination) probeKind { return probeDataTCP })(s)
		if s.combination.DataMode == datachan.ModePASV {
			o.named, o.peer = own, own
		}
		return o
	}))
	for _, o := range p.tried {
		if o.step.combination.NAT != datachan.NATControlHost {
			t.Errorf("tried in vain: %s", o.step.combination)
		}
	}
}
