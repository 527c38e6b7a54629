package ftpwire

import (
	"errors"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes about TLS that was not to be had as it was demanded.
const (
	causeMechanism        Cause = "mechanism"
	causeAuthSSL          Cause = "auth-ssl"
	causeOddAuthReply     Cause = "odd-auth-reply"
	causeMailServer       Cause = "mail-server"
	causeNoTLS            Cause = "no-tls"
	causeNoExplicitTLS    Cause = "no-explicit-tls"
	causeNoDataProtection Cause = "no-data-protection"
	causeNoClearData      Cause = "no-clear-data"
	causeCommandsInClear  Cause = "commands-in-clear"
)

var securityRules = []diagnosisRule{
	{
		cause: causeMechanism, find: a(func(e *control.SecurityError) bool { return e.Mechanism != "" }), see: "RFC 2228",
		words: words(func(e *control.SecurityError) []string { return []string{e.Mechanism} }),
		says: "the server and this side do not agree about the security mechanism %s: whether the server has it, the keys, or the levels of protection. " +
			"Nothing was sent with less of it than was demanded",
	},
	{
		cause: causeAuthSSL, find: a(func(e *control.SecurityError) bool { return slices.Contains(e.Offers, "SSL") }), see: "RFC 4217, Section 17",
		says: "the server knows TLS by an old name only",
		try:  []string{"ask for it by AUTH SSL{Variant=ftp-ssl-explicit}"},
		then: noPassword,
	},
	{
		cause: causeOddAuthReply, find: a(func(e *control.SecurityError) bool {
			re, ok := errors.AsType[*protocol.ReplyError](e.Err)
			return ok && re.Verb == "AUTH" && re.Reply.Code.Class() == 2
		}), see: "RFC 4217, Section 4",
		says: "the server agreed to something, but not to begin TLS: perhaps its greeting came twice, and this is the second one",
		try:  []string{"use implicit TLS, which needs no AUTH{Variant=ftp-tls-implicit}"},
		then: noPassword,
	},
	{
		cause: causeMailServer, find: either(a(func(e *control.SecurityError) bool { return e.MailServer }), speaksOfMail),
		says: "a mail server answers there (SMTP), whose greeting is like that of FTP. Use the port of the FTP server, usually 21",
		then: noPassword,
	},
	{
		cause: causeNoTLS, find: both(a(func(e *control.SecurityError) bool { return e.NoTLS }), refusalOf("AUTH")), see: "RFC 4217, Section 4",
		says: "the server has no TLS on this port: its list of features (FEAT) names none",
		try:  []string{tryImplicit, tryClear},
		then: noPassword,
	},
	{
		cause: causeNoExplicitTLS, find: refusalOf("AUTH"), see: "RFC 4217, Section 4",
		says: "the server has no explicit TLS on this port, or knows it by another name",
		try:  []string{tryImplicit, "use the older name{Variant=ftp-ssl-explicit}", tryClear},
		then: noPassword,
	},
	{
		cause: causeNoClearData, find: a(func(e *control.SecurityError) bool { return e.NoClearData }), see: "RFC 4217, Section 9",
		says: "the server takes no data connections without protection",
		try:  []string{tryProtect},
	},
	{
		cause: causeNoDataProtection, find: refusalOf("PROT", "PBSZ"), see: "RFC 4217, Section 9",
		says: "the server does not protect data connections as asked: names and contents of files would travel differently from what was demanded",
		try:  []string{"do without protection of data, if anybody on the way may read and change it{DataProtection=C}"},
	},
	{
		cause: causeCommandsInClear, find: either(a[*tlsx.ClearError](), silent("CCC"), cutAt("CCC")), see: "RFC 4217, Section 12.3",
		says: "TLS was to end on the control connection after the login, and the server ended all of it, did not answer, or went on in a way that is not understood",
		try:  []string{"leave TLS on{ClearCommandChannel=false}"},
	},
}

// beforeUpload finds the listing that an upload was preceded by, if that has failed.
func beforeUpload(f *failure) error {
	if f.transfer == nil || !uploads(f.transfer.Verb) {
		return nil
	}
	look, ok := errors.AsType[*control.TransferError](f.transfer.Err)
	if !ok || !look.Verb.Does(protocol.Lists) {
		return nil
	}
	return look
}

// speaksOfMail finds a refusal before the password that has the words of a mail server: it
// wants its own hello first, or takes no mail.
func speaksOfMail(f *failure) error {
	if f.reply == nil || !verbs("", "AUTH", "USER")(f.reply.Verb) {
		return nil
	}
	text := strings.ToUpper(f.reply.Reply.Text())
	for _, word := range []string{"SMTP", "EHLO", "HELO"} {
		if strings.Contains(text, word) {
			return f.reply
		}
	}
	return nil
}

const noPassword = "No password was sent"

// refusalOf finds a SecurityError because of a refusal of one of these.
func refusalOf(list ...protocol.Verb) finder {
	return a(func(e *control.SecurityError) bool {
		re, ok := errors.AsType[*protocol.ReplyError](e.Err)
		return ok && slices.Contains(list, re.Verb)
	})
}
