package ftpwire

import (
	"context"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// ProbeOptions say what [Probe] tries, and within what bounds.
type ProbeOptions struct {
	// Profile names the server, who logs in, how its certificate is judged, and proxies. All
	// that Probe does not vary is taken from it as it is. If its Port is zero, ports 21 and
	// 990 are tried; otherwise that port, in every way. If its User is empty, the login is
	// anonymous.
	Profile Profile

	// Keep names the settings of the Profile that are not varied, by the Field constants of
	// diagnoses. If nil, all are that Probe can vary.
	Keep []Field

	// AllowClear lets the password go over a connection without TLS, if nothing else works.
	// If false, it does so only to this computer itself. An anonymous login has no secret.
	AllowClear bool

	// Write has a combination count only after a small file was put, read back, compared
	// and removed. If false, nothing on the server is changed.
	Write bool

	// MaxLogins is how many logins may be made. If zero or negative, it is 10. A rejected
	// one ends the probe in any case.
	MaxLogins int

	// TotalTime bounds everything. If zero, it is a minute; if negative, only the context
	// does. Each single wait is bounded by the Profile's Timeout, which is 10 seconds if it
	// is zero.
	TotalTime time.Duration

	// Pause is made between two connections. If zero, it is 200 ms; if negative, there is
	// none.
	Pause time.Duration

	// Name says what a setting is called in the texts of the result: its flag on a command
	// line, its label in a dialogue. If nil, it is the field.
	Name func(Change) string

	// Event, if not nil, is called as the probe goes on. It must not keep it waiting.
	Event func(ProbeEvent)
}

// A ProbeEvent tells how a probe goes on.
type ProbeEvent struct {
	Kind        ProbeEventKind   // what the event tells
	Combination ProbeCombination // that is tried now, or was
	Attempt     *ProbeAttempt    // for ProbeTried
	Text        string           // for ProbeWaits: why
}

// A ProbeEventKind says what a ProbeEvent tells.
type ProbeEventKind uint8

// The kinds of events.
const (
	ProbeTries ProbeEventKind = iota + 1 // an attempt begins
	ProbeTried                           // an attempt has ended
	ProbeWaits                           // a pause is made, longer than those between connections
)

// A ProbeAttempt is one combination that was tried.
type ProbeAttempt struct {
	Combination ProbeCombination // what was tried
	Works       bool             // a listing came, and a file there and back if ProbeOptions.Write asked for it
	Stage       ProbeStage       // how far it came
	Outcome     string           // in words, secrets masked
	Reply       string           // the server's reply that decided it, secrets masked; "" if none did
	Err         error            // nil if it works, or nothing went wrong
	Cause       Cause            // of Err, as Profile.Diagnose has it; "" if it is not known
	Login       bool             // it cost a login
	Took        time.Duration    // from the first connection to the end
}

// A ProbeStage is a part of the way to a listing.
type ProbeStage uint8

// The stages, in their order.
const (
	StageConnect  ProbeStage = iota // TCP, and proxies
	StageGreeting                   // the server's first reply
	StageAuth                       // AUTH
	StageTLS                        // the handshake of the control connection, and the certificate
	StageLogin                      // USER, PASS, ACCT
	StageSetup                      // PROT, FEAT and CCC, after the login
	StageData                       // the data connection, and the listing
	StageWrite                      // a file there and back
	StageDone                       // all of it
)

// String returns the stage in a word.
func (s ProbeStage) String() string {
	names := [...]string{"connect", "greeting", "AUTH", "TLS", "login", "setup", "data", "write", "done"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// A ProbePruned is a group of combinations that were not tried, for one reason.
type ProbePruned struct {
	What   string `json:"what"`   // what they have in common
	Count  int    `json:"count"`  // how many there are
	Reason string `json:"reason"` // why they cannot work, or need not be tried
}

// A ProbeSetting is a setting of the recommended profile, and why it is as it is.
type ProbeSetting struct {
	Field  Field  `json:"field"`  // which setting
	Value  string `json:"value"`  // what it is set to, in the form of a Profile in text
	Reason string `json:"reason"` // what was seen that speaks for it
}

// A ProbeResult is what [Probe] has found out.
type ProbeResult struct {
	Address     string                 // host and port that the recommended profile connects to, or the first that was tried
	Attempts    []ProbeAttempt         // in the order in which they were made
	Pruned      []ProbePruned          // what was left out
	Logins      int                    // how many logins it cost
	Took        time.Duration          // in all
	Incomplete  string                 // why it ended before all was tried, "" if it did not
	Certificate *tlsx.CertificateFacts // of the server, nil if none was seen
	Problems    []string               // what is wrong with the certificate, in words
	Server      ProbeServer            // what the server says of itself

	// Summary is what works in a few words: how TLS begins, its version, and how the listing
	// came. It is "" if nothing works.
	Summary string

	// Recommended is the profile that works, nil if none does. It holds the password that
	// was given, and lists the directory as it is.
	Recommended *Profile
	Combination ProbeCombination // that it was made of
	Settings    []ProbeSetting   // of it, with their reasons
	Weaknesses  []string         // what is weak about it
	Why         []string         // if nothing works: why, the likeliest first
	Leftover    string           // a file of ours that could not be removed from the server
}

// Probe finds out how to work with a server: it tries, in order of their strength, the
// variants of TLS, the words of AUTH, versions of TLS, cipher suites, protection, ways to
// open data connections, policies for addresses, session resumption, CCC, the order of TLS
// and reply, listing commands and code pages. What one attempt teaches prunes others. A
// combination counts only once a directory was listed over a data connection, and the
// listing is proven to be whole.
//
// The password is sent only over TLS with a certificate that the Profile accepts, to this
// computer itself, or where AllowClear says so. A login that is rejected is not repeated, and
// a session serves for as many attempts as possible.
//
// The error is nil if a server could be tried, whatever came of it: see Recommended and Why
// of the result. It is a *[ProfileError], or the cause of ctx if that ended.
func Probe(ctx context.Context, o ProbeOptions) (*ProbeResult, error) {
	r, err := newProbe(&o)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	bounded, cancel := patience.Within(ctx, patience.ProbeTotal.Or(o.TotalTime))
	defer cancel()
	r.run(bounded)
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	result := r.result()
	result.Took = time.Since(began)
	return result, nil
}

// maxLogins is the login budget.
func (o *ProbeOptions) maxLogins() int {
	if o.MaxLogins <= 0 {
		return 10
	}
	return o.MaxLogins
}

// ports are those to try, and what begins on them.
func (o *ProbeOptions) ports() []int {
	if o.Profile.Port != 0 {
		return []int{o.Profile.Port}
	}
	return []int{21, 990}
}

// offers reports whether a variant may be spoken on a port: with a port of the user's own,
// every one; without it, implicit TLS on 990 and the others on 21.
func (o *ProbeOptions) offers(port int, s control.Security) bool {
	return o.Profile.Port != 0 || (port == 990) == (s == control.SecurityImplicit)
}
