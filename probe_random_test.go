package ftpwire

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"testing"
)

// Whatever a server does, the plan ends, makes no more logins than allowed, none after a
// rejected one, and tries nothing twice.
func TestProbePlanRandom(t *testing.T) {
	early := []probeKind{probeSilent, probeTLSFirst, probeNoAuth, probeVersion, probeCiphers, probeCut, probeNotTLS, probeTLSOther, probeBusy, probeRejected, probeWantsTLS, probeProtP, probeProtC, probeCCC, probeSetup, probeNoFeat}
	late := []probeKind{probeAddress, probeAddressOff, probeDataTCP, probeDataTLS, probeProtection, probeReuse, probeCommands, probeListing, probeLost}
	seed := maphash.MakeSeed()
	for n := range uint64(300) {
		choose := func(c ProbeCombination, kinds []probeKind, failing float64, works probeKind) probeKind {
			r := rand.New(rand.NewPCG(n, maphash.Comparable(seed, c)))
			if r.Float64() >= failing {
				return works
			}
			return kinds[r.IntN(len(kinds))]
		}
		o := aPort
		if n%3 == 0 {
			o.Profile.Port = 0
		}
		p := newProbePlan(newProbeSpace(&o))
		seen := map[string]bool{}
		var open *ProbeCombination
		for steps := 0; ; steps++ {
			step, ok := p.next()
			if !ok {
				break
			}
			key := fmt.Sprint(step)
			if seen[key] && !step.again || steps > 600 {
				t.Fatalf("run %d: %v for the second time, or too many steps (%d)", n, step, steps)
			}
			if seen[key] = true; p.first(probeRejected) != nil {
				t.Fatalf("run %d: %v after a rejected login", n, step)
			}
			out := probeOutcome{step: step, greeted: step.combination.hasTLS(), version: step.combination.TLSMax}
			fresh := open == nil || open.session() != step.combination.session()
			kind := probeWorks
			if fresh {
				kind = choose(step.combination.way(), early, 0.7, probeWorks)
			}
			switch {
			case step.look:
				out.stage = StageLogin
			case kind != probeWorks:
				out.kind, out.stage, open = kind, StageTLS, nil
			default:
				if fresh {
					p.logins++
				}
				way := step.combination.way()
				open = &way
				out.kind = choose(step.combination, late, 0.97, probeWorks)
				out.stage, out.loggedIn, out.secured = StageData, true, step.combination.hasTLS()
				if out.kind == probeAddressOff || out.kind == probeLost {
					open = nil
				}
			}
			p.open = open
			p.learn(out)
		}
		if p.logins > 10 {
			t.Errorf("run %d: %d logins", n, p.logins)
		}
	}
}
