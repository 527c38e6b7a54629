package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A replaying is a "ftpwire replay" in the background.
type replaying struct {
	addr   string
	stderr *buffer
	code   chan int
}

var listensOn = regexp.MustCompile(`listening on (\S+), connections: \d`)

func startReplay(t *testing.T, file string, flags ...string) *replaying {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	out := &announced{text: "connections", once: make(chan struct{})}
	r := &replaying{stderr: &buffer{}, code: make(chan int, 1)}
	go func() {
		r.code <- run(ctx, append([]string{"replay", "--listen", "127.0.0.1:0", file}, flags...), strings.NewReader(""), out, r.stderr, func(string) (string, bool) { return "", false })
	}()
	select {
	case <-out.once:
	case code := <-r.code:
		t.Fatalf("exit code %d:\n%s", code, r.stderr.String())
	}
	r.addr = listensOn.FindStringSubmatch(out.String())[1]
	return r
}

// want waits for the end of the replay.
func (r *replaying) want(t *testing.T, code int, part string) {
	t.Helper()
	if got := <-r.code; got != code || !strings.Contains(r.stderr.String(), part) {
		t.Errorf("replay: exit code %d, want %d and %q:\n%s", got, code, part, r.stderr.String())
	}
}

// TestReplay: what --log-file has written can be played, and a client that does the same
// gets the same.
func TestReplay(t *testing.T) {
	for name, tt := range map[string]struct {
		mode   tlsx.Mode
		scheme string
		flags  []string
	}{
		"clear text":       {ftptest.TLSNone, "ftp", nil},
		"explicit TLS":     {ftptest.TLSExplicit, "ftpes", nil},
		"implicit TLS":     {ftptest.TLSImplicit, "ftps", nil},
		"clear data":       {ftptest.TLSExplicit, "ftpes", []string{"--prot", "C"}},
		"CCC":              {ftptest.TLSExplicit, "ftpes", []string{"--ccc"}},
		"PASV":             {ftptest.TLSExplicit, "ftpes", []string{"--data-mode", "pasv"}},
		"active":           {ftptest.TLSExplicit, "ftpes", []string{"--active"}},
		"PORT, clear text": {ftptest.TLSNone, "ftp", []string{"--data-mode", "port"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, ftptest.Config{TLS: tt.mode})
			dir := t.TempDir()
			local, log := filepath.Join(dir, "local"), filepath.Join(dir, "log")
			if err := os.WriteFile(local, []byte("no line end"), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, command := range [][]string{{"put", local, "URL/up"}, {"ls", "URL/sub"}, {"cat", "URL/sub/inner.bin"}} {
				args := append(append([]string{command[0], "--log-file=" + log, "--log-contents"}, tt.flags...), command[1:]...)
				r := f.run(t, args...)
				r.want(t, exitGood)
				text, err := os.ReadFile(log)
				if err != nil || strings.Contains(string(text), testPassword) || !strings.Contains(string(text), "\nC: PASS *\n") {
					t.Fatalf("%v, the log:\n%s", err, text)
				}
				if info, err := os.Stat(log); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
					t.Errorf("the log is readable for others: %v, %v", info.Mode(), err)
				}
				played := startReplay(t, log)
				u, err := url.Parse(f.url)
				if err != nil {
					t.Fatal(err)
				}
				u.Scheme, u.Host = tt.scheme, played.addr
				for i, arg := range args {
					args[i] = strings.Replace(arg, "URL", strings.TrimSuffix(u.String(), "/"), 1)
				}
				args[1], args[2] = "--quiet", "--quiet" // no log this time
				if tt.mode != ftptest.TLSNone {
					args = append(args, "--insecure")
				}
				again := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, args...)
				again.want(t, exitGood)
				if again.out != r.out {
					t.Errorf("%s: %q, when recorded %q", command[0], again.out, r.out)
				}
				played.want(t, exitGood, "all was as recorded")
			}
		})
	}
}

// TestReplayRefuses: what is not as recorded ends the replay, and what can't be played is
// said before.
func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const log = "-- dialogue --\nS: 220 ready\nC: USER alice\nS: 230 in\nC: FEAT\nS: 502 no\nC: QUIT\nS: 221 bye\n"
	good := write("good", log)
	played := startReplay(t, good)
	runIn(t, setting{}, "ls", "ftp://bob:secret-word@"+played.addr+"/").want(t, exitTemporary)
	played.want(t, exitNo, "want C: USER alice")
	for name, want := range map[string]string{
		write("cut", strings.Replace(log, "C: QUIT", "D> data-1.cut", 1)+"-- data-1.cut --\nx\n"): "only the beginning",
		write("no dialogue", "S: 220 ready\n"):                                                    `no section "dialogue"`,
		filepath.Join(dir, "none"):                                                                "none",
	} {
		runIn(t, setting{}, "replay", name).want(t, exitUsage, want)
	}
	runIn(t, setting{}, "replay").want(t, exitUsage, "a FILE is missing")
	f := serve(t, ftptest.Config{})
	f.run(t, "ls", "--log-file="+filepath.Join(dir, "none", "log"), "URL/").want(t, exitUsage, "--log-file", "none")
	f.run(t, "ls", "--log=session.txt", "URL/").want(t, exitUsage, "--log-file session.txt")
}

// TestLogFileContents: of a file only the length is kept, and zeros are played.
func TestLogFileContents(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	if err := f.WriteFile("/large", []byte(strings.Repeat("secret", 300_000))); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log, local := filepath.Join(dir, "log"), filepath.Join(dir, "local")
	if err := os.WriteFile(local, []byte("another secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{{"--quiet"}, {"--log-contents"}} { // it is too large for that
		f.run(t, append(flags, "cat", "--log-file="+log, "URL/large")...).want(t, exitGood)
		text, _ := os.ReadFile(log)
		if !strings.Contains(string(text), "\nD> data-1.zeros\n") || !strings.Contains(string(text), "\n-- data-1.zeros --\n1800000 octets\n") {
			t.Fatalf("want the length of the payload:\n%.2000s", text)
		}
		played := startReplay(t, log)
		r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "cat", "--insecure", "ftpes://alice@"+played.addr+"/large")
		if r.want(t, exitGood); r.out != string(make([]byte, 1_800_000)) {
			t.Errorf("%d bytes; want 1800000 zeros", len(r.out))
		}
		played.want(t, exitGood, "all was as recorded")
	}
	f.run(t, "put", "--log-file="+log, local, "URL/up").want(t, exitGood)
	played := startReplay(t, log)
	runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "put", "--insecure", local, "ftpes://alice@"+played.addr+"/up").want(t, exitGood)
	played.want(t, exitGood, "all was as recorded")
	if text, _ := os.ReadFile(log); strings.Contains(string(text), "another secret") {
		t.Errorf("the file's contents are in the log:\n%s", text)
	}
}

// TestLogFileSessions: the sessions of one run stand in one log.
func TestLogFileSessions(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	other := serve(t, ftptest.Config{})
	f := serve(t, ftptest.Config{})
	f.run(t, "rm", "--log-file="+log, "URL/hello.txt", other.url+"/hello.txt").want(t, exitGood)
	text, _ := os.ReadFile(log)
	if n := strings.Count(string(text), "\nC: DELE hello.txt\n"); n != 2 || !strings.Contains(string(text), "\n-- dialogue-2 --\n") {
		t.Errorf("want two sessions:\n%s", text)
	}
}
