package ftpwire_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

func isSecure(s *oddSession) bool { return s.secure }
func isUser(s *oddSession) bool   { return s.user == oddUser }

// failing has every connect fail.
func failing(err error) func(*oddWorld, *ftpwire.Profile) {
	return func(_ *oddWorld, p *ftpwire.Profile) {
		p.Dial = func(_ context.Context, network, _ string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: network, Err: err}
		}
	}
}

func noUser(_ *oddWorld, p *ftpwire.Profile) { p.User, p.Password = "", "" }

var loginPeers = []peerCase{
	{
		name: "wrong password", server: odd("PASS", "530 Login incorrect."),
		cause: "login-rejected-530", seen: "530", says: "user name and password",
	},
	{
		name: "430 Invalid username or password", server: odd("PASS", "430 Invalid username or password"),
		cause: "login-rejected", seen: "430",
	},
	{
		name: "500 Login incorrect", server: odd("PASS", "500 Login incorrect"),
		cause: "login-rejected", seen: "500",
	},
	{
		name: "no user, USER refused", change: noUser,
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"USER": func(s *oddSession, arg string) bool {
				if arg != oddUser {
					s.reply("530 Access denied.")
				}
				return arg != oddUser
			}}
		}),
		cause: "anonymous-refused", says: "anonymous", advice: "User", helps: []int{0}, byHand: func(_ *oddWorld, p *ftpwire.Profile) { p.User, p.Password = oddUser, "x" },
	},
	{
		name: "no user, PASS refused", change: noUser, server: with(odd(), only("PASS", "530 Sorry, no ANONYMOUS access allowed.", isUser)),
		cause: "anonymous-refused", says: "anonymous", advice: "User", helps: []int{0}, byHand: func(_ *oddWorld, p *ftpwire.Profile) { p.User, p.Password = oddUser, "x" },
	},
	{
		name: "530 Please use FTPS", server: with(odd(), only("PASS", "530 Please use FTPS", isSecure)),
		cause: "wants-tls", advice: variants, helps: []int{0},
	},
	{
		name: "Pure-FTPd wants TLS", server: with(odd(), only("USER", "421 Sorry, cleartext sessions are not accepted on this server.", isSecure)), do: doGet,
		cause: "wants-tls", advice: variants, helps: []int{0},
	},
	{
		name: "vsftpd wants TLS", server: with(odd(), only("USER", "530 Non-anonymous sessions must use encryption.", isSecure)), do: doPut,
		cause: "wants-tls", advice: variants, helps: []int{0},
	},
	{
		name: "IIS wants TLS", server: with(odd(), only("USER", "534 Policy requires SSL.", isSecure)),
		cause: "wants-tls", advice: variants, helps: []int{0},
	},
	{
		name: "an account besides the password", server: odd("PASS", "332 account?"),
		cause: "need-account", advice: "Account", helps: []int{0}, byHand: func(_ *oddWorld, p *ftpwire.Profile) { p.Account = "billing" },
	},
	{
		name: "an account to store", do: doPut,
		server: with(odd(), func(o *oddServer) {
			given := false
			o.on = map[string]func(*oddSession, string) bool{
				"ACCT": func(s *oddSession, _ string) bool { given = true; return false },
				"STOR": func(s *oddSession, _ string) bool {
					if !given {
						s.reply("532 Need account for storing files")
					}
					return !given
				},
			}
		}),
		cause: "need-account", seen: "532", advice: "Account", helps: []int{0}, byHand: func(_ *oddWorld, p *ftpwire.Profile) { p.Account = "billing" },
	},
	{
		name: "too many users", server: odd("PASS", "530 Sorry, the maximum number of clients (3) for this user are already connected."),
		cause: "too-many-users",
	},
	{
		name: "too many users, at once", server: with(odd(), func(o *oddServer) { o.greeting = "421 Too many connections (8) from this IP" }),
		cause: "too-many-users",
	},
	{
		name: "locked out", server: odd("PASS", "530 Too many failed login attempts. Account is locked."),
		cause: "locked-out",
	},
	{
		name: "PASS ends the connection", server: odd("PASS", "FIN"),
		cause: "login-unanswered", says: "PASS",
	},
	{
		name: "no virtual hosts", server: odd("HOST", "500 unknown"), change: func(_ *oddWorld, p *ftpwire.Profile) { p.Login.VirtualHost = "a.example" },
		cause: "no-virtual-hosts", advice: "Login.VirtualHost=none", helps: []int{0},
	},
	{
		name: "a one-time password is demanded, and not asked for", server: odd(), change: func(_ *oddWorld, p *ftpwire.Profile) { p.Login.OneTime = control.OneTimeRequire },
		cause: "no-challenge", advice: "Login.OneTime=auto", helps: []int{0},
	},
	{
		name: "a command after the login is refused", server: odd("SITE", "500 no"),
		change: func(_ *oddWorld, p *ftpwire.Profile) {
			p.Login.After = []control.AfterLogin{{Command: "SITE UMASK 022"}}
		},
		cause: "after-login", advice: "Login.After", helps: []int{0},
		byHand: func(_ *oddWorld, p *ftpwire.Profile) { p.Login.After[0].MayFail = true },
	},
	{
		name: "a mail server", server: with(odd("USER", "502 5.5.2 Error: command not recognized"), func(o *oddServer) { o.greeting = "220 mail.example.com ESMTP Postfix" }),
		cause: "not-ftp-login", says: "mail server",
	},
	{
		name: "a mail server, TLS", server: with(odd("AUTH", "503 5.5.1 Error: authentication not enabled", "FEAT", "500 5.5.2 unknown"), func(o *oddServer) { o.greeting = "220 mail.example.com ESMTP Postfix" }),
		change: withTLS, cause: "mail-server", says: "mail server",
	},
	{
		name: "a mail server that wants its own hello", server: odd("USER", "503 5.5.1 Error: send HELO/EHLO first"),
		cause: "mail-server", says: "mail server",
	},
	{
		name: "a mail server that takes nothing", server: with(odd(), func(o *oddServer) { o.greeting = "554 mx.example.com ESMTP not accepting messages" }),
		cause: "mail-server", says: "mail server",
	},
	{
		name: "text in the middle of a session", server: odd("NOOP", "cannot open log file"), do: doNoop,
		cause: "garbled", seen: "cannot open log file", advice: "TransferOptions.Retry",
	},
	{
		name: "CCC is never answered", server: odd("CCC", ""), change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.ClearCommandChannel = true }),
		cause: "commands-in-clear", advice: "ClearCommandChannel=false", helps: []int{0},
	},
	{
		name: "a database", server: with(odd(), func(o *oddServer) { o.greeting = "J\x00\x00\x00\n8.0.32" }),
		cause: "not-ftp",
	},
	{
		name: "a web server", server: with(odd(), func(o *oddServer) { o.greeting = "HTTP/1.1 400 Bad Request" }),
		cause: "http",
	},
	{
		name: "an SSH server", server: with(odd(), func(o *oddServer) { o.greeting = "SSH-2.0-OpenSSH_9.2" }),
		cause: "ssh", says: "SFTP",
	},
	{
		name: "no greeting at all", server: with(odd(), func(o *oddServer) { o.greeting = "FIN" }),
		cause: "cut-at-greeting", advice: "Variant=ftp-tls-implicit",
	},
	{
		name: "FEAT swallowed", server: odd("FEAT", ""), // and not mended without asking
		change: func(_ *oddWorld, p *ftpwire.Profile) { p.Login.MaxLogins = 1 },
		cause:  "feat-silent", advice: "Login.NoFeat=true Timeout", helps: []int{0},
	},
	{
		name: "nothing listens", server: odd(), change: onPort(2121),
		cause: "nothing-there", seen: "connection refused",
	},
	{
		name: "no such host", server: odd(), change: func(_ *oddWorld, p *ftpwire.Profile) { p.Host = "nowhere.example" },
		cause: "no-such-host", says: "spelling",
	},
	{
		name: "the name server is down", server: odd(), change: failing(&net.DNSError{Err: "server misbehaving", Name: "a.example", IsTemporary: true}),
		cause: "name-server",
	},
	{
		name: "no route", server: odd(), change: failing(os.NewSyscallError("connect", syscall.EHOSTUNREACH)),
		cause: "no-route",
	},
	{
		name: "a firewall drops the packets", server: odd(), change: func(w *oddWorld, p *ftpwire.Profile) {
			w.net.Blackhole(netip.MustParseAddrPort(oddHost + ":0"))
		},
		cause: "timeout", advice: "Timeout",
	},
}
