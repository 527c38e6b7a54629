package main

import (
	"io"
	"net/url"
	"strings"
)

// learn makes the secrets in a command line known before anything reads it, so that all messages mask them: checks that
// know nothing of URLs quote a wrong command line.
func (a *app) learn(args []string) {
	for i, arg := range args {
		for _, s := range secretsIn(arg) {
			a.secret(s)
			a.secret(strings.ReplaceAll(s, "\n", "; ")) // as errtext has it
			if len(s) < 3 {                             // too short to be looked for alone
				a.secret(":" + s + "@")
			}
		}
		next := ""
		if i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			next = args[i+1]
		}
		secret := flagSecret(arg, next)
		a.secret(secret)
		for part := range strings.SplitSeq(secret, ":") { // of "serve --user NAME:PASSWORD:ACCOUNT"
			a.secret(part)
		}
	}
}

// secretsIn returns the passwords in an argument that is a URL, holds one ("--proxy=http://u:p@h"), or is one without
// its scheme ("user:password@host").
func secretsIn(arg string) []string {
	if !strings.HasPrefix(arg, "-") {
		return append(urlSecrets(arg), bareSecrets(arg)...)
	}
	// The name of a flag ends at "=", so a URL in its place is cut there.
	name, value, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	found := append(urlSecrets(arg), bareSecrets(value)...)
	if _, userinfo, ok := strings.Cut(name, ":"); ok {
		found = append(found, parts(userinfo+"="+value)...)
	}
	return found
}

// urlSecrets returns the passwords in the URLs that s holds.
func urlSecrets(s string) (found []string) {
	for rest, ok := s, true; ; {
		if _, rest, ok = strings.Cut(rest, "://"); !ok {
			return found
		}
		found = append(found, userinfoSecrets(rest)...)
	}
}

// bareSecrets returns the passwords in s if it does not begin with the scheme of a URL.
func bareSecrets(s string) []string {
	before, _, ok := strings.Cut(s, "://")
	if ok && !strings.Contains(before, ":") {
		return nil
	}
	found := userinfoSecrets(s)
	if _, rest, slashes := strings.Cut(s, "//"); !ok && slashes { // "ftp//user:password@host"
		found = append(found, userinfoSecrets(rest)...)
	}
	return found
}

// userinfoSecrets returns what may be the password in s, a URL after its "://". The password may hold, unencoded, the
// characters that separate the parts of a URL: then a message may show each part alone.
func userinfoSecrets(s string) []string {
	colon, last := strings.IndexByte(s, ':'), strings.LastIndexByte(s, '@')
	if colon < 0 || last < colon || s[0] == '[' {
		return nil
	}
	var found []string
	u, err := url.Parse("ftp://" + s)
	if err == nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			found = append(found, password)
		} else if strings.IndexByte(s, '@') < colon {
			return nil // the colon is that of a port
		}
	} else if slash := strings.IndexByte(s, '/'); err == nil && slash >= 0 && slash < colon {
		return nil // both stand in the path
	}
	for at := colon; at < last; {
		at += 1 + strings.IndexByte(s[at+1:], '@')
		found = append(found, decoded(s[colon+1:at])...)
	}
	if err != nil || strings.Count(u.Host, ":") > 1 && u.Host[0] != '[' {
		found = append(found, parts(s[colon+1:last])...)
	}
	return found
}

// parts returns the parts of a password that is not encoded as a URL wants it.
func parts(password string) (found []string) {
	for _, part := range strings.FieldsFunc(password, func(r rune) bool { return strings.ContainsRune("/\\?#@:%[]\"'<>^|{}= \r\n", r) }) {
		if len(part) >= 3 {
			found = append(found, decoded(part)...)
		}
	}
	return found
}

// decoded returns a password as it stands in a URL and, if that is different, as it is.
func decoded(s string) []string {
	if plain, err := url.PathUnescape(s); err == nil && plain != s {
		return []string{s, plain}
	}
	return []string{s}
}

// flagSecret returns the secret in the value of a flag that looks as if it took one, existing or not: "--password=x",
// "--user alice:x". next is the argument after it.
func flagSecret(arg, next string) string {
	name, value, glued := strings.Cut(arg, "=")
	if name = strings.ToLower(name); !strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-file") {
		return ""
	}
	if !glued {
		value = next
	}
	if scheme, _, ok := strings.Cut(value, "://"); ok && !strings.Contains(scheme, ":") {
		return "" // the URL, and the flag was not given its value
	}
	for _, word := range []string{"pass", "pasw", "pwd", "secret", "account"} {
		if strings.Contains(name, word) {
			return value
		}
	}
	if strings.Contains(name, "user") || name == "-u" {
		_, secret, _ := strings.Cut(value, ":")
		return secret
	}
	return ""
}

// forCompletion returns the arguments of a hidden command of cobra for shells with the secrets masked, and all other
// arguments as they are: completion writes its errors to the standard error of the process, past all writers.
func (a *app) forCompletion(args []string) []string {
	if len(args) == 0 || !strings.HasPrefix(args[0], "__complete") {
		return args
	}
	clean := make([]string, len(args))
	for i, arg := range args {
		clean[i] = a.masked(arg)
	}
	return clean
}

// A maskWriter masks the secrets in what the library of the command line prints by itself.
type maskWriter struct {
	app *app
	w   io.Writer
	err *error // keeps the first error, if not nil: help is written without a look at it
}

func (m maskWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(m.w, m.app.masked(string(p))); err != nil {
		if m.err != nil && *m.err == nil {
			*m.err = err
		}
		return 0, err
	}
	return len(p), nil
}
