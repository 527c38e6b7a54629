package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
)

// An edit is a change of a connection by flags.
type edit struct {
	a        *app
	cmd      *cobra.Command
	name     string
	sf       *storeFlags
	values   map[string]any // what is to stand in its table
	new      bool
	password string // of the URL
	unset    []string
	forget   bool // what was learned
}

// fromURL sets what a URL says.
func (e *edit) fromURL(args []string) error {
	if len(args) == 0 {
		if e.sf.host == "" {
			return &usageError{err: errors.New("which server? a URL or --host is missing"), hint: "Usage: " + e.cmd.UseLine()}
		}
		return nil
	}
	l, err := e.a.target(args[0])
	if err != nil {
		return err
	}
	l.Profile.Name = ""
	e.password = l.Profile.Password
	for k, v := range l.Profile.Values(false) {
		e.values[k] = v
	}
	if l.Path != "" {
		e.values[keyPath] = l.Path
	}
	if l.ASCII {
		e.values["type"] = "ascii"
	}
	return nil
}

// save changes the file.
func (e *edit) save() error {
	if err := e.checkFlags(); err != nil {
		return err
	}
	s, err := e.a.store()
	if err != nil {
		return err
	}
	secret, err := e.secret(s)
	if err != nil {
		return err
	}
	left := false // the keyring, where the password was
	err = s.change(func(d *tomledit.Document) (*tomledit.Document, error) {
		names := d.Names(kindConnection)
		left = inKeyring(d, e.name)
		switch has := slices.Contains(names, e.name); {
		case has && e.new:
			return nil, taken(e.name)
		case !has && !e.new:
			return nil, s.unknown("connection", e.name, names)
		case has:
			if _, err := s.connection(d, e.name); err != nil {
				return nil, err // it holds what is not understood here
			}
			values, err := d.Values(kindConnection, e.name)
			if err != nil {
				return nil, err
			}
			e.values = clone(values)
		}
		if err := e.apply(secret); err != nil {
			return nil, err
		}
		d, err := d.Set(kindConnection, e.name, ordered(e.values))
		if err != nil {
			return nil, err
		}
		if err := e.a.tryOut(s, d, e.name); err != nil {
			return nil, err
		}
		if e.sf.keyring {
			err = e.a.toKeyring(e.name, secret)
		}
		return d, err
	})
	if err == nil && left && lookup(e.values, keyKeyring) == nil {
		return e.a.offKeyring(e.name)
	}
	return err
}

// checkFlags refuses flags that can't be combined.
func (e *edit) checkFlags() error {
	n := 0
	for _, set := range []bool{e.sf.text, e.sf.keyring, e.sf.env != "", e.sf.command != "", e.sf.f.passwordFile != "" && !e.sf.text && !e.sf.keyring} {
		if set {
			n++
		}
	}
	switch {
	case n > 1:
		return usagef("--store-password, --keyring, --password-env, --password-command and --password-file name several places for the password")
	case e.sf.f.passwordFile == "-" && !e.sf.text && !e.sf.keyring:
		return &usageError{err: errors.New("--password-file - can't be read again later"), hint: "--keyring or --store-password store what it holds."}
	case e.sf.port < 0 || e.sf.port > 65535:
		return usagef("--port is not between 1 and 65535")
	}
	return nil
}

// secret returns the password to store, "" if none is to be stored.
func (e *edit) secret(s *store) (string, error) {
	if !e.sf.text && !e.sf.keyring {
		if e.password != "" && e.sf.env == "" && e.sf.command == "" && e.sf.f.passwordFile == "" {
			e.a.warn("the password in the URL is not stored; --keyring or --store-password stores it")
		}
		return "", nil
	}
	password := e.password
	var err error
	switch env, known := e.a.env("FTPWIRE_PASSWORD"); {
	case e.sf.f.passwordFile != "":
		password, err = e.a.readPasswordFile(e.sf.f.passwordFile)
	case password != "":
	case known && env != "":
		password = env
	default:
		password, err = e.a.ask(e.a.ctx, fmt.Sprintf("Password to store for the connection %s: ", e.name), "password to store",
			"Give it with --password-file or in the environment variable FTPWIRE_PASSWORD.")
	}
	switch {
	case err != nil:
		return "", err
	case password == "":
		return "", usagef("the password to store is empty")
	case strings.ContainsAny(password, "\r\n\x00"):
		return "", usagef("the password holds a control character that no FTP command can carry")
	}
	e.a.secret(password)
	return password, nil
}

// apply sets what the flags say.
func (e *edit) apply(secret string) error {
	for _, key := range e.unset {
		if err := e.remove(key); err != nil {
			return err
		}
	}
	if e.forget {
		forget(e.values)
	}
	for key, text := range map[string]string{"group": e.sf.group, "host": e.sf.host, "path": e.sf.path, "certificate": e.sf.certificate, "trusted": e.sf.trusted} {
		if e.cmd.Flags().Changed(key) {
			assign(e.values, key, textOrNil(text))
		}
	}
	if e.cmd.Flags().Changed("port") {
		assign(e.values, "port", nil)
		if e.sf.port != 0 {
			e.values["port"] = int64(e.sf.port)
		}
	}
	if reason := groupFault(e.sf.group); reason != "" {
		return usagef("--group %s", reason)
	}
	e.applySource(secret)
	for _, f := range storable(e.cmd, true) {
		if err := e.applyFlag(f); err != nil {
			return err
		}
	}
	return e.applyVariant()
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// groupFault says why a word can't be the name of a group, "" if it can.
func groupFault(name string) string {
	switch {
	case len(name) > maxName:
		return fmt.Sprintf("is longer than %d bytes", maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "holds a control character"
	}
	return ""
}

// applySource sets where the password comes from.
func (e *edit) applySource(secret string) {
	source := map[string]any{}
	switch file := e.sf.f.passwordFile; {
	case e.sf.text:
		source[keyPassword] = secret
	case e.sf.keyring:
		source[keyKeyring] = true
	case e.sf.env != "":
		source[keyPassword+"_env"] = e.sf.env
	case e.sf.command != "":
		source[keyPassword+"_command"] = e.sf.command
	case file != "":
		source[keyPassword+"_file"] = wholePath(file)
	default:
		return
	}
	for _, suffix := range append([]string{""}, sourceSuffixes...) {
		assign(e.values, keyPassword+suffix, source[keyPassword+suffix])
	}
}

// applyFlag sets what one flag says. One with an empty value removes the key.
func (e *edit) applyFlag(f *pflag.Flag) error {
	k := keyOfFlag(f.Name)
	switch {
	case f.Name == "tls" || f.Name == "auth-ssl":
		return nil // see applyVariant
	case f.Name == "skip-cert-check":
		for _, word := range skipWords {
			assign(e.values, "verify.skip_"+word, nil)
			if slices.Contains(strings.Split(f.Value.String(), ","), word) {
				assign(e.values, "verify.skip_"+word, true)
			}
		}
		return nil
	case f.Name == "proxy":
		return e.applyProxy(f.Value.String())
	}
	value := flagValue(f)
	switch v := value.(type) {
	case string:
		value = textOrNil(v)
	case bool:
		if !v {
			value = nil
		}
	case []any:
		if len(v) == 0 || len(v) == 1 && v[0] == "" {
			value = nil
		}
	}
	assign(e.values, k.key, value)
	for _, other := range []string{"cert", "key", "pfx", "insecure", "ca"} {
		if slices.Contains(displaces[other], f.Name) && !e.cmd.Flags().Changed(other) {
			assign(e.values, keyOfFlag(other).key, nil)
		}
	}
	return nil
}

// applyProxy stores the URL of a proxy, without its password.
func (e *edit) applyProxy(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		if _, has := u.User.Password(); has {
			u.User = url.User(u.User.Username())
			e.a.warn("the proxy's password is not stored: it is in FTPWIRE_PROXY_PASSWORD, or asked for")
		}
		text = u.String()
	}
	assign(e.values, "proxy", textOrNil(text))
	return nil
}

// applyVariant sets the variant that --tls and --auth-ssl make of the one that is stored.
func (e *edit) applyVariant() error {
	if !e.cmd.Flags().Changed("tls") && !e.cmd.Flags().Changed("auth-ssl") {
		return nil
	}
	text, _ := e.values["variant"].(string)
	v, err := ftpwire.ParseVariant(text)
	if err != nil {
		return usagef("variant: %w", err)
	}
	p := ftpwire.Profile{Variant: v}
	ssl := p.Protocol().SSL()
	if e.cmd.Flags().Changed("auth-ssl") {
		ssl = e.sf.f.authSSL
	}
	word := e.sf.f.tls.value
	if word == "" {
		word = p.Protocol().Security().String()
	}
	e.values["variant"] = variantOf(word, ssl).String()
	delete(e.values, "security")
	return nil
}

// variantOf returns the variant that the word of --tls and --auth-ssl stand for.
func variantOf(word string, ssl bool) ftpwire.Variant {
	switch {
	case word == "none":
		return ftpwire.VariantFTP
	case word == "auto":
		return ftpwire.VariantAuto
	case word == "implicit" && ssl:
		return ftpwire.VariantSSLImplicit
	case word == "implicit":
		return ftpwire.VariantTLSImplicit
	case ssl:
		return ftpwire.VariantSSLExplicit
	}
	return ftpwire.VariantTLSExplicit
}

// remove removes a key, or all that begin with it and a dot.
func (e *edit) remove(key string) error {
	key = strings.ReplaceAll(key, "-", "_")
	if lookup(e.values, key) != nil {
		assign(e.values, key, nil)
		return nil
	}
	var known []string
	for _, k := range tomledit.Flatten(e.values) {
		known = append(known, strings.Join(k.Path, "."))
	}
	return &usageError{err: fmt.Errorf("--unset: the connection %q has no setting %q", e.name, key),
		hint: suggestion(nearNames(key, known), "It has "+enumerate(known)+".")}
}

// ordered returns the keys of a table in the order in which a new one has them.
func ordered(values map[string]any) []tomledit.Key {
	first := []string{keyGroup, "variant", "host", "port", "user", "account", keyPassword}
	place := func(k tomledit.Key) int {
		i := slices.IndexFunc(first, func(f string) bool { return k.Path[0] == f || f == keyPassword && strings.HasPrefix(k.Path[0], f) })
		if i < 0 {
			i = len(first)
		}
		return i
	}
	keys := tomledit.Flatten(values)
	slices.SortStableFunc(keys, func(a, b tomledit.Key) int { return place(a) - place(b) })
	return keys
}

// tryOut returns an error if a connection can't be used as it stands in d.
func (a *app) tryOut(s *store, d *tomledit.Document, name string) error {
	c, err := s.connection(d, name)
	if err != nil {
		return err
	}
	if c.text("host") == "" {
		return usagef("the connection %q has no host", name)
	}
	cmd := &cobra.Command{}
	f, lf := addStorable(cmd)
	if err := c.fill(cmd); err != nil {
		return err
	}
	if _, err := lf.set(f); err != nil {
		return err
	}
	if f.pfx != "" { // its password may have to be asked for: not now
		if _, err := os.Stat(f.pfx); err != nil {
			return cannot(err)
		}
		f.pfx, f.noDataCert = "", false
	}
	profile, err := c.profileFor(cmd)
	if err != nil {
		return err
	}
	was, wasProfile := a.conn, a.connProfile
	defer func() { a.conn, a.connProfile = was, wasProfile }()
	a.conn, a.connProfile = c, profile
	l, err := a.locate(f, name+":")
	if err != nil {
		return err
	}
	return cannot(l.Profile.Validate())
}
