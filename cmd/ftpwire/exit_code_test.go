package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// TestFailures: each failure has its exit code, and an object in JSON that says the same as
// standard error.
func TestFailures(t *testing.T) {
	noNames(t)
	if len(failings) < 25 {
		t.Errorf("%d failures; want 25 at least", len(failings))
	}
	for _, tt := range failings {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			want.Exit = exitOf(want.Kind)
			if tt.plain {
				r := tt.prepare(t).run(t)
				if r.want(t, want.Exit, tt.says); r.out != "" {
					t.Errorf("standard output: %q", r.out)
				}
				return
			}
			p := tt.prepare(t)
			r := p.run(t, "--format", "json")
			if !strings.HasPrefix(tt.command, "probe") && tt.lines == 0 { // whose text stands on standard output, or for each file
				r.want(t, want.Exit, tt.says)
			}
			if strings.Contains(r.out+r.err, testPassword) {
				t.Errorf("the password stands in the output:\n%s%s", r.out, r.err)
			}
			got := p.failure(t, r)
			if diff := cmp.Diff(want, *got, cmpopts.IgnoreFields(failureJSON{}, "Text", "Hint")); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s\n%s", diff, r.err)
			}
			if r.code != want.Exit || !strings.Contains(got.Text, tt.says) {
				t.Errorf("exit code %d, text %q; want %d, %q", r.code, got.Text, want.Exit, tt.says)
			}
			if hint := hintOf(r.err); hint != got.Hint && tt.lines == 0 {
				t.Errorf("hint %q; standard error has %q", got.Hint, hint)
			}
			p.checkHint(t, got.Hint)
		})
	}
}

// failure returns the failure in the last line of standard output. The lines before it are as
// many as are expected.
func (p *prepared) failure(t *testing.T, r result) *failureJSON {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(r.out, "\n"), "\n")
	if len(lines) != p.lines+1 {
		t.Fatalf("%d lines of JSON; want %d:\n%s\n%s", len(lines), p.lines+1, r.out, r.err)
	}
	var last errorJSON
	for _, line := range lines {
		last = errorJSON{}
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	if last.Error == nil {
		t.Fatalf("the last line has no error: %s\n%s", r.out, r.err)
	}
	last.Error.Path = p.generic(last.Error.Path)
	return last.Error
}

// otherCommand is where a hint names flags of another command.
var otherCommand = regexp.MustCompile(`\(?ftpwire [a-z]+[^(),.]*`)

// checkHint checks that a hint names only flags that the command has, and "without" a flag only
// if that was given.
func (p *prepared) checkHint(t *testing.T, hint string) {
	t.Helper()
	root := newApp(t.Context(), nil, nil, nil, func(string) (string, bool) { return "", false }).root()
	cmd, _, err := root.Find(p.words())
	if err != nil {
		cmd = root
	}
	own := otherCommand.ReplaceAllString(hint, "")
	for _, m := range flagPattern.FindAllStringSubmatch(own, -1) {
		if cmd.Flags().Lookup(m[1]) == nil && cmd.InheritedFlags().Lookup(m[1]) == nil && m[1] != "help" {
			t.Errorf("%s has no --%s: %s", cmd.Name(), m[1], hint)
		}
	}
	for _, m := range regexp.MustCompile(`without --([a-z-]+)`).FindAllStringSubmatch(own, -1) {
		if !strings.Contains(p.command, "--"+m[1]) {
			t.Errorf("--%s was not given: %s", m[1], hint)
		}
	}
}

// Files that were not tried after a signal make a run no success.
func TestInterruptBetweenFiles(t *testing.T) {
	f := serve(t, ftptest.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := setting{ctx: ctx, env: f.env, stderr: canceller{"> DELE hello.txt", cancel}}
	r := f.runIn(t, s, "rm", "--log", "--format", "json", "URL/hello.txt", "URL/sub/inner.bin")
	r.want(t, exitInterrupted, "interrupted")
	if !f.Exists("/sub/inner.bin") {
		t.Error("the second file was removed")
	}
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, `"kind":"interrupted"`) {
		t.Errorf("the last line is %s", last)
	}
}

// TestExitOf: every kind has a code, and no two codes have the same.
func TestExitOf(t *testing.T) {
	kinds, codes := map[ftpwire.Kind]int{}, map[int]bool{}
	for _, c := range exitCodes {
		if codes[c.code] {
			t.Errorf("%d stands there twice", c.code)
		}
		codes[c.code] = true
		for _, k := range c.kinds {
			if _, twice := kinds[k]; twice {
				t.Errorf("%s has two codes", k)
			}
			kinds[k] = c.code
		}
	}
	for _, k := range []ftpwire.Kind{
		ftpwire.KindInterrupted, ftpwire.KindUsage, ftpwire.KindLocal, ftpwire.KindConnect, ftpwire.KindCertificate, ftpwire.KindLogin,
		ftpwire.KindNotFound, ftpwire.KindNotAllowed, ftpwire.KindNoSpace, ftpwire.KindTemporary, ftpwire.KindUnproven, ftpwire.KindOther,
	} {
		if _, ok := kinds[k]; !ok {
			t.Errorf("%s has no code", k)
		}
	}
}

// TestRetryEverywhere: each command that talks to a server can repeat.
func TestRetryEverywhere(t *testing.T) {
	without := map[string]bool{
		"ftpwire probe":           true, // tries all ways, each once
		"ftpwire connection add":  true, // store settings
		"ftpwire connection edit": true,
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		talks := c.Flags().Lookup("timeout") != nil
		if has := c.Flags().Lookup("retry") != nil; has != (talks && !without[c.CommandPath()]) {
			t.Errorf("%s: --retry: %v", c.CommandPath(), has)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newApp(t.Context(), nil, nil, nil, func(string) (string, bool) { return "", false }).root())
}

const exitCodesPage = "../../docs/exit-codes.md"

// TestExitCodesPage keeps docs/exit-codes.md equal to the table, and the help with it.
func TestExitCodesPage(t *testing.T) {
	text := exitCodesDoc(t)
	if *update {
		if err := os.WriteFile(exitCodesPage, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(exitCodesPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, strings.ReplaceAll(string(is), "\r\n", "\n")); diff != "" {
		t.Errorf("%s mismatch (-want +got), -update rewrites it:\n%s", exitCodesPage, diff)
	}
	help := runIn(t, setting{}, "help", "exit-codes")
	help.want(t, exitGood)
	man := runIn(t, setting{}, "man")
	for _, c := range exitCodes {
		line := fmt.Sprintf("  %-4d %s", c.code, strings.Fields(c.means)[0])
		if !strings.Contains(help.out, line) || !strings.Contains(man.out, roff(line)) {
			t.Errorf("help or manual lacks %q", line)
		}
	}
}

// members says what the members of the object are.
var members = map[string]string{
	"kind":      "what sort of failure it is, as in the table above",
	"exit":      "the exit code of the command",
	"temporary": "whether the same may succeed later, or at once on a new connection: what `--retry` repeats",
	"text":      "what standard error says, without the name of the command",
	"hint":      "what to do, as standard error says it; absent if there is no advice",
	"path":      "the file or directory that it is about, on the server, or here if the kind is `local`; absent if it is about none",
	"command":   "the FTP command that the server refused, or in which it failed; absent if there is none",
	"code":      "the code of the reply; absent if no reply refused anything",
	"said":      "with `--verbose`: what was said last on the connection",
}

func exitCodesDoc(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Exit codes, and failures in JSON

Written by a test from the table in ` + "`cmd/ftpwire/exit_code.go`" + ` and from failures that it plays: ` + "`go test ./cmd/ftpwire -run TestExitCodesPage -update`" + `.
` + "`ftpwire help exit-codes`" + ` says the same in short.

| code | kind | what it means | what a script can do |
|---|---|---|---|
`)
	for _, c := range exitCodes {
		var kinds []string
		for _, k := range c.kinds {
			kinds = append(kinds, "`"+string(k)+"`")
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", c.code, strings.Join(kinds, ", "), c.means, c.then)
	}
	b.WriteString(`
The kinds are those of the library: ` + "`ftpwire.KindOf(err)`" + ` returns one. What comes closest to the cause decides: a refused login is 5 although it
came up in ` + "`rm`" + `, a certificate is 4 although the handshake failed over it. Where several kinds fit, the first of these counts: interrupted, a wrong
call or local file, a change that may have been carried out, then the order in which ` + "`ftpwire.Diagnose`" + ` looks for causes, in which what lies deeper
comes first. Only what has no other kind and may pass is ` + "`temporary`" + `.

- **Several files or URLs**: each is tried. If all failures have one code, that is the exit code; else it is 1, as no single answer would be right for all.
  What is on a server that can't be reached fails with that reason, and the rest is tried; get, put and rm end with a summary.
- **A signal**: 130, whatever failed before.
- **check**: 1 if something failed, also in a run that was cut short; 10 if nothing did, but not everything was checked; the other codes if it could not begin.
- **probe**: 0 if something works; else the code of the attempts that came farthest, if they have one in common, else 1.
- **trust show, trust accept**: 4 if commands would refuse the certificate, or if it was not accepted.
- **hash --check**: 1 if the files differ.
- **parse, replay**: 1 for a line that can't be read, or that differs.

## Failures in JSON

With ` + "`--format json`" + ` a failed run prints one object with the member ` + "`error`" + ` on standard output, whatever failed: also a wrong flag, a server that is down, a signal.
Standard error has the same as text. Secrets stand in neither.

`)
	b.WriteString("```json\n" + `{"error":{"kind":"not-found","exit":6,"temporary":false,"text":"RETR \"report.pdf\": 550 \"No such file\"","hint":"…","path":"report.pdf","command":"RETR","code":550}}` + "\n```\n\n")
	b.WriteString("| member | what it is |\n|---|---|\n")
	typ := reflect.TypeFor[failureJSON]()
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if members[name] == "" {
			t.Errorf("what is %s?", name)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, members[name])
	}
	b.WriteString(`
| command | standard output with ` + "`--format json`" + ` |
|---|---|
| get, put, mv, hash, trust accept, probe | one object, which has ` + "`error`" + ` beside its other members if the command got as far as the transfer, the change, the comparison, the certificate or the attempts |
| stat, trust show, trust remove, version, connection show | one object, or ` + "`{\"error\": …}`" + ` in its place |
| ls, quote, trust list, connection list | one object a line; after a failure the last line is ` + "`{\"error\": …}`" + ` |
| rm, rmdir, mkdir | one object a line for each URL, with ` + "`ok`" + `, and ` + "`error`" + ` if it failed; if several URLs were given and any failed, a last line ` + "`{\"error\": …}`" + ` for all of them |
| get, put, rm with several files | one object a line for each file; the last line has ` + "`summary`" + ` (` + "`done`, `failed`, `skipped`, `links`, `others`, `remaining`, `bytes`, `seconds`" + `), and ` + "`error`" + ` if any failed |
| check | the report, which says in ` + "`failed` and `incomplete`" + ` how it ended; ` + "`{\"error\": …}`" + ` if the check could not begin |

` + "`cat` and `get URL -`" + ` have no such object, as standard output is the file; the exit code tells.

## Repeating

` + "`--retry N`" + ` makes up to N attempts more, each on a new connection, after failures that are ` + "`temporary`" + `; ` + "`--retry-delay`" + ` is the first pause, which doubles up to a minute.
All commands that talk to a server have it, except ` + "`probe`" + `. Refused logins are never repeated. What asks or changes something is sent N+1 times at most. Connecting at the start has N+1 attempts of
its own. Without ` + "`--retry`" + `, what loses the connection before it has begun is done once more on a new one, as a Client does; with it, that is one of the N.

- **ls, stat, hash**: all of it is repeated, until more than 64 KiB have been printed. **cat, get URL -**: until the first octet is out.
- **get, put**: the transfer, from the start, or with ` + "`--resume`" + ` from where it ended. Standard input can't be read again, so that ` + "`put -`" + ` refuses the flag.
- **append, put --append, put --unique**: only until the server has begun to take the file: another attempt would append a second time, or store a second file. The result is 10 then.
- **rm, rmdir, mkdir, mv**: if the connection was lost before the reply, the server may have done it. Another attempt shows that: if the file is gone by then, the result
  is 10 (unproven) and not 6 (not found).
- **quote**: connecting and logging in only. **check, trust**: connecting only.

## Failures, as they are

Each of these is played by a test against a real server.

| what fails | command | code | kind | temporary | reply |
|---|---|---|---|---|---|
`)
	for _, f := range failings {
		reply := ""
		if f.want.Code != 0 {
			reply = fmt.Sprintf("%d to %s", f.want.Code, f.want.Command)
		}
		temporary := "no"
		if f.want.Temporary {
			temporary = "yes"
		}
		command := strings.NewReplacer(testPassword, "PASSWORD", `\x20`, " ").Replace(f.command)
		fmt.Fprintf(&b, "| %s | `%s` | %d | `%s` | %s | %s |\n", f.name, command, exitOf(f.want.Kind), f.want.Kind, temporary, reply)
	}
	if !slices.ContainsFunc(failings, func(f failing) bool { return f.want.Kind == ftpwire.KindUnproven }) {
		t.Error("no failure is unproven")
	}
	return b.String()
}

// TestRetry: --retry repeats what asks, on new connections, as long as nothing of the answer is
// out.
func TestRetry(t *testing.T) {
	for _, tt := range []struct {
		name, args, verb string
		cfg              ftptest.Config
		code, sent       int
		out              string
	}{
		{"a server that is full at first", "ls URL/sub", "PASS", withFaults("full-at-first"), exitGood, 1, "inner.bin"},
		{"the same, to remove", "rm URL/hello.txt", "DELE", withFaults("full-at-first"), exitGood, 1, ""},
		{"the same, to hash", "hash URL/hello.txt", "HASH", withFaults("full-at-first"), exitGood, 1, "hello.txt"},
		{"the same, for raw commands", "quote URL/ NOOP", "NOOP", withFaults("full-at-first"), exitGood, 1, "< 200"},
		{"the same, to check", "check --only rfc959-5.4-greeting URL/", "USER", withFaults("full-at-first"), exitGood, 1, ""},
		{"a listing that is always cut", "ls --format json URL/", "MLSD", withFaults("data-cut-426"), exitTemporary, 3, `"kind":"temporary"`},
		{"a listing that is refused for good", "ls URL/none", "MLSD", ftptest.Config{}, exitNotFound, 1, ""},
		{"a file of which nothing has come", "cat URL/hello.txt", "RETR", withFaults("421-at-retr"), exitTemporary, 3, ""},
		{"a file that is cut", "cat URL/hello.txt", "RETR", withFaults("data-cut-426"), exitTemporary, 1, "hel"},
		{"a file that is cut, get", "get URL/hello.txt -", "RETR", withFaults("data-cut-426"), exitTemporary, 1, "hel"},
		{"a refused login", "stat URL/", "PASS", withFaults("login-invalid-430"), exitLogin, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := serve(t, tt.cfg)
			r := f.run(t, append(strings.Fields(tt.args), "--retry", "2", "--retry-delay", "1ms")...)
			r.want(t, tt.code)
			if n := sent(f, tt.verb); n < tt.sent || n > tt.sent && tt.verb != "USER" {
				t.Errorf("%s was sent %d times, want %d\n%s", tt.verb, n, tt.sent, r.err)
			}
			if !strings.Contains(r.out, tt.out) || strings.Count(r.out, `"name":"hello.txt"`) > 1 {
				t.Errorf("standard output: %s", r.out)
			}
		})
	}
}
