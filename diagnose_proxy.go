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

// Causes about connections through an HTTP or SOCKS proxy.
const (
	CauseProxyUse           Cause = "proxy-use"
	CauseProxyUnknown       Cause = "proxy-unknown"
	CauseProxyTimeout       Cause = "proxy-timeout"
	CauseProxyDown          Cause = "proxy-down"
	CauseProxyCertificate   Cause = "proxy-certificate"
	CauseProxyNoTLS         Cause = "proxy-no-tls"
	CauseProxyScheme        Cause = "proxy-scheme"
	CauseProxyWantsLogin    Cause = "proxy-wants-login"
	CauseProxyRejects       Cause = "proxy-rejects"
	CauseProxyKind          Cause = "proxy-kind"
	CauseProxyNoFile        Cause = "proxy-no-file"
	CauseProxyNoFTP         Cause = "proxy-no-ftp"
	CauseProxyServerLogin   Cause = "proxy-server-login"
	CauseProxyForbidsURL    Cause = "proxy-forbids-url"
	CauseProxyGotNothing    Cause = "proxy-got-nothing"
	CauseProxyForbidsData   Cause = "proxy-forbids-data"
	CauseProxyForbidsTunnel Cause = "proxy-forbids-tunnel"
	CauseProxyForbids       Cause = "proxy-forbids"
	CauseProxyDataPort      Cause = "proxy-data-port"
	CauseProxyServerDown    Cause = "proxy-server-down"
)

// at finds a failure at a stage of the way through a proxy.
func at(stage proxy.Stage, conds ...func(*proxy.Error) bool) finder {
	return a(append([]func(*proxy.Error) bool{func(e *proxy.Error) bool { return e.Stage == stage }}, conds...)...)
}

func unsupported(e *proxy.Error) bool { return errors.Is(e, errors.ErrUnsupported) }

// byURL tells a proxy that fetches a file itself from one that connects.
func byURL(e *proxy.Error) bool { return strings.HasPrefix(e.Target, "ftp://") }

func status(codes ...int) func(*proxy.Error) bool {
	return func(e *proxy.Error) bool {
		for _, c := range codes {
			if e.Status == c {
				return true
			}
		}
		return false
	}
}

func forbidden(e *proxy.Error) bool {
	return errors.Is(e, os.ErrPermission) || status(403, 405, 501)(e)
}

// hopRules are about which of the two connections through a proxy failed.
var hopRules = []diagnosisRule{
	{
		cause: CauseProxyUse, find: at(proxy.StageRequest, unsupported),
		advice: "a proxy of this kind can't do that. In active mode only a SOCKS proxy accepts connections from the server: use passive mode{DataMode=passive}, or leave data connections out{DirectData=true}",
	},
	{
		cause: CauseProxyUnknown, find: at(proxy.StageConnect, func(e *proxy.Error) bool {
			dns, ok := errors.AsType[*net.DNSError](e.Err)
			return ok && dns.IsNotFound
		}),
		advice: "there is no proxy of that name: check its spelling{Proxy}",
	},
	{
		cause: CauseProxyTimeout, find: at(proxy.StageConnect, func(e *proxy.Error) bool { return errors.Is(e, os.ErrDeadlineExceeded) }),
		advice: proxyDown + ", or whether a firewall is in between; or go without a proxy{Proxy=nil}",
	},
	{
		cause: CauseProxyDown, find: at(proxy.StageConnect),
		advice: proxyDown + "; or go without a proxy{Proxy=nil}",
	},
	{
		cause: CauseProxyCertificate, find: at(proxy.StageTLS, func(e *proxy.Error) bool {
			return isType[x509.UnknownAuthorityError](e) || isType[x509.HostnameError](e) || isType[x509.CertificateInvalidError](e)
		}),
		advice: "TLS with the proxy failed; the server was not asked for. The certificate is the proxy's: give the authority that signed it{Proxy.TLS}, or use the name that stands in it",
	},
	{
		cause: CauseProxyNoTLS, find: at(proxy.StageTLS),
		advice: "TLS with the proxy failed; the server was not asked for. A proxy that speaks no TLS is named by http://, not https://",
	},
	{
		cause: CauseProxyScheme, find: at(proxy.StageAuth, unsupported),
		advice: "the proxy wants an authentication that is not known here, such as Negotiate (Kerberos). Known are Digest, NTLM and Basic, and a password with SOCKS5. The server was not reached",
	},
	{
		cause: CauseProxyWantsLogin, find: at(proxy.StageAuth, func(e *proxy.Error) bool { return strings.Contains(e.Reason, "demands credentials") }),
		advice: "the proxy lets nobody in without a login, which is its own and not the server's: give its user{Proxy.User} and password{Proxy.Password}",
	},
	{
		cause: CauseProxyRejects, find: at(proxy.StageAuth),
		advice: "the proxy rejected its own login, not the server's: check its user{Proxy.User} and password{Proxy.Password}. The server was not reached",
	},
	{
		cause: CauseProxyKind, find: at(proxy.StageExchange),
		advice: "the proxy was reached, but does not answer as a proxy of this kind does: check its kind and its port{Proxy}, for a SOCKS proxy is none for HTTP. The server was not reached",
	},
	{
		cause: CauseProxyNoFile, find: at(proxy.StageTarget, byURL, status(404)),
		advice: "the proxy found no such file on the server, or no such server. " + loginDirectory,
	},
	{
		cause: CauseProxyNoFTP, find: at(proxy.StageTarget, byURL, status(400, 405, 501)),
		advice: "the proxy does not speak FTP: newer versions of many don't. Connections through it may still be allowed{Proxy.Get=false}",
	},
	{
		cause: CauseProxyServerLogin, find: at(proxy.StageTarget, byURL, status(401)),
		advice: "the server rejected the login that the proxy made: check user name and password",
	},
	{
		cause: CauseProxyForbidsURL, find: at(proxy.StageTarget, byURL, status(403)),
		advice: "the proxy forbids this URL, or the server the login or the file",
	},
	{
		cause: CauseProxyGotNothing, find: at(proxy.StageTarget, byURL),
		advice: "the proxy was reached, but got no file from the server: its own text says more",
	},
	{
		cause: CauseProxyForbidsData, find: both(a[*datachan.OpenError](), at(proxy.StageTarget, forbidden)),
		advice: "the proxy allows the control connection, but not connections to the server's data ports. Its administrator can allow ports above 1023; where data can go around the proxy, let them{DirectData=true}",
	},
	{
		cause: CauseProxyForbidsTunnel, find: at(proxy.StageTarget, forbidden, func(e *proxy.Error) bool { return strings.HasPrefix(e.Proxy, "http") }),
		advice: "the proxy was reached, but forbids connections to this server or port (CONNECT). Many allow ports 443 and 563 only: its administrator can allow port 21 and the data ports. " +
			"A proxy that fetches files by FTP itself does so for an ftp:// URL{Proxy.Get}",
	},
	{
		cause: CauseProxyForbids, find: at(proxy.StageTarget, forbidden),
		advice: "the proxy was reached, but its rules forbid connections to this server or port. Its administrator can allow them",
	},
	{
		cause: CauseProxyDataPort, find: both(a[*datachan.OpenError](), at(proxy.StageTarget)),
		advice: "the proxy could not connect to the server's data port: a firewall is between the two, or the server announces the wrong ports. Where data can go around the proxy, let them{DirectData=true}",
	},
	{
		cause: CauseProxyServerDown, find: at(proxy.StageTarget),
		advice: "the proxy was reached, but could not connect to the server: check the server's host and port. It is the proxy that looks up the name and connects, so that what counts is what can be reached from there",
	},
}

const proxyDown = "the proxy itself can't be reached; the server was not asked for. Check the proxy's host and port{Proxy}"
