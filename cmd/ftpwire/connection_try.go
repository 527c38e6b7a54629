package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

func (a *app) connectionTestCmd() *cobra.Command {
	var f connFlags
	var lf listFlags
	cmd := &cobra.Command{
		Use:   "test NAME",
		Short: "Try a stored connection: connect, log in, list",
		Long: `Connects, logs in and lists the directory of a stored connection, and prints what was agreed on:
TLS, its resumption on the data connection, how data connections are opened, and the number
of entries. If anything fails, it says what, and which setting may help. Flags count more than
what is stored, and are not stored.`,
		Example:           "  ftpwire connection test nas\n  ftpwire connection test nas --data-mode pasv",
		Args:              nargs(1, 1, "which connection?"),
		ValidArgsFunction: a.oneName,
	}
	f.addFileFlags(cmd)
	f.retryFlags.add(cmd)
	lf.add(cmd)
	lf.addMeans(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target := strings.TrimSuffix(args[0], ":") + ":"
		if err := checkName(strings.TrimSuffix(target, ":")); err != nil {
			return err
		}
		if err := a.useConnection(cmd, []string{target}); err != nil {
			return err
		}
		return a.tryConnection(&f, &lf, target)
	}
	return cmd
}

// A trial is what a test of a connection has seen.
type trial struct {
	a    *app
	data []string // what the trace said about data connections
	tls  []string // and about TLS
}

func (a *app) tryConnection(f *connFlags, lf *listFlags, target string) error {
	if _, err := lf.set(f); err != nil {
		return err
	}
	l, err := a.locate(f, target)
	if err != nil {
		return err
	}
	t := trial{a: a}
	before := l.Profile.Trace
	l.Profile.Trace = func(e control.TraceEvent) {
		switch e.Kind {
		case control.TraceData:
			t.data = append(t.data, e.Text)
		case control.TraceTLS:
			t.tls = append(t.tls, e.Text)
		}
		if before != nil {
			before(e)
		}
	}
	addr, _ := l.Profile.Address()
	return a.withLocation(f, l, func(c *ftpwire.Client) error {
		t.line("connected", addr)
		t.connection(c)
		n := 0
		for _, err := range c.Entries(a.ctx, l.Path) {
			if err != nil {
				return onPath(l.Path, err)
			}
			n++
		}
		t.listing(n)
		t.server(c.Server()) // which a listing tells most of
		return nil
	})
}

func (t *trial) line(what, text string) {
	fmt.Fprintf(t.a.stdout, "%-16s%s\n", what+":", visible(t.a.masked(text)))
}

// connection prints what was agreed on for the control connection.
func (t *trial) connection(c *ftpwire.Client) {
	if len(t.tls) == 0 {
		t.line("TLS", "none: commands and the password travel in clear text")
	}
	for _, text := range t.tls {
		t.line("TLS", strings.TrimPrefix(text, "control connection: "))
	}
	t.line("logged in", "yes")
	for _, q := range c.Conn().Quirks() {
		t.line("quirk", string(q.Name))
	}
}

// server prints which software the server is.
func (t *trial) server(s control.Server) {
	if s.Name == "" {
		t.line("server", "not known by what it says and does")
		return
	}
	t.line("server", softwareText(s.Name, s.Version, s.Confidence)+": "+s.Evidence[0])
}

// softwareText names a server's software, and how sure that is.
func softwareText(name, version string, c control.Confidence) string {
	if version != "" {
		name += " " + version
	}
	return name + " (" + c.String() + ")"
}

// listing prints what was seen of the data connection and the listing.
func (t *trial) listing(n int) {
	for _, text := range t.data {
		t.line("data", text)
	}
	entries := "entries"
	if n == 1 {
		entries = "entry"
	}
	t.line("listing", fmt.Sprintf("%d %s", n, entries))
}
