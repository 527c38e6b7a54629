package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"

	"golang.org/x/net/http/httpproxy"
)

// FromEnvironment reads the variables that name a proxy for FTP: ftp_proxy, else
// all_proxy, else http_proxy, each also in capitals; and no_proxy, as package
// httpproxy of golang.org/x/net understands it. The function that it returns gives
// the proxy for an address ("host:port"), or nil if the way there is direct: always to
// localhost and loopback addresses. Calls for different hosts return the same Proxy.
//
// getenv is os.Getenv, or another source. As a CGI program, where a client can set
// HTTP_PROXY by a header of its request, that variable is refused.
//
// An address with a zone never matches a name in no_proxy, and counts as what its
// address says only if that is link-local: what else stands in a zone is a trick.
func FromEnvironment(getenv func(string) string) (func(addr string) *Proxy, error) {
	var name, value string
	for _, name = range []string{"ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"} {
		if value = getenv(name); value != "" {
			break
		}
	}
	if value == "" {
		return func(string) *Proxy { return nil }, nil
	}
	if name == "HTTP_PROXY" && getenv("REQUEST_METHOD") != "" {
		return nil, errors.New("ftp: HTTP_PROXY is not used in a CGI program: a client may have set it")
	}
	p, err := Parse(value)
	if err != nil {
		return nil, fmt.Errorf("%w (from %s)", err, name)
	}
	no := getenv("no_proxy")
	if no == "" {
		no = getenv("NO_PROXY")
	}
	// Which proxy it is does not matter here, only whether there is to be one.
	choose := (&httpproxy.Config{HTTPProxy: "http://proxy", NoProxy: no}).ProxyFunc()
	return func(addr string) *Proxy {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			host, port = addr, "21"
		}
		if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() != "" {
			if !ip.IsLinkLocalUnicast() {
				return p
			}
			host = ip.WithZone("").String()
		}
		via, err := choose(&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)})
		if err == nil && via == nil {
			return nil
		}
		return p
	}, nil
}
