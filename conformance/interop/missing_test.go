package interop

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// missingDirectory lists what does not exist: an error that says so, and not a listing of
// nothing, whatever the server calls it. An empty directory beside it is none.
func missingDirectory(t *testing.T, w way) {
	c := w.conn(t)
	for _, verb := range listings(t, c) {
		for _, dir := range []string{"nosuch", "bare/nosuch", path.Join(w.s.HomePath, "nosuch")} {
			names, err := listedNames(soon(t), c, verb, dir)
			if names != nil || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s %q: %q, %v; want no name and fs.ErrNotExist", verb, dir, names, err)
			}
		}
		wantListed(t, c, verb, "bare")
	}
	wantHome(t, c, w.s)
	client := w.client(t)
	if names, err := entryNames(t, client, "nosuch"); names != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Entries %q: %q, %v; want no name and fs.ErrNotExist", "nosuch", names, err)
	}
	if client.Conn().HasQuirk("mlsd-broken") {
		t.Error("a missing directory passes for an MLSD that does not work")
	}
}

// TestListingOfFile asks for a listing of a file. What the servers do differs; never is it
// an empty directory, or a missing one.
func TestListingOfFile(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			s.WriteFile(t, "full", []byte("content"))
			s.WriteFile(t, "void", nil)
			c := way{s: s}.conn(t)
			for _, verb := range listings(t, c) {
				for _, file := range []string{"full", "void"} {
					names, err := listedNames(soon(t), c, verb, file)
					t.Logf("%s %s: %q, %v", verb, file, names, err)
					if errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%s: %v: it exists", verb, err)
					}
					if err == nil && (len(names) != 1 || path.Base(names[0]) != file) {
						t.Errorf("%s %s: %q and no error; want an error, or its name", verb, file, names)
					}
				}
			}
		})
	}
}

// TestLsOfNothing runs the command: a missing directory is exit 6 and a message that names
// it, an empty one is exit 0 and not a word.
func TestLsOfNothing(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, scheme := peer.Options{}, "ftp"
			if ok, _ := peer.Supports(name, peer.Explicit); ok {
				o, scheme = peer.Options{TLS: peer.Explicit, RequireReuse: true}, "ftpes"
			}
			s := peer.Start(t, name, o)
			makeDir(t, s, "bare")
			makeDir(t, s, "bare too")
			for dir, want := range map[string]int{"bare": 0, "bare%20too": 0, "": 0, "nosuch": 6, "no%20such": 6, "bare%20": 6} {
				code, stdout, stderr := ls(t, s, scheme, dir)
				if code != want {
					t.Errorf("ls %q: exit %d; want %d\n%s%s", dir, code, want, stdout, stderr)
				}
				switch want {
				case 0:
					if stderr != "" || dir != "" && stdout != "" {
						t.Errorf("ls %q: prints %q and %q; want nothing", dir, stdout, stderr)
					}
				default:
					if stdout != "" || !saysMissing(stderr) {
						t.Errorf("ls %q: prints %q and %q; want a message that it does not exist", dir, stdout, stderr)
					}
				}
			}
		})
	}
}

func ls(t *testing.T, s *peer.Server, scheme, dir string) (code int, stdout, stderr string) {
	t.Helper()
	url := fmt.Sprintf("%s://%s@%s/%s", scheme, s.User, s.Addr, dir)
	cmd := exec.CommandContext(soon(t), command(t), "ls", url, "--timeout", "10s")
	if scheme != "ftp" {
		cmd.Args = append(cmd.Args, "--ca", s.CAFile)
	}
	cmd.Env = append(cmd.Environ(), "FTPWIRE_PASSWORD="+s.Password)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return code, out.String(), errs.String()
}

// saysMissing reports whether a message of the command says that something is not there.
func saysMissing(message string) bool {
	message = strings.ToLower(message)
	for _, words := range []string{"no such", "not exist", "nothing of that name exists", "failed to change directory"} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}
