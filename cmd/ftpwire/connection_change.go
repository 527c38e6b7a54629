package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
)

func (a *app) connectionRenameCmd() *cobra.Command {
	return &cobra.Command{
		Use:               "rename NAME NEWNAME",
		Short:             "Give a stored connection another name",
		Long:              "Gives a stored connection another name. A password in the system's keyring goes with it.",
		Example:           "  ftpwire connection rename nas cellar",
		Args:              nargs(2, 2, "NAME and NEWNAME are needed"),
		ValidArgsFunction: a.oneName,
		RunE: func(_ *cobra.Command, args []string) error {
			from, to := strings.TrimSuffix(args[0], ":"), strings.TrimSuffix(args[1], ":")
			if err := checkName(to); err != nil {
				return err
			}
			if err := a.renameConnection(from, to); err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "renamed: %s is %s\n", from, to)
			return nil
		},
	}
}

func (a *app) renameConnection(from, to string) error {
	s, err := a.store()
	if err != nil {
		return err
	}
	moved := false
	err = s.change(func(d *tomledit.Document) (*tomledit.Document, error) {
		switch names := d.Names(kindConnection); {
		case !d.Has(kindConnection, from):
			return nil, s.unknown("connection", from, names)
		case d.Has(kindConnection, to) && from != to:
			return nil, taken(to)
		}
		if inKeyring(d, from) && from != to {
			password, err := a.fromKeyring(from)
			if err != nil {
				return nil, err
			}
			if err := a.toKeyring(to, password); err != nil {
				return nil, err
			}
			moved = true
		}
		return d.Rename(kindConnection, from, to)
	})
	if err == nil && moved {
		return a.offKeyring(from)
	}
	return err
}

// inKeyring reports whether the password of a connection is in the system's keyring.
func inKeyring(d *tomledit.Document, name string) bool {
	values, err := d.Values(kindConnection, name)
	return err == nil && values[keyKeyring] == true
}

func (a *app) connectionRemoveCmd() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:     "remove NAME...",
		Aliases: []string{"rm"},
		Short:   "Remove stored connections",
		Long:    "Removes stored connections, with their passwords in the system's keyring. On a terminal\nit asks first.",
		Example: "  ftpwire connection remove nas\n  ftpwire connection remove --yes nas web",
		Args:    nargs(1, -1, "which connection?"),
		ValidArgsFunction: func(c *cobra.Command, _ []string, w string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return a.oneName(c, nil, w)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		for i := range args {
			args[i] = strings.TrimSuffix(args[i], ":")
		}
		return a.removeConnections(args, yes)
	}
	return cmd
}

func (a *app) removeConnections(names []string, yes bool) error {
	s, d, err := a.readStore()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !d.Has(kindConnection, name) {
			return s.unknown("connection", name, d.Names(kindConnection))
		}
	}
	if !yes {
		if err := a.agree("Remove " + enumerate(names) + "? [y/N] "); err != nil {
			return err
		}
	}
	var keyrings []string
	err = s.change(func(d *tomledit.Document) (_ *tomledit.Document, err error) {
		keyrings = nil
		for _, name := range names {
			if inKeyring(d, name) {
				keyrings = append(keyrings, name)
			}
			if d, err = d.Remove(kindConnection, name); err != nil {
				return nil, err
			}
		}
		return d, nil
	})
	if err != nil {
		return err
	}
	for _, name := range keyrings {
		if err := a.offKeyring(name); err != nil {
			a.warn("the password of " + name + " is left in the system's keyring: " + err.Error())
		}
	}
	fmt.Fprintf(a.stdout, "removed: %s\n", enumerate(names))
	return nil
}

// agree asks a question that y answers. Without a terminal it is an error that says how
// to do without.
func (a *app) agree(question string) error {
	if !a.terminal() {
		return &usageError{err: errors.New("there is no terminal to ask on"), hint: "--yes removes without asking."}
	}
	io.WriteString(a.stderr, visible(question))
	line, _ := readLine(a.ctx, a.stdin)
	if answer := strings.ToLower(strings.TrimSpace(line)); answer == "y" || answer == "yes" {
		return nil
	}
	return &usageError{err: errors.New("nothing was removed"), hint: "y removes it, and so does --yes."}
}
