package conformance

// A Verdict is how a case ended.
type Verdict uint8

// The verdicts, in ascending gravity: of several in one case the gravest counts.
const (
	Pass   Verdict = iota + 1 // the requirement is met
	Note                      // a fact worth knowing, neither good nor bad
	Unimpl                    // something optional is not implemented
	Skip                      // a need is not met; the reason says which
	Warn                      // a SHOULD missed, or a deviation that clients live with
	Fail                      // a MUST missed
	Error                     // the check itself could not be carried out
)

var verdictNames = [...]string{"", "PASS", "INFO", "UNIMPL", "SKIP", "WARN", "FAIL", "ERROR"}

// String returns the verdict's name in capitals.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "unknown"
}

// MarshalText returns the same word as String, so that JSON holds words.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// red reports whether v says that the server, or the check, is at fault.
func (v Verdict) red() bool { return v >= Warn }
