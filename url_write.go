package ftpwire

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/control"
)

// URL returns the location as [ParseURL] reads it, with the password only if secrets is set. A URL says no more than scheme, user,
// host, port, path and ;type=: the variants of SSL look like those of TLS, and VariantAuto like explicit TLS.
func (l Location) URL(secrets bool) string {
	p := &l.Profile
	var b strings.Builder
	switch p.Protocol().Security() {
	case control.SecurityNone:
		b.WriteString("ftp://")
	case control.SecurityImplicit:
		b.WriteString("ftps://")
	default:
		b.WriteString("ftpes://")
	}
	switch {
	case secrets && p.Password != "":
		b.WriteString(url.UserPassword(p.User, p.Password).String() + "@")
	case p.User != "":
		b.WriteString(url.User(p.User).String() + "@")
	}
	b.WriteString(urlHost(p.Host))
	if p.Port != 0 {
		b.WriteString(":" + strconv.Itoa(p.Port))
	}
	b.WriteString("/" + urlPath(l.Path))
	switch {
	case l.ASCII:
		b.WriteString(";type=a")
	case l.Dir:
		b.WriteString(";type=d")
	}
	return b.String()
}

// URL returns the URL of a path on the server of p, without the password; see [Location.URL].
func (p *Profile) URL(path string) string {
	return Location{Profile: *p, Path: path, ASCII: p.Type == TypeASCII}.URL(false)
}

// urlHost returns a host as it stands in a URL: IPv6 addresses in brackets, the percent sign of their zone encoded.
func urlHost(host string) string {
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.Contains(host, ":") {
		return "[" + strings.ReplaceAll(host, "%", "%25") + "]"
	}
	return host
}

// urlPath encodes a path. Its first slash is encoded, as a plain one only separates it from the host.
func urlPath(path string) string {
	absolute := strings.HasPrefix(path, "/")
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	if path = strings.Join(parts, "/"); absolute {
		return "%2F" + path
	}
	return path
}
