package proxy

import (
	"net"
	"net/url"
)

// URL returns p as [Parse] reads it, with the user and, if secrets is set, the password. What a URL can't say is left out, and TLS
// with another proxy than one of HTTP.
func (p *Proxy) URL(secrets bool) string {
	u := url.URL{Scheme: p.Kind.String(), Host: p.Addr}
	if p.Kind == HTTP && p.TLS != nil {
		u.Scheme = "https"
	}
	switch {
	case p.User == "":
	case secrets && p.Password != "":
		u.User = url.UserPassword(p.User, p.Password)
	default:
		u.User = url.User(p.User)
	}
	if p.Domain != "" {
		u.RawQuery = url.Values{"domain": {p.Domain}}.Encode()
	}
	if _, _, err := net.SplitHostPort(p.Addr); err != nil {
		u.Host = ""
	}
	return u.String()
}

// MarshalText is URL without the password.
func (p *Proxy) MarshalText() ([]byte, error) { return []byte(p.URL(false)), nil }

// UnmarshalText is [Parse].
func (p *Proxy) UnmarshalText(text []byte) error {
	q, err := Parse(string(text))
	if err != nil {
		return err
	}
	p.Kind, p.Addr, p.User, p.Password, p.Domain, p.TLS = q.Kind, q.Addr, q.User, q.Password, q.Domain, q.TLS
	return nil
}
