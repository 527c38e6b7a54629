package main

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

func (a *app) connectionListCmd() *cobra.Command {
	var group string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the stored connections",
		Long: `Lists the stored connections by group: name, URL, and where the password comes from.

With --format json, each is one JSON object on a line of its own.`,
		Example:           "  ftpwire connection list\n  ftpwire connection list --group home --format json | jq -r .name",
		Args:              nargs(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&group, "group", "", "only those of the group `NAME`")
	cmd.RegisterFlagCompletionFunc("group", a.completeGroups)
	format := addFormat(cmd, "columns for people, or JSON lines")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, d, err := a.readStore()
		if err != nil {
			return err
		}
		return a.listConnections(cmd, s, d, group, format.value == "json")
	}
	return cmd
}

// A listedConnection is a line of the list.
type listedConnection struct {
	Name     string `json:"name"`
	Group    string `json:"group,omitempty"`
	URL      string `json:"url"`
	Password string `json:"password,omitempty"` // where it comes from
}

func (a *app) listConnections(cmd *cobra.Command, s *store, d *tomledit.Document, group string, asJSON bool) error {
	lines := listed(d)
	if cmd.Flags().Changed("group") {
		var groups []string
		for _, l := range lines {
			if l.Group != "" && !slices.Contains(groups, l.Group) {
				groups = append(groups, l.Group)
			}
		}
		if !slices.Contains(groups, group) {
			return s.unknown("group", group, groups)
		}
		lines = slices.DeleteFunc(lines, func(l listedConnection) bool { return l.Group != group })
	}
	if len(lines) == 0 && !a.quiet {
		a.say("ftpwire: no connections are stored in " + s.file.Path)
	}
	tw := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	last := ""
	for _, l := range lines {
		if asJSON {
			if err := writeJSON(a.stdout, l); err != nil {
				return err
			}
			continue
		}
		if l.Group != last {
			fmt.Fprintf(tw, "%s:\n", visible(l.Group))
			last = l.Group
		}
		indent := ""
		if l.Group != "" {
			indent = "  "
		}
		line := indent + l.Name + "\t" + visible(l.URL)
		if l.Password != "" {
			line += "\t" + l.Password
		}
		fmt.Fprintln(tw, line)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	broken := false
	for _, l := range lines {
		if _, err := s.connection(d, l.Name); err != nil {
			a.report(cmd, errtext.Errorf("%q can't be used: %w", l.Name, err))
			broken = true
		}
	}
	if broken {
		return saidError{ftpwire.KindLocal, "some connections can't be used"}
	}
	return nil
}

// listed returns the stored connections: those without a group first, then group by group.
func listed(d *tomledit.Document) (lines []listedConnection) {
	for _, name := range d.Names(kindConnection) {
		lines = append(lines, listedConnection{name, textOf(d, name, keyGroup), summary(d, name), passwordPlace(d, name)})
	}
	slices.SortStableFunc(lines, func(a, b listedConnection) int { return strings.Compare(a.Group, b.Group) })
	return lines
}

// passwordPlace says where the password of a connection comes from, "" if that is not
// stored.
func passwordPlace(d *tomledit.Document, name string) string {
	values, _ := d.Values(kindConnection, name)
	switch {
	case values[keyPassword] != nil:
		return "password stored"
	case values[keyKeyring] == true:
		return "password in the keyring"
	}
	for _, suffix := range sourceSuffixes {
		if v, ok := values[keyPassword+suffix].(string); ok && suffix != "_keyring" {
			if suffix == "_command" {
				return "password by a command"
			}
			return "password in " + visible(v)
		}
	}
	if list(values[keyPassword+"_command"]) != nil {
		return "password by a command"
	}
	return ""
}

// textOf returns the value of a key of a connection that is a text.
func textOf(d *tomledit.Document, name, key string) string {
	values, _ := d.Values(kindConnection, name)
	s, _ := values[key].(string)
	return s
}

// summary returns the URL of a connection, without a password.
func summary(d *tomledit.Document, name string) string {
	values, _ := d.Values(kindConnection, name)
	return connectionURL(values)
}

// connectionURL returns the URL of a connection, without a password.
func connectionURL(values map[string]any) string {
	text := func(key string) string { s, _ := values[key].(string); return s }
	u := url.URL{Scheme: "ftpes", Host: text("host")}
	switch v := strings.ToLower(text("variant")); {
	case v == "ftp" || v == "" && text("security") == "none":
		u.Scheme = "ftp"
	case strings.HasSuffix(v, "implicit") || v == "" && text("security") == "implicit":
		u.Scheme = "ftps"
	}
	if port, ok := values["port"]; ok {
		if n, err := strconv.Atoi(fmt.Sprint(port)); err == nil && n != 0 {
			u.Host = net.JoinHostPort(strings.Trim(u.Host, "[]"), strconv.Itoa(n))
		}
	} else if strings.Contains(u.Host, ":") && !strings.HasPrefix(u.Host, "[") {
		u.Host = "[" + u.Host + "]"
	}
	if user := text("user"); user != "" {
		u.User = url.User(user)
	}
	parts := strings.Split(text(keyPath), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return u.String() + "/" + strings.Join(parts, "/")
}
