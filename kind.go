package ftpwire

import (
	"errors"
	"net"
	"slices"
	"syscall"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
)

// A Kind is what sort of failure an error is: a stable name in small letters. It says what to
// do next, where a [Cause] says what happened; the command's exit codes are its kinds. The zero
// value is no failure.
type Kind string

// The kinds.
const (
	// KindInterrupted: the caller's context was cancelled.
	KindInterrupted Kind = "interrupted"

	// KindUsage: what was asked for makes no sense, such as a URL, a Profile or an argument.
	KindUsage Kind = "usage"

	// KindLocal: a local file can't be read or written. A full disk is KindNoSpace.
	KindLocal Kind = "local"

	// KindConnect: there is no connection, or none that is protected as demanded. The name
	// is unknown, nothing listens, the proxy says no, what answers is not FTP, TLS does not
	// come about, or data connections do not, and another attempt would not change that.
	KindConnect Kind = "connect"

	// KindCertificate: the certificate of the server, or of a proxy, is not accepted.
	KindCertificate Kind = "certificate"

	// KindLogin: the server refused the login, or did not answer it, or wants a client
	// certificate, an account or TLS for it. Do not repeat it: that may lock the user out.
	KindLogin Kind = "login"

	// KindNotFound: the server has no such file or directory, or does not show it.
	KindNotFound Kind = "not-found"

	// KindNotAllowed: the server does not let this user do that, or can't create the file
	// and gives no reason.
	KindNotAllowed Kind = "not-allowed"

	// KindNoSpace: a disk is full or a quota is reached, on the server or here.
	KindNoSpace Kind = "no-space"

	// KindTemporary: the same may succeed later, or at once on a new connection; see
	// [Temporary]. A failure to connect is KindConnect, though it may pass, too.
	KindTemporary Kind = "temporary"

	// KindUnproven: it may be done, and the proof is missing. Look before you repeat it.
	KindUnproven Kind = "unproven"

	// KindOther: everything else that the server refuses, or that fails for good.
	KindOther Kind = "other"
)

// KindOf returns what kind of failure err is, "" if it is nil. Its judgement is that of
// [Diagnose] and [Temporary].
func KindOf(err error) Kind {
	switch {
	case err == nil:
		return ""
	case isType[*ProfileError](err) || isType[*URLError](err) || isType[*protocol.ArgumentError](err) || isType[*OptionsError](err):
		return KindUsage
	case localError(err) && !isType[*net.OpError](err) && !isType[*proxy.Error](err):
		return kindOfLocal(err)
	case doubtful(err):
		return KindUnproven
	}
	if why, ok := noOther(err); ok {
		err = why
	}
	f := newFailure(err, nil)
	for r := range rules {
		if r.find(f) != nil {
			return f.kind(r.cause)
		}
	}
	return f.kind("")
}

// kindOfLocal is KindOf for an error of a local file.
func kindOfLocal(err error) Kind {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			return KindNoSpace
		}
	}
	return KindLocal
}

// doubtful reports whether a change was asked for that must not be repeated blindly, on a
// connection that was lost before the reply came.
func doubtful(err error) bool {
	if e, ok := errors.AsType[*onceStoredError](err); ok && Temporary(e.err) {
		return true
	}
	if e, ok := errors.AsType[*FileError](err); ok {
		return unrepeatable(e.Op) && (e.Lost != nil || changing(unansweredVerb(e.Err)))
	}
	e, ok := errors.AsType[*ReconnectError](err)
	return ok && e.Sent && unrepeatable(e.Op)
}

// changing reports whether a second command of a verb is refused because the first was carried out.
var changing = verbs("DELE", "RMD", "XRMD", "MKD", "XMKD", "RNTO")

// unansweredVerb returns the command whose reply never came, "" if err is not about one.
func unansweredVerb(err error) protocol.Verb {
	if e, ok := errors.AsType[*control.TimeoutError](err); ok {
		return e.Verb
	}
	if e, ok := errors.AsType[*control.ClosedError](err); ok && e.Awaited {
		return e.Verb
	}
	return ""
}

// unrepeatable reports whether a second attempt of an operation fails because the first one
// succeeded.
func unrepeatable(op string) bool {
	return slices.Contains([]string{"remove", "removeall", "rename", "mkdir", "append"}, op)
}

// kind returns the kind of a failure with a cause, or with none that is known.
func (f *failure) kind(c Cause) Kind {
	for _, row := range kindsOfCauses {
		if slices.Contains(row.causes, c) {
			return row.judge(f)
		}
	}
	return passingOr(KindOther)(f)
}

// always and passingOr are the judgements of kindsOfCauses: one whatever the error, and one
// that asks whether another attempt may succeed.
func always(k Kind) func(*failure) Kind { return func(*failure) Kind { return k } }

func passingOr(k Kind) func(*failure) Kind {
	return func(f *failure) Kind {
		switch {
		case f.dialled():
			return KindConnect
		case Temporary(f.err):
			return KindTemporary
		case f.reply != nil && ofLogin(f.reply.Verb):
			return KindLogin // which Temporary does not have repeated, whatever the code
		}
		return k
	}
}

// dialled reports whether the server, not one of its data ports, could not be reached.
func (f *failure) dialled() bool {
	op, ok := errors.AsType[*net.OpError](f.err)
	return ok && op.Op == "dial" && !isType[*datachan.OpenError](f.err)
}

// kindsOfCauses says what kind the causes of Diagnose are. Every cause stands in it once.
var kindsOfCauses = []struct {
	judge  func(*failure) Kind
	causes []Cause
}{
	{always(KindInterrupted), []Cause{causeCancelled}},
	{always(KindLocal), []Cause{causeTrustDamaged, causeTrustLocked, causeTrustFile}},
	{always(KindConnect), []Cause{
		causeFXPMixed, causeFXPNoTLS, causeFXPResumption, causeFXPBroken, causeFXPAddress, causeFXPRefused,
		causeNoGreeting, causeNoSuchHost, causeNameServer, causeNothingThere, causeNoRoute, causeCutAtGreeting,
		causeSSH, causeHTTP, causeTLSFirst, causeNotFTP, causeMailServer, causeNotFTPLogin,
		causeProxyUse, causeProxyUnknown, causeProxyTimeout, causeProxyDown, causeProxyNoTLS, causeProxyScheme, causeProxyWantsLogin,
		causeProxyRejects, causeProxyKind, causeProxyNoFTP, causeProxyRedirects, causeProxyForbidsTunnel, causeProxyForbids,
		causeProxyForbidsData, causeProxyServerDown, causeLoginProxyKind, causeNoVirtualHosts, causeVirtualHostUnknown,
		causeMechanism, causeAuthSSL, causeOddAuthReply, causeNoTLS, causeNoExplicitTLS, causeNoClearData, causeNoDataProtection,
		causeCommandsInClear, causeAuthSilent, causeCutAtAuth, causeWantsDataTLS, causeWantsProtection,
		causeSSL3, causeTLSVersion, causeNoCommonCipher, causeTLSAlert, causeClearReply, causeTLSSilent, causeNoImplicitTLS,
		causeTLSCut, causeTLSPeer, causeTLSControl,
	}},
	{always(KindCertificate), []Cause{
		causeCertificateChanged, causeNotPinned, causeRevoked, causeSeveralFaults, causeSelfSigned, causeUnknownAuthority,
		causeNameInCommonName, causeWrongName, causeExpired, causeBadChain, causeOtherCertificate, causeProxyCertificate,
	}},
	{always(KindLogin), []Cause{
		causeLoginRejected, causeLoginRejected530, causeAnonymousRefused, causeLoginUnanswered, causeLockedOut, causeNeedAccount,
		causeWantsTLS, causeNoChallenge, causeChallengeUnanswered, causeLoginProxyRejects, causeProxyServerLogin,
		causeClientCertificateMissing, causeClientCertificateIssuer, causeClientCertificateRefused, causeClientCertificate,
	}},
	{always(KindNotFound), []Cause{causeNotExist, causeNoDirectory, causeNoParent, causeOtherListing, causeProxyNoFile}},
	{always(KindNotAllowed), []Cause{causePermission, causeNotStored, causeProxyForbidsURL}},
	{always(KindNoSpace), []Cause{causeNoSpace, causeLocalDiskFull}},
	{always(KindUnproven), []Cause{
		causeNoProof, causeNoHashProof, causeRecordsCut, causeEarlyReply, causeEmptyCut, causeEmptyNoTLS, causeEmptyUnconfirmed, causeEmptyNoData,
	}},
	{always(KindOther), []Cause{
		causeTooLarge, causeNoSums, causeNotInCodePage, causeTypeUnknown, causeNoBinary, causeNoType, causeNoMode, causeNoStructure,
		causeMLSTUnlisted, causeUnknownCommand, causeExists,
	}},

	// What may have been done if it can't be repeated.
	{passingOr(KindUnproven), []Cause{causeNotConfirmed, causeForgotten}},

	// Data connections.
	{passingOr(KindConnect), []Cause{
		causeReplyHeld, causePortsBlocked, causeLowPort, causeAddressRefused, causeStranger, causeActiveBlocked, causeActiveRefused,
		causeAddressNonsense, causeAddressIgnored, causeAddressWrong, causePortClosed, causePortFiltered, causePassiveBlocked,
		causePassiveRefused, causeOtherHost, causeDataChannel, causeDataChannelTLS, causeProxyDataPort, causeUploadLook,
		causeSessionIDOnly, causeSessionIDUnusable, causeResumptionOff, causeNotResumedTLS, causeWantsResumption,
		causeClearData, causeTLSDataSilent, causeTLSDataCut, causeTLSData, causeRenegotiation,
	}},

	// What goes by whether another attempt may succeed.
	{passingOr(KindOther), []Cause{
		causeSizeDiffers, causeContentsDiffer, causeSizeUseless, causeSizeUnexpected, causeChanged, causeNotResumed, causeFormatCut,
		causeFormatBroken, causeTruncated, causeTooManyUsers, causeAfterLogin, causeClosing, causeIdledOut, causeInUse, causeServerFault,
		causeBrokenOff, causeBrokenOffTLS, causeDataCut, causeDataCutTLS, causeCutOff, causeTimeout, causeGarbled, causeProxyGotNothing,
		causeEPSVSilent, causePASVSilent, causePORTSilent, causeFeatSilent, causeTransferSilent, causeCutAtAddress, causeControlLost,
	}},
}
