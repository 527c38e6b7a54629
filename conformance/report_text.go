package conformance

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteText writes the report for people: what is wrong, each with its reason
// and transcript, then what was not checked and why, then one line of counts.
// It fits a terminal of 80 columns, transcripts aside.
func (r *Report) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s (TLS %s), %s\n", r.Target, r.TLS, r.Started.UTC().Format("2006-01-02 15:04 MST"))
	for _, f := range r.Features {
		wrapped(b, f, "  ")
	}
	for _, v := range []Verdict{Error, Fail, Warn} {
		r.findings(b, v)
	}
	fmt.Fprintln(b)
	for _, v := range []Verdict{Note, Unimpl} {
		for i := range r.Results {
			if x := &r.Results[i]; x.Verdict == v {
				wrapped(b, fmt.Sprintf("%s %s: %s", v, x.ID, x.Reason), "       ")
			}
		}
	}
	r.skipped(b)
	fmt.Fprintln(b)
	if r.Leftover != "" {
		wrapped(b, "LEFT BEHIND on the server: "+r.Leftover, "       ")
	}
	if r.Incomplete != "" {
		wrapped(b, "INCOMPLETE: "+r.Incomplete, "       ")
	}
	fmt.Fprintln(b, r.summaryLine())
	return b.Flush()
}

// findings writes the results with a verdict that calls for a look, in full.
func (r *Report) findings(b *bufio.Writer, v Verdict) {
	for i := range r.Results {
		x := &r.Results[i]
		if x.Verdict != v {
			continue
		}
		fmt.Fprintf(b, "\n%-5s %s (%s, RFC %s)\n", v, x.ID, x.weight, x.RFC)
		wrapped(b, "      "+x.Text, "      ")
		wrapped(b, "      -> "+x.Reason, "         ")
		if x.Hurts != "" {
			wrapped(b, "      It harms "+x.Hurts+".", "      ")
		}
		for _, l := range x.Transcript {
			fmt.Fprintf(b, "      %s\n", l)
		}
	}
}

// skipped writes the skipped cases, by reason.
func (r *Report) skipped(b *bufio.Writer) {
	var reasons []string
	ids := map[string][]string{}
	for i := range r.Results {
		if x := &r.Results[i]; x.Verdict == Skip {
			if ids[x.Reason] == nil {
				reasons = append(reasons, x.Reason)
			}
			ids[x.Reason] = append(ids[x.Reason], x.ID)
		}
	}
	for _, reason := range reasons {
		wrapped(b, "SKIP "+reason+": "+strings.Join(ids[reason], ", "), "       ")
	}
}

// summaryLine returns the counts, such as "120 passed, 2 warned, 1 failed in 3.2s".
func (r *Report) summaryLine() string {
	count := r.Summary()
	var parts []string
	for _, p := range []struct {
		v    Verdict
		word string
	}{
		{Pass, "passed"}, {Warn, "warned"}, {Fail, "failed"}, {Error, "could not be checked"},
		{Note, "informational"}, {Unimpl, "not implemented"}, {Skip, "skipped"},
	} {
		if n := count[p.v]; n > 0 || p.v == Pass || p.v == Fail {
			parts = append(parts, fmt.Sprintf("%d %s", n, p.word))
		}
	}
	if r.NotRun > 0 {
		parts = append(parts, fmt.Sprintf("%d not made", r.NotRun))
	}
	return fmt.Sprintf("%s in %s", strings.Join(parts, ", "), r.Duration.Round(10*time.Millisecond))
}

// wrapped writes words in lines of at most 80 columns; all lines but the first
// are indented.
func wrapped(b *bufio.Writer, text, indent string) {
	const width = 80
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	line := lead
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			line += word
		case len(line)+1+len(word) > width:
			fmt.Fprintln(b, line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(b, line)
}
