package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// announce tells a user what to do with the server.
func (a *app) announce(cfg *ftptest.Config, s *ftptest.Server, ca, made string) {
	fmt.Fprintf(a.stdout, "listening on %s, TLS: %s\n", s.Addr(), cfg.TLS)
	if made != "" {
		fmt.Fprintf(a.stdout, "user %q, password %q\n", cfg.Users[0].Name, made)
	}
	if ca != "" {
		fmt.Fprintf(a.stdout, "CA certificate in %s\n", ca)
	}
	fmt.Fprintf(a.stdout, "try: %s\n", tryLine(cfg, s, ca, made))
	fmt.Fprintln(a.stdout, "press Ctrl-C to stop")
}

// tryLine returns a command line that lists the server's root.
func tryLine(cfg *ftptest.Config, s *ftptest.Server, ca, made string) string {
	u := url.URL{Scheme: "ftp", Host: reachable(s.Addr()), Path: "/"}
	switch cfg.TLS {
	case ftptest.TLSExplicit:
		u.Scheme = "ftpes"
	case ftptest.TLSImplicit:
		u.Scheme = "ftps"
	}
	line := "ftpwire ls "
	if made != "" {
		line = "FTPWIRE_PASSWORD=" + made + " " + line
	}
	if len(cfg.Users) > 0 {
		u.User = url.User(cfg.Users[0].Name)
	}
	if ca != "" {
		line += "--ca " + shellWord(ca) + " "
	}
	return line + shellWord(u.String())
}

// reachable returns an address to connect to for one that is listened on.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr
}

// shellWord quotes s for a POSIX shell, if need be.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=[]") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
