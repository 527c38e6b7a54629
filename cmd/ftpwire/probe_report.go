package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probeReport prints the result of a probe.
type probeReport struct {
	r    *ftpwire.ProbeResult
	args []string // of a command that uses what works
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
	Attempts    []probeAttemptJSON     `json:"attempts"`
	Logins      int                    `json:"logins"`
	Ms          int64                  `json:"ms"`
	Incomplete  string                 `json:"incomplete,omitempty"`
	Recommended *ftpwire.Profile       `json:"recommended"`
	Settings    []ftpwire.ProbeSetting `json:"settings"`
	Weaknesses  []string               `json:"weaknesses"`
	Command     string                 `json:"command,omitempty"`
	Why         []string               `json:"why"`
	Certificate *tlsx.CertificateFacts `json:"certificate"`
	Problems    []string               `json:"certificate_problems"`
	Server      ftpwire.ProbeServer    `json:"server"`
	Pruned      []ftpwire.ProbePruned  `json:"pruned"`
	Leftover    string                 `json:"leftover,omitempty"`
}

func (p *probeReport) json() probeJSON {
	r := p.r
	j := probeJSON{
		Address: r.Address, Works: r.Recommended != nil, Attempts: []probeAttemptJSON{}, Logins: r.Logins, Ms: r.Took.Milliseconds(),
		Incomplete: r.Incomplete, Recommended: r.Recommended, Settings: some(r.Settings), Weaknesses: some(r.Weaknesses),
		Command: p.command(), Why: some(r.Why), Certificate: r.Certificate, Problems: some(r.Problems), Server: r.Server,
		Pruned: some(r.Pruned), Leftover: r.Leftover,
	}
	for _, t := range r.Attempts {
		a := probeAttemptJSON{
			Combination: t.Combination, Works: t.Works, Stage: t.Stage.String(), Outcome: t.Outcome, Reply: t.Reply,
			Cause: string(t.Cause), Login: t.Login, Ms: t.Took.Milliseconds(),
		}
		j.Attempts = append(j.Attempts, a)
	}
	return j
}

// some makes a list that is not there an empty one, which JSON writes as [].
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// write writes the report for people.
func (p *probeReport) write(w io.Writer) error {
	r := p.r
	p.writeAttempts(w)
	p.writeServer(w)
	p.writePruned(w)
	if r.Recommended == nil {
		fmt.Fprintln(w, "\nNothing works:")
		for _, why := range r.Why {
			fmt.Fprintf(w, "  - %s\n", visible(why))
		}
	} else {
		fmt.Fprintf(w, "\nThis works with %s:\n", visible(r.Address))
		rows := make([][2]string, 0, len(r.Settings))
		for _, s := range r.Settings {
			rows = append(rows, [2]string{string(s.Field) + " = " + s.Value, s.Reason})
		}
		writeRows(w, "  ", rows)
		for i, weak := range r.Weaknesses {
			if i == 0 {
				fmt.Fprintln(w, "\nWhat is weak about it, or was not tried:")
			}
			fmt.Fprintf(w, "  - %s\n", visible(weak))
		}
	}
	if r.Incomplete != "" {
		fmt.Fprintf(w, "\nINCOMPLETE: %s\n", r.Incomplete)
	}
	fmt.Fprintf(w, "\n%s, %s, %s.\n", count(len(r.Attempts), "attempt", "attempts"), count(r.Logins, "login", "logins"), shortTime(r.Took))
	if c := p.command(); c != "" {
		fmt.Fprintf(w, "Use it:\n  %s\n", visible(c))
	}
	return nil
}

func (p *probeReport) writeAttempts(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "   \tTIME\tCOMBINATION\tOUTCOME")
	for i, t := range p.r.Attempts {
		mark := "no"
		if t.Works {
			mark = "ok"
		}
		fmt.Fprintf(tw, "%2d %s\t%s\t%s\t%s: %s\n", i+1, mark, shortTime(t.Took), t.Combination, t.Stage, visible(t.Outcome))
	}
	tw.Flush()
}

func (p *probeReport) writeServer(w io.Writer) {
	s := p.r.Server
	rows := [][2]string{}
	if s.Name != "" {
		rows = append(rows, [2]string{"by its behaviour", s.Name + ": " + strings.Join(s.Evidence, "; ")})
	}
	if s.Greeting != "" {
		rows = append(rows, [2]string{"greeting", strings.Join(strings.Fields(s.Greeting), " ")})
	}
	if s.System != "" {
		rows = append(rows, [2]string{"system", s.System})
	}
	if len(s.Quirks) > 0 {
		rows = append(rows, [2]string{"quirks", strings.Join(s.Quirks, ", ")})
	}
	if len(rows) > 0 {
		fmt.Fprintln(w, "\nServer:")
		writeRows(w, "  ", rows)
	}
	if c := p.r.Certificate; c != nil {
		fmt.Fprintln(w, "\nCertificate:")
		rows := factRows(c)
		for _, problem := range p.r.Problems {
			rows = append(rows, [2]string{"PROBLEM", problem})
		}
		writeRows(w, "  ", rows)
	}
}

func (p *probeReport) writePruned(w io.Writer) {
	for i, t := range p.r.Pruned {
		if i == 0 {
			fmt.Fprintln(w, "\nNot tried:")
		}
		fmt.Fprintf(w, "  - %s (%d): %s\n", t.What, t.Count, visible(t.Reason))
	}
}

func shortTime(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }
