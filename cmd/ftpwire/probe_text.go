package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// textWidth is how many columns the report for people has. The command line is longer if it
// must be: it is to be copied.
const textWidth = 100

// write writes the report for people: first what came of it.
func (p *probeReport) write(w io.Writer) error {
	if p.r.Recommended == nil {
		p.writeFailure(w)
	} else {
		p.writeSuccess(w)
	}
	if p.r.Incomplete != "" {
		writeWrapped(w, "\nINCOMPLETE: ", "", p.r.Incomplete)
	}
	p.writeAttempts(w)
	p.writeServer(w)
	p.writePruned(w)
	return nil
}

// writeSuccess writes what works, and how to use it.
func (p *probeReport) writeSuccess(w io.Writer) {
	r := p.r
	fmt.Fprintf(w, "It works: %s.\n\n  %s\n", visible(r.Summary), visible(p.command()))
	for _, fill := range p.fill {
		writeWrapped(w, "  ", "  ", fill)
	}
	if p.saved != "" {
		fmt.Fprintf(w, "\n  stored as %s: ftpwire ls %s:\n", p.saved, p.saved)
	}
	fmt.Fprintf(w, "\nSettings for %s:\n", visible(r.Address))
	rows := make([][2]string, 0, len(r.Settings))
	for _, s := range r.Settings {
		rows = append(rows, [2]string{string(s.Field) + " = " + s.Value, s.Reason})
	}
	writeWrappedRows(w, rows)
	for i, weak := range r.Weaknesses {
		if i == 0 {
			fmt.Fprintln(w, "\nWhat is weak about it, or was not tried:")
		}
		writeWrapped(w, "  - ", "    ", weak)
	}
}

// writeFailure writes why nothing works, the likeliest first.
func (p *probeReport) writeFailure(w io.Writer) {
	for i, why := range p.r.Why {
		switch {
		case i == 0:
			writeWrapped(w, "Nothing works: ", "  ", why)
			continue
		case i == 1:
			fmt.Fprintln(w, "\nBesides:")
		}
		writeWrapped(w, "  - ", "    ", why)
	}
}

// writeAttempts writes each attempt in two lines: the combination, and what came of it.
func (p *probeReport) writeAttempts(w io.Writer) {
	r := p.r
	fmt.Fprintf(w, "\n%s, %s, %s:\n", count(len(r.Attempts), "attempt", "attempts"), count(r.Logins, "login", "logins"), shortTime(r.Took))
	one := p.onePort()
	for i, t := range r.Attempts {
		mark := "no"
		if t.Works {
			mark = "ok"
		}
		what := t.Combination.String()
		if one {
			_, what, _ = strings.Cut(what, ", ")
		}
		fmt.Fprintln(w, cut(fmt.Sprintf("%3d %s %5s  %s", i+1, mark, shortTime(t.Took), what)))
		fmt.Fprintln(w, "              "+cutInside(fmt.Sprintf("%s: %s", t.Stage, visible(withoutFingerprints(t.Outcome))), textWidth-14))
	}
}

// onePort reports whether all attempts were made on the same port, so that it need not be
// said of each.
func (p *probeReport) onePort() bool {
	for _, t := range p.r.Attempts {
		if t.Combination.Port != p.r.Attempts[0].Combination.Port {
			return false
		}
	}
	return true
}

func (p *probeReport) writeServer(w io.Writer) {
	s := p.r.Server
	rows := [][2]string{}
	if s.Name != "" {
		rows = append(rows, [2]string{"software", softwareText(s.Name, s.Version, s.Confidence) + ": " + strings.Join(s.Evidence, "; ")})
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
		writeWrappedRows(w, rows)
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

// writePruned writes what was ruled out, or how many kinds that are.
func (p *probeReport) writePruned(w io.Writer) {
	n := len(p.r.Pruned)
	switch {
	case n == 0:
		return
	case !p.all:
		fmt.Fprintf(w, "\n%s ruled out; --all lists them with the reasons.\n", count(n, "kind of combination was", "kinds of combinations were"))
		return
	}
	fmt.Fprintln(w, "\nRuled out, and why:")
	for _, t := range p.r.Pruned {
		writeWrapped(w, "  - ", "    ", t.What+": "+t.Reason)
	}
}

// fingerprintInText matches a fingerprint as the texts of errors have it.
var fingerprintInText = regexp.MustCompile(`;? *SHA-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}`)

// withoutFingerprints returns s without fingerprints, which stand with the certificate.
func withoutFingerprints(s string) string { return fingerprintInText.ReplaceAllString(s, "") }

// cut returns a line that is not longer than textWidth.
func cut(line string) string {
	if utf8.RuneCountInString(line) <= textWidth {
		return line
	}
	return strings.TrimRight(string([]rune(line)[:textWidth-1]), " ") + "…"
}

// cutInside returns an error in words that is not longer than width: its beginning says what
// failed, and its end why.
func cutInside(text string, width int) string {
	r := []rune(text)
	if len(r) <= width {
		return text
	}
	head := width / 2
	return string(r[:head]) + "…" + string(r[len(r)-(width-head-1):])
}

// writeWrapped writes a text of several lines: the first begins with first, and the others with
// next.
func writeWrapped(w io.Writer, first, next, text string) {
	line := first
	for i, word := range strings.Fields(visible(withoutFingerprints(text))) {
		switch {
		case i == 0:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth:
			fmt.Fprintln(w, line)
			line = next + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(w, line)
}

// writeWrappedRows writes names and texts in two columns.
func writeWrappedRows(w io.Writer, rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(visible(r[0])))
	}
	for _, r := range rows {
		name := visible(r[0])
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(name))
		writeWrapped(w, "  "+name+pad+"   ", strings.Repeat(" ", width+5), r[1])
	}
}

func shortTime(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }
