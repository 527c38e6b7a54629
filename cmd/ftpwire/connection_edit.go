package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

func (a *app) connectionEditCmd() *cobra.Command {
	var sf storeFlags
	var unset []string
	var forget bool
	cmd := &cobra.Command{
		Use:   "edit NAME",
		Short: "Change a stored connection",
		Long: `Changes the settings of a stored connection that the flags name, and no others. A flag with an
empty value, or --unset KEY, goes back to the default. Comments in the file stay.

Without flags, the connection is opened in the editor of the environment variable VISUAL or
EDITOR. What it says afterwards replaces the old settings only if it can be used.`,
		Example: `  ftpwire connection edit nas --timeout 10s --data-mode pasv
  ftpwire connection edit nas --unset timeout
  ftpwire connection edit nas`,
		Args:              nargs(1, 1, "which connection?"),
		ValidArgsFunction: a.oneName,
	}
	a.addStoreFlags(cmd, &sf)
	inSection(cmd, sectionStore, func(fs *pflag.FlagSet) {
		fs.StringArrayVar(&unset, "unset", nil, "remove the setting `KEY`, as the file calls it (repeatable)")
		fs.BoolVar(&forget, "forget", false, "forget what was learned about the server")
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name := strings.TrimSuffix(args[0], ":")
		byHand := true
		cmd.Flags().Visit(func(f *pflag.Flag) { byHand = byHand && cmd.InheritedFlags().Lookup(f.Name) != nil })
		if byHand {
			return a.editByHand(name)
		}
		e := edit{a: a, cmd: cmd, name: name, sf: &sf, unset: unset, forget: forget}
		if err := e.save(); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "stored: %s\n", name)
		return nil
	}
	return cmd
}

// editByHand opens a connection in an editor.
func (a *app) editByHand(name string) error {
	s, d, err := a.readStore()
	if err != nil {
		return err
	}
	if !d.Has(kindConnection, name) {
		return s.unknown("connection", name, d.Names(kindConnection))
	}
	before := d.Source(kindConnection, name)
	dir, err := os.MkdirTemp("", "ftpwire-edit-")
	if err != nil {
		return cannot(err)
	}
	file := filepath.Join(dir, name+".toml")
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		return cannot(err)
	}
	if err := a.runEditor(file); err != nil {
		os.RemoveAll(dir)
		return err
	}
	after, err := os.ReadFile(file)
	if err != nil {
		return cannot(err)
	}
	if string(after) == before {
		os.RemoveAll(dir)
		fmt.Fprintf(a.stdout, "unchanged: %s\n", name)
		return nil
	}
	if err := a.replaceSource(s, name, before, string(after)); err != nil {
		u, ok := errors.AsType[*usageError](err)
		if !ok {
			return err
		}
		return &usageError{err: errtext.Errorf("nothing was changed: %w", u), hint: strings.TrimSpace(u.hint + " What you wrote is in " + file)}
	}
	os.RemoveAll(dir)
	fmt.Fprintf(a.stdout, "stored: %s\n", name)
	return nil
}

// replaceSource replaces the text of a connection by another, if that can be used and
// nobody has changed the old one meanwhile.
func (a *app) replaceSource(s *store, name, before, after string) error {
	edited, err := tomledit.Parse([]byte(after))
	if err != nil {
		e, _ := errors.AsType[*tomledit.Error](err)
		return usagef("line %d: %s", e.Line, e.Reason)
	}
	if names := edited.Names(kindConnection); !slices.Equal(names, []string{name}) || len(edited.Kinds()) != 1 {
		return &usageError{err: fmt.Errorf("there must be [connection.%s] and no other table", name), hint: fmt.Sprintf(`"ftpwire connection rename %s" changes the name.`, name)}
	}
	return s.change(func(d *tomledit.Document) (*tomledit.Document, error) {
		if d.Source(kindConnection, name) != before {
			return nil, usagef("another process has changed %q meanwhile", name)
		}
		d, err := d.Replace(kindConnection, name, after)
		if err != nil {
			return nil, err
		}
		return d, a.tryOut(s, d, name)
	})
}

// runEditor opens a file in the user's editor, and waits for its end.
func (a *app) runEditor(file string) error {
	editor := ""
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if v, _ := a.env(name); v != "" && editor == "" {
			editor = v
		}
	}
	if editor == "" {
		return &usageError{err: errors.New("no editor: neither VISUAL nor EDITOR is set"), hint: `Set one, or change single settings by flags; "ftpwire connection edit --help" lists them.`}
	}
	cmd := exec.CommandContext(a.ctx, "/bin/sh", "-c", editor+` "$1"`, "sh", file)
	if runtime.GOOS == "windows" {
		cmd = exec.CommandContext(a.ctx, "cmd", "/C", editor+` "`+file+`"`)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.stdin, a.stdout, a.stderr
	if err := cmd.Run(); err != nil {
		return &usageError{err: errtext.Errorf("nothing was changed: the editor %q: %w", editor, err)}
	}
	return nil
}
