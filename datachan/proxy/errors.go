package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A Hop is one of the two connections that lead to a server through a proxy.
type Hop uint8

// The hops.
const (
	HopProxy  Hop = iota // from this side to the proxy, and the exchange with the proxy
	HopTarget            // from the proxy to the server
)

// String returns "proxy" or "target".
func (h Hop) String() string {
	if h == HopTarget {
		return "target"
	}
	return "proxy"
}

// A Stage is the step at which a connection through a proxy failed.
type Stage uint8

// The stages, in their order.
const (
	StageRequest  Stage = iota // nothing was sent: the address of the proxy or the target is not usable
	StageConnect               // no connection to the proxy
	StageTLS                   // no TLS with the proxy
	StageAuth                  // the proxy refused the credentials, or demands some
	StageExchange              // the proxy broke the protocol, ended the connection or was too slow
	StageTarget                // the proxy could not, or would not, connect to the server
)

var stageTexts = [...]string{
	StageRequest:  "cannot be asked for %s",
	StageConnect:  "connecting to the proxy",
	StageTLS:      "TLS with the proxy",
	StageAuth:     "authentication at the proxy",
	StageExchange: "asking the proxy for %s",
	StageTarget:   "the proxy's connection to %s",
}

// String returns the stage's name: "request", "connect", "tls", "auth", "exchange" or
// "target".
func (s Stage) String() string {
	names := [...]string{"request", "connect", "tls", "auth", "exchange", "target"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// An Error reports that a connection through a proxy failed. It works with errors.Is for
// what the proxy reports: syscall.ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT,
// EACCES (also fs.ErrPermission) and errors.ErrUnsupported.
type Error struct {
	Hop    Hop    // which connection failed
	Stage  Stage  // the step at which it failed
	Proxy  string // the proxy as a URL, without credentials
	Target string // "host:port" or URL that was asked for
	Status int    // HTTP status, or the SOCKS reply or authentication status; 0 if there was none
	Reason string // what the proxy said, or what its status means, shortened
	Err    error  // cause, if there is one
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ftp: proxy %s: ", e.Proxy)
	text := "failed"
	if int(e.Stage) < len(stageTexts) {
		text = stageTexts[e.Stage]
	}
	b.WriteString(strings.Replace(text, "%s", e.Target, 1))
	if e.Reason != "" {
		b.WriteString(": " + e.Reason)
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Err != nil && !e.said() && !strings.Contains(e.Reason, e.Err.Error()) {
		b.WriteString(": " + errtext.Of(e.Err))
	}
	return b.String()
}

// said reports whether the text of the status already says what Err is; Err is then only
// for programs.
func (e *Error) said() bool {
	_, errno := errors.AsType[syscall.Errno](e.Err)
	return e.Status != 0 && (errno || errors.Is(e.Err, errors.ErrUnsupported))
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// wrap completes an error for the caller. An *Error keeps its stage, unless it came from
// another proxy on the way to this one.
func (p *Proxy) wrap(stage Stage, target string, err error) error {
	e, ok := err.(*Error)
	if !ok || e.Proxy != "" {
		e = &Error{Stage: stage, Err: err}
	}
	e.Proxy, e.Target = p.String(), target
	hide(e, p.Password)
	if e.Stage == StageTarget {
		e.Hop = HopTarget
	}
	return e
}

// explain completes an error of the exchange with the proxy. An error of reach is already
// complete.
func (p *Proxy) explain(ctx context.Context, target string, err error) error {
	e, ok := err.(*Error)
	switch {
	case ok && e.Proxy == p.String():
		return err
	case ok:
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case lost(err):
		err = &Error{Stage: StageExchange, Reason: "the proxy ended the connection before its answer was complete", Err: err}
	}
	return p.wrap(StageExchange, target, err)
}

// lost reports whether err is the end of the connection.
func lost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed)
}

// hide removes a password from the proxy's text, which may repeat what the proxy was
// sent. A password of one or two bytes is not removed, because every text contains it.
func hide(e *Error, password string) {
	if len(password) > 2 {
		e.Reason = strings.ReplaceAll(e.Reason, password, "***")
	}
}

func broken(format string, args ...any) error {
	return &Error{Stage: StageExchange, Reason: fmt.Sprintf(format, args...)}
}

func unusable(reason string) error { return &Error{Stage: StageRequest, Reason: reason} }

func refused(status int, reason string, err error) error {
	return &Error{Stage: StageAuth, Status: status, Reason: reason, Err: err}
}
