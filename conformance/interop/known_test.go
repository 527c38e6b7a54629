package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A judgement is one line of a file testdata/known-SERVER.txt: a FAIL or WARN of the check
// that somebody looked at and found to be the server's own doing, and in a sentence what
// the server does. "FAIL?" stands for one that comes and goes, since the server does.
type judgement struct {
	verdict  string
	at       bool // at times
	sentence string
}

// judgements are those of one server, by the id of the case.
type judgements map[string]judgement

func knownFile(server string) string {
	return filepath.Join("testdata", "known-"+server+".txt")
}

// readKnown reads the judgements of a server.
func readKnown(t *testing.T, server string) judgements {
	t.Helper()
	data, err := os.ReadFile(knownFile(server))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	known := judgements{}
	for line := range strings.Lines(string(data)) {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 3 {
			t.Fatalf("%s: %q has no verdict, id and sentence", knownFile(server), line)
		}
		verdict, at := strings.CutSuffix(words[0], "?")
		if verdict != "FAIL" && verdict != "WARN" {
			t.Fatalf("%s: %q begins with neither FAIL nor WARN", knownFile(server), line)
		}
		if _, twice := known[words[1]]; twice {
			t.Fatalf("%s: %s stands there twice", knownFile(server), words[1])
		}
		known[words[1]] = judgement{verdict, at, strings.Join(words[2:], " ")}
	}
	return known
}

// compare tells what a report and the known verdicts do not have in common. A FAIL that is
// not known, and an ERROR, fail the test; with -long so does every other difference.
func (k judgements) compare(t *testing.T, r *checkReport) {
	t.Helper()
	came := map[string]bool{}
	for _, res := range r.Results {
		if res.Verdict == "ERROR" {
			t.Errorf("ERROR %s: %s\n%s", res.ID, res.Reason, res.Transcript)
		}
		if res.Verdict != "FAIL" && res.Verdict != "WARN" {
			continue
		}
		came[res.ID] = true
		switch known, ok := k[res.ID]; {
		case res.Verdict == "WARN" && !*long:
		case !ok:
			t.Errorf("new %s %s: %s\n%s", res.Verdict, res.ID, res.Reason, res.Transcript)
		case known.verdict != res.Verdict && *long:
			t.Errorf("%s is %s, known as %s: %s\n%s", res.ID, res.Verdict, known.verdict, res.Reason, res.Transcript)
		}
	}
	for id, j := range k {
		switch {
		case came[id] || j.at:
		case !*long:
			t.Logf("the known %s %s no longer comes", j.verdict, id)
		default:
			t.Errorf("the known %s %s no longer comes: now %s", j.verdict, id, r.verdict(id))
		}
	}
}

// update writes the file anew: sentences that are there stay, what is new gets the reason
// that the report gives, marked as not looked at.
func (k judgements) update(t *testing.T, s string, r *checkReport) {
	t.Helper()
	var lines []string
	width := 0
	for _, res := range r.Results {
		width = max(width, len(res.ID))
	}
	for _, res := range r.Results {
		red := res.Verdict == "FAIL" || res.Verdict == "WARN"
		j, known := k[res.ID]
		if !red && !(known && j.at) {
			continue
		}
		if red && !j.at {
			j.verdict = res.Verdict
		}
		if !known {
			j.sentence = "NOT LOOKED AT: " + strings.Join(strings.Fields(res.Reason), " ")
		}
		mark := " "
		if j.at {
			mark = "?"
		}
		lines = append(lines, fmt.Sprintf("%s%s %-*s %s", j.verdict, mark, width, res.ID, j.sentence))
	}
	slices.Sort(lines)
	head := fmt.Sprintf("# %s: what it does otherwise than the RFCs say. FAIL? and WARN? come and go. The sentence\n# of a FAIL is from its dialogue or a try by hand; that of a WARN may be that of the report.\n", s)
	if err := os.WriteFile(knownFile(r.server), []byte(head+strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
