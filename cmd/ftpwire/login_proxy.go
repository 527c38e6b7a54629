package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

const proxiesText = `There are two kinds. HTTP and SOCKS proxies carry connections of any protocol. FTP
proxies get the name of the server during the login.

HTTP AND SOCKS PROXIES

--proxy SCHEME://[USER@]HOST[:PORT] names one. The schemes:

  http     connections by CONNECT, port 80
  https    the same, and TLS with the proxy, port 443; --proxy-ca FILE verifies it
  socks4   SOCKS 4: IPv4 only, names are looked up here; port 1080
  socks4a  SOCKS 4a: the proxy looks names up
  socks5   SOCKS 5: the proxy looks names up; socks5h is the same

The proxy's password is in the environment variable FTPWIRE_PROXY_PASSWORD, or asked for.
A password in the URL works, but others can see it, and ftpwire warns. HTTP proxies get it
by the best of Digest, NTLM and Basic that they offer; a Windows domain is DOMAIN%5CUSER.

Without --proxy the environment decides: ftp_proxy, else all_proxy, else http_proxy (each
also in capitals) names the proxy. no_proxy names the hosts and networks that are reached
directly, as this computer always is. --no-proxy ignores them all.

TLS is spoken with the server, through the proxy, which can read nothing then. Data
connections go through the proxy too; --proxy-data=false has them go directly, where the
proxy allows port 21 only and the network the rest. Active mode works through SOCKS
proxies that have BIND.

Where an HTTP proxy refuses CONNECT, it may still fetch an ftp:// URL itself:

  ftpwire get --proxy http://proxy.example.com:3128 --proxy-get ftp://ftp.example.com/pub/a.txt

The proxy is then the FTP client: it sees everything, and flags about the FTP connection
have no effect.

FTP PROXIES

An FTP proxy, or a firewall that is one, is dialled in place of the server and told in
the login which server is meant. --login-proxy KIND://[USER@]HOST[:PORT] names it; the
port is 21 if there is none, and USER is the user of the proxy itself, if it needs one.
The URL names the server, as always. The proxy's password is in the environment
variable FTPWIRE_LOGIN_PROXY_PASSWORD, or asked for.

What is sent, where user and password are the server's and PUSER and PPASSWORD the
proxy's; a line in brackets only if there is a PUSER:

  user@host       [USER PUSER, PASS PPASSWORD,] USER user@server, PASS password
  site            [USER PUSER, PASS PPASSWORD,] SITE server, USER user, PASS password
  open            [USER PUSER, PASS PPASSWORD,] OPEN server, USER user, PASS password
  account         USER user@server PUSER, PASS password, ACCT PPASSWORD
  joined          USER user@PUSER@server, PASS password@PPASSWORD
  proxyuser@host  USER PUSER@server, PASS PPASSWORD, USER user, PASS password

TLS is between here and the proxy, which reads everything. The certificate that is
verified is the proxy's.

  ftpwire ls --login-proxy user@host://gate.example.com:2121 ftp://alice@ftp.example.com/`

// A proxyAddress is where an FTP proxy listens.
type proxyAddress struct {
	kind control.ProxyKind
	user string
	host string
	port int
}

// parseProxy reads the value of --login-proxy. No error quotes it: it may hold a
// password, though it should not.
func parseProxy(s string) (*proxyAddress, error) {
	fail := func(text string) (*proxyAddress, error) {
		return nil, &usageError{err: errors.New("--login-proxy " + text), hint: `It is KIND://[USER@]HOST[:PORT]; "ftpwire help proxies" explains it.`}
	}
	name, rest, ok := strings.Cut(s, "://")
	if !ok {
		return fail("names no kind of proxy")
	}
	var kind control.ProxyKind
	if err := kind.UnmarshalText([]byte(name)); err != nil || kind == control.ProxyScript {
		return fail(fmt.Sprintf("names a kind of proxy that is not known: %q", name))
	}
	p := &proxyAddress{kind: kind, port: 21}
	rest = strings.TrimSuffix(rest, "/")
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		if strings.Contains(rest[:i], ":") {
			return fail("holds a password, which others can see; put it into FTPWIRE_LOGIN_PROXY_PASSWORD")
		}
		var err error
		if p.user, err = url.PathUnescape(rest[:i]); err != nil || strings.ContainsAny(p.user, "\r\n\x00") {
			return fail("has a bad user")
		}
		rest = rest[i+1:]
	}
	p.host = rest
	if host, port, err := net.SplitHostPort(rest); err == nil {
		p.host = host
		if p.port, err = strconv.Atoi(port); err != nil || p.port < 1 || p.port > 65535 {
			return fail("has a port that is not between 1 and 65535")
		}
	}
	if p.host = strings.TrimSuffix(strings.TrimPrefix(p.host, "["), "]"); p.host == "" || strings.ContainsAny(p.host, "/?#") {
		return fail("names no host")
	}
	if p.user == "" && kind >= control.ProxyUserAccount {
		return fail(fmt.Sprintf("needs a user: a proxy of kind %s wants a login of its own", kind))
	}
	return p, nil
}

// applyProxy has p log in through the proxy of --login-proxy. Its Host stays the
// server's: see through.
func (f *connFlags) applyProxy(p *ftpwire.Profile) (err error) {
	if f.loginProxy == "" {
		return nil
	}
	if f.virtualHost != "" {
		return usagef("--virtual-host and --login-proxy exclude each other: HOST can't be sent through a proxy")
	}
	if f.proxy, err = parseProxy(f.loginProxy); err != nil {
		return err
	}
	port := p.Port
	if port == 0 {
		port = 21 // also over implicit TLS, which is spoken with the proxy
	}
	p.Login.Proxy = &control.LoginProxy{Kind: f.proxy.kind, User: f.proxy.user, Host: hostPort(p.Host, port)}
	return nil
}

// proxyPassword completes the login of the proxy. If later, what a person has to be asked for
// is left out.
func (a *app) proxyPassword(p *ftpwire.Profile, later bool) (err error) {
	proxy := p.Login.Proxy
	if proxy == nil || proxy.User == "" || proxy.Password != "" {
		return nil
	}
	password, ok := a.env("FTPWIRE_LOGIN_PROXY_PASSWORD")
	if !ok && later {
		return nil
	}
	if !ok {
		if password, err = a.ask(a.ctx, proxyQuestion(proxy.User),
			fmt.Sprintf("password for user %q of the FTP proxy", proxy.User),
			"Give it in the environment variable FTPWIRE_LOGIN_PROXY_PASSWORD."); err != nil {
			return err
		}
	}
	if strings.ContainsAny(password, "\r\n\x00") {
		return usagef("the FTP proxy's password holds a control character that no FTP command can carry")
	}
	a.secret(password)
	proxy.Password = password
	return nil
}

// through returns the profile to dial: p, or, with a proxy, a profile with the proxy's
// address.
func (f *connFlags) through(p *ftpwire.Profile) *ftpwire.Profile {
	if p.Login.Proxy == nil {
		return p
	}
	q := *p
	q.Host, q.Port = f.proxy.host, f.proxy.port
	return &q
}
