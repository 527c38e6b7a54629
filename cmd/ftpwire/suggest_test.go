package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Words of other programs lead to the right command, and what is no URL to one.
func TestSuggestions(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"dir", "Did you mean ls?"}, {"list", "Did you mean ls?"}, {"DIR", "Did you mean ls?"},
		{"delete", "rm or rmdir"}, {"del", "rm or rmdir"}, {"upload", "put"}, {"download", "Did you mean get?"}, {"cp", "get"}, {"copy", "put"},
		{"mirror", "get"}, {"rename", "Did you mean mv?"}, {"move", "mv"}, {"cd", "whole path"}, {"open", "no session"}, {"login", "no session"},
		{"test", "probe"}, {"scan", "probe"}, {"md5", "hash"}, {"server", "serve"}, {"site", "quote"}, {"cert", "trust"}, {"bookmark", "connection"},
		{"lss", "Did you mean ls?"}, {"nonsense", "lists the commands"},
		{"ftp://u:geheim@h/", "A command goes before a URL"}, {"h.example", "A command goes before a server"}, {"127.0.0.1:2121", "A command goes before a server"},

		{"ls 127.0.0.1:2121", "ftpes://127.0.0.1:2121/"}, {"ls host", "ftpes://host/ "}, {"ls host/path", "ftpes://host/path "}, {"ls me@host/path", "ftpes://me@host/path "},
		{"ls sftp://h/", "SFTP"}, {"ls ftp:/host/x", "Write ftp://host/x"}, {"ls ftp:host", "Write ftp://host"}, {"ls ftps//host", "Write ftps://host"},
		{`ls C:\x`, "path of this computer"}, {"ls C:/x", "path of this computer"}, {"ls ./x", "path of this computer"}, {"ls /tmp", "path of this computer"}, {"ls ~/x", "path of this computer"},
		{"ls ::1", "ftpes://[::1]/"}, {"ls [::1]:21/x", "ftpes://[::1]:21/x"}, {"ls http://h/", "unknown scheme"}, {"ls ftp:/u:geheim@host/", "two slashes"},

		{"ls -u alice:geheim ftp://h/", "--user"}, {"ls -ualice:geheim ftp://h/", "--user"}, {"ls -p geheim ftp://h/", "--password-file"}, {"ls -pgeheim ftp://h/", "--password-file"},
		{"ls --password geheim ftp://h/", "FTPWIRE_PASSWORD"}, {"ls --password=geheim ftp://h/", "FTPWIRE_PASSWORD"},
		{"ls -k ftpes://h/", "--insecure"}, {"ls --ssl-reqd ftp://h/", "ftpes://"}, {"ls --user-agent x ftp://h/", "--client-name"}, {"ls -P 21 ftp://h/", "stands in the URL"},
		{"ls ftp://u:geheim@h:21x/", "port that is not between"}, {"ls ftp://u:ge/heim@h:21/", "%2F for '/'"},
		{"get -o x ftp://h/a", "last argument"}, {"get -C ftp://h/a", "--resume"}, {"get --tries 3 ftp://h/a", "--retry"}, {"ls --cacert x ftpes://h/", "--ca"},
		{"ls -s ftp://h/", "--quiet"}, {"ls --trace x ftp://h/", "--log"}, {"ls --disable-epsv ftp://h/", "--data-mode pasv"}, {"ls --version", "ftpwire --version"},
		{"ls --resume ftp://h/", `--resume is a flag of "ftpwire`}, {"ls --fromat json ftp://h/", "Did you mean --format?"}, {"ls --passw ftp://h/", "--password-file"},
	} {
		r := runIn(t, setting{}, strings.Fields(tt.args)...)
		r.want(t, exitUsage, tt.want)
		if strings.Contains(r.err, "geheim") {
			t.Errorf("%s: a password is shown:\n%s", tt.args, r.err)
		}
		if t.Failed() {
			t.Fatalf("that was %q", tt.args)
		}
	}
}

// What is proposed exists, and what exists needs no proposal.
func TestSuggestionsExist(t *testing.T) {
	root := newApp(t.Context(), nil, nil, nil, nil).root()
	later := map[string]bool{"sync": true, "df": true, "fxp": true} // that may come
	for word, commands := range otherWords {
		if commandNamed(root, word) != nil && word != "connections" {
			t.Errorf("%q is a command", word)
		}
		for _, c := range commands {
			if !strings.Contains(c, " ") && commandNamed(root, c) == nil && !later[c] {
				t.Errorf("%q leads to %q, which does not exist", word, c)
			}
		}
	}
	flags := map[string]bool{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		add := func(f *pflag.Flag) { flags[f.Name] = true }
		cmd.LocalFlags().VisitAll(add)
		cmd.PersistentFlags().VisitAll(add)
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	for _, f := range foreignFlags {
		for _, name := range f.flags {
			if !flags[name] {
				t.Errorf("%s lead to --%s, which does not exist", f.names, name)
			}
		}
	}
}
