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
	causeProxyUse           Cause = "proxy-use"
	causeProxyUnknown       Cause = "proxy-unknown"
	causeProxyTimeout       Cause = "proxy-timeout"
	causeProxyDown          Cause = "proxy-down"
	causeProxyCertificate   Cause = "proxy-certificate"
	causeProxyNoTLS         Cause = "proxy-no-tls"
	causeProxyScheme        Cause = "proxy-scheme"
	causeProxyWantsLogin    Cause = "proxy-wants-login"
	causeProxyRejects       Cause = "proxy-rejects"
	causeProxyKind          Cause = "proxy-kind"
	causeProxyNoFile        Cause = "proxy-no-file"
	causeProxyNoFTP         Cause = "proxy-no-ftp"
	causeProxyServerLogin   Cause = "proxy-server-login"
	causeProxyForbidsURL    Cause = "proxy-forbids-url"
	causeProxyRedirects     Cause = "proxy-redirects"
	causeProxyGotNothing    Cause = "proxy-got-nothing"
	causeProxyForbidsData   Cause = "proxy-forbids-data"
	causeProxyForbidsTunnel Cause = "proxy-forbids-tunnel"
	causeProxyForbids       Cause = "proxy-forbids"
	causeProxyDataPort      Cause = "proxy-data-port"
	causeProxyServerDown    Cause = "proxy-server-down"
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
		cause: causeProxyUse, find: at(proxy.StageRequest, unsupported),
		says: "a proxy of this kind can't do that: in active mode only a SOCKS proxy accepts connections from the server",
		try:  []string{tryPassive, "have data connections go around the proxy{DirectData=true}"},
	},
	{
		cause: causeProxyUnknown, find: at(proxy.StageConnect, func(e *proxy.Error) bool {
			dns, ok := errors.AsType[*net.DNSError](e.Err)
			return ok && dns.IsNotFound
		}),
		says: "there is no proxy of that name",
		try:  []string{"check its spelling{Proxy}"},
	},
	{
		cause: causeProxyTimeout, find: at(proxy.StageConnect, func(e *proxy.Error) bool { return errors.Is(e, os.ErrDeadlineExceeded) }),
		says: proxyDown + ": a firewall may be in between", try: []string{checkProxy, noProxy},
	},
	{
		cause: causeProxyDown, find: at(proxy.StageConnect),
		says: proxyDown, try: []string{checkProxy, noProxy},
	},
	{
		cause: causeProxyCertificate, find: at(proxy.StageTLS, func(e *proxy.Error) bool {
			return isType[x509.UnknownAuthorityError](e) || isType[x509.HostnameError](e) || isType[x509.CertificateInvalidError](e)
		}),
		says: "TLS with the proxy failed; the server was not asked for. The certificate is the proxy's",
		try:  []string{"give the authority that signed it, or use the name that stands in it{Proxy.TLS}"},
	},
	{
		cause: causeProxyNoTLS, find: at(proxy.StageTLS),
		says: "TLS with the proxy failed; the server was not asked for. A proxy that speaks no TLS is named by http://, not https://",
	},
	{
		cause: causeProxyScheme, find: at(proxy.StageAuth, unsupported),
		says: "the proxy wants an authentication that is not known here, such as Negotiate (Kerberos). Known are Digest, NTLM and Basic, and a password with SOCKS5. The server was not reached",
	},
	{
		cause: causeProxyWantsLogin, find: at(proxy.StageAuth, func(e *proxy.Error) bool { return strings.Contains(e.Reason, "demands credentials") }),
		says: "the proxy lets nobody in without a login, which is its own and not the server's",
		try:  []string{"give its user and password{Proxy.User}{Proxy.Password}"},
	},
	{
		cause: causeProxyRejects, find: at(proxy.StageAuth),
		says: "the proxy rejected its own login, not the server's",
		try:  []string{"check its user and password{Proxy.User}{Proxy.Password}"},
		then: "The server was not reached",
	},
	{
		cause: causeProxyKind, find: at(proxy.StageExchange),
		says: "the proxy was reached, but does not answer as a proxy of this kind does: a SOCKS proxy is none for HTTP",
		try:  []string{"check its kind and its port{Proxy}"},
		then: "The server was not reached",
	},
	{
		cause: causeProxyNoFile, find: at(proxy.StageTarget, byURL, status(404)),
		says: "the proxy found no such file on the server, or no such server. Paths are relative to the login directory; in a URL an absolute one begins with %2F",
	},
	{
		cause: causeProxyNoFTP, find: at(proxy.StageTarget, byURL, status(400, 405, 501)),
		says: "the proxy does not speak FTP: newer versions of many don't",
		try:  []string{"connect through it, which may still be allowed{Proxy.Get=false}"},
	},
	{
		cause: causeProxyServerLogin, find: at(proxy.StageTarget, byURL, status(401)),
		says: "the server rejected the login that the proxy made: check user name and password",
	},
	{
		cause: causeProxyForbidsURL, find: at(proxy.StageTarget, byURL, status(403)),
		says: "the proxy forbids this URL, or the server the login or the file",
	},
	{
		cause: causeProxyRedirects, find: at(proxy.StageTarget, status(301, 302, 303, 307, 308)),
		says: "the proxy answered with another address instead of the server: it wants to show a page first, to log in or to agree to something. Open a page in a browser, or ask the proxy's administrator",
	},
	{
		cause: causeProxyGotNothing, find: at(proxy.StageTarget, byURL),
		says: "the proxy was reached, but got no file from the server: its own text says more",
	},
	{
		cause: causeProxyForbidsData, find: both(a[*datachan.OpenError](), at(proxy.StageTarget, forbidden)),
		says: "the proxy allows the control connection, but not connections to the server's data ports. Its administrator can allow ports above 1023",
		try:  []string{"have data go around the proxy, where it can{DirectData=true}"},
	},
	{
		cause: causeProxyForbidsTunnel, find: at(proxy.StageTarget, forbidden, func(e *proxy.Error) bool { return strings.HasPrefix(e.Proxy, "http") }),
		says: "the proxy was reached, but forbids connections to this server or port (CONNECT). Many allow ports 443 and 563 only: its administrator can allow port 21 and the data ports",
		try:  []string{"have the proxy fetch the file itself, which some do for an ftp:// URL{Proxy.Get}"},
	},
	{
		cause: causeProxyForbids, find: at(proxy.StageTarget, forbidden),
		says: "the proxy was reached, but its rules forbid connections to this server or port. Its administrator can allow them",
	},
	{
		cause: causeProxyDataPort, find: both(a[*datachan.OpenError](), at(proxy.StageTarget)),
		says: "the proxy could not connect to the server's data port: a firewall is between the two, or the server announces the wrong ports",
		try:  []string{"have data go around the proxy, where it can{DirectData=true}"},
	},
	{
		cause: causeProxyServerDown, find: at(proxy.StageTarget),
		says: "the proxy was reached, but could not connect to the server: check the server's host and port. It is the proxy that looks up the name and connects, so that what counts is what can be reached from there",
	},
}

const (
	proxyDown  = "the proxy itself can't be reached; the server was not asked for"
	checkProxy = "check the proxy's host and port{Proxy}"
	noProxy    = "go without a proxy{Proxy=none}"
)
