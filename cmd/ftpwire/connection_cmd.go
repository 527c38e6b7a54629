package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) connectionCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "connection add|list|show|edit|test|rename|remove",
		Short: "Store servers with all their settings under names",
		Long: `Stores servers with all their settings under names. Every command that takes a URL takes
NAME:PATH as well, where NAME is a stored connection:

  ftpwire connection add nas ftpes://alice@nas.example.com/ --nat auto
  ftpwire ls nas:pub
  ftpwire put report.pdf nas:pub/

Flags on the command line count more than what is stored. "ftpwire help connections" explains
the file, passwords, and certificates that connections share; "ftpwire help connection-flags"
lists the flags that connections can have.`,
		Example: `  ftpwire connection add nas ftpes://alice@nas.example.com/ --group home --keyring
  ftpwire connection test nas
  ftpwire connection list --group home
  ftpwire connection edit nas --timeout 10s`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{err: errors.New("what is to be done: add, list, show, edit, test, rename or remove?"), hint: "Usage: " + cmd.CommandPath() + " add|list|show|edit|test|rename|remove"}
			}
			return &usageError{err: fmt.Errorf("unknown command %q of connection", args[0]), hint: suggestCommand(cmd, args[0])}
		},
	}
	cmd.AddCommand(a.connectionAddCmd(), a.connectionListCmd(), a.connectionShowCmd(), a.connectionEditCmd(), a.connectionTestCmd(), a.connectionRenameCmd(), a.connectionRemoveCmd())
	return cmd
}
