package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

func (a *app) trustCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trust list|show|accept|remove",
		Short: "Manage certificates that were accepted",
		Long: `A server's certificate that can't be verified, for example because it is self-signed, can
be accepted for that server. It is then remembered together with what was wrong with it.
A changed certificate, or one with another fault, is refused again.

On a terminal, commands ask about such a certificate. "ftpwire trust accept" accepts it
beforehand, and --accept-new the first one that a server shows.

The file is the one of --trust-file, or of the environment variable FTPWIRE_TRUST, or
ftpwire/trusted in the directory XDG_CONFIG_HOME, which is .config in HOME by default.`,
		Example: `  ftpwire trust show ftpes://ftp.example.com/
  ftpwire trust accept ftpes://ftp.example.com/
  ftpwire trust list`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{err: errors.New("what is to be done: list, show, accept or remove?"), hint: "Usage: " + cmd.CommandPath() + " list|show|accept|remove"}
			}
			return &usageError{err: fmt.Errorf("unknown command %q of trust", args[0]), hint: suggestCommand(cmd, args[0])}
		},
	}
	cmd.AddCommand(a.trustListCmd(), a.trustShowCmd(), a.trustAcceptCmd(), a.trustRemoveCmd())
	return cmd
}

func (a *app) trustListCmd() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the accepted certificates",
		Long: `Lists the accepted certificates: server, date, what was wrong and was accepted,
SHA-256 of the certificate, subject.

With --format json, each is one JSON object on a line of its own.`,
		Example: "  ftpwire trust list\n  ftpwire trust list --format json | jq -r .host",
		Args:    nargs(0, 0, ""),
	}
	f.addTrustFile(cmd)
	format := addFormat(cmd, "columns for people, or JSON lines")
	cmd.RunE = func(*cobra.Command, []string) error {
		store, err := a.trustStore(f.trustFile)
		if err != nil {
			return err
		}
		entries, err := store.Entries()
		if err != nil {
			return cannot(err)
		}
		return a.listTrusted(store, entries, format.value == "json")
	}
	return cmd
}

func (a *app) listTrusted(store *tlsx.TrustStore, entries []tlsx.Trusted, asJSON bool) error {
	if len(entries) == 0 && !a.quiet {
		a.say("ftpwire: no accepted certificates in " + store.Path())
	}
	tw := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, t := range entries {
		if asJSON {
			if err := writeJSON(a.stdout, t); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", visible(hostPort(t.Host, t.Port)), day(t.Date), t.Reasons, t.SHA256, visible(t.Subject))
	}
	return tw.Flush()
}

func (a *app) trustRemoveCmd() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "remove HOST[:PORT]|URL",
		Short: "Forget an accepted certificate",
		Long: `Removes the accepted certificate of a server, so that it is refused again. The port is
21 if there is none; a URL of implicit TLS stands for port 990.

The exit code is 1 if there was none.`,
		Example: "  ftpwire trust remove ftp.example.com\n  ftpwire trust remove ftps://ftp.example.com/",
		Args:    nargs(1, 1, "which server? HOST, HOST:PORT or its URL"),
	}
	f.addTrustFile(cmd)
	format := addFormat(cmd, "a line for people, or one JSON object")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		host, port, err := a.serverName(args[0])
		if err != nil {
			return err
		}
		store, err := a.trustStore(f.trustFile)
		if err != nil {
			return err
		}
		found, err := store.Remove(host, port)
		if err != nil {
			return cannot(err)
		}
		if !found {
			return &hintError{err: fmt.Errorf("no certificate of %s was accepted", hostPort(visible(host), port)), hint: otherPorts(store, host)}
		}
		if format.value == "json" {
			return writeJSON(a.stdout, removalJSON{host, port, true})
		}
		_, err = fmt.Fprintf(a.stdout, "removed: the certificate of %s\n", hostPort(visible(host), port))
		return err
	}
	return cmd
}

// A removalJSON says which certificate was forgotten.
type removalJSON struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	Removed bool   `json:"removed"`
}

// otherPorts says under which ports the store knows a host.
func otherPorts(store *tlsx.TrustStore, host string) string {
	entries, _ := store.Entries()
	name, _ := tlsx.NormalizeHost(host)
	var known []string
	for _, t := range entries {
		if t.Host == name {
			known = append(known, hostPort(t.Host, t.Port))
		}
	}
	if known == nil {
		return `"ftpwire trust list" lists them.`
	}
	return "There is one of " + enumerate(known) + "."
}

// serverName reads HOST, HOST:PORT, a URL or NAME: of a stored connection.
func (a *app) serverName(s string) (host string, port int, err error) {
	if name, path, ok := splitName(s); ok && path == "" {
		c, err := a.connection(name)
		if err != nil {
			return "", 0, err
		}
		p, err := c.profileFor(&cobra.Command{})
		if err != nil {
			return "", 0, err
		}
		return addressOf(&p)
	}
	if strings.Contains(s, "://") {
		l, err := ftpwire.ParseURL(s)
		if err != nil {
			return "", 0, cannot(err)
		}
		return addressOf(&l.Profile)
	}
	p := ftpwire.Profile{Host: s}
	if h, text, err := net.SplitHostPort(s); err == nil {
		p.Host = h
		if p.Port, err = strconv.Atoi(text); err != nil || p.Port < 1 || p.Port > 65535 {
			return "", 0, usagef("%q: the port is not between 1 and 65535", s)
		}
	}
	return addressOf(&p)
}

// addressOf returns host and port of p, by which the trust store knows it.
func addressOf(p *ftpwire.Profile) (host string, port int, err error) {
	addr, err := p.Address()
	if err != nil {
		return "", 0, cannot(err)
	}
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, cannot(err)
	}
	port, err = strconv.Atoi(text)
	if err == nil {
		_, err = tlsx.NormalizeHost(host)
	}
	return host, port, cannot(err)
}

// trustURL returns the URL under which "ftpwire trust" reaches the server of p.
func trustURL(p *ftpwire.Profile) string {
	scheme, usual := "ftpes", 21
	if p.Protocol().Security() == control.SecurityImplicit {
		scheme, usual = "ftps", 990
	}
	host := p.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p.Port != 0 && p.Port != usual {
		host += ":" + strconv.Itoa(p.Port)
	}
	return scheme + "://" + host + "/"
}
