package control

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// errServerClosed is the cause when the server ended the connection without a 421.
var errServerClosed = fmt.Errorf("the server ended it: %w", io.ErrUnexpectedEOF)

// A ClosedError reports a control connection that can no longer be used.
// errors.Is matches net.ErrClosed, and the cause.
type ClosedError struct {
	Cause error // why; nil after Close and Quit

	// Last is what was said last, for a report. It is nil after Close and Quit.
	Last Dialogue

	// Awaited reports whether a reply was still to come: the one to Verb, or the greeting
	// if that is "".
	Awaited bool
	Verb    protocol.Verb
}

func (e *ClosedError) Error() string {
	if e.Cause == nil {
		return "ftp: the control connection was closed on this side"
	}
	return "ftp: the control connection is closed: " + errtext.Of(e.Cause)
}

// Unwrap returns net.ErrClosed and the cause.
func (e *ClosedError) Unwrap() []error {
	if e.Cause == nil {
		return []error{net.ErrClosed}
	}
	return []error{net.ErrClosed, e.Cause}
}

// A TimeoutError reports a reply that did not come in time. The control
// connection is closed. errors.Is matches os.ErrDeadlineExceeded.
type TimeoutError struct {
	Verb  protocol.Verb // "" for the greeting
	After time.Duration // how long it was waited for
}

func (e *TimeoutError) Error() string {
	if e.Verb == "" {
		return fmt.Sprintf("ftp: no greeting within %v", e.After)
	}
	return fmt.Sprintf("ftp: no reply to %s within %v", e.Verb, e.After)
}

// Timeout returns true; see net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// Unwrap returns os.ErrDeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return os.ErrDeadlineExceeded }

// A SecurityError reports that the server does not give the protection that the Config
// demands. No password was sent in clear, and none at all if the error is about AUTH.
type SecurityError struct {
	Reason string   // what is missing, in words
	Err    error    // the server's refusal, or nil
	Offers []string // mechanisms that the server says AUTH takes and that were not tried
	NoTLS  bool     // the server refused AUTH, and does not list it among its features

	MailServer  bool // it greets as one that speaks SMTP
	NoClearData bool // it refuses PROT C, or does not act on it

	Mechanism string // the name of the Config's Mechanism, if the error is about that
}

func (e *SecurityError) Error() string {
	if e.Err == nil {
		return "ftp: " + e.Reason
	}
	return "ftp: " + e.Reason + ": " + errtext.Of(e.Err)
}

// Unwrap returns the server's refusal.
func (e *SecurityError) Unwrap() error { return e.Err }

// A Phase is a part of a transfer.
type Phase string

// The phases of a transfer.
const (
	PhaseOpen  Phase = "opening the data connection" // until the data connection is up, and TLS on it
	PhaseData  Phase = "moving data"                 // until the data connection has ended
	PhaseReply Phase = "waiting for the final reply" // after the end of the data
)

// A TransferError reports a transfer that is not known to be complete.
type TransferError struct {
	Verb  protocol.Verb // of the transfer
	Path  string        // of the file or directory as it was sent, with secrets masked; "" if it was not named
	Phase Phase         // how far it had come
	Bytes int64         // moved over the data connection before the error
	Err   error         // the cause: a *protocol.ReplyError, a network error, a context's error

	// Last is what was said last on the connection, for a report. It is nil while the
	// transfer is not closed, unless the error ended it.
	Last Dialogue
}

// Error returns the text of the cause alone if the server refused the transfer and
// nothing moved.
func (e *TransferError) Error() string {
	if re, ok := errors.AsType[*protocol.ReplyError](e.Err); ok && e.Bytes == 0 && re.Verb == e.Verb {
		return "ftp: " + errtext.Of(e.Err)
	}
	what := protocol.NameCommand(e.Verb, e.Path)
	s := fmt.Sprintf("ftp: %s failed while %s", what, e.Phase)
	if e.Bytes > 0 || e.Phase != PhaseOpen {
		s += fmt.Sprintf(", after %d bytes", e.Bytes)
	}
	return s + ": " + strings.TrimPrefix(errtext.Of(e.Err), what+": ") // a refusal also names the command
}

// Unwrap returns the cause.
func (e *TransferError) Unwrap() error { return e.Err }
