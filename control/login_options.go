package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// LoginOptions say how [Conn.Login] logs in. The zero LoginOptions mean a login with
// USER, PASS and ACCT, then FEAT and the commands that its reply shows to be useful.
type LoginOptions struct {
	// VirtualHost is sent with HOST before USER (RFC 7151) and, where TLS is used, only
	// after TLS is up. It is a name, which is sent as A-labels, or an IP address, and has
	// no port. Over TLS the server may insist that it equals the Config's ServerName. If
	// "", HOST is not sent.
	VirtualHost string

	// HostOptional lets the login go on if the server does not know HOST (500, 502, 530).
	// If the server knows HOST but not this host, Login fails in any case.
	HostOptional bool

	// ClientName is sent with CLNT. If "", it is "ftpwire", and sent only to servers that
	// list CLNT and UTF8: some switch UTF-8 on only after CLNT. A refusal is noted in the
	// trace.
	ClientName string

	// Language is the tag that LANG asks for (RFC 2640, Section 4): "en", "fr-CA". A
	// server that wants a login first is asked again after it. A refusal is noted in the
	// trace. If "", LANG is not sent.
	Language string

	// CodePage is the code page of a server whose names are not UTF-8. User, password,
	// account and pathnames are encoded in it, as Encoding says; with a fallback
	// ("auto:NAME") they are encoded in the fallback. If nil, everything is UTF-8.
	CodePage *listing.CodePage

	// Encoding says when CodePage is used.
	Encoding NameEncoding

	// OneTime says how to treat a one-time password challenge in the reply to USER.
	OneTime OneTime

	// AccountAlways sends ACCT even if nothing asks for it, once the server has let the user
	// in: some proxies and gateways want it so. A refusal is then an error of the login. If
	// false, the account is sent to servers that ask for one (332, 532).
	AccountAlways bool

	// NoFeat does not ask for the server's features (FEAT), for servers that never answer
	// it: the server then counts as one without extensions.
	NoFeat bool

	// AssumeFeatures are lines as FEAT has them, such as "SIZE", "REST STREAM" or "MLST
	// type*;size*;", of what the server has although FEAT does not list it, or is refused.
	// Lines for what FEAT lists are ignored. What the server turns out not to have is done
	// without. Where FEAT is refused and the software is known to have something all the
	// same, that is assumed, too: see docs/own.md.
	AssumeFeatures []string

	// After holds commands that are sent in order after the login.
	After []AfterLogin

	// Proxy is the FTP proxy that was dialled in place of the server. If nil, there is none.
	Proxy *LoginProxy

	// PasswordFunc, if not nil, is asked for a password that is "", the FTP proxy's too, and
	// for an account that is "". It is called in the middle of the login, with the
	// connection's turn, when the server asks for what is missing (331, 332), and not at all
	// if USER alone suffices; TLS is up by then and the certificate accepted. No timeout but
	// that of ctx bounds it. Its error is the error of Login. If the password is refused, it
	// is called once more, with the refusal, as far as MaxLogins allows. The server may have
	// closed the connection meanwhile: then nothing is sent, and Dial of package
	// ftpwire connects again. The answer is never shown in errors or traces.
	PasswordFunc func(ctx context.Context, q PasswordQuestion) (string, error)

	// MaxLogins limits the attempts that one call of Login makes. It makes a second one
	// only if a name or password with characters beyond ASCII is refused (530) and has
	// other bytes in the other encoding, or if PasswordFunc gives another password. If
	// zero, it is 2.
	MaxLogins int
}

// NameEncoding says how text becomes the bytes of a command. Text that is not valid UTF-8
// is always sent unchanged: it is a name as it came in a listing.
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
	// OneTimeAuto answers a challenge with the one-time password computed from the pass
	// phrase given to Login; without a challenge the pass phrase is the password. If a
	// challenge cannot be answered, the error is a *[OneTimeError]: the pass phrase
	// itself is not sent to a server that asks for something else.
	OneTimeAuto OneTime = iota

	// OneTimeNever sends the password unchanged, for servers that accept both.
	OneTimeNever

	// OneTimeRequire sends one-time passwords only: without a challenge the error is a
	// *[OneTimeError].
	OneTimeRequire
)

// AfterLogin is a command that is sent after the login, such as "SITE UMASK 022". It must
// not move data.
type AfterLogin struct {
	Command string // a whole line, without CR and LF
	MayFail bool   // a refusal is noted in the trace and is not an error
}

func (o *LoginOptions) maxLogins() int {
	if o.MaxLogins == 0 {
		return 2
	}
	return o.MaxLogins
}

// page returns the code page for new text, nil for UTF-8.
func (o *LoginOptions) page() *listing.CodePage {
	p := o.CodePage
	if f := p.Fallback(); f != nil {
		p = f
	}
	if p.Name() == "UTF-8" {
		return nil
	}
	return p
}

// A HostError reports that the server does not have the virtual host, or does not know
// virtual hosts at all (RFC 7151). No user name and no password was sent.
type HostError struct {
	Host        string // as it was sent
	Unsupported bool   // the server does not know HOST
	Err         error  // the refusal, a *protocol.ReplyError; nil if Host cannot be sent
	Reason      string // what happened, in words
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

// A OneTimeError reports that no one-time password could be computed, or that the server
// asks for none although the policy demands one. No password was sent.
type OneTimeError struct {
	Challenge string // as the server put it, "" if it did not
	Reason    string // what happened, in words
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
	Err     error  // the refusal, a *protocol.ReplyError
}

func (e *AfterLoginError) Error() string {
	return "ftp: command after the login, " + quoteArg(e.Command) + ": " + errtext.Of(e.Err)
}

// Unwrap returns the refusal.
func (e *AfterLoginError) Unwrap() error { return e.Err }

// A ProxyError reports a step of the login through an FTP proxy that failed.
type ProxyError struct {
	Step string // the command, with the names of its values in place of them: "USER %u@%h"
	Err  error  // the refusal, a *protocol.ReplyError, or how the connection was lost
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
