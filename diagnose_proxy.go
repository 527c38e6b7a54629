package ftpwire

import (
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// diagnoseHop is about connections through an HTTP or SOCKS proxy: which of the two on
// the way failed.
func diagnoseHop(err error) string {
	e, ok := errors.AsType[*proxy.Error](err)
	if !ok {
		return ""
	}
	_, data := errors.AsType[*datachan.OpenError](err)
	switch e.Stage {
	case proxy.StageRequest:
		return diagnoseProxyUse(e)
	case proxy.StageConnect:
		return diagnoseProxyConnect(e)
	case proxy.StageTLS:
		return diagnoseProxyTLS(e)
	case proxy.StageAuth:
		return diagnoseProxyAuth(e)
	case proxy.StageExchange:
		return "The proxy was reached, but does not answer as a proxy of this kind does: check its kind and its port (--proxy), for a SOCKS proxy is none for HTTP. The server was not reached."
	}
	if strings.HasPrefix(e.Target, "ftp://") {
		return diagnoseProxyGet(e)
	}
	return diagnoseProxyTarget(e, data)
}

func diagnoseProxyUse(e *proxy.Error) string {
	if errors.Is(e, errors.ErrUnsupported) {
		return "A proxy of this kind can't do that. In active mode only a SOCKS proxy accepts connections from the server: use passive mode, or leave data connections out (--proxy-data=false)."
	}
	return ""
}

func diagnoseProxyConnect(e *proxy.Error) string {
	if dns, ok := errors.AsType[*net.DNSError](e.Err); ok && dns.IsNotFound {
		return "There is no proxy of that name: check its spelling (--proxy)."
	}
	s := "The proxy itself can't be reached; the server was not asked for. Check the proxy's host and port (--proxy, or ftp_proxy and its kind in the environment)"
	if errors.Is(e, os.ErrDeadlineExceeded) {
		s += ", or whether a firewall is in between"
	}
	return s + "; without a proxy it is --no-proxy."
}

func diagnoseProxyTLS(e *proxy.Error) string {
	s := "TLS with the proxy failed; the server was not asked for. "
	switch {
	case isType[x509.UnknownAuthorityError](e), isType[x509.HostnameError](e), isType[x509.CertificateInvalidError](e):
		return s + "The certificate is the proxy's: give the authority that signed it (--proxy-ca FILE), or use the name that stands in it."
	}
	return s + "A proxy that speaks no TLS is named by http://, not https://."
}

func diagnoseProxyAuth(e *proxy.Error) string {
	switch {
	case errors.Is(e, errors.ErrUnsupported):
		return "The proxy wants an authentication that is not known here (known are Digest, NTLM and Basic, and a password with SOCKS5). The server was not reached."
	case strings.Contains(e.Reason, "demands credentials"):
		return "The proxy lets nobody in without a login, which is its own and not the server's: name the user in its URL (--proxy http://USER@HOST:PORT), and the password in FTPWIRE_PROXY_PASSWORD."
	}
	return "The proxy rejected its own login, not the server's: check the user in the proxy's URL (--proxy) and its password (FTPWIRE_PROXY_PASSWORD). The server was not reached."
}

// diagnoseProxyTarget is about the proxy's own way to the server.
func diagnoseProxyTarget(e *proxy.Error, data bool) string {
	forbidden := errors.Is(e, os.ErrPermission) || e.Status == 403 || e.Status == 405 || e.Status == 501
	http := strings.HasPrefix(e.Proxy, "http")
	switch {
	case forbidden && data:
		return "The proxy allows the control connection, but not connections to the server's data ports. Its administrator can allow ports above 1023; where data can go around the proxy, let them (--proxy-data=false)."
	case forbidden && http:
		return "The proxy was reached, but forbids connections to this server or port (CONNECT). Many allow ports 443 and 563 only: its administrator can allow port 21 and the data ports. " +
			"A proxy that fetches files by FTP itself does so for an ftp:// URL (ftpwire get --proxy-get)."
	case forbidden:
		return "The proxy was reached, but its rules forbid connections to this server or port. Its administrator can allow them."
	case data:
		return "The proxy could not connect to the server's data port: a firewall is between the two, or the server announces the wrong ports. Where data can go around the proxy, let them (--proxy-data=false)."
	}
	return "The proxy was reached, but could not connect to the server: check the server's host and port. It is the proxy that looks up the name and connects, so that what counts is what can be reached from there."
}

// diagnoseProxyGet is about a proxy that is to fetch a file by FTP itself.
func diagnoseProxyGet(e *proxy.Error) string {
	switch e.Status {
	case 404:
		return "The proxy found no such file on the server, or no such server. Paths are relative to the login directory; in a URL an absolute one begins with %2F."
	case 400, 405, 501:
		return "The proxy does not speak FTP: newer versions of many don't. Connections through it may still be allowed (without --proxy-get)."
	case 401:
		return "The server rejected the login that the proxy made: check user name and password."
	case 403:
		return "The proxy forbids this URL, or the server the login or the file."
	}
	return "The proxy was reached, but got no file from the server: its own text says more."
}
