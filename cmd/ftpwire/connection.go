package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A connection is one that is stored.
type connection struct {
	name   string
	values map[string]any // what its table says, with what it shares put in

	password, pfxPassword secretSource
	learned               []string
	known                 []control.AppliedQuirk // of lastingQuirks
	plain                 bool                   // no flag changes it in this run
}

// text returns the value of a key that is a text.
func (c *connection) text(key string) string {
	s, _ := lookup(c.values, key).(string)
	return s
}

// connection returns a stored connection.
func (a *app) connection(name string) (*connection, error) {
	s, err := a.store()
	if err != nil {
		return nil, err
	}
	d, err := s.read()
	if err != nil {
		return nil, err
	}
	if !d.Has(kindConnection, name) {
		return nil, s.unknown("connection", name, d.Names(kindConnection))
	}
	return s.connection(d, name)
}

// connection reads the table of a connection and those that it names.
func (s *store) connection(d *tomledit.Document, name string) (*connection, error) {
	values, err := d.Values(kindConnection, name)
	if err != nil {
		return nil, cannot(err)
	}
	c := &connection{name: name, values: clone(values)}
	r := tableReader{s: s, d: d, kind: kindConnection, name: name}
	if err := r.share(c.values, keyCertificate, kindCertificate); err != nil {
		return nil, err
	}
	if err := r.share(c.values, keyTrusted, kindTrusted); err != nil {
		return nil, err
	}
	if c.password, err = r.source(c.values, keyPassword); err != nil {
		return nil, err
	}
	if c.pfxPassword, err = r.source(c.values, keyPFXPassword); err != nil {
		return nil, err
	}
	if err := r.paths(c.values); err != nil {
		return nil, err
	}
	for _, note := range list(c.values[keyLearned]) {
		c.learned = append(c.learned, fmt.Sprint(note))
	}
	if c.known, err = r.knownQuirks(c.values); err != nil {
		return nil, err
	}
	if lookup(c.values, "login.proxy") != nil {
		return nil, r.fault("login.proxy", "is not known: write login_proxy", `It is what the flag --login-proxy takes; "ftpwire help proxies" explains it.`)
	}
	_, err = r.profile(settingsOf(c.values))
	return c, err
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// settingsOf returns those of values that are settings of a Profile.
func settingsOf(values map[string]any) map[string]any {
	settings := clone(values)
	for key := range settings {
		if slices.Contains(ownKeys(), key) || key == "name" || key == keyPassword {
			delete(settings, key)
		}
	}
	return settings
}

// ownKeys are the keys of a connection that are no settings of a Profile.
var ownKeys = sync.OnceValue(func() []string {
	keys := []string{keyGroup, keyPath, keyCertificate, keyTrusted, keyLearned, keyKnown}
	for _, key := range []string{keyPassword, keyPFXPassword} {
		keys = append(keys, key)
		for _, suffix := range sourceSuffixes {
			keys = append(keys, key+suffix)
		}
	}
	for _, name := range storableNames() {
		if key := keyOfFlag(name).key; !isSetting(key) && !strings.Contains(key, ".") && key != "verify" {
			keys = append(keys, key)
		}
	}
	return keys
})

// addStorable adds the flags that say how to connect and to transfer.
func addStorable(cmd *cobra.Command) (*connFlags, *listFlags) {
	var f connFlags
	var lf listFlags
	f.addFileFlags(cmd)
	lf.add(cmd)
	lf.addMeans(cmd)
	return &f, &lf
}

// A tableReader reads a table and says where its faults are.
type tableReader struct {
	s          *store
	d          *tomledit.Document
	kind, name string
}

func (r *tableReader) fault(key, reason, hint string) error {
	line := r.d.Line(r.kind, r.name, strings.Split(key, ".")...)
	if line == 0 {
		line = r.d.Line(r.kind, r.name)
	}
	return r.s.fault(line, fmt.Sprintf("%s of [%s.%s] %s", key, r.kind, r.name, reason), hint)
}

// profile returns the profile of settings. Errors say in which line each wrong one is.
func (r *tableReader) profile(settings map[string]any) (p ftpwire.Profile, err error) {
	err = p.SetValues(settings)
	pe, ok := errors.AsType[*ftpwire.ProfileError](err)
	if !ok {
		return p, cannot(err)
	}
	key, _, _ := strings.Cut(pe.Field, "[")
	near := nearNames(strings.ReplaceAll(key, "-", "_"), append(ownKeys(), settingKeys()...))
	if strings.Contains(pe.Reason, "is not a setting") {
		return p, r.fault(key, "is not known", suggestion(near, `"ftpwire help connections" explains the file. If a later version wrote it, use that one.`))
	}
	return p, r.fault(key, pe.Reason, "")
}

// sharedKeys are those of tables that connections share.
var sharedKeys = map[string][]string{
	kindCertificate: {"cert", "key", "pfx", keyPFXPassword, keyPFXPassword + "_env", keyPFXPassword + "_file", keyPFXPassword + "_command"},
	kindTrusted:     {"ca", "pins"},
}

// share puts the table that key names into values.
func (r *tableReader) share(values map[string]any, key, kind string) error {
	if values[key] == nil {
		return nil
	}
	name, _ := values[key].(string)
	if !r.d.Has(kind, name) {
		return r.fault(key, fmt.Sprintf("is %q, but there is no table [%s.%s]", name, kind, name), suggestion(nearNames(name, r.d.Names(kind)), "Such a table says what it is."))
	}
	shared, err := r.d.Values(kind, name)
	if err != nil {
		return cannot(err)
	}
	in := tableReader{r.s, r.d, kind, name}
	for k, v := range shared {
		if !slices.Contains(sharedKeys[kind], k) {
			return in.fault(k, "is not known", suggestion(nearNames(k, sharedKeys[kind]), "There are "+enumerate(sharedKeys[kind])+"."))
		}
		switch {
		case k == "pins":
			assign(values, "verify.pins", append(list(v), list(lookup(values, "verify.pins"))...))
		case values[k] != nil:
			return r.fault(k, fmt.Sprintf("is in [%s.%s] as well", kind, name), "Keep one of them.")
		default:
			values[k] = v
		}
	}
	return nil
}

// source reads where a password comes from.
func (r *tableReader) source(values map[string]any, key string) (s secretSource, err error) {
	s.key = key
	for _, suffix := range append([]string{""}, sourceSuffixes...) {
		v := values[key+suffix]
		if v == nil {
			continue
		}
		text, isText := v.(string)
		switch {
		case suffix == "_keyring":
			on, ok := v.(bool)
			if !ok {
				return s, r.fault(key+suffix, "must be true or false", "")
			}
			s.keyring = on
		case suffix == "_command" && !isText:
			for _, part := range list(v) {
				s.args = append(s.args, fmt.Sprint(part))
			}
			if len(s.args) == 0 {
				return s, r.fault(key+suffix, "must be a line for the shell, or a list of a program and its arguments", "")
			}
		case !isText || text == "":
			return s, r.fault(key+suffix, "must be a text that is not empty", "")
		default:
			*map[string]*string{"": &s.text, "_env": &s.env, "_file": &s.file, "_command": &s.command}[suffix] = text
		}
	}
	if s.count() > 1 {
		return s, r.fault(key, "comes from several places", "Keep one of "+key+", "+key+enumerate(sourceSuffixes)+".")
	}
	s.file = r.s.whole(s.file)
	return s, nil
}

// paths makes the names of files whole. Those that are relative are beside the file.
func (r *tableReader) paths(values map[string]any) error {
	for _, flag := range fileFlags {
		key := keyOfFlag(flag).key
		if values[key] == nil {
			continue
		}
		name, ok := values[key].(string)
		if !ok || name == "" {
			return r.fault(key, "must be the name of a file", "")
		}
		values[key] = r.s.whole(name)
	}
	return nil
}

// whole returns the path of a file that the store names.
func (s *store) whole(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	if rest, ok := strings.CutPrefix(name, "~/"); ok && s.home != "" {
		return filepath.Join(s.home, rest)
	}
	return filepath.Join(filepath.Dir(s.file.Path), name)
}

// profileFor returns the profile of c without what the flags of cmd say: those that c has
// a value for are filled with it by fill.
func (c *connection) profileFor(cmd *cobra.Command) (p ftpwire.Profile, err error) {
	settings := settingsOf(c.values)
	for _, f := range storable(cmd, false) {
		switch k := keyOfFlag(f.Name); {
		case f.Name == "skip-cert-check":
			for _, word := range skipWords {
				assign(settings, "verify.skip_"+word, nil)
			}
		case !k.alone:
			assign(settings, k.key, nil)
		}
	}
	if err := p.SetValues(settings); err != nil {
		return p, usagef("the connection %q: %w", c.name, err)
	}
	p.Name, p.Quirks.Known = c.name, c.known
	return p, nil
}

var skipWords = []string{"name", "dates", "chain"}

// flagValues returns what c says of a flag, nil if nothing.
func (c *connection) flagValues(name string) []string {
	k := keyOfFlag(name)
	switch {
	case k.alone:
		return nil
	case name == "skip-cert-check":
		var words []string
		for _, word := range skipWords {
			if lookup(c.values, "verify.skip_"+word) == true {
				words = append(words, word)
			}
		}
		return words
	}
	v := lookup(c.values, k.key)
	switch {
	case v == nil:
		return nil
	case k.show != nil:
		return k.show(v)
	}
	if many, ok := v.([]any); ok {
		var values []string
		for _, one := range many {
			values = append(values, fmt.Sprint(one))
		}
		return values
	}
	return []string{fmt.Sprint(v)}
}

// fill gives the flags of cmd that were not given the values that c has for them, unless a
// flag that was given takes their place.
func (c *connection) fill(cmd *cobra.Command) error {
	for _, f := range storable(cmd, false) {
		values := c.flagValues(f.Name)
		if f.Changed || values == nil || displaced(cmd, f.Name) {
			continue
		}
		for _, v := range values {
			if err := f.Value.Set(flagWord(f.Value, v)); err != nil {
				return usagef("%s of the connection %q: %s", keyOfFlag(f.Name).key, c.name, errtext.Of(err))
			}
		}
	}
	return nil
}

// displaces says which flags, once given, take the place of what is stored for another.
var displaces = map[string][]string{
	"data-mode":        {"active"},
	"epsv-all":         {"active", "data-mode"},
	"insecure":         {"ca", "pin", "accept-new", "skip-cert-check"},
	"ca":               {"insecure"},
	"pin":              {"insecure"},
	"accept-new":       {"insecure"},
	"skip-cert-check":  {"insecure"},
	"cert":             {"pfx"},
	"key":              {"pfx", "cert"},
	"pfx":              {"cert", "key"},
	"proxy":            {"no-proxy"},
	"proxy-ca":         {"no-proxy", "proxy"},
	"proxy-data":       {"no-proxy"},
	"type":             {"ascii"},
	"mode":             {"compress"},
	"acct":             {"user"},
	"acct-always":      {"user"},
	"ip":               {"ipv4", "ipv6"},
	"active-address":   {"data-mode"},
	"active-ports":     {"data-mode"},
	"any-peer":         {"data-mode"},
	"active-peer-port": {"data-mode"},
}

// passiveWords are the values of --data-mode for which flags about active mode have no use.
var passiveWords = []string{"passive", "epsv", "pasv", "cpsv"}

func displaced(cmd *cobra.Command, name string) bool {
	return slices.ContainsFunc(displaces[name], func(by string) bool {
		f := cmd.Flags().Lookup(by)
		if f == nil || !f.Changed {
			return false
		}
		return by != "data-mode" || !strings.HasPrefix(name, "a") || slices.Contains(passiveWords, f.Value.String())
	})
}
