package ftpwire

import (
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// diagnoseLogin is about what a login has besides user and password.
func diagnoseLogin(err error) string {
	if h, ok := errors.AsType[*control.HostError](err); ok {
		return diagnoseHost(h)
	}
	if o, ok := errors.AsType[*control.OneTimeError](err); ok {
		if o.Challenge == "" {
			return "The server asks for no one-time password, and nothing else may be sent (--otp require). --otp auto would log in with the password as it is. No password was sent."
		}
		return "The server's challenge could not be answered with a one-time password. If it takes the password as it is, say so (--otp never). No password was sent."
	}
	if _, ok := errors.AsType[*control.AfterLoginError](err); ok {
		return "The login went well, but the server refused a command that is to follow it (--after). With a hyphen before the command it may fail."
	}
	if u, ok := errors.AsType[*control.UnansweredLoginError](err); ok {
		return "The server gave no answer to " + string(u.Verb) + ". Some end the connection when the login is wrong, or after too many wrong ones: check user name and password before the next attempt."
	}
	if p, ok := errors.AsType[*control.ProxyError](err); ok {
		return diagnoseProxy(p)
	}
	return ""
}

func diagnoseHost(e *control.HostError) string {
	switch {
	case e.Unsupported:
		return "The server has no virtual hosts (RFC 7151): leave the virtual host out (--virtual-host). No password was sent."
	case e.Err == nil:
		return ""
	}
	return "The server has no virtual host of that name: check its spelling (--virtual-host). Over TLS it may have to be the host of the URL too. No password was sent."
}

// diagnoseProxy tells the proxy's login from the server's, which comes behind it.
func diagnoseProxy(e *control.ProxyError) string {
	re, ok := errors.AsType[*protocol.ReplyError](e.Err)
	if !ok {
		return ""
	}
	own := (strings.Contains(e.Step, "%s") || strings.Contains(e.Step, "%w")) && !strings.Contains(e.Step, "%u") && !strings.Contains(e.Step, "%p")
	switch {
	case own && re.Reply.Code == 530:
		return "The FTP proxy rejected its own login: check its user (--login-proxy) and password (FTPWIRE_LOGIN_PROXY_PASSWORD)."
	case re.Verb == "PASS" || re.Verb == "ACCT":
		return ""
	}
	return "The FTP proxy refused to connect to the server, or is told which one in another way: try another kind (--login-proxy)."
}
