package control

import (
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// LoginOptions say how [Conn.Login] logs in. The zero LoginOptions are a login with
// USER, PASS and ACCT, then FEAT and what it shows to be of use.
type LoginOptions struct {
	// VirtualHost is sent by HOST before USER (RFC 7151), and over TLS only then.
	// It is a name, which goes out as A-labels, or an IP address, and has no port.
	// Over TLS the server may insist that it is the Config's ServerName as well.
	// If "", HOST is not sent.
	VirtualHost string

	// HostOptional lets the login go on if the server does not know HOST (500, 502, 530).
	// A server that knows it and has no such host is an error in any case.
	HostOptional bool

	// ClientName is sent by CLNT. If "", it is "ftpwire", and sent only to servers
	// that list CLNT and UTF8: some switch UTF-8 on for clients with a name only. A
	// refusal is noted in the trace.
	ClientName string

	// Language is the tag that LANG asks for (RFC 2640, Section 4): "en", "fr-CA".
	// A server that wants a login first is asked again behind it. A refusal is noted
	// in the trace. If "", LANG is not sent.
	Language string

	// CodePage is that of a server whose names are not UTF-8. User, password, account
	// and pathnames are encoded in it, as Encoding says; with a fallback ("auto:NAME")
	// it is the fallback that they are encoded in. If nil, all is UTF-8.
	CodePage *parse.CodePage

	// Encoding says when CodePage is used.
	Encoding NameEncoding

	// OneTime says what becomes of a one-time password challenge in the reply to USER.
	OneTime OneTime

	// After are commands that are run in order once the login is through.
	After []AfterLogin

	// Proxy is the FTP proxy that was dialled in place of the server. If nil, there is none.
	Proxy *LoginProxy

	// MaxLogins bounds the attempts that one call of Login makes. It makes a second
	// one only if a name or password with characters beyond ASCII is refused (530), and
	// would be other bytes in the other encoding. If zero, 2.
	MaxLogins int
}

// NameEncoding says how text becomes the bytes of a command. Text that is not valid
// UTF-8 is sent as it is in any case: it is a name as a listing had it.
type NameEncoding uint8

// The encodings.
const (
	EncodingAuto     NameEncoding = iota // UTF-8 if FEAT lists UTF8 or there is no CodePage; else the CodePage
	EncodingUTF8                         // as it is
	EncodingCodePage                     // the CodePage, and OPTS UTF8 OFF if FEAT lists UTF8
)

// OneTime is a policy for one-time passwords (RFC 2289).
type OneTime uint8

// The policies.
const (
	// OneTimeAuto answers a challenge with the one-time password that the pass phrase
	// given to Login yields; without a challenge the pass phrase is the password. A
	// challenge that cannot be answered is a *[OneTimeError]: the pass phrase itself is
	// not sent to a server that asks for something else.
	OneTimeAuto OneTime = iota

	// OneTimeNever sends the password as it is, for servers that take both.
	OneTimeNever

	// OneTimeRequire sends one-time passwords only: no challenge is a *[OneTimeError].
	OneTimeRequire
)

// AfterLogin is a command that is sent after the login, such as "SITE UMASK 022". It
// moves no data.
type AfterLogin struct {
	Command string
	MayFail bool // a refusal is noted in the trace, and is no error
}

func (o *LoginOptions) maxLogins() int {
	if o.MaxLogins == 0 {
		return 2
	}
	return o.MaxLogins
}

// page returns the code page that new text is encoded in, nil for UTF-8.
func (o *LoginOptions) page() *parse.CodePage {
	p := o.CodePage
	if f := p.Fallback(); f != nil {
		p = f
	}
	if p.Name() == "UTF-8" {
		return nil
	}
	return p
}

// A HostError reports a virtual host that the server does not have, or that it knows
// no virtual hosts at all (RFC 7151). No name and no password was sent.
type HostError struct {
	Host        string // as it was sent
	Unsupported bool   // the server does not know HOST
	Err         error  // the refusal, a *protocol.ReplyError; nil if Host cannot be sent
	Reason      string
}

func (e *HostError) Error() string {
	s := "ftp: virtual host " + quoteArg(e.Host) + ": " + e.Reason
	if e.Err != nil {
		s += ": " + errtext.Of(e.Err)
	}
	return s
}

// Unwrap returns the refusal.
func (e *HostError) Unwrap() error { return e.Err }

// A OneTimeError reports a one-time password that could not be had, or a server that
// asks for none though the policy demands one. No password was sent.
type OneTimeError struct {
	Challenge string // as the server put it, "" if it did not
	Reason    string
}

func (e *OneTimeError) Error() string {
	if e.Challenge == "" {
		return "ftp: one-time password: " + e.Reason
	}
	return "ftp: one-time password for " + quoteArg(e.Challenge) + ": " + e.Reason
}

// An AfterLoginError reports a command of [LoginOptions].After that was refused. The
// session is logged in.
type AfterLoginError struct {
	Command string // secrets masked
	Err     error
}

func (e *AfterLoginError) Error() string {
	return "ftp: command after the login, " + quoteArg(e.Command) + ": " + errtext.Of(e.Err)
}

// Unwrap returns the refusal.
func (e *AfterLoginError) Unwrap() error { return e.Err }

// A ProxyError reports a step of the login through an FTP proxy that failed.
type ProxyError struct {
	Step string // the command, with the names of its values in place of them: "USER %u@%h"
	Err  error
}

func (e *ProxyError) Error() string {
	return "ftp: login through the proxy, " + e.Step + ": " + errtext.Of(e.Err)
}

// Unwrap returns the cause.
func (e *ProxyError) Unwrap() error { return e.Err }

func quoteArg(s string) string { return `"` + visible(s) + `"` }

// credentials are what a login sends.
type credentials struct{ user, password, account string }

func (l credentials) list() []protocol.Command {
	return []protocol.Command{{Verb: "USER", Arg: l.user}, {Verb: "PASS", Arg: l.password}, {Verb: "ACCT", Arg: l.account}}
}
