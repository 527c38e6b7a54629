package conformance

import (
	"encoding/json"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// A Result is how one case ended.
type Result struct {
	ID         string        `json:"id"`               // of the Case
	RFC        string        `json:"rfc"`              // document and sections, such as "959 4.1.1"
	Level      Level         `json:"level"`            // of the requirement
	Text       string        `json:"text"`             // the requirement
	Verdict    Verdict       `json:"verdict"`          // how it ended
	Reason     string        `json:"reason,omitempty"` // why, "" for a plain Pass
	Duration   time.Duration `json:"-"`                // of the case alone
	Transcript []Line        `json:"transcript"`       // what was said in it

	WidelyMissed bool   `json:"widely_missed,omitempty"` // most servers miss it; so it never fails
	Hurts        string `json:"hurts,omitempty"`         // whom it harms, if it is widely missed
	Security     bool   `json:"security,omitempty"`      // it has weight for security

	weight string // of the case, in words
	failed bool   // the case failed, whatever its level makes of it
}

func newResult(c *Case) *Result {
	return &Result{ID: c.ID, RFC: c.RFC, Level: c.Level, Text: c.Text, Verdict: Pass, WidelyMissed: c.Lenient, Hurts: c.Hurts, Security: c.Security, weight: c.Weight()}
}

// A Report holds the results of a run, in the order of the cases.
type Report struct {
	Target   string        // address of the server
	TLS      tlsx.Mode     // how TLS began in this run
	Started  time.Time     // by the clock of this computer
	Duration time.Duration // of the whole run
	Strict   bool          // Options.Strict was set
	Features []string      // what the probe found, one thing a line
	Leftover string        // what could not be removed in the end, and why; "" if all was

	// Incomplete says why the report is not complete: the run was interrupted, its time
	// was over, the server went away, or nothing could be written. It is "" if the report
	// is complete.
	Incomplete string
	NotRun     int // checks that were selected and not made

	Results []Result // in the order of the cases
}

// Summary returns how many results each verdict has.
func (r *Report) Summary() map[Verdict]int {
	m := map[Verdict]int{}
	for i := range r.Results {
		m[r.Results[i].Verdict]++
	}
	return m
}

// Failed reports whether a case failed or could not be carried out; under
// Strict also whether one warned.
func (r *Report) Failed() bool {
	for i := range r.Results {
		if v := r.Results[i].Verdict; v >= Fail || r.Strict && v == Warn {
			return true
		}
	}
	return false
}

// Result returns the result with the given id, or nil.
func (r *Report) Result(id string) *Result {
	for i := range r.Results {
		if r.Results[i].ID == id {
			return &r.Results[i]
		}
	}
	return nil
}

// WriteJSON writes the report as one JSON object. Verdicts without a result
// stand in the summary with 0.
func (r *Report) WriteJSON(w io.Writer) error {
	summary, count := map[string]int{}, r.Summary()
	for v := Pass; v <= Error; v++ {
		summary[v.String()] = count[v]
	}
	type result struct {
		Result
		Seconds float64 `json:"seconds"`
	}
	results := make([]result, len(r.Results))
	for i, x := range r.Results {
		if x.Transcript == nil {
			x.Transcript = []Line{}
		}
		results[i] = result{x, x.Duration.Seconds()}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Target   string    `json:"target"`
		TLS      tlsx.Mode `json:"tls"`
		Started  time.Time `json:"started"`
		Seconds  float64   `json:"seconds"`
		Failed   bool      `json:"failed"`
		Features []string  `json:"features"`
		Leftover string    `json:"leftover,omitempty"`

		Incomplete string `json:"incomplete,omitempty"`
		NotRun     int    `json:"not_run,omitempty"`

		Summary map[string]int `json:"summary"`
		Results []result       `json:"results"`
	}{r.Target, r.TLS, r.Started, r.Duration.Seconds(), r.Failed(), r.Features, r.Leftover, r.Incomplete, r.NotRun, summary, results})
}
