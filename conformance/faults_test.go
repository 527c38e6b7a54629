package conformance_test

import (
	"flag"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

var matrix = flag.String("matrix", "", "run all cases, not only those that name it, against every fault (all, minutes), or against each N-th from the K-th on (K/N)")

// inMatrix reports whether all cases run against the n-th fault.
func inMatrix(n int) bool {
	var k, of int
	if _, err := fmt.Sscanf(*matrix, "%d/%d", &k, &of); err == nil && of > 0 {
		return n%of == k%of
	}
	return *matrix == "all"
}

// everything is the case that sends most commands; monitors see them.
const everything = "rfc959-5.4-reply-per-command"

// sourcePort is a case that is red at times on a correct server: the port below
// the control port may be in use.
const sourcePort = "rfc959-3.2-source-l-1"

// TestFaults shows that each case can fail: it starts the embedded server with
// each fault in turn and wants every case that names the fault to be red.
// With -matrix all cases run, and no other case may be red: see docs/kill-matrix.md. Faults
// of the network are left out there.
func TestFaults(t *testing.T) {
	t.Parallel()
	byFault := map[string][]conformance.Case{}
	for _, c := range conformance.Cases() {
		if len(c.Faults) == 0 {
			t.Errorf("%s names no fault that turns it red", c.ID)
		}
		for _, f := range c.Faults {
			byFault[f] = append(byFault[f], c)
		}
	}
	for n, fault := range slices.Sorted(maps.Keys(byFault)) {
		cases := byFault[fault]
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			for mode, some := range byMode(fault, cases) {
				redUnder(t, fault, mode, some, cases, inMatrix(n))
			}
		})
	}
}

// tlsFaults are faults that show under TLS only, whatever the case.
var tlsFaults = []string{"active-clear", "rein-keeps-tls", "rein-then-auth-534", "stor-cut-silence", "tls13-keyupdate-ends"}

// ofTCP are faults of the network that the operating system has.
var ofTCP = []string{"active-any-port", "active-other-address", "passive-ports-in-order", "passive-takes-anyone", "telnet-spoils-abor"}

// byMode sorts cases by the TLS mode of the server that they need.
func byMode(fault string, cases []conformance.Case) map[tlsx.Mode][]conformance.Case {
	m := map[tlsx.Mode][]conformance.Case{}
	for _, c := range cases {
		mode := tlsx.ModeNone
		if slices.Contains(c.Needs, conformance.NeedTLS) || slices.Contains(c.Needs, conformance.NeedAuth) || slices.Contains(tlsFaults, fault) {
			mode = tlsx.ModeExplicit
		}
		if slices.Contains(c.Needs, conformance.NeedImplicit) {
			mode = tlsx.ModeImplicit
		}
		m[mode] = append(m[mode], c)
	}
	return m
}

func redUnder(t *testing.T, fault string, mode tlsx.Mode, cases, naming []conformance.Case, every bool) {
	t.Helper()
	if fault == "active-other-address" && runtime.GOOS != "linux" {
		t.Skip("only Linux has 127.0.0.2 from the start")
	}
	check := check
	if slices.Contains(ofTCP, fault) {
		check = checkTCP
	}
	only := []string{everything}
	for _, c := range cases {
		only = append(only, c.ID)
	}
	if slices.Contains(ofTCP, fault) { // their waits take real time
		every = false
	}
	if every {
		only = nil
	}
	report := check(t, mode, conformance.Options{Timeout: time.Second, AllowClear: true, Slow: true, Intrusive: true, Only: only}, fault)
	for _, c := range cases {
		if slices.Contains(c.Needs, conformance.NeedIPv6) {
			continue // see TestIPv6
		}
		r := report.Result(c.ID)
		for again := 0; !red(r) && again < 2; again++ {
			// Some faults show in time only: what comes a second late on an idle
			// machine is not told from what comes late on a busy one.
			only = []string{everything, c.ID}
			if c.Monitor() && again > 0 {
				only = nil // it sees what other cases come upon
			}
			r = check(t, mode, conformance.Options{Timeout: time.Second, AllowClear: true, Slow: true, Intrusive: true, Only: only}, fault).Result(c.ID)
		}
		if !red(r) {
			t.Errorf("%s: %s is not red: %+v", mode, c.ID, verdictOf(r))
			if r != nil {
				logTranscript(t, r)
			}
		}
	}
	if !every {
		return
	}
	for i := range report.Results {
		r := &report.Results[i]
		named := slices.ContainsFunc(naming, func(c conformance.Case) bool { return c.ID == r.ID })
		if r.Verdict >= conformance.Warn && !named && r.ID != sourcePort {
			t.Errorf("%s: MATRIX %s %s is red too: %s: %s", mode, fault, r.ID, r.Verdict, r.Reason)
		}
	}
}

func red(r *conformance.Result) bool { return r != nil && r.Verdict >= conformance.Warn }

func verdictOf(r *conformance.Result) string {
	if r == nil {
		return "no result"
	}
	return strings.TrimSpace(r.Verdict.String() + " " + r.Reason)
}

func logTranscript(t *testing.T, r *conformance.Result) {
	for _, l := range r.Transcript {
		t.Log(l)
	}
}
