package conformance

// A SetupError reports a server that could not be checked at all: it cannot be reached,
// it refuses the login, or the run needs to write and cannot.
type SetupError struct {
	Stage      string // "connect", "session", "working directory"
	Reason     string // what happened, in words
	Err        error  // the cause, such as a *protocol.ReplyError, or nil
	Leftover   string // what could not be removed again, and why; "" if nothing is left
	Transcript []Line // what was said until then
}

// Error returns stage and reason.
func (e *SetupError) Error() string { return "conformance: " + e.Stage + ": " + e.Reason }

// Unwrap returns the cause.
func (e *SetupError) Unwrap() error { return e.Err }
