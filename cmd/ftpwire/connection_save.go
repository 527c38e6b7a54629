package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
)

// canSave returns an error if nothing can be stored under a name: it can't be a name, or is
// taken, or the file can't be read. What takes long should ask first.
func (a *app) canSave(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	s, err := a.store()
	if err != nil {
		return err
	}
	d, err := s.read()
	if err != nil {
		return err
	}
	if d.Has(kindConnection, name) {
		return taken(name)
	}
	return nil
}

// saveConnection stores a profile, without its password, and the path that NAME: is to stand
// for. Of the flags of cmd it stores those that a profile does not hold as text, such as
// --ca.
func (a *app) saveConnection(cmd *cobra.Command, name, path string, p *ftpwire.Profile) error {
	if err := a.canSave(name); err != nil {
		return err
	}
	plain := *p
	plain.Name = ""
	values := plain.Values(false)
	for _, key := range []string{"trust", "verify.trust", "verify.host", "verify.port", "login.proxy"} {
		assign(values, key, nil)
	}
	assign(values, keyPath, textOrNil(path))
	if p.Account != "" {
		values["account"] = p.Account
	}
	for _, f := range storable(cmd, true) {
		if k := keyOfFlag(f.Name); k.key == "trust" || !isSetting(k.key) && k.key != "verify" && !k.alone {
			assign(values, k.key, flagValue(f))
		}
	}
	s, err := a.store()
	if err != nil {
		return err
	}
	return s.change(func(d *tomledit.Document) (*tomledit.Document, error) {
		if d.Has(kindConnection, name) {
			return nil, taken(name)
		}
		d, err := d.Set(kindConnection, name, ordered(values))
		if err != nil {
			return nil, err
		}
		return d, a.tryOut(s, d, name)
	})
}

// taken is the error about a name that a connection has already.
func taken(name string) error {
	return &usageError{err: fmt.Errorf("there is a connection %q already", name), hint: fmt.Sprintf(`"ftpwire connection edit %s" changes it, and "ftpwire connection remove %s" removes it.`, name, name)}
}
