package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// complete returns what the shell is told for the words of a command line, the last of
// which is at the cursor. "_" stands for nothing there.
func (s *shelf) complete(line string) []string {
	s.t.Helper()
	words := strings.Fields("__completeNoDesc " + line)
	if last := &words[len(words)-1]; *last == "_" {
		*last = ""
	}
	r := runIn(s.t, setting{env: s.env}, words...)
	if r.err != "" && !strings.HasPrefix(r.err, "Completion ended with directive") {
		s.t.Errorf("%s: standard error: %s", line, r.err)
	}
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	return lines[:len(lines)-1] // the last one is the directive
}

func TestCompletionOfConnections(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.store(f, "nas", "--group", "home")
	s.line("connection add web ftp://h.example/ --group attic").want(t, exitGood)
	s.line("connection add asks ftp://alice@h.example/ --password-command false").want(t, exitGood)
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"ls _", []string{"nas:", "web:", "asks:"}},
		{"ls n", []string{"nas:"}},
		{"ls nas:", []string{"nas:hello.txt", "nas:sub/"}},
		{"ls nas:h", []string{"nas:hello.txt"}},
		{"ls nas:sub/", []string{"nas:sub/a b.txt", "nas:sub/inner.bin"}},
		{"ls nas:/sub/i", []string{"nas:/sub/inner.bin"}},
		{"ls nas:none/", nil},
		{"cat --timeout 5s nas:h", []string{"nas:hello.txt"}},
		{"put file n", []string{"nas:"}},
		{"put n", nil},
		{"rm nas:hello.txt nas:s", []string{"nas:sub/"}},
		{"mv nas:hello.txt _", nil},
		{"get nas:hello.txt _", nil},
		{"ls web:", nil},  // there is no such host
		{"ls asks:", nil}, // it would run a program
		{"ls none:", nil},
		{"connection show _", []string{"nas", "web", "asks"}},
		{"connection rename nas _", nil},
		{"connection remove nas w", []string{"web"}},
		{"connection list --group _", []string{"home", "attic"}},
		{"connection add x ftp://h/ --group h", []string{"home"}},
	} {
		t.Run(tt.line, func(t *testing.T) {
			s.t = t
			if diff := cmp.Diff(tt.want, s.complete(tt.line), cmpEmpty); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	s.t = t
	s.write("[connection.nas\n")
	if got := s.complete("ls _"); len(got) != 0 {
		t.Errorf("of a damaged file: %q", got)
	}
}

// What can stand at other places is completed, too.
func TestCompletionOfArguments(t *testing.T) {
	f := serve(t, ftptest.Config{})
	s := newShelf(t)
	for name, value := range f.env {
		s.env[name] = value
	}
	s.env["FTPWIRE_TRUST"] = filepath.Join(t.TempDir(), "trusted")
	s.store(f, "nas")
	secure := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	runIn(t, setting{env: s.env}, "trust", "accept", "--yes", secure.url+"/").want(t, exitGood)
	secret := "ftp://" + testUser + ":" + testPassword + "@" + f.Addr() + "/"
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"ls ft", []string{"ftpes://", "ftps://", "ftp://"}},
		{"ls " + f.url + "/", []string{f.url + "/hello.txt", f.url + "/sub/"}},
		{"ls " + f.url + "/sub/a", []string{f.url + "/sub/a%20b.txt"}},
		{"put x " + f.url + "/h", []string{f.url + "/hello.txt"}},
		{"ls " + f.url, nil},
		{"ls " + secret, nil}, // whatever it holds can't be told from what is masked
		{"chmod _", nil},
		{"chmod 644 n", []string{"nas:"}},
		{"touch nas:h", []string{"nas:hello.txt"}},
		{"append x nas:h", []string{"nas:hello.txt"}},
		{"trust remove _", []string{secure.Addr()}},
		{"trust show n", []string{"nas:"}},
		{"check --only rfc959-5.4-greeting-o", []string{"rfc959-5.4-greeting-once"}},
		{"check --skip rfc959-5.4-greeting-o", []string{"rfc959-5.4-greeting-once"}},
		{"help passw", []string{"passwords"}},
		{"help trust re", []string{"remove"}},
		{"help flags mk", []string{"mkdir"}},
		{"help --resume-t", []string{"--resume-tls"}},
		{"help mlsd-b", []string{"mlsd-broken"}},
		{"completion z", []string{"zsh"}},
		{"ls --user _", nil},
		{"parse li", []string{"list"}},
	} {
		t.Run(tt.line, func(t *testing.T) {
			s.t = t
			got := s.complete(tt.line)
			if diff := cmp.Diff(tt.want, got, cmpEmpty); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	before := len(f.Commands())
	s.t = t
	s.complete("ls " + secret)
	for _, c := range f.Commands()[before:] {
		t.Errorf("sent %q", c)
	}
}

// cmpEmpty has no words and nil be the same.
var cmpEmpty = cmp.Transformer("empty", func(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
})

// A server that does not answer keeps nobody waiting for long.
func TestCompletionOfSilentServer(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"greeting-never"}})
	s := newShelf(t)
	s.store(f, "nas")
	start := time.Now()
	if got := s.complete("ls nas:"); len(got) != 0 {
		t.Errorf("completed: %q", got)
	}
	if d := time.Since(start); d > 3*patience.Completion.Default {
		t.Errorf("it took %v", d)
	}
}

// The script for bash works without the package bash-completion, and prints nothing.
func TestCompletionOfBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	s := newShelf(t)
	s.line("connection add nas ftp://h.example/").want(t, exitGood)
	s.line("connection add nasty ftp://h.example/").want(t, exitGood)
	s.line("connection add web ftp://h.example/").want(t, exitGood)
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, filepath.Join(dir, "ftpwire")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	script := filepath.Join(dir, "script")
	r := s.line("completion bash")
	r.want(t, exitGood)
	if err := os.WriteFile(script, []byte(r.out), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line  string
		words string // as bash cuts them
		want  string
	}{
		{"ftpwire conn", "ftpwire conn", "connection"},
		{"ftpwire ls w", "ftpwire ls w", "web:"},
		{"ftpwire ls --tls=imp", "ftpwire ls --tls = imp", "implicit"},
		{"ftpwire  ls   w", "ftpwire ls w", "web:"},
		{"ftpwire get web:x ", "ftpwire get web : x ''", ""},
		{"ftpwire connection show nasty", "ftpwire connection show nasty", "nasty"},
	} {
		words := strings.Fields(tt.words)
		// compopt works only where bash itself completes.
		program := `compopt() { :; }; source "$1"; COMP_LINE=$2; COMP_POINT=${#2}; COMP_TYPE=9; COMP_WORDS=(` + tt.words + `); COMP_CWORD=$3; __start_ftpwire; printf '%s\n' "${COMPREPLY[@]}"`
		cmd := exec.Command(bash, "--norc", "--noprofile", "-c", program, "bash", script, tt.line, strconv.Itoa(len(words)-1))
		cmd.Env = []string{commandEnv + "=1", "PATH=" + dir + ":" + os.Getenv("PATH")}
		for name, value := range s.env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != tt.want {
			t.Errorf("%q is completed to %q, want %q, %v", tt.line, got, tt.want, err)
		}
	}
}
