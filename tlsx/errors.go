package tlsx

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// Errors without data, for errors.Is.
var (
	// ErrTruncated is the end of a data connection without close_notify. errors.Is also
	// matches io.ErrUnexpectedEOF.
	ErrTruncated error = &truncationError{}
	// ErrCutRecord is the end of a data connection in the middle of a record, so that octets
	// are missing for certain. errors.Is also matches ErrTruncated.
	ErrCutRecord error = &truncationError{midRecord: true}
	// ErrNotResumed is in the chain of every *NotResumedError.
	ErrNotResumed = errors.New("ftp: the TLS session was not resumed")
	// ErrIdentity is in the chain of every *IdentityError.
	ErrIdentity = errors.New("ftp: the certificate is not the control connection's")
	// ErrReuseRequired is the server's refusal of a data connection that does not resume
	// a session that its Binding accepts. The reply to it is 522 (RFC 4217, Section
	// 10.2).
	ErrReuseRequired = errors.New("ftp: TLS session reuse required")

	errNoControl = errors.New("the control connection is not protected")
)

// truncationError is the type of ErrTruncated and of ErrCutRecord, which matches it.
type truncationError struct{ midRecord bool }

func (e *truncationError) Error() string {
	if e.midRecord {
		return "ftp: the data connection ended in the middle of a record"
	}
	return "ftp: the data connection ended without close_notify: the data may be truncated"
}

func (e *truncationError) Is(target error) bool { return target == ErrTruncated }

func (e *truncationError) Unwrap() error { return io.ErrUnexpectedEOF }

// A TrustStoreError reports a file of accepted certificates that could not be read or
// written. It says nothing about the certificate that should be looked up in it.
type TrustStoreError struct {
	Err error // the cause
}

func (e *TrustStoreError) Error() string { return "ftp: trust store: " + errtext.Of(e.Err) }

// Unwrap returns Err.
func (e *TrustStoreError) Unwrap() error { return e.Err }

// An IdentityError reports a data connection whose certificate is not the one of the
// control connection, although it may be valid for the same name.
type IdentityError struct {
	Control [32]byte // SHA-256 of the control connection's certificate
	Data    [32]byte // SHA-256 of the data connection's certificate
}

func (e *IdentityError) Error() string {
	return fmt.Sprintf("%v: SHA-256 %s, want %s", ErrIdentity,
		hex.EncodeToString(e.Data[:]), hex.EncodeToString(e.Control[:]))
}

// Unwrap returns ErrIdentity.
func (e *IdentityError) Unwrap() error { return ErrIdentity }

// A NotResumedError reports a data connection that was refused because it did
// not resume the session of its control connection.
type NotResumedError struct {
	Reuse Reuse // why it was not resumed; Off if the policy is ResumeOff
	// ByServer means that the server refused the connection, probably for this reason. If
	// false, this side refused it: the policy is ResumeRequired and the server made a
	// full handshake.
	ByServer bool
	// SessionID is a *[SessionIDError] if Reuse is SessionIDUnusable.
	SessionID error
}

func (e *NotResumedError) Error() string {
	s := "ftp: TLS session resumption is required, but the data connection was "
	if e.ByServer {
		s = "ftp: the server may demand TLS session resumption, and the data connection was "
	}
	if e.Reuse == Off {
		s += "not resumed: "
	}
	s += e.Reuse.String()
	if e.SessionID != nil {
		s += ": " + e.SessionID.Error()
	}
	return s
}

// Unwrap returns ErrNotResumed.
func (e *NotResumedError) Unwrap() error { return ErrNotResumed }

// A Phase names the connection that a handshake belongs to.
type Phase string

// The two kinds of connection.
const (
	PhaseControl Phase = "control" // the control connection
	PhaseData    Phase = "data"    // a data connection
)

// A HandshakeError reports a TLS handshake that failed. The connection is
// closed.
type HandshakeError struct {
	Phase Phase // of which connection
	Err   error // the cause: an error of crypto/tls or of the network
	// Hint says in plain words what the peer did or what to try next. It is empty if Err
	// says everything. Text from the peer is short and escaped in it.
	Hint string
	// Failure is the kind of failure that Hint describes.
	Failure Failure
	// Silent means that the peer sent not one byte before the failure. After AUTH this is
	// typical of a server that lost a ClientHello because it came at once; a new
	// connection with a short pause may succeed.
	Silent bool
	// Head is what the peer sent first, at most 64 bytes.
	Head []byte
	// InClear means that the peer answered with a refusal in clear text, an FTP reply
	// with 4yz or 5yz. After AUTH this is typical of a server that takes a ClientHello
	// for a command if it comes at once; again a pause may help.
	InClear bool
}

// A Failure is a kind of reason for which a handshake fails.
type Failure uint8

// The kinds of failure.
const (
	FailureOther       Failure = iota // the reason is in Err
	FailureCertificate                // this side refused the server's certificate
	FailureNotTLS                     // the peer did not speak TLS
	FailureVersion                    // there is no version of TLS that both sides allow
	FailureAlert                      // the peer refused the handshake for a reason that it named
	FailureALPN                       // the peer speaks another protocol over TLS
	FailureTimeout                    // the peer did not answer in time
	FailureEnded                      // the peer, or something on the way, cut the connection
)

// Error leaves out Hint, which explains the rest of the message. The text never holds
// control characters, whatever names a certificate has.
func (e *HandshakeError) Error() string {
	if c, ok := e.Err.(*CertificateError); ok {
		return c.Error()
	}
	s := "ftp: TLS handshake of the " + string(e.Phase) + " connection: " + printable(errtext.Of(e.Err))
	return s
}

// Unwrap returns Err.
func (e *HandshakeError) Unwrap() error { return e.Err }

// ALPNRefused reports whether the server refused the handshake for the protocol name
// offered (RFC 7301, Section 3.2). Servers that nevertheless speak FTP answer on a new
// connection on which none is offered: tls.Config.NextProtos empty but not nil. The
// caller may try that, once.
func (e *HandshakeError) ALPNRefused() bool { return isAlert(e.Err, alertNoApplicationProtocol) }

// printable escapes everything but graphic characters and spaces.
func printable(s string) string {
	q := strconv.QuoteToASCII(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// timeoutError reports that Config.HandshakeTimeout ended a handshake.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string   { return fmt.Sprintf("timeout after %v", e.after) }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }
func (e *timeoutError) Unwrap() error   { return os.ErrDeadlineExceeded }
