package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds the name of a connection, a group or a certificate, in bytes.
const maxName = 100

// schemes are words that begin a URL, and so can't be names.
var schemes = []string{"ftp", "ftps", "ftpes", "sftp", "http", "https", "file"}

// nameFault says why a word can't be the name of a connection, "" if it can. Names are made
// so that NAME:PATH is never a URL, a file of Windows or an address.
func nameFault(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > maxName:
		return fmt.Sprintf("is longer than %d bytes", maxName)
	case utf8.RuneCountInString(name) == 1:
		return "has one letter only, as the drives of Windows have"
	case slices.Contains(schemes, strings.ToLower(name)):
		return "is the scheme of a URL"
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "is an IP address"
	}
	for i, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || i > 0 && strings.ContainsRune("._-", r) {
			continue
		}
		if i == 0 {
			return "does not begin with a letter or digit"
		}
		return fmt.Sprintf("has %q in it: letters, digits and . _ - are allowed", r)
	}
	return ""
}

// checkName returns an error about a word that can't be a name.
func checkName(name string) error {
	fault := nameFault(name)
	if fault == "" {
		return nil
	}
	err := usagef("the name %q %s", name, fault)
	if strings.Contains(name, "://") {
		return &usageError{err: err, hint: "The name comes first, then the URL."}
	}
	return err
}

// splitName cuts NAME:PATH at its first colon. It is none if it is a URL, or if what stands
// before the colon can't be a name.
func splitName(arg string) (name, path string, ok bool) {
	name, path, ok = strings.Cut(arg, ":")
	if !ok || strings.HasPrefix(path, "//") && isScheme(name) || nameFault(name) != "" {
		return "", "", false
	}
	return name, path, true
}

// isScheme reports whether "://" after a word would make it a URL, of a known scheme or an
// unknown one.
func isScheme(word string) bool {
	return strings.Trim(strings.ToLower(word), "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
}

// nearNames returns those of names that look like a misspelt one.
func nearNames(name string, names []string) (near []string) {
	for _, is := range names {
		if strings.EqualFold(name, is) {
			return []string{is}
		}
	}
	for _, is := range names {
		if similar(strings.ToLower(name), strings.ToLower(is)) || len(name) > 2 && strings.HasPrefix(is, name) {
			near = append(near, is)
		}
	}
	return near
}
