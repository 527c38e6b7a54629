package proxy

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Parse reads the URL of a proxy: http, https, socks4, socks4a, socks5 or socks5h, then
// "://", optionally user:password@, host, and port (by default 80, 443, 1080). socks5h is
// the same as socks5: the proxy resolves names, see [Proxy.LocalResolve]. Without a
// scheme it is http. A Windows domain is given with the user, as DOMAIN\user (%5C) or
// DOMAIN;user, or as ?domain=DOMAIN after the host.
//
// Errors never show the URL, because of the password in it.
func Parse(rawURL string) (*Proxy, error) {
	raw := strings.TrimSpace(rawURL)
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil: // its text may show the password
		return nil, malformed("is not a URL")
	case u.Hostname() == "":
		return nil, malformed("names no host")
	case u.Path != "" && u.Path != "/" || u.Fragment != "" || u.Opaque != "":
		return nil, malformed("has something after the host")
	}
	p := &Proxy{User: u.User.Username()}
	p.Password, _ = u.User.Password()
	port, err := p.setScheme(strings.ToLower(u.Scheme))
	if err != nil {
		return nil, err
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, malformed("has a port that is not from 1 to 65535")
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && strings.Contains(u.Hostname(), ":") {
		return nil, malformed("has stray colons in its host")
	}
	p.Addr = net.JoinHostPort(u.Hostname(), port)
	if err := p.setDomain(u.RawQuery); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, malformed("cannot be used: " + err.(*Error).Reason)
	}
	return p, nil
}

func malformed(why string) error { return errors.New("ftp: the proxy's URL " + why) }

// setScheme sets the fields that the scheme decides and returns its default port.
func (p *Proxy) setScheme(scheme string) (port string, err error) {
	port = "1080"
	switch scheme {
	case "http":
		port = "80"
	case "https":
		p.TLS, port = new(tls.Config), "443"
	case "socks4":
		p.Kind = SOCKS4
	case "socks4a":
		p.Kind = SOCKS4A
	case "socks5", "socks5h":
		p.Kind = SOCKS5
	default:
		return "", malformed("has a scheme other than http, https, socks4, socks4a, socks5 and socks5h")
	}
	return port, nil
}

func (p *Proxy) setDomain(query string) error {
	q, err := url.ParseQuery(query)
	if err != nil {
		return malformed("has a malformed query")
	}
	for key, values := range q {
		if key != "domain" || len(values) != 1 {
			return malformed("has a query other than one domain=")
		}
		p.Domain = values[0]
	}
	if i := strings.IndexAny(p.User, `\;`); i >= 0 && p.Domain == "" && p.Kind == HTTP {
		p.Domain, p.User = p.User[:i], p.User[i+1:]
	}
	return nil
}

// check refuses a Proxy whose fields would add lines to a request, or do not fit into
// one.
func (p *Proxy) check() error {
	host, port, err := net.SplitHostPort(p.Addr)
	if err != nil || host == "" || port == "" {
		return unusable("the proxy's address is not of the form host:port")
	}
	for _, s := range []string{p.User, p.Password, p.Domain, p.Addr} {
		if strings.ContainsAny(s, "\r\n\x00") {
			return unusable("the proxy's address or credentials hold a line break or NUL")
		}
	}
	if p.Kind > SOCKS5 {
		return unusable("the kind of proxy is unknown")
	}
	if p.Kind != HTTP && (len(p.User) > 255 || len(p.Password) > 255) {
		return unusable("SOCKS has no credentials longer than 255 bytes")
	}
	if p.User == "" && p.Password != "" {
		return unusable("there is a password without a user")
	}
	for name, values := range p.Header {
		switch strings.ToLower(name) {
		case "host", "content-length", "transfer-encoding", "connection":
			return unusable("the header " + strings.ToLower(name) + " cannot be set")
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(v) {
				return unusable("a header to be added is not valid")
			}
		}
	}
	return nil
}
