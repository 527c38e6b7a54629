package ftpwire

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// A Location is the server and the file that an FTP URL names.
type Location struct {
	Profile Profile // of the server; ready to dial
	Path    string  // "" is the login directory; relative to it unless it begins with "/"
	ASCII   bool    // ;type=a
	Dir     bool    // ;type=d: the path is that of a directory, whose names are wanted (RFC 1738, Section 3.2.2)

	// PasswordInURL says that the URL held a password: it stands in the shell's
	// history and in lists of processes.
	PasswordInURL bool
}

// ParseURL reads an FTP URL (RFC 1738, Section 3.2). The schemes are ftp for clear
// text, ftpes for explicit TLS and ftps for implicit TLS on port 990.
//
// The path is relative to the login directory, as the RFC has it:
// ftp://host/a/b is a/b; an absolute path begins with an encoded slash,
// ftp://host/%2Fa/b, or with two.
func ParseURL(s string) (*Location, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, &URLError{URL: redactURL(s), Reason: malformed(s, err)}
	}
	fail := func(reason string) (*Location, error) {
		return nil, &URLError{URL: redactURL(s), Reason: reason}
	}
	l := &Location{}
	switch strings.ToLower(u.Scheme) {
	case "ftp":
		l.Profile.Variant = VariantFTP
	case "ftpes":
		l.Profile.Variant = VariantTLSExplicit
	case "ftps":
		l.Profile.Variant = VariantTLSImplicit
	case "":
		return fail("has no scheme: write ftp://, ftpes:// (explicit TLS) or ftps:// (implicit TLS) in front of it")
	case "sftp":
		return fail("is SFTP, which is SSH and not FTP: use an SSH client")
	default:
		return fail("has an unknown scheme: ftp, ftpes and ftps are known")
	}
	if l.Profile.Host = u.Hostname(); l.Profile.Host == "" {
		return fail("names no host")
	}
	if strings.ContainsAny(l.Profile.Host, "[]") || strings.Contains(l.Profile.Host, ":") && !strings.HasPrefix(u.Host, "[") {
		return fail("has a host with a colon or bracket that is no IPv6 address in brackets, such as [::1]")
	}
	if port := u.Port(); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return fail(badPort)
		}
		l.Profile.Port = n
	}
	if strings.ContainsAny(s, "?#") {
		return fail("has a '?' or '#' in it: write %3F or %23 if it is part of the name")
	}
	if u.User != nil {
		l.Profile.User = u.User.Username()
		l.Profile.Password, l.PasswordInURL = u.User.Password()
	}
	if reason := l.setPath(u.EscapedPath()); reason != "" {
		return fail(reason)
	}
	for _, part := range []string{l.Profile.User, l.Profile.Password, l.Path} {
		if strings.ContainsAny(part, "\r\n\x00") {
			return fail("holds an encoded CR, LF or NUL, which no FTP command can carry")
		}
	}
	return l, nil
}

func (l *Location) setPath(escaped string) (reason string) {
	path := strings.TrimPrefix(escaped, "/")
	if i := strings.LastIndex(path, ";"); i >= 0 && strings.HasPrefix(strings.ToLower(path[i:]), ";type=") {
		switch strings.ToLower(path[i+len(";type="):]) {
		case "a":
			l.ASCII = true
		case "d":
			l.Dir = true
		case "i", "":
		default:
			return "has a ;type= other than a, i and d"
		}
		path = path[:i]
	}
	var err error
	if l.Path, err = url.PathUnescape(path); err != nil {
		return "has a bad %-sequence in its path"
	}
	return ""
}

// A URLError reports a URL that cannot be used. The password is masked.
type URLError struct {
	URL    string // with the password masked
	Reason string // what is wrong with it, in words that follow the URL
}

func (e *URLError) Error() string { return "URL " + strconv.Quote(e.URL) + " " + e.Reason }

// malformed says why url.Parse refuses s. The error of url.Parse is not used, since it
// quotes s, or what it took for the port: that is the password if it holds a "/" or "?".
func malformed(s string, err error) string {
	if hasBadPort(s) {
		return badPort
	}
	if strings.Contains(s, "@") {
		return "is malformed: in user and password, write %2F for '/', %3F for '?', %23 for '#', %40 for '@' and %25 for '%'"
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	return "is malformed: " + err.Error()
}

const badPort = "has a port that is not between 1 and 65535"

// hasBadPort reports whether what is wrong with a URL is the port after its user and
// password, which are well formed themselves.
func hasBadPort(s string) bool {
	at := strings.LastIndex(s, "@")
	if at < 0 {
		return false
	}
	if _, err := url.Parse(s[:at] + "@h/"); err != nil {
		return false
	}
	host, _, _ := strings.Cut(s[at+1:], "/")
	colon := strings.LastIndex(host, ":")
	return colon >= 0 && strings.Trim(host[colon+1:], "0123456789") != "" && !strings.HasSuffix(host, "]")
}

// redactURL masks the password of what may be a URL. It cuts at the last "@", so
// that a password is masked whole whatever is in it.
func redactURL(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		scheme, rest = "", s
	} else {
		scheme += "://"
	}
	at := strings.LastIndex(rest, "@")
	user, _, colon := strings.Cut(rest[:max(at, 0)], ":")
	if at < 0 || !colon {
		return s
	}
	return scheme + user + ":xxxxx" + rest[at:]
}
