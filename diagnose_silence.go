package ftpwire

import (
	"errors"
	"os"
	"strconv"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes about replies that never came, and connections that ended before a reply.
const (
	causeFeatSilent     Cause = "feat-silent"
	causeEPSVSilent     Cause = "epsv-silent"
	causePASVSilent     Cause = "pasv-silent"
	causePORTSilent     Cause = "port-silent"
	causeTransferSilent Cause = "transfer-silent"
	causeCutAtAddress   Cause = "cut-at-address"
	causeCutAtAuth      Cause = "cut-at-auth"
	causeAuthSilent     Cause = "auth-silent"
	causeForgotten      Cause = "forgotten"
	causeControlLost    Cause = "control-lost"
	causeIdledOut       Cause = "idled-out"
)

const tryKeepAlive = "have the control connection kept alive during transfers{KeepAlive=30s}"

var silenceRules = []diagnosisRule{
	{
		cause: causeEPSVSilent, find: silent("EPSV"), see: seeData,
		says: "the server did not answer EPSV: some firewalls swallow it",
		try:  []string{tryPASV, tryActive},
	},
	{
		cause: causePASVSilent, find: silent("PASV", "CPSV", "LPSV"), words: silentVerb, see: seeData,
		says: "the server did not answer %s: some firewalls swallow it",
		try:  []string{tryEPSV, tryActive},
	},
	{
		cause: causePORTSilent, find: silent("EPRT", "PORT", "LPRT"), words: silentVerb, see: seeData,
		says: "the server did not answer %s: some firewalls swallow it",
		try:  []string{tryPassive},
	},
	{
		cause: causeFeatSilent, find: silent("FEAT"), see: "RFC 2389, Section 3",
		says: "the server did not answer FEAT, which is the first command after the login: it is too old or too slow, or something on the way does not know the command",
		try:  []string{"do without the server's features{Login.NoFeat=true}", "wait longer{Timeout}"},
	},
	{
		cause: causeAuthSilent, find: silent("AUTH"), see: "RFC 4217, Section 4",
		says: "the server did not answer AUTH, by which TLS is asked for: it has none here, or a firewall swallows the command",
		try:  []string{tryImplicit, "use the older name{Variant=ftp-ssl-explicit}"},
		then: "No password was sent",
	},
	{
		cause: causeTransferSilent, find: silentTransfer, words: words(func(e *control.TransferError) []string { return []string{string(e.Verb)} }), see: seeData,
		says: "the data connection was opened, but nothing of %s was seen in time: the server may see nothing of that connection, if a firewall or a proxy has answered in its place, or the two wait for each other",
		try:  []string{tryActive, "do one step at a time{SyncDataChannel=on}", "wait longer{Timeout}"},
	},
	{
		cause: causeCutAtAuth, find: cutAt("AUTH"), see: "RFC 4217, Section 4",
		says: "the server, or a firewall, ended the connection at AUTH, by which TLS is asked for: it has none here, or only from the beginning of the connection",
		try:  []string{tryImplicit, "use the older name{Variant=ftp-ssl-explicit}"},
		then: "No password was sent",
	},
	{
		cause: causeCutAtAddress, find: either(cutAt("EPSV", "PASV", "CPSV", "EPRT", "PORT"), without(a[*control.TimeoutError](), lost(control.PhaseOpen))), see: seeData,
		says: "the connection ended while a data connection was being prepared: some servers and firewalls do that at a command that they do not know",
		try:  []string{tryPassive, tryPASV, tryEPSV, tryActive},
	},
	{
		cause: causeForgotten, find: lost(control.PhaseReply), words: moved, see: "RFC 959, Section 3.3; docs/patience.md",
		says: "the data had come to its end (%s octets), but the server's last word on it never came: a firewall may have forgotten the control connection, which was silent meanwhile",
		try:  []string{tryKeepAlive},
		then: "Whether the file is whole is not known; compare its size",
	},
	{
		cause: causeControlLost, find: lost(control.PhaseData), words: moved, see: "docs/patience.md",
		says: "the control connection broke while data was moving (after %s octets): a firewall may have forgotten it, as it was silent meanwhile",
		try:  []string{tryKeepAlive, tryRetry},
	},
	{
		cause: causeIdledOut, find: refused(anyVerb, protocol.IdledOut), see: "RFC 959, Section 4.2",
		says: "the server ended the session because it was silent for too long",
		try:  []string{tryKeepAlive},
	},
}

// silent finds a reply to one of these that did not come in time.
func silent(list ...protocol.Verb) finder {
	return a(func(e *control.TimeoutError) bool { return verbs(list...)(e.Verb) })
}

// silentTransfer finds a transfer of which nothing was seen, though the data connection was
// open.
func silentTransfer(f *failure) error {
	t := f.transfer
	if t == nil || t.Phase == control.PhaseReply || t.Bytes > 0 || f.reply != nil || len(f.opens) > 0 {
		return nil
	}
	if isType[*tlsx.HandshakeError](t) || !errors.Is(t, os.ErrDeadlineExceeded) || f.timeout != nil && f.timeout.Verb != t.Verb {
		return nil
	}
	return t
}

var silentVerb = words(func(e *control.TimeoutError) []string { return []string{string(e.Verb)} })

// cutAt finds a connection that ended where the reply to one of these was due.
func cutAt(list ...protocol.Verb) finder {
	return func(f *failure) error {
		if f.closed == nil || !verbs(list...)(f.closed.Verb) || f.reply != nil || f.timeout != nil || !cut(f.closed) {
			return nil
		}
		return f.closed
	}
}

// lost finds a transfer in whose phase the control connection fell silent, or ended.
func lost(phase control.Phase) finder {
	return func(f *failure) error {
		if f.transfer == nil || f.transfer.Phase != phase || f.reply != nil || len(f.opens) > 0 {
			return nil
		}
		if f.timeout != nil || f.closed != nil && cut(f.closed) {
			return f.transfer
		}
		return nil
	}
}

// moved says how much of a transfer had moved.
var moved = words(func(e *control.TransferError) []string { return []string{strconv.FormatInt(e.Bytes, 10)} })
