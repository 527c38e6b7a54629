package ftpwire

import (
	"context"
	"strings"

	"github.com/ftpwire/ftpwire/control"
)

// A Trace holds functions that are called while an operation runs, as those of
// [net/http/httptrace.ClientTrace] are. Each may be nil. They are called from several
// goroutines, one at a time for a connection, and must return at once and not use the Client.
// They get the same events as the Trace of [control.Config], secrets masked.
//
// What comes before a connection, looking a name up and connecting, net/http/httptrace itself
// tells: the functions DNSStart, DNSDone, ConnectStart and ConnectDone of its ClientTrace are
// called for control and data connections, unless the Profile has a Dial or a Proxy.
type Trace struct {
	// Connected: the control connection is open, after Took, or Err says why not.
	Connected func(control.TraceEvent)

	// Greeting: the greeting has come, Took after the connection was open.
	Greeting func(control.TraceEvent)

	// TLS: a handshake of the control connection is done or has failed (Err), or its TLS was
	// taken down.
	TLS func(control.TraceEvent)

	// Sent: a command, Verb and Text, goes out.
	Sent func(control.TraceEvent)

	// Received: a reply to Verb has come, Took after the command went out. A transfer has
	// several.
	Received func(control.TraceEvent)

	// DataOpen: a data connection is open, or could not be opened (Err). Took is since the
	// command that asked for its address. Text says by which command, and of its TLS session
	// whether it was resumed.
	DataOpen func(control.TraceEvent)

	// DataEnd: a data connection has ended, with Octets moved, Took after it was open.
	DataEnd func(control.TraceEvent)

	// Quirk: a quirk of the server was noticed, and is worked around.
	Quirk func(control.TraceEvent)

	// Note: anything else that a reader of a log should know.
	Note func(control.TraceEvent)

	// Closed: the control connection has ended. If the Client connects again, Connected
	// follows.
	Closed func(control.TraceEvent)
}

// WithTrace returns a context with which [Dial] and the methods of Client tell t what they do. If
// the context has a Trace already, both are told.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return control.WithTrace(ctx, t.event)
}

func (t *Trace) event(e control.TraceEvent) {
	if f := t.hook(e); f != nil {
		f(e)
	}
}

func (t *Trace) hook(e control.TraceEvent) func(control.TraceEvent) {
	switch e.Kind {
	case control.TraceConnected:
		return t.Connected
	case control.TraceTLS:
		return t.TLS
	case control.TraceSent:
		return t.Sent
	case control.TraceReceived:
		if e.Verb == "" {
			return t.Greeting
		}
		return t.Received
	case control.TraceData:
		return t.DataOpen
	case control.TraceDataEnd:
		return t.DataEnd
	case control.TraceClosed:
		return t.Closed
	}
	if strings.HasPrefix(e.Text, "quirk ") {
		return t.Quirk
	}
	return t.Note
}
