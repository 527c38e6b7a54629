package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// sectionStore is the section of the flags about how a connection is stored, in the help.
const sectionStore = "Stored connection"

// storeFlags say how a connection is stored, beside the settings that all commands have.
type storeFlags struct {
	group, path, host    string
	port                 int
	certificate, trusted string
	env, command         string
	text, keyring        bool
	f                    *connFlags
}

func (a *app) addStoreFlags(cmd *cobra.Command, sf *storeFlags) {
	sf.f, _ = addStorable(cmd)
	inSection(cmd, sectionStore, func(fs *pflag.FlagSet) {
		fs.StringVar(&sf.group, "group", "", "`NAME` of the group that it is listed under")
		fs.StringVar(&sf.host, "host", "", "`NAME` or address of the server, in place of the URL's")
		fs.IntVar(&sf.port, "port", 0, "`PORT` of the server, in place of the URL's; 0 is the usual one")
		fs.StringVar(&sf.path, "path", "", "remote `DIRECTORY` that NAME: stands for, in place of the URL's path")
		fs.StringVar(&sf.certificate, "certificate", "", "client certificate that is stored as [certificate.`NAME`]")
		fs.StringVar(&sf.trusted, "trusted", "", "server certificates that are stored as [trusted.`NAME`]")
		fs.BoolVar(&sf.text, "store-password", false, "store the password itself in the file, which only you can read")
		fs.BoolVar(&sf.keyring, "keyring", false, "store the password in the system's keyring")
		fs.StringVar(&sf.env, "password-env", "", "read the password from the environment variable `NAME`, each time")
		fs.StringVar(&sf.command, "password-command", "", "run `COMMAND` by the shell, each time; what it prints is the password")
	})
	cmd.RegisterFlagCompletionFunc("group", a.completeGroups)
	cmd.RegisterFlagCompletionFunc("certificate", a.completeTables(kindCertificate))
	cmd.RegisterFlagCompletionFunc("trusted", a.completeTables(kindTrusted))
}

func (a *app) connectionAddCmd() *cobra.Command {
	var sf storeFlags
	cmd := &cobra.Command{
		Use:   "add NAME [URL]",
		Short: "Store a connection",
		Long: `Stores the server of URL with the settings that the flags say, under NAME. The flags are those
of "ftpwire ls" and "ftpwire get". Without a URL, --host names the server, and TLS is explicit.

The password is not stored, unless --store-password or --keyring say so; then it is the one of
--password-file, the URL or FTPWIRE_PASSWORD, or asked for. --password-env, --password-command
and --password-file without these two have it looked up at each use.`,
		Example: `  ftpwire connection add nas ftpes://alice@nas.example.com/ --group home
  ftpwire connection add old ftpes://bob@ftp.example.com/pub/ --auth-ssl --data-mode pasv --keyring
  ftpwire connection add web ftps://web@ftp.example.com/ --password-command "pass show web"`,
		Args: nargs(1, 2, "a NAME is missing"),
	}
	a.addStoreFlags(cmd, &sf)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 && strings.Contains(args[0], "://") {
			return &usageError{err: errors.New("a NAME is missing"), hint: "It comes first, then the URL. Usage: " + cmd.UseLine()}
		}
		name := strings.TrimSuffix(args[0], ":")
		if err := checkName(name); err != nil {
			return err
		}
		e := edit{a: a, cmd: cmd, name: name, sf: &sf, values: map[string]any{}, new: true}
		if err := e.fromURL(args[1:]); err != nil {
			return err
		}
		if err := e.save(); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "stored: %s\n", name)
		return nil
	}
	return cmd
}
