package main

import (
	"fmt"
	"maps"

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
	_, d, err := a.readStore()
	if err != nil {
		return err
	}
	if d.Has(kindConnection, name) {
		return taken(name)
	}
	return nil
}

// passwordSource returns the keys that say where a password comes from that this run got by
// --password-file, or from a stored connection. It is empty where NAME: finds the password
// without them (FTPWIRE_PASSWORD, .netrc), or asks for it.
func (a *app) passwordSource(f *connFlags) map[string]any {
	source := map[string]any{}
	switch {
	case f.passwordFile == "-":
	case f.passwordFile != "":
		source[keyPassword+"_file"] = wholePath(f.passwordFile)
	case a.conn == nil:
	case a.conn.password.file != "":
		source[keyPassword+"_file"] = a.conn.password.file
	default:
		for _, suffix := range []string{"", "_env", "_command"} {
			if v := a.conn.values[keyPassword+suffix]; v != nil {
				source[keyPassword+suffix] = v
			}
		}
	}
	return source
}

// saveConnection stores a profile, with where its password comes from, and the path that NAME:
// is to stand for. Of the flags of cmd, and of the stored connection of this run, it stores what a
// profile does not hold as text, such as --ca.
func (a *app) saveConnection(cmd *cobra.Command, name, path string, p *ftpwire.Profile, source map[string]any) error {
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
	maps.Copy(values, source)
	if p.Account != "" {
		values["account"] = p.Account
	}
	for _, f := range storable(cmd, false) {
		k := keyOfFlag(f.Name)
		switch besides := k.key == "trust" || !isSetting(k.key) && k.key != "verify" && !k.alone; {
		case !besides:
		case f.Changed:
			assign(values, k.key, flagValue(f))
		case a.conn != nil && lookup(a.conn.values, k.key) != nil:
			assign(values, k.key, lookup(a.conn.values, k.key))
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
