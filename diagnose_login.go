package ftpwire

import (
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Causes about logins.
const (
	causeNoVirtualHosts      Cause = "no-virtual-hosts"
	causeVirtualHostUnknown  Cause = "virtual-host-unknown"
	causeNoChallenge         Cause = "no-challenge"
	causeChallengeUnanswered Cause = "challenge-unanswered"
	causeAfterLogin          Cause = "after-login"
	causeLoginUnanswered     Cause = "login-unanswered"
	causeLoginProxyRejects   Cause = "login-proxy-rejects"
	causeLoginProxyKind      Cause = "login-proxy-kind"
	causeWantsTLS            Cause = "wants-tls"
	causeTooManyUsers        Cause = "too-many-users"
	causeNeedAccount         Cause = "need-account"
	causeLockedOut           Cause = "locked-out"
	causeNotFTPLogin         Cause = "not-ftp-login"
	causeAnonymousRefused    Cause = "anonymous-refused"
	causeLoginRejected       Cause = "login-rejected"
	causeLoginRejected530    Cause = "login-rejected-530"
)

const (
	checkLogin = "the server rejected the login: check user name and password"
	giveUser   = "give a user name: without one the login is anonymous, which many servers refuse{?User}"
)

// anonymous reports whether the login is known to be anonymous.
func anonymous(f *failure) bool { return f.p != nil && f.p.User == "" }

// ofLogin reports whether v gives user, password or account.
var ofLogin = verbs("USER", "PASS", "ACCT")

var loginRules = []diagnosisRule{
	{
		cause: causeNoVirtualHosts, find: a(func(e *control.HostError) bool { return e.Unsupported }),
		says: "the server has no virtual hosts (RFC 7151)", see: "RFC 7151",
		try: []string{"leave the virtual host out{Login.VirtualHost=none}"}, then: "No password was sent",
	},
	{
		cause: causeVirtualHostUnknown, find: a(func(e *control.HostError) bool { return e.Err != nil }),
		says: "the server has no virtual host of that name. Over TLS it may have to be the name of the server too", see: "RFC 7151, Section 3",
		try: []string{"check its spelling{Login.VirtualHost}"}, then: "No password was sent",
	},
	{
		cause: causeNoChallenge, find: a(func(e *control.OneTimeError) bool { return e.Challenge == "" }),
		says: "the server asks for no one-time password, and nothing else may be sent", see: "RFC 2289",
		try:  []string{"have the password sent as it is{Login.OneTime=auto}"},
		then: "No password was sent",
	},
	{
		cause: causeChallengeUnanswered, find: a[*control.OneTimeError](),
		says: "the server's challenge could not be answered with a one-time password", see: "RFC 2289",
		try:  []string{"have the password sent as it is, if the server takes that{Login.OneTime=never}"},
		then: "No password was sent",
	},
	{
		cause: causeAfterLogin, find: a[*control.AfterLoginError](),
		says: "the login went well, but the server refused a command that is to follow it",
		try:  []string{"leave it out, or allow it to fail{Login.After}"},
	},
	{
		cause: causeLoginUnanswered, find: a[*control.UnansweredLoginError](),
		words: words(func(e *control.UnansweredLoginError) []string { return []string{string(e.Verb)} }),
		says:  "the server gave no answer to %s. Some end the connection when the login is wrong, or after too many wrong ones: check user name and password before the next attempt",
	},
	{
		cause: causeLoginProxyRejects, find: a(ownLogin, func(e *control.ProxyError) bool { return protocol.MeaningIn(e.Err) == protocol.RejectedLogin }),
		says: "the FTP proxy rejected its own login, not the server's",
		try:  []string{"check its user and password{Login.Proxy}{Login.Proxy.Password}"},
	},
	{
		cause: causeLoginProxyKind, find: a(func(e *control.ProxyError) bool {
			re, ok := errors.AsType[*protocol.ReplyError](e.Err)
			return ok && re.Verb != "PASS" && re.Verb != "ACCT" || ok && ownLogin(e) && re.Meaning() != protocol.RejectedLogin && re.Verb != "PASS" && re.Verb != "ACCT"
		}),
		says: "the FTP proxy refused to connect to the server, or is told which one in another way",
		try:  []string{"try another kind{Login.Proxy}"},
	},
	{
		cause: causeWantsTLS, find: either(is(control.ErrWantsTLS), refused(anyVerb, protocol.WantsTLS)),
		says: "the server wants TLS before the login", see: "RFC 4217, Section 4",
		try: []string{"use explicit TLS{Variant=ftp-tls-explicit}", tryImplicit},
	},
	{
		cause: causeTooManyUsers, find: either(is(control.ErrTooManyUsers), refused(anyVerb, protocol.TooManyUsers)),
		says: "the server has too many users now, or too many connections of this one. Wait a little and try again",
	},
	{
		cause: causeNeedAccount, find: refused(anyVerb, protocol.NeedAccount),
		says: "the server wants an account besides user and password", see: "RFC 959, Section 4.1.1",
		try:  []string{"give one{?Account}"},
		then: "Who runs the server knows which one is right",
	},
	{
		cause: causeLockedOut, find: refused(anyVerb, protocol.LockedOut),
		says: "the server takes no logins of this user, or from here, for now: there were too many failed ones, or somebody shut it out. Another attempt may make that longer; wait, or ask who runs the server",
	},
	{
		cause: causeNotFTPLogin, find: refused(verbs("USER"), protocol.UnknownCommand),
		says: "the server does not know USER, with which every FTP session begins: it speaks another protocol, as a mail server (SMTP) does that greets in the same way, or is a proxy. Use the port of the FTP server, usually 21",
	},
	{
		cause: causeAnonymousRefused, find: when(anonymous, either(passMeaning, refused(ofLogin, protocol.RejectedLogin, protocol.BadParameter, protocol.NotNow))), see: "RFC 1635",
		says: "the login was anonymous, as no user name was given, and the server refuses that",
		try:  []string{"give a user name{?User}"},
		then: "A server that wants TLS first, or has too many users, may answer the same; its text says more",
	},
	{
		cause: causeLoginRejected530, find: bareRejection,
		says: checkLogin, try: []string{giveUser}, see: "RFC 959, Section 4.2",
		then: "A server that wants TLS first, or has too many users, answers the same; its text says more",
	},
	{
		cause: causeLoginRejected, find: either(passMeaning, refused(ofLogin, protocol.RejectedLogin)), see: "RFC 959, Section 4.2",
		says: checkLogin, try: []string{giveUser},
	},
}

// ownLogin reports whether a step was the proxy's own login, not the server's, which
// comes after it.
func ownLogin(e *control.ProxyError) bool {
	return (strings.Contains(e.Step, "%s") || strings.Contains(e.Step, "%w")) && !strings.Contains(e.Step, "%u") && !strings.Contains(e.Step, "%p")
}

// bareRejection finds a rejection that gives no reason but its code, which servers also
// use for other things.
func bareRejection(f *failure) error {
	if passMeaning(f) != nil || f.reply == nil || !ofLogin(f.reply.Verb) || f.means != protocol.RejectedLogin {
		return nil
	}
	if !errors.Is(f.reply, &protocol.ReplyError{Reply: protocol.Reply{Code: 530}}) {
		return nil
	}
	return f.reply
}

// passMeaning finds a refused password that the code alone does not show.
var passMeaning = a(func(e *control.MeaningError) bool { return e.Reply.Verb == "PASS" })
