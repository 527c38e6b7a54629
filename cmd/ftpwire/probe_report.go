package main

import (
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probeReport prints the result of a probe.
type probeReport struct {
	r     *ftpwire.ProbeResult
	args  []string // of a command that uses what works
	fill  []string // what to put in place of words in it
	saved string   // the connection that it was stored as, or ""
	all   bool     // what was ruled out is listed, too
}

// command returns the command line.
func (p *probeReport) command() string {
	if p.args == nil {
		return ""
	}
	words := []string{"ftpwire", "ls"}
	for _, arg := range p.args {
		words = append(words, shellWord(arg))
	}
	return strings.Join(words, " ")
}

type probeAttemptJSON struct {
	Combination ftpwire.ProbeCombination `json:"combination"`
	Works       bool                     `json:"works"`
	Stage       string                   `json:"stage"`
	Outcome     string                   `json:"outcome"`
	Reply       string                   `json:"reply,omitempty"`
	Cause       string                   `json:"cause,omitempty"`
	Login       bool                     `json:"login"`
	Ms          int64                    `json:"ms"`
}

type probeJSON struct {
	Address     string                 `json:"address"`
	Works       bool                   `json:"works"`
	Summary     string                 `json:"summary,omitempty"`
	Attempts    []probeAttemptJSON     `json:"attempts"`
	Logins      int                    `json:"logins"`
	Ms          int64                  `json:"ms"`
	Incomplete  string                 `json:"incomplete,omitempty"`
	Recommended *ftpwire.Profile       `json:"recommended"`
	Settings    []ftpwire.ProbeSetting `json:"settings"`
	Weaknesses  []string               `json:"weaknesses"`
	Command     string                 `json:"command,omitempty"`
	Fill        []string               `json:"fill_in,omitempty"`
	Saved       string                 `json:"saved,omitempty"`
	Why         []string               `json:"why"`
	Certificate *tlsx.CertificateFacts `json:"certificate"`
	Problems    []string               `json:"certificate_problems"`
	Server      ftpwire.ProbeServer    `json:"server"`
	Pruned      []ftpwire.ProbePruned  `json:"pruned"`
	Leftover    string                 `json:"leftover,omitempty"`
	Error       *failureJSON           `json:"error,omitempty"` // if nothing works
}

func (p *probeReport) json() probeJSON {
	r := p.r
	j := probeJSON{
		Address: r.Address, Works: r.Recommended != nil, Summary: r.Summary, Attempts: []probeAttemptJSON{}, Logins: r.Logins, Ms: r.Took.Milliseconds(),
		Incomplete: r.Incomplete, Recommended: r.Recommended, Settings: some(r.Settings), Weaknesses: some(r.Weaknesses),
		Command: p.command(), Fill: p.fill, Saved: p.saved, Why: some(r.Why), Certificate: r.Certificate, Problems: some(r.Problems), Server: r.Server,
		Pruned: some(r.Pruned), Leftover: r.Leftover,
	}
	for _, t := range r.Attempts {
		a := probeAttemptJSON{
			Combination: t.Combination, Works: t.Works, Stage: t.Stage.String(), Outcome: t.Outcome, Reply: t.Reply,
			Cause: string(t.Cause), Login: t.Login, Ms: t.Took.Milliseconds(),
		}
		j.Attempts = append(j.Attempts, a)
	}
	if r.Recommended == nil {
		kind := probeKind(r)
		j.Error = &failureJSON{Kind: kind, Exit: exitOf(kind), Text: strings.Join(r.Why, " ")}
	}
	return j
}

// probeKind returns what kind of failure it is that nothing works: that of the attempts that
// came the farthest.
func probeKind(r *ftpwire.ProbeResult) ftpwire.Kind {
	var sum failures
	stage := ftpwire.StageConnect
	for _, t := range r.Attempts {
		if t.Err == nil { // a look without a login, which is no failure
			continue
		}
		if t.Stage > stage {
			stage, sum = t.Stage, failures{}
		}
		if t.Stage == stage {
			sum.add(ftpwire.KindOf(t.Err))
		}
	}
	if sum.n == 0 {
		return ftpwire.KindOther
	}
	return sum.kind
}

// some makes a list that is not there an empty one, which JSON writes as [].
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
