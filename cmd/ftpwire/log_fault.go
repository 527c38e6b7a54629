package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// cutFault returns how a connection was cut, "" if err does not say so.
func cutFault(err error) dialogue.Fault {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return dialogue.Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return dialogue.Reset
	case errors.Is(err, os.ErrDeadlineExceeded):
		return dialogue.Silent
	}
	return ""
}

// tlsFault returns what the server did in a TLS handshake that failed with err.
func tlsFault(err error) dialogue.Fault {
	if _, ok := errors.AsType[*tlsx.ClientCertificateError](err); ok {
		return dialogue.Demands
	}
	e, ok := errors.AsType[*tlsx.HandshakeError](err)
	if !ok {
		if how := cutFault(err); how != "" {
			return how
		}
		return dialogue.Client // as with a session that was not resumed
	}
	if cert, ok := errors.AsType[*tlsx.CertificateError](err); ok && cert.Reasons != 0 {
		return dialogue.Distrusted(cert.Reasons.String())
	}
	if e.Failure == tlsx.FailureCertificate {
		return dialogue.Client
	}
	if len(e.Head) > 0 && (e.Failure == tlsx.FailureNotTLS || e.Failure == tlsx.FailureVersion) {
		return dialogue.Sends(e.Head)
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return dialogue.Alert(uint8(alert))
	}
	switch how := cutFault(err); {
	case how == dialogue.Reset, how == dialogue.Silent:
		return how
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return dialogue.Closed
	}
	return dialogue.Client
}

// dataFault returns how a data connection failed: before TLS, or in the handshake.
func dataFault(err error) (inTLS bool, how dialogue.Fault) {
	_, inTLS = errors.AsType[*tlsx.HandshakeError](err)
	if inTLS || errors.Is(err, tlsx.ErrNotResumed) || errors.Is(err, tlsx.ErrIdentity) {
		return true, tlsFault(err)
	}
	if how := cutFault(err); how != "" {
		return false, how
	}
	return false, dialogue.Silent
}

// endFault returns how a data connection ended.
func endFault(err error) dialogue.Fault {
	var ne net.Error
	switch how := cutFault(err); {
	case err == nil:
		return ""
	case errors.Is(err, tlsx.ErrTruncated):
		return dialogue.Cut
	case how == dialogue.Reset:
		return how
	case how == dialogue.Silent, errors.As(err, &ne) && ne.Timeout(), errors.Is(err, net.ErrClosed), errors.Is(err, datachan.ErrInterrupted),
		errors.Is(err, context.Canceled), errors.Is(err, control.ErrGivenUp):
		return dialogue.Silent
	case errors.Is(err, io.ErrUnexpectedEOF):
		return dialogue.Closed
	}
	return dialogue.Silent
}

// closeFault returns how the server ended the control connection, "" if it did not.
func closeFault(err error) dialogue.Fault {
	if _, ok := errors.AsType[*tlsx.ClientCertificateError](err); ok {
		return dialogue.Demands
	}
	timeout, late := errors.AsType[*control.TimeoutError](err)
	switch how := cutFault(err); {
	case err == nil, late && timeout.Verb == "ABOR":
		return ""
	case how == dialogue.Reset, how == dialogue.Silent:
		return how
	case err == io.ErrUnexpectedEOF:
		return dialogue.Cut // over TLS, without close_notify
	case errors.Is(err, io.ErrUnexpectedEOF):
		return dialogue.Closed
	}
	return "" // what the server said was wrong, and this side ended it
}
