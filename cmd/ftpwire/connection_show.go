package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
)

func (a *app) connectionShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a stored connection",
		Long: `Shows a stored connection as the file has it, as JSON, as a URL, or as the flags and the URL
that would do the same. Passwords and accounts are never shown.`,
		Example:           "  ftpwire connection show nas\n  ftpwire connection show nas --format flags",
		Args:              nargs(1, 1, "which connection?"),
		ValidArgsFunction: a.oneName,
	}
	format := addChoice(cmd, "format", "toml", "toml|json|url|flags", "how it is written")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		name := strings.TrimSuffix(args[0], ":")
		s, d, err := a.readStore()
		if err != nil {
			return err
		}
		if !d.Has(kindConnection, name) {
			return s.unknown("connection", name, d.Names(kindConnection))
		}
		c, err := s.connection(d, name)
		if err != nil {
			return err
		}
		switch format.value {
		case "url":
			_, err = fmt.Fprintln(a.stdout, connectionURL(c.values))
		case "json":
			err = a.showJSON(d, name)
		case "flags":
			err = a.showFlags(c)
		default:
			err = a.showSource(d, c)
		}
		return err
	}
	return cmd
}

// withoutSecrets returns a table with its secrets hidden.
func withoutSecrets(values map[string]any) map[string]any {
	values = clone(values)
	for _, k := range tomledit.Flatten(values) {
		if value, secret := masked(k.Path, k.Value); secret {
			assign(values, strings.Join(k.Path, "."), value)
		}
	}
	return values
}

func (a *app) showSource(d *tomledit.Document, c *connection) error {
	values, err := d.Values(kindConnection, c.name)
	if err != nil {
		return err
	}
	if d, err = d.Set(kindConnection, c.name, tomledit.Flatten(withoutSecrets(values))); err != nil {
		return cannot(err)
	}
	if _, err = io.WriteString(a.stdout, visibleLines(d.Source(kindConnection, c.name))); err != nil {
		return err
	}
	if len(c.learned) > 0 {
		fmt.Fprintf(a.stdout, "\n# Learned from the server; \"ftpwire connection edit %s --forget\" forgets it:\n", c.name)
		for _, note := range c.learned {
			fmt.Fprintf(a.stdout, "#   %s\n", visible(note))
		}
	}
	return nil
}

// visibleLines is visible for a text of several lines.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(visible(strings.ReplaceAll(strings.TrimSuffix(l, "\r"), "\t", "    ")), "\t", " ")
	}
	return strings.Join(lines, "\n")
}

func (a *app) showJSON(d *tomledit.Document, name string) error {
	values, err := d.Values(kindConnection, name)
	if err != nil {
		return err
	}
	values = withoutSecrets(values)
	values["name"] = name
	return writeJSON(a.stdout, values)
}

// showFlags prints what has to be typed in place of NAME:.
func (a *app) showFlags(c *connection) error {
	shown := *c
	shown.values = withoutSecrets(c.values)
	words, without := shown.flags()
	for i, w := range words {
		words[i] = shellWord(w)
	}
	if _, err := fmt.Fprintln(a.stdout, strings.Join(words, " ")); err != nil {
		return err
	}
	if len(without) > 0 {
		a.warn("no flag says " + enumerate(without) + ": only the stored connection has it")
	}
	return nil
}

// flags returns the flags and the URL that do what a connection does, and the keys for
// which there is no flag.
func (c *connection) flags() (words, without []string) {
	cmd := &cobra.Command{}
	addStorable(cmd)
	said := map[string]bool{"variant": true, "host": true, "port": true, "user": true, keyPath: true, keyGroup: true, keyLearned: true, keyKnown: true, keyCertificate: true, keyTrusted: true}
	for _, f := range storable(cmd, false) {
		k := keyOfFlag(f.Name)
		values := c.flagValues(f.Name)
		if f.Name == "user" || values == nil {
			continue
		}
		said[k.key] = true
		if f.Name == "skip-cert-check" {
			values = []string{strings.Join(values, ",")}
			for _, word := range skipWords {
				said["verify.skip_"+word] = true
			}
		}
		for _, v := range values {
			switch {
			case f.Value.Type() == "bool" && v == "true":
				words = append(words, "--"+f.Name)
			case f.Value.Type() == "bool":
				words = append(words, "--"+f.Name+"="+v)
			default:
				words = append(words, "--"+f.Name, flagWord(f.Value, v))
			}
		}
	}
	switch v := strings.ToLower(c.text("variant")); {
	case v == "auto":
		words = append(words, "--tls", "auto")
	case strings.HasPrefix(v, "ftp-ssl"):
		words = append(words, "--auth-ssl")
	}
	if f := c.password.file; f != "" {
		words = append(words, "--password-file", f)
	}
	for _, k := range tomledit.Flatten(c.values) {
		key := strings.Join(k.Path, ".")
		if key == keyPassword+"_file" {
			continue
		}
		if !said[key] {
			without = append(without, key)
		}
	}
	return append(words, connectionURL(c.values)), without
}
