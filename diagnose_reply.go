package ftpwire

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes that replies tell of.
const (
	CauseTypeUnknown     Cause = "type-unknown"
	CauseNoType          Cause = "no-type"
	CauseNoMode          Cause = "no-mode"
	CauseNoStructure     Cause = "no-structure"
	CauseClosing         Cause = "closing"
	CauseWantsResumption Cause = "wants-resumption"
	CauseBrokenOff       Cause = "broken-off"
	CauseDataChannel     Cause = "data-channel"
	CauseWantsProtection Cause = "wants-protection"
	CauseNoSpace         Cause = "no-space"
	CauseMLSTUnlisted          = Cause(control.QuirkMLSTUnlisted)
	CauseUnknownCommand  Cause = "unknown-command"
	CauseInUse           Cause = "in-use"
	CauseNotExist        Cause = "not-exist"
	CausePermission      Cause = "permission"
)

const loginDirectory = "Paths are relative to the login directory; in a URL an absolute one begins with %2F"

var replyRules = []diagnosisRule{
	{
		cause: CauseTypeUnknown, find: refused(verbs("TYPE"), protocol.UnknownCommand),
		advice: "the server does not know TYPE, by which it is told to leave a file as it is: what it would send may not be what the file holds. Nothing was transferred",
	},
	{
		cause: CauseNoType, find: refusedFormat("TYPE"),
		advice: "the server does not have the type that was asked for, and nothing was transferred. Leave it out{Format.Type}",
	},
	{
		cause: CauseNoMode, find: refusedFormat("MODE"),
		advice: "the server does not have the mode that was asked for, and nothing was transferred. Leave it out{Format.Mode}",
	},
	{
		cause: CauseNoStructure, find: refusedFormat("STRU"),
		advice: "the server does not have the structure that was asked for, and nothing was transferred. Leave it out{Format.Structure}",
	},
	{
		cause: CauseClosing, find: refused(anyVerb, protocol.Closing),
		advice: "the server closes the connection: too many connections, too long idle, or it is shutting down. Wait a little and try again",
	},
	{
		cause: CauseWantsResumption, find: either(refused(anyVerb, protocol.WantsResumption), both(notResumed(func(e *tlsx.NotResumedError) bool { return e.ByServer }), refused(anyVerb, protocol.WantsProtection))),
		advice: "the server demands that a data connection resume the TLS session of the control connection. Resumption must not be off{Resumption=preferred}; if it is not, another TLS version may help{TLSMax=1.2}",
	},
	{
		cause: CauseBrokenOff, find: either(refused(anyVerb, protocol.Aborted), moved(refused(anyVerb, protocol.DataChannel))),
		advice: "the data connection broke off. Try again; a file can go on where it ended{TransferOptions.Resume=true}, and by itself{TransferOptions.Retry}",
	},
	{
		cause: CauseDataChannel, find: refused(anyVerb, protocol.DataChannel),
		advice: "the server could not or would not use the data connection. Try the other direction{DataMode=active}{DataMode=passive}, and with TLS another version{TLSMax=1.2}: servers answer this also when the TLS session was not resumed",
	},
	{
		cause: CauseWantsProtection, find: refused(anyVerb, protocol.WantsProtection),
		advice: "the server demands protected data connections, or refuses them. In a session in clear text only TLS can protect them{Security=explicit}; with TLS, protect data as well{DataProtection=P}, or do without{DataProtection=C}",
	},
	{
		cause: CauseNoSpace, find: refused(anyVerb, protocol.NoSpace),
		advice: "the server has no room for the file: disk full or quota reached",
	},
	{
		cause: CauseMLSTUnlisted, find: refused(verbs("SIZE", "MDTM"), protocol.UnknownCommand), words: verbOf,
		advice: "the server does not know the command %s. Some have MLST, which tells the same, and do not list it: have it tried{Quirks=mlst-unlisted}",
	},
	{
		cause: CauseUnknownCommand, find: refused(anyVerb, protocol.UnknownCommand), words: verbOf,
		advice: "the server does not know the command %s",
	},
	{
		cause: CauseInUse, find: refused(anyVerb, protocol.InUse),
		advice: "somebody else is using the file on the server. Try again when it is free",
	},
	{
		cause: CauseNotExist, find: saying(fs.ErrNotExist),
		advice: "probably there is no such file or directory, or this user may not see it. " + loginDirectory,
	},
	{
		cause: CausePermission, find: saying(fs.ErrPermission),
		advice: "this user may not do that on the server",
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

// moved finds what find does in a transfer that had begun.
func moved(find finder) finder {
	return func(f *failure) error {
		if f.transfer == nil || f.transfer.Bytes == 0 && f.transfer.Phase != control.PhaseReply {
			return nil
		}
		return find(f)
	}
}

// saying finds a refusal of an error that matches target.
func saying(target error) finder {
	return func(f *failure) error {
		if f.reply == nil || !errors.Is(f.err, target) {
			return nil
		}
		return f.reply
	}
}

// Causes about servers that speak something else.
const (
	CauseSSH      Cause = "ssh"
	CauseHTTP     Cause = "http"
	CauseTLSFirst Cause = "tls-first"
	CauseNotFTP   Cause = "not-ftp"
)

var protocolRules = []diagnosisRule{
	{
		cause: CauseSSH, find: speaking("SSH"),
		advice: "SFTP is another protocol than FTP: use a client for SFTP there, or the port of the FTP server, usually 21",
	},
	{
		cause: CauseHTTP, find: speaking("HTTP"),
		advice: "use the port of the FTP server, usually 21; if an HTTP proxy is in between, connect around it",
	},
	{
		cause: CauseTLSFirst, find: speaking("TLS"),
		advice: "the server begins with TLS: use implicit TLS{Security=implicit}",
	},
	{
		cause: CauseNotFTP, find: speaking("not an FTP reply"),
		advice: "what answers there is not FTP, but another protocol, or a broken server. Use the port of the FTP server, usually 21",
	},
}

func speaking(what string) finder {
	return a(func(e *protocol.SyntaxError) bool { return strings.Contains(e.Reason, what) })
}
