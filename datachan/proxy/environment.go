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
// all_proxy, else http_proxy, each also in capitals; and no_proxy, with the syntax of
// package httpproxy in golang.org/x/net. The function that it returns gives the proxy for
// an address ("host:port"), or nil for a direct connection, which localhost and loopback
// addresses always get. Calls for different hosts return the same Proxy.
//
// getenv is os.Getenv, or another source. In a CGI program, HTTP_PROXY is refused,
// because a client can set it by a header of its request.
//
// An address with a zone never matches a name in no_proxy, and its address only counts if
// it is link-local: any other address with a zone is an attempt to deceive.
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
	// Only whether a proxy is used matters here, not which one.
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
