package datachan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// An OpenError reports a data connection that could not be opened. The control connection
// remains usable.
type OpenError struct {
	Mode string // "EPSV", "PASV", "CPSV", "EPRT" or "PORT"
	Addr string // the address to connect to or to listen on, if known
	Err  error  // the cause: a refusal, or an error of the network

	// Named is the host in the server's reply to PASV, if that is not the host of the
	// control connection: the NAT policy chose which of them to connect to. Otherwise it
	// is "".
	Named string
}

func (e *OpenError) Error() string {
	s := "ftp: data connection (" + e.Mode + ")"
	if e.Addr != "" {
		s += " " + e.Addr
	}
	return s + ": " + errtext.Of(e.Err)
}

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// ErrEnded is the cause of an OpenError if the final reply came before the data
// connection was open: the reply says what happened.
var ErrEnded = errors.New("the transfer ended before the data connection was open")

// A StrangerError reports connections to an active listener that were refused because they
// did not come from the server, while the server's own connection never came. It is in the
// chain of an [OpenError]; Config.AnyPeer lets such connections in.
type StrangerError struct {
	Addr   string // the address of the last one that was refused
	Server string // the only host that is let in
	Err    error  // what ended the wait: [ErrEnded], or a deadline
}

func (e *StrangerError) Error() string {
	return "a connection from " + e.Addr + " was refused, which is not the server (" + e.Server + "): " + errtext.Of(e.Err)
}

// Unwrap returns what ended the wait.
func (e *StrangerError) Unwrap() error { return e.Err }

// ErrReplyHeld is the cause of an OpenError if the preliminary reply did not come in time
// under [SyncOn].
var ErrReplyHeld = errors.New("no preliminary reply came; a server that wants TLS first can't be used with SyncOn")

// ErrInterrupted is returned by reads and writes after [Conn.Interrupt].
var ErrInterrupted = errors.New("the data connection was interrupted")

// An AddressError reports an address in a reply that is refused because it may be an
// attack.
type AddressError struct {
	Addr   string // host and port, or the host alone, as the server gave it
	Reason string // why it is refused, in words
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("the server named %s for the data connection: %s", e.Addr, e.Reason)
}

// deadlineError turns the end of a context with a time limit into the error that callers
// test for: os.ErrDeadlineExceeded if our limit ended it, else the context's error.
func deadlineError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var ne net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ne) && ne.Timeout() {
		return fmt.Errorf("%w: %w", os.ErrDeadlineExceeded, err)
	}
	return err
}
