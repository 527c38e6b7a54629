package main

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	listen, caOut                   string
	users, hosts, faults, fxp       []string
	anonymous, readOnly, requireTLS bool
	quota                           int64
	otp                             *choice
	serveTLS
}

func (a *app) serveCmd() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [DIR]",
		Short: "Serve a directory, or an empty tree in memory, to test clients with",
		Long: `Runs an FTP server for tests until it gets a signal. It serves the files in DIR, which it
never leaves, or an empty tree in memory. It prints its address, a command line to try,
and the file with the CA certificate that clients must trust; it logs the sessions on
standard error. Without --user it makes up a password and prints it.

--host adds virtual hosts (HOST, RFC 7151), each with a tree in memory of its own and
the same users; over TLS each has its own certificate. --client-ca demands client
certificates; one whose common name is a user's name logs that user in without a password.
--otp makes the passwords one-time passwords (RFC 2289), with the given one as the secret.

--fault makes it misbehave in one exact way; "--fault help" lists them.

It is not a server for the Internet: it has no limits on password guessing.`,
		Example: `  ftpwire serve
  ftpwire serve --tls none --anonymous --read-only /srv/ftp
  ftpwire serve --user alice:secret --require-tls --ca-out ca.pem .
  ftpwire serve --tls-max 1.2 --reuse control --ccc refused --auth TLS,SSL
  ftpwire serve --host a.example --host b.example --user bob:secret:accounting --quota 1000000
  ftpwire serve --client-ca clients.pem --user alice:
  ftpwire serve --fault help`,
		Args: nargs(0, 1, ""),
	}
	fs := cmd.Flags()
	fs.StringVar(&f.listen, "listen", "127.0.0.1:2121", "`ADDRESS` to listen on; port 0 is any free one")
	fs.StringArrayVar(&f.users, "user", nil, "`NAME:PASSWORD[:ACCOUNT]` of a user (repeatable)")
	fs.StringArrayVar(&f.hosts, "host", nil, "serve a virtual host of this `NAME` too (repeatable)")
	fs.Int64Var(&f.quota, "quota", 0, "how many `BYTES` each user may store (default: no limit)")
	f.otp = addChoice(cmd, "otp", "none", "none|md5|sha1", "one-time passwords (RFC 2289)")
	fs.BoolVar(&f.anonymous, "anonymous", false, "let anonymous in, to read only")
	fs.BoolVar(&f.requireTLS, "require-tls", false, "refuse logins and transfers in clear text")
	f.serveTLS.add(cmd)
	fs.StringVar(&f.caOut, "ca-out", "", "write the CA certificate to `FILE` (default: a temporary file)")
	fs.BoolVar(&f.readOnly, "read-only", false, "refuse every change")
	fs.StringArrayVar(&f.fxp, "allow-fxp", nil, "let clients have data exchanged with servers in this `NETWORK`, an address or a prefix such as 192.0.2.0/24 (repeatable; default: with none)")
	fs.StringArrayVar(&f.faults, "fault", nil, "misbehave as `NAME` says (repeatable); help lists the names")
	cmd.RegisterFlagCompletionFunc("fault", completeFaults)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if slices.Contains(f.faults, "help") {
			return listFaults(a.stdout)
		}
		return a.serve(&f, args)
	}
	return cmd
}

func (a *app) serve(f *serveFlags, args []string) error {
	cfg, made, err := a.serverConfig(f, args)
	if err != nil {
		return err
	}
	s, err := ftptest.Start(cfg)
	if err != nil {
		u := &usageError{err: err}
		if errors.Is(err, syscall.EADDRINUSE) {
			u.hint = "Another program listens there. Choose another port, or any free one with --listen 127.0.0.1:0."
		}
		return &kindError{u, ftpwire.KindLocal}
	}
	defer s.Close()
	ca, temporary, err := writeCA(f, s)
	if err != nil {
		return err
	}
	if temporary {
		defer os.Remove(ca)
	}
	if host, _, _ := net.SplitHostPort(s.Addr()); !net.ParseIP(host).IsLoopback() {
		a.warn("other computers can reach this server, which is made for tests only")
	}
	a.announce(cfg, s, ca, made)
	<-a.ctx.Done()
	if !a.quiet {
		a.say("ftpwire: serve: stopped")
	}
	return s.Close()
}

// serverConfig returns the configuration that the flags ask for, and the password
// that was made up, if one was.
func (a *app) serverConfig(f *serveFlags, args []string) (cfg *ftptest.Config, made string, err error) {
	cfg = &ftptest.Config{Addr: f.listen, Anonymous: f.anonymous, ReadOnly: f.readOnly, RequireTLS: f.requireTLS}
	if cfg.Faults, err = faults(f.faults); err != nil {
		return nil, "", err
	}
	if cfg.ForeignHosts, err = networks(f.fxp); err != nil {
		return nil, "", err
	}
	if len(args) > 0 {
		info, err := os.Stat(args[0])
		if err != nil {
			return nil, "", cannot(err)
		}
		if !info.IsDir() {
			return nil, "", usagef("%s: is not a directory", args[0])
		}
		cfg.Root = args[0]
	}
	if err := f.serveTLS.apply(cfg, f.requireTLS || f.caOut != ""); err != nil {
		return nil, "", err
	}
	if made, err = f.addUsers(cfg); err != nil {
		return nil, "", err
	}
	if !a.quiet {
		cfg.Log = slog.New(slog.NewTextHandler(sayer{a}, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: briefly}))
	}
	return cfg, made, nil
}

// networks reads the values of --allow-fxp.
func networks(texts []string) (nets []netip.Prefix, err error) {
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if a, aerr := netip.ParseAddr(text); aerr == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, usagef("--allow-fxp: %q is no IP address and no network such as 192.0.2.0/24", text)
		}
		nets = append(nets, p)
	}
	return nets, nil
}

// briefly leaves out the level, which is always the same, and the date.
func briefly(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Key {
	case slog.LevelKey:
		return slog.Attr{}
	case slog.TimeKey:
		return slog.String(slog.TimeKey, attr.Value.Time().Format("15:04:05.000"))
	}
	return attr
}

// A sayer writes log lines on standard error, whole.
type sayer struct{ a *app }

func (s sayer) Write(b []byte) (int, error) {
	s.a.say(strings.TrimSuffix(string(b), "\n"))
	return len(b), nil
}

// writeCA writes the certificate that clients have to trust. A certificate of the
// user's own is known to him, unless --ca-out asks for it.
func writeCA(f *serveFlags, s *ftptest.Server) (name string, temporary bool, err error) {
	text := s.CAPEM()
	switch {
	case text == nil || f.cert != "" && f.caOut == "":
		return "", false, nil
	case f.caOut != "":
		return f.caOut, false, cannot(os.WriteFile(f.caOut, text, 0o644))
	}
	file, err := os.CreateTemp("", "ftpwire-ca-*.pem")
	if err != nil {
		return "", false, cannot(err)
	}
	_, err = file.Write(text)
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	return file.Name(), true, cannot(err)
}
