package ftpwire

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes that replies tell of.
const (
	causeTypeUnknown     Cause = "type-unknown"
	causeNoBinary        Cause = "no-binary"
	causeNoType          Cause = "no-type"
	causeNoMode          Cause = "no-mode"
	causeNoStructure     Cause = "no-structure"
	causeNoSpace         Cause = "no-space"
	causeClosing         Cause = "closing"
	causeWantsResumption Cause = "wants-resumption"
	causeNotConfirmed    Cause = "not-confirmed"
	causeBrokenOffTLS    Cause = "broken-off-tls"
	causeServerFault     Cause = "server-fault"
	causeBrokenOff       Cause = "broken-off"
	causeOtherHost       Cause = "other-host"
	causeDataChannelTLS  Cause = "data-channel-tls"
	causeDataChannel     Cause = "data-channel"
	causeWantsDataTLS    Cause = "wants-data-tls"
	causeWantsProtection Cause = "wants-protection"
	causeMLSTUnlisted          = Cause(control.QuirkMLSTUnlisted)
	causeUnknownCommand  Cause = "unknown-command"
	causeInUse           Cause = "in-use"
	causeExists          Cause = "exists"
	causeNoDirectory     Cause = "no-directory"
	causeNotExist        Cause = "not-exist"
	causePermission      Cause = "permission"
	causeNotStored       Cause = "not-stored"
)

const (
	seeReplies = "RFC 959, Section 4.2"
	tryTLS12   = "use TLS 1.2{TLSMax=1.2}"
	tryRetry   = "have it tried again by itself{TransferOptions.Retry}"
	tryProtect = "protect data connections{DataProtection=P}"
)

var replyRules = []diagnosisRule{
	{
		cause: causeTypeUnknown, find: refused(verbs("TYPE"), protocol.UnknownCommand), see: "RFC 959, Section 5.3.2",
		says: "the server does not know TYPE, by which it is told to leave a file as it is: what it would send may not be what the file holds. Nothing was transferred",
	},
	{
		cause: causeNoBinary, find: when(asItIs, refusedFormat("TYPE")), see: "RFC 959, Section 3.1.1",
		says: "the server refuses to leave files as they are (TYPE I), and nothing was transferred",
		try:  []string{"if it is text, have its line ends converted{Type=ascii}"},
	},
	{
		cause: causeNoType, find: refusedFormat("TYPE"), see: "RFC 959, Section 3.1.1",
		says: "the server does not have the type that was asked for, and nothing was transferred",
		try:  []string{"leave it out{Type}"},
	},
	{
		cause: causeNoMode, find: refusedFormat("MODE"), see: "RFC 959, Section 3.4",
		says: "the server does not have the mode that was asked for, and nothing was transferred",
		try:  []string{"leave it out{Format.Mode}"},
	},
	{
		cause: causeNoStructure, find: refusedFormat("STRU"), see: "RFC 959, Section 3.1.2",
		says: "the server does not have the structure that was asked for, and nothing was transferred",
		try:  []string{"leave it out{Format.Structure}"},
	},
	{
		cause: causeNoSpace, find: refused(anyVerb, protocol.NoSpace), see: seeReplies,
		says: "the server has no room for the file: disk full or quota reached",
	},
	{
		cause: causeClosing, find: refused(anyVerb, protocol.Closing), see: seeReplies,
		says: "the server closes the connection: too many connections, too long idle, or it is shutting down. Wait a little and try again",
	},
	{
		cause: causeWantsResumption, find: unless((*failure).inClear, either(refused(anyVerb, protocol.WantsResumption), both(notResumed(func(e *tlsx.NotResumedError) bool { return e.ByServer }), refused(anyVerb, protocol.WantsProtection)))),
		says: "the server demands that a data connection resume the TLS session of the control connection", see: "docs/data-connections.md",
		try: []string{"allow resumption{Resumption=preferred}", tryTLS12, "allow resumption by session ID{SessionIDs=true}"},
	},
	{
		cause: causeNotConfirmed, find: uploaded(refused(anyVerb, protocol.Aborted, protocol.DataChannel, protocol.Unexplained, protocol.InUse)), words: moved, see: seeReplies,
		says: "all of the file had been sent (%s octets), and then the server reported a fault: it may have stored all of it, a part or nothing. Compare its size there before you send it again",
	},
	{
		cause: causeBrokenOffTLS, find: when((*failure).inTLS, either(refused(anyVerb, protocol.Aborted), begun(refused(anyVerb, protocol.DataChannel)))), see: seeResume,
		says: "the data connection broke off. Some servers, and some firewalls, can't cope with TLS 1.3, or with resumed sessions",
		try:  []string{"have the transfer go on where it ended{TransferOptions.Resume=true}", tryTLS12, "go without resumption{Resumption=off}", tryRetry},
	},
	{
		cause: causeBrokenOff, find: either(refused(anyVerb, protocol.Aborted), begun(refused(anyVerb, protocol.DataChannel))), see: seeReplies,
		says: "the data connection broke off",
		try:  []string{"have the transfer go on where it ended{TransferOptions.Resume=true}", tryRetry},
	},
	{
		cause: causeOtherHost, find: refused(anyVerb, protocol.WrongPeer), see: "RFC 2577, Section 4",
		says: "the server takes data connections from the host of the control connection alone, and saw another one: a proxy or NAT with several addresses is in between",
		try:  []string{"have data go the same way as commands{DirectData=false}", tryActive, tryPassive},
	},
	{
		cause: causeDataChannelTLS, find: when((*failure).inTLS, refused(anyVerb, protocol.DataChannel)), see: "docs/data-connections.md",
		says: "the server could not or would not use the data connection. Over TLS that mostly means that it wants the TLS session resumed, or protection, and does not say so; else a firewall is in between",
		try:  []string{tryProtect, "allow resumption{Resumption=preferred}", tryTLS12, tryActive},
	},
	{
		cause: causeDataChannel, find: refused(anyVerb, protocol.DataChannel), see: seeData,
		says: "the server could not or would not use the data connection: a firewall or NAT is in between, or, with TLS, the session was not resumed",
		try:  []string{tryActive, tryPassive, tryTLS12},
	},
	{
		cause: causeWantsDataTLS, find: when((*failure).inClear, refused(anyVerb, protocol.WantsProtection, protocol.WantsResumption)), see: "RFC 4217, Section 9",
		says: "the server wants TLS on data connections, which a session in clear text can't have",
		try:  []string{"use explicit TLS{Variant=ftp-tls-explicit}", tryImplicit},
	},
	{
		cause: causeWantsProtection, find: refused(anyVerb, protocol.WantsProtection), see: "RFC 4217, Section 9",
		says: "the server demands protected data connections, or refuses them. In a session in clear text only TLS can protect them",
		try:  []string{"use explicit TLS{Variant=ftp-tls-explicit}", tryProtect, "do without protection of data{DataProtection=C}"},
	},
	{
		cause: causeMLSTUnlisted, find: refused(verbs("SIZE", "MDTM"), protocol.UnknownCommand), words: verbOf, see: "RFC 3659, Section 7",
		says: "the server does not know the command %s. Some have MLST, which tells the same, and do not list it",
		try:  []string{"have it tried{Quirks=mlst-unlisted}"},
	},
	{
		cause: causeUnknownCommand, find: refused(anyVerb, protocol.UnknownCommand), words: verbOf, see: seeReplies,
		says: "the server does not know the command %s",
	},
	{
		cause: causeInUse, find: refused(anyVerb, protocol.InUse), see: seeReplies,
		says: "somebody else is using the file on the server. Try again when it is free",
		try:  []string{tryRetry},
	},
	{
		cause: causeExists, find: refused(anyVerb, protocol.Exists), see: seeReplies,
		says: "something of that name is there already",
	},
	{
		cause: causeNoDirectory, find: refused(makes, protocol.NotExist), words: pathOf, see: seeReplies,
		says: "a directory of the path is missing on the server, or this user may not see it: make it first%s",
	},
	{
		cause: causeNotExist, find: saying(fs.ErrNotExist), words: pathOf, see: seeReplies,
		says: "probably there is no such file or directory, or this user may not see it%s",
	},
	{
		cause: causePermission, find: saying(fs.ErrPermission), see: seeReplies,
		says: "this user may not do that on the server",
	},
	{
		cause: causeServerFault, find: transient(refused(anyVerb, protocol.Unexplained)), see: seeReplies,
		says: "the server reports a fault of its own, which may pass. Try again later",
		try:  []string{tryRetry},
	},
	{
		cause: causeNotStored, find: refused(uploads, protocol.Unexplained), see: seeReplies,
		says: "the server could not create the file: this user may not write there, or a directory of the path is missing",
	},
}

// refusedFormat finds a refusal of a format for transfers.
func refusedFormat(verb protocol.Verb) finder {
	return func(f *failure) error {
		if f.reply == nil || f.reply.Verb != verb || f.reply.Transient() {
			return nil
		}
		return f.reply
	}
}

// asItIs reports whether files are known to move as they are because nothing else was asked
// for.
func asItIs(f *failure) bool { return f.p != nil && !f.has(fieldType) }

// uploads and makes say which command was refused: one that stores a file, or any that
// puts something where nothing was.
func uploads(v protocol.Verb) bool { return v.Does(protocol.Uploads) }
func makes(v protocol.Verb) bool   { return uploads(v) || verbs("MKD", "XMKD", "RNTO")(v) }

// begun finds what find does in a transfer that had begun.
func begun(find finder) finder {
	return func(f *failure) error {
		if f.transfer == nil || f.transfer.Bytes == 0 && f.transfer.Phase != control.PhaseReply {
			return nil
		}
		return find(f)
	}
}

// uploaded finds an upload whose data had been sent, if find finds something.
func uploaded(find finder) finder {
	return func(f *failure) error {
		t := f.transfer
		if t == nil || !uploads(t.Verb) || t.Phase != control.PhaseReply || t.Bytes == 0 || find(f) == nil {
			return nil
		}
		return t
	}
}

// transient finds what find does, if the same may succeed later.
func transient(find finder) finder {
	return func(f *failure) error {
		if f.reply == nil || !f.reply.Transient() {
			return nil
		}
		return find(f)
	}
}

// saying finds a refusal of an error that matches target, also one that stands in a listing.
func saying(target error) finder {
	return func(f *failure) error {
		if !errors.Is(f.err, target) {
			return nil
		}
		if f.reply != nil {
			return f.reply
		}
		if e, ok := errors.AsType[*parse.Error](f.err); ok && errors.Is(e, target) {
			return e
		}
		return nil
	}
}

// pathOf says how a path that was refused was understood, if that is worth a word.
var pathOf = words(func(e *protocol.ReplyError) []string {
	if e.Path == "" || strings.HasPrefix(e.Path, "/") {
		return []string{""}
	}
	return []string{". " + strconv.Quote(e.Path) + " is relative to the login directory; in a URL an absolute path begins with %2F"}
})

// Causes about servers that speak something else.
const (
	causeSSH      Cause = "ssh"
	causeHTTP     Cause = "http"
	causeTLSFirst Cause = "tls-first"
	causeGarbled  Cause = "garbled"
	causeNotFTP   Cause = "not-ftp"
)

var protocolRules = []diagnosisRule{
	{
		cause: causeSSH, find: speaking("SSH"),
		says: "SFTP is another protocol than FTP: use a client for SFTP there, or the port of the FTP server, usually 21",
	},
	{
		cause: causeHTTP, find: speaking("HTTP"),
		says: "use the port of the FTP server, usually 21; if an HTTP proxy is in between, connect around it",
	},
	{
		cause: causeTLSFirst, find: speaking("TLS"), see: "RFC 4217, Appendix A",
		says: "the server begins with TLS",
		try:  []string{"use implicit TLS{Variant=ftp-tls-implicit}"},
	},
	{
		cause: causeGarbled, find: both(inSession, speaking("three-digit code")), see: seeReplies,
		says: "the server, or something on the way, sent text that is no reply in the middle of the session. No later reply could be trusted to answer its command, so the connection was given up",
		try:  []string{tryRetry},
	},
	{
		cause: causeNotFTP, find: either(speaking("not an FTP reply"), both(greetingBroken, a[*protocol.SyntaxError]())), see: seeReplies,
		says: "what answers there is not FTP, but another protocol, or a broken server. Use the port of the FTP server, usually 21",
	},
}

// inSession finds a connection that was lost while a command waited for its reply.
func inSession(f *failure) error {
	if f.closed == nil || f.closed.Verb == "" {
		return nil
	}
	return f.closed
}

// greetingBroken finds a connection whose greeting could not be read.
func greetingBroken(f *failure) error {
	if f.transfer != nil || len(f.replies) > 0 || f.closed != nil && f.closed.Verb != "" {
		return nil
	}
	return f.err
}

func speaking(what string) finder {
	return a(func(e *protocol.SyntaxError) bool { return strings.Contains(e.Reason, what) })
}
