package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// takeConnections has the commands below root take NAME:PATH where they take a URL: before
// such a command runs, its flags are filled with what is stored.
func (a *app) takeConnections(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.Name() == "trust" {
			for _, sub := range cmd.Commands() {
				if sub.Name() == "show" || sub.Name() == "accept" {
					a.takeConnection(sub, 0)
				}
			}
		}
		if place, ok := targetPlaces[cmd.Name()]; ok && cmd.Name() != "probe" && cmd.Name() != "fxp" { // which take HOST:PORT as well, or two connections
			a.takeConnection(cmd, place)
		}
	}
}

func (a *app) takeConnection(cmd *cobra.Command, place int) {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		listed, err := a.listOf(cmd)
		if err != nil {
			return err
		}
		targets := a.targetsOf(cmd, args, place)
		if cmd.Name() != "put" {
			targets = slices.Concat(targets, listed)
		}
		if err := swapped(cmd, args, place); err != nil {
			return err
		}
		if err := a.useConnection(cmd, targets); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// swapped is an error if the local file of get or put stands where the server should.
func swapped(cmd *cobra.Command, args []string, place int) error {
	if len(args) != 2 || cmd.Flags().Changed("files-from") || cmd.Name() != "get" && cmd.Name() != "put" || isTarget(args[place]) || !isTarget(args[1-place]) {
		return nil
	}
	return &usageError{err: fmt.Errorf("%q is no URL, and %q is none of a local file", args[place], args[1-place]), hint: "The order is: " + cmd.UseLine()}
}

// isTarget reports whether an argument looks like a URL or NAME:PATH.
func isTarget(arg string) bool {
	_, _, named := splitName(arg)
	return named || strings.Contains(arg, "://")
}

// useConnection makes the connection that targets name the one of this run.
func (a *app) useConnection(cmd *cobra.Command, targets []string) error {
	a.conn = nil
	var names []string
	for _, t := range targets {
		name, _, _ := splitName(t)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0 || len(names) == 1 && names[0] == "":
		return nil
	case len(names) > 1:
		return &usageError{err: errors.New("a command line can use one stored connection, and no URL besides it"), hint: "Run the command once for each."}
	}
	c, err := a.connection(names[0])
	if err != nil {
		return notAddress(targets[0], err)
	}
	c.plain = onlyStored(cmd)
	if err := c.fill(cmd); err != nil {
		return err
	}
	profile, err := c.profileFor(cmd)
	if err != nil {
		return err
	}
	a.conn, a.connProfile = c, profile
	return nil
}

// notAddress adds to the error about a name that is not stored how to write what may have
// been meant as an address.
func notAddress(arg string, err error) error {
	u, ok := errors.AsType[*usageError](err)
	name, rest, _ := strings.Cut(arg, ":")
	port, path, _ := strings.Cut(rest, "/")
	number := isNumber(port)
	if !ok || u.hint != "" && strings.HasPrefix(u.hint, "Did you mean") || !number && !strings.Contains(name, ".") && name != "localhost" {
		return err
	}
	if _, stored := errors.AsType[*storeError](err); stored {
		return err
	}
	host := name
	if number {
		host, rest = name+":"+port, path
	}
	u.hint = "A server that is not stored is named by a URL: " + urlForms(host, rest)
	return err
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// urlForms are the ways to write a host as a URL.
func urlForms(host, path string) string {
	path = strings.TrimPrefix(path, "/")
	return fmt.Sprintf("ftpes://%s/%s (explicit TLS), ftps://%s/%s (implicit TLS) or ftp://%s/%s (clear text).", host, path, host, path, host, path)
}

// schemeFlags are the flags that do what the schemes of URLs do.
var schemeFlags = map[string]string{"ftpes://": "--tls explicit", "ftps://": "--tls implicit", "ftp://": "--tls none"}

// toStore adds to a hint that names a flag how to store it, if a stored connection is in use.
func (a *app) toStore(hint string) string {
	if a.conn == nil || strings.Contains(hint, "ftpwire connection ") {
		return hint
	}
	words := strings.FieldsFunc(hint, func(r rune) bool { return strings.ContainsRune(" ,.;()\"", r) })
	for i, word := range words {
		name, is := strings.CutPrefix(word, "--")
		name, _, _ = strings.Cut(name, "=")
		flag := ""
		if is && name == "tls" && i+1 < len(words) {
			flag = word + " " + words[i+1]
		} else if is && slices.Contains(storableNames(), name) {
			flag = "--" + name + " …"
		}
		if flag != "" {
			return fmt.Sprintf("%s \"ftpwire connection edit %s %s\" stores what helps.", hint, a.conn.name, flag)
		}
	}
	return hint
}

// target returns the server and the path that an argument names: NAME:PATH of the stored
// connection that is in use, or a URL.
func (a *app) target(arg string) (*ftpwire.Location, error) {
	if name, path, ok := splitName(arg); ok && a.conn != nil && a.conn.name == name {
		if strings.ContainsAny(path, "\r\n\x00") {
			return nil, usagef("the path after %s: holds a CR, LF or NUL, which no FTP command can carry", name)
		}
		return &ftpwire.Location{Profile: a.connProfile, Path: a.conn.path(path)}, nil
	}
	if !strings.Contains(arg, "://") {
		return nil, a.noURL(arg)
	}
	l, err := ftpwire.ParseURL(arg)
	if err != nil {
		scheme, rest, _ := strings.Cut(arg, "://")
		if d := a.quietStore(); d.Has(kindConnection, scheme) {
			return nil, &usageError{err: err, hint: fmt.Sprintf("%s is a stored connection: write %s:%s", scheme, scheme, visible(rest))}
		}
		return nil, cannot(err)
	}
	return l, nil
}

// path returns the path on the server for one after NAME:. Those that do not begin with "/"
// are below the connection's own.
func (c *connection) path(path string) string {
	base := c.text(keyPath)
	switch {
	case path == "":
		return base
	case strings.HasPrefix(path, "/"):
		return path
	}
	return join(base, path)
}

// noURL is the error about an argument that is neither a URL nor NAME:PATH.
func (a *app) noURL(arg string) error {
	hint, err := urlFault(arg)
	host, path, _ := strings.Cut(arg, "/")
	if d := a.quietStore(); d.Has(kindConnection, host) {
		hint = fmt.Sprintf("%s is a stored connection: write %s:%s", host, host, path)
	}
	return &usageError{err: errtext.Errorf("%w", err), hint: hint}
}
