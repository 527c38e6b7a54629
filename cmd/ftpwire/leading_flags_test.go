package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Every flag of every command does the same in front of the command as after it.
func TestEveryLeadingFlag(t *testing.T) {
	root := newApp(t.Context(), nil, nil, nil, nil).root()
	n := 0
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		check := func(flags ...string) {
			t.Helper()
			n++
			rest := []string{"ftp://h/x", "--format", "text"}
			want := slices.Concat(path, flags, rest)
			if diff := cmp.Diff(want, afterCommand(root, slices.Concat(flags, path, rest))); diff != "" {
				t.Errorf("%q in front of %q (-want +got):\n%s", flags, path, diff)
			}
		}
		each := func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			if f.NoOptDefVal != "" {
				check("--" + f.Name)
				check("--"+f.Name, "-q")
				check("--" + f.Name + "=false")
			} else {
				check("--"+f.Name, "man") // a value may be the name of a command
				check("--" + f.Name + "=man")
				check("-q", "--"+f.Name, "-", "--quiet", "--"+f.Name, "other")
			}
			if s := f.Shorthand; s != "" && f.NoOptDefVal != "" {
				check("-" + s)
				check("-q" + s)
				check("-" + s + "=true")
			}
		}
		if cmd.HasParent() && !cmd.IsAdditionalHelpTopicCommand() {
			cmd.LocalFlags().VisitAll(each)
			root.PersistentFlags().VisitAll(each)
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	if n < 1000 {
		t.Errorf("%d command lines only", n)
	}
}

func TestLeadingFlags(t *testing.T) {
	root := newApp(t.Context(), nil, nil, nil, nil).root()
	for _, tt := range []struct{ in, want string }{
		{"ls --log URL", "ls --log URL"},
		{"--log ls URL", "ls --log URL"},
		{"-q --log --timeout 30 --user=a get URL", "get -q --log --timeout 30 --user=a URL"},
		{"--log-file ls ls URL", "ls --log-file ls URL"},
		{"--timeout 5s trust show URL", "trust show --timeout 5s URL"},
		{"--log trust -q show URL", "trust show --log -q URL"},
		{"--log --log ls URL", "ls --log --log URL"},

		// What is wrong is the command's to say.
		{"--log-file ls", "ls --log-file"},
		{"--log parse list", "parse list --log"},
		{"--nonsense ls URL", "ls --nonsense URL"},
		{"-ä ls URL", "ls -ä URL"},
		{"-qZ ls URL", "ls -qZ URL"},

		{"other ls URL", "other ls URL"},
		{"--nonsense other", "--nonsense other"},
		{"--log -- ls URL", "--log -- ls URL"},
		{"--log", "--log"},
		{"-q", "-q"},
		{"", ""},
	} {
		if got := strings.Join(afterCommand(root, strings.Fields(tt.in)), " "); got != tt.want {
			t.Errorf("%q becomes %q; want %q", tt.in, got, tt.want)
		}
	}
}

// The command lines that people write.
func TestLeadingFlagsRun(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	for _, tt := range []struct{ args, log string }{
		{"--log ls URL/", "USER alice"},
		{"--log -q ls URL/", "USER alice"},
		{"-q --timeout 5s --log-sent ls URL/", "USER alice"},
		{"--log --timeout=5s trust show --trust-file none URL/", "connected to"},
		{"--user alice --log stat URL/hello.txt", "USER alice"},
	} {
		r := f.run(t, strings.Fields(tt.args)...)
		r.want(t, exitGood, tt.log)
		if r.out == "" {
			t.Errorf("%s: nothing is printed", tt.args)
		}
	}
	runIn(t, setting{}, "--nonsense", "ls", "ftp://h/").want(t, exitUsage, "unknown flag: --nonsense")
	runIn(t, setting{}, "--fromat", "json", "ls", "ftp://h/").want(t, exitUsage, "unknown flag: --fromat", "--format")
	runIn(t, setting{}, "--timeout", "5s").want(t, exitUsage, "--timeout is a flag of commands")
}
