package peer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A jail is a folder that becomes the root directory of a server: the program,
// its libraries, PAM, and accounts of its own. It needs chroot(2) only, which
// containers commonly allow, where mounts and namespaces they often do not.
type jail struct {
	dir string
}

// newJail makes a jail for the program at the path below l.root, with one user
// whose login directory is /home, and moves Home there.
func newJail(l *launch, program string) (*jail, error) {
	j := &jail{dir: l.path("root")}
	for _, d := range []string{"dev", "etc/pam.d", "log", "run/empty", "tmp", "usr/lib/ssl"} {
		if err := os.MkdirAll(filepath.Join(j.dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	l.server.Home = filepath.Join(j.dir, "home")
	if err := l.server.mkdir(l.server.Home); err != nil {
		return nil, err
	}
	if err := j.devices(); err != nil {
		return nil, err
	}
	pam, err := pamModules("pam_unix.so", "pam_deny.so")
	if err != nil {
		return nil, err
	}
	files := append([]string{filepath.Join(l.root, program)}, pam...)
	libs, err := libraries(files)
	if err != nil {
		return nil, err
	}
	if err := j.copyIn(files[0], program); err != nil {
		return nil, err
	}
	for _, f := range append(pam, libs...) {
		if err := j.copyIn(f, f); err != nil {
			return nil, err
		}
	}
	return j, j.accounts(l, pam[0])
}

// add copies a program of the system and its libraries to the same paths in the jail.
func (j *jail) add(program string) error {
	libs, err := libraries([]string{program})
	if err != nil {
		return err
	}
	for _, f := range append(libs, program) {
		if err := j.copyIn(f, f); err != nil {
			return err
		}
	}
	return nil
}

// accounts writes the account database and PAM's rule: the password of the
// jail's shadow file, for every service.
func (j *jail) accounts(l *launch, pamUnix string) error {
	u, s := l.options.User, l.server
	for name, text := range map[string]string{
		"etc/passwd": "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/run/empty:/bin/false\n" +
			fmt.Sprintf("%s:x:%d:%d::/home:/bin/sh\n", u, s.uid, s.gid),
		"etc/group":  fmt.Sprintf("root:x:0:\nnogroup:x:65534:\n%s:x:%d:\n", u, s.gid),
		"etc/shadow": fmt.Sprintf("root:*:20000::::::\nnobody:*:20000::::::\n%s:%s:20000::::::\n", u, l.hash),
		"etc/shells": "/bin/sh\n",
		// No name service but files: nothing of the system is asked.
		"etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n",
		"etc/hosts":         "127.0.0.1 localhost\n::1 localhost\n",
		"etc/pam.d/other":   fmt.Sprintf("auth required %[1]s\naccount required %[1]s\nsession required %[1]s\npassword required pam_deny.so\n", pamUnix),
	} {
		mode := os.FileMode(0o644)
		if name == "etc/shadow" {
			mode = 0o600
		}
		if err := j.write(name, []byte(text), mode); err != nil {
			return err
		}
	}
	return nil
}

// write writes a file of the jail.
func (j *jail) write(name string, data []byte, mode os.FileMode) error {
	return os.WriteFile(filepath.Join(j.dir, name), data, mode)
}

// devices makes the few devices that programs expect. Where the container
// forbids it they stay absent: the C library and OpenSSL get their random bytes
// from the system call.
func (j *jail) devices() error {
	for _, d := range []struct {
		name         string
		major, minor int
	}{{"null", 1, 3}, {"random", 1, 8}, {"urandom", 1, 9}} {
		err := makeDevice(filepath.Join(j.dir, "dev", d.name), d.major, d.minor)
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("device %s: %w", d.name, err)
		}
	}
	return nil
}

// copyIn copies a file of the system to a path in the jail.
func (j *jail) copyIn(from, to string) error { return copyFile(from, filepath.Join(j.dir, to)) }

// copyFile copies a program or a library, and makes the folders on its way.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// pamModules finds PAM modules of the system.
func pamModules(names ...string) ([]string, error) {
	var found []string
	for _, n := range names {
		m, err := filepath.Glob("/lib/*/security/" + n)
		if err != nil {
			return nil, err
		}
		if len(m) == 0 {
			return nil, fmt.Errorf("no %s in /lib/*/security: install libpam-modules", n)
		}
		found = append(found, m[0])
	}
	return found, nil
}

// A line of ldd is "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" or
// "/lib64/ld-linux-x86-64.so.2 (0x…)".
var libraryPath = regexp.MustCompile(`(?m)(/\S+) \(0x`)

// libraries returns the shared libraries of the programs and modules.
func libraries(files []string) ([]string, error) {
	out, err := exec.Command("ldd", files...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("ldd: %w: %s", err, out)
	}
	if i := strings.Index(string(out), "not found"); i >= 0 {
		return nil, fmt.Errorf("%s lacks libraries, run conformance/interop/install.sh:\n%s", files[0], out)
	}
	var libs []string
	for _, m := range libraryPath.FindAllStringSubmatch(string(out), -1) {
		libs = append(libs, m[1])
	}
	slices.Sort(libs)
	return slices.Compact(libs), nil
}
