package ftpwire

import (
	"errors"
	"net"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// dialKind says what the error of control.Dial means for what to try next, and how far the
// attempt came. connected is whether TCP came up, silent whether the probe itself gave up
// waiting for the first octet, last the command that came last.
func dialKind(err error, connected, silent bool, last protocol.Verb) (ProbeStage, probeKind) {
	if e, ok := errors.AsType[*proxy.Error](err); ok && !connected {
		return proxyKind(e)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return StageConnect, probeNowhere
	}
	if _, ok := errors.AsType[*tlsx.ClientCertificateError](err); ok {
		return StageTLS, probeOwnCert
	}
	switch {
	case silent:
		return StageGreeting, probeSilent
	case !connected:
		return StageConnect, probeDead
	}
	if h, ok := errors.AsType[*tlsx.HandshakeError](err); ok {
		return StageTLS, handshakeKind(h)
	}
	if s, ok := errors.AsType[*control.SecurityError](err); ok {
		return StageAuth, authKind(s)
	}
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		return greetingKind(re)
	}
	if t, ok := errors.AsType[*control.TimeoutError](err); ok {
		if t.Verb == "" {
			return StageGreeting, probeSilent
		}
		return StageAuth, probeNoAuth
	}
	if s, ok := errors.AsType[*protocol.SyntaxError](err); ok {
		if looksLikeTLS(s) {
			return StageGreeting, probeTLSFirst
		}
		return StageGreeting, probeNotFTP
	}
	if last == "AUTH" {
		return StageAuth, probeNoAuth // the session ended in place of an answer
	}
	if _, ok := errors.AsType[*protocol.ViolationError](err); ok {
		return StageGreeting, probeNotFTP
	}
	return StageGreeting, probeSilent // it ended without a word
}

// proxyKind tells a proxy that can't reach the port from one that can't be used at all.
func proxyKind(e *proxy.Error) (ProbeStage, probeKind) {
	if e.Stage == proxy.StageTarget {
		return StageConnect, probeDead
	}
	return StageConnect, probeNowhere
}

// looksLikeTLS reports whether what came in place of a greeting is an alert or a handshake
// record of TLS.
func looksLikeTLS(e *protocol.SyntaxError) bool {
	return strings.HasPrefix(e.Excerpt, "\x15\x03") || strings.HasPrefix(e.Excerpt, "\x16\x03")
}

// handshakeKind says what a failed handshake of the control connection means.
func handshakeKind(h *tlsx.HandshakeError) probeKind {
	if _, ok := errors.AsType[*tlsx.ClientCertificateError](h); ok {
		return probeOwnCert
	}
	switch h.Failure {
	case tlsx.FailureCertificate:
		return probeUntrusted
	case tlsx.FailureVersion:
		return probeVersion
	case tlsx.FailureNotTLS:
		return probeNotTLS
	case tlsx.FailureTimeout:
		return probeStalled
	case tlsx.FailureEnded:
		return probeCut
	case tlsx.FailureAlert:
		return alertKind(h)
	}
	return probeTLSOther
}

// alertKind asks Diagnose, which knows the alerts.
func alertKind(err error) probeKind {
	d := Diagnose(err)
	switch {
	case d == nil:
		return probeTLSOther
	case d.Cause == causeNoCommonCipher:
		return probeCiphers
	case d.Cause == causeClientCertificate:
		return probeOwnCert
	}
	return probeTLSOther
}

// authKind says what a refusal of AUTH means.
func authKind(s *control.SecurityError) probeKind {
	if protocol.MeaningIn(s.Err) == protocol.TooManyUsers {
		return probeBusy
	}
	return probeNoAuth
}

// greetingKind says what a refusal before the login means.
func greetingKind(re *protocol.ReplyError) (ProbeStage, probeKind) {
	switch re.Meaning() {
	case protocol.TooManyUsers, protocol.Closing, protocol.IdledOut:
		return StageGreeting, probeBusy
	case protocol.LockedOut, protocol.RejectedLogin:
		return StageGreeting, probeRejected
	}
	if re.Verb == "AUTH" {
		return StageAuth, probeNoAuth
	}
	return StageGreeting, probeTurnedAway
}

// loginKind says what the error of a login means.
func loginKind(err error) (ProbeStage, probeKind) {
	if _, ok := errors.AsType[*tlsx.ClientCertificateError](err); ok {
		return StageTLS, probeOwnCert // with TLS 1.3 the server says so after the handshake
	}
	if re, ok := errors.AsType[*control.RejectedLoginError](err); ok {
		if re.Means == protocol.NeedAccount {
			return StageLogin, probeAccount
		}
		return StageLogin, probeRejected
	}
	if _, ok := errors.AsType[*control.UnansweredLoginError](err); ok {
		return StageLogin, probeRejected
	}
	if u, ok := errors.AsType[*control.UnansweredError](err); ok && u.Verb == "FEAT" {
		return StageSetup, probeNoFeat
	}
	if s, ok := errors.AsType[*control.SecurityError](err); ok {
		return StageSetup, setupKind(s)
	}
	if _, ok := errors.AsType[*tlsx.ClearError](err); ok {
		return StageSetup, probeCCC
	}
	if errors.Is(err, control.ErrWantsTLS) {
		return StageLogin, probeWantsTLS
	}
	if errors.Is(err, control.ErrTooManyUsers) {
		return StageLogin, probeBusy
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok {
		return StageSetup, probeSetup
	}
	switch m := re.Meaning(); {
	case m == protocol.WantsTLS:
		return StageLogin, probeWantsTLS
	case m == protocol.TooManyUsers, m == protocol.Closing && re.Verb.IsLogin():
		return StageLogin, probeBusy
	case m == protocol.NeedAccount:
		return StageLogin, probeAccount
	case re.Verb.IsLogin():
		return StageLogin, probeRejected
	}
	return StageSetup, probeNoLogin
}

// setupKind says which protection of data connections was refused.
func setupKind(s *control.SecurityError) probeKind {
	re, ok := errors.AsType[*protocol.ReplyError](s.Err)
	switch {
	case !ok:
		return probeSetup
	case re.Verb == "PBSZ", re.Verb == "PROT":
		return probeProtP
	}
	return probeNoLogin
}

// dataKind says what the error of a listing means. o tells what was seen of it: whether the
// data connection was open, and the last command.
func dataKind(err error, o *probeOutcome) probeKind {
	if n, ok := errors.AsType[*tlsx.NotResumedError](err); ok && n.ByServer {
		return probeReuse
	}
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		if kind, ok := refusalKind(re, err, o); ok {
			return kind
		}
	}
	h, ok := errors.AsType[*tlsx.HandshakeError](err)
	if ok && h.Failure == tlsx.FailureNotTLS {
		return probeProtection // the server is in clear
	}
	if errors.Is(err, datachan.ErrReplyHeld) {
		return probeListing // with another order the handshake failed, so that the command is what has no answer
	}
	if ok || errors.Is(err, tlsx.ErrTruncated) || errors.Is(err, tlsx.ErrNotResumed) {
		return probeDataTLS
	}
	if open, ok := errors.AsType[*datachan.OpenError](err); ok {
		if isNonsense(open) {
			return probeAddress
		}
		return probeDataTCP
	}
	if o.lastSent.IsDataAddress() {
		return probeAddressOff
	}
	if _, ok := errors.AsType[*control.EmptyError](err); ok && o.step.combination.protected() {
		return probeDataTLS
	}
	switch {
	case o.opened || o.lastSent.Does(protocol.Lists):
		return probeListing
	case errors.Is(err, net.ErrClosed):
		return probeLost
	}
	return probeListing
}

// refusalKind says what a refusal on the way to a listing means; ok is false if another
// error tells more.
func refusalKind(re *protocol.ReplyError, err error, o *probeOutcome) (kind probeKind, ok bool) {
	_, notOpen := errors.AsType[*datachan.OpenError](err)
	_, tlsFailed := errors.AsType[*tlsx.HandshakeError](err)
	switch m := re.Meaning(); m {
	case protocol.NeedAccount:
		return probeAccount, true
	case protocol.WantsTLS:
		return probeCommands, true
	case protocol.WantsResumption:
		return probeReuse, true
	case protocol.WantsProtection:
		if o.opened && o.step.combination.protected() {
			return probeDataTLS, true // it was protected, though not in a way that the server likes
		}
		return probeProtection, true
	case protocol.Closing, protocol.IdledOut:
		return probeLost, true
	case protocol.DataChannel, protocol.Aborted:
		switch {
		case tlsFailed:
			return probeDataTLS, true
		case notOpen:
			return probeDataTCP, true
		case o.step.combination.protected() && !isActiveMode(o.step.combination.DataMode):
			return probeDataTLS, true // it was connected
		}
		return probeDataTCP, true
	}
	switch {
	case re.Verb.IsDataAddress():
		return probeAddress, true
	case re.Verb.Does(protocol.Lists) && !tlsFailed && !notOpen:
		return probeListing, true
	}
	return 0, false
}
