package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire"
)

// fewSlashes is a URL with the wrong number of slashes after its scheme, or with blanks or
// other signs in their place.
var fewSlashes = regexp.MustCompile(`(?i)^(ftp|ftpes|ftps)(?: *:[ /\\]*|//+)([^/\\ ].*)$`)

// localPath is a path of this computer.
var localPath = regexp.MustCompile(`^(?:[A-Za-z]:[\\/]|[A-Za-z]:$|\.{0,2}/|~|\\\\|\.{1,2}$)`)

// urlFault says what is wrong with an argument that should be a URL and has no "://", and how
// to write it.
func urlFault(arg string) (hint string, err error) {
	const general = `Write a URL, such as ftpes://HOST/PATH, or NAME:PATH of a stored connection; "ftpwire help urls" explains both.`
	is := func(what string) error { return fmt.Errorf("%q %s", visible(arg), what) }
	if m := fewSlashes.FindStringSubmatch(arg); m != nil {
		return fmt.Sprintf("Write %s://%s", strings.ToLower(m[1]), visible(m[2])), is("is no URL: two slashes go after the scheme and its colon")
	}
	host, path, _ := strings.Cut(arg, "/")
	at := strings.LastIndex(host, "@") + 1
	name, port, serr := net.SplitHostPort(host[at:])
	switch {
	case arg == "":
		return general, errors.New("the URL is empty")
	case localPath.MatchString(arg):
		return general, is("is a path of this computer, and no URL")
	case serr == nil && name != "" && isNumber(port) || strings.Contains(strings.Trim(host, "."), ".") && nameFault(host[at:]) == "":
		return "Write " + urlForms(visible(host), visible(path)), is("is no URL")
	case isIPv6(host[at:]):
		return "Write " + urlForms(visible(host[:at])+"["+strings.Trim(host[at:], "[]")+"]", visible(path)), is("is no URL")
	case plainWord.MatchString(host):
		return "Write " + urlForms(visible(host), visible(path)), is("is no URL, and no stored connection")
	}
	if _, err = ftpwire.ParseURL(arg); err == nil {
		err = is("is no URL")
	}
	return general, err
}

// plainWord may be a host's name of one word, with a user before it.
var plainWord = regexp.MustCompile(`^(?:[^@:\s]+@)?[A-Za-z0-9][A-Za-z0-9_-]*$`)

func isIPv6(s string) bool {
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return err == nil && addr.Is6()
}
