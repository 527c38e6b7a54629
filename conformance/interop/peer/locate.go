package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// find returns the folder that holds the program, and the program's version.
func (p program) find() (root, version string, err error) {
	root, err = p.locate()
	if err != nil {
		return "", "", err
	}
	version, err = p.version(root)
	return root, version, err
}

// locate returns the folder that holds the program: its folder in the cache,
// or "/" where the system has it installed.
func (p program) locate() (root string, err error) {
	if runtime.GOOS != "linux" {
		return "", fmt.Errorf("%s runs on Linux only", p.name)
	}
	if p.needsRoot != "" && os.Geteuid() != 0 {
		return "", fmt.Errorf("%s needs root: %s", p.name, p.needsRoot)
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	for _, root := range []string{filepath.Join(cache, p.name), "/"} {
		_, err := os.Stat(filepath.Join(root, p.path))
		if err == nil {
			return root, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s is not in %s: run conformance/interop/install.sh", p.name, cache)
}

// cacheDir returns the folder that install.sh unpacks into.
func cacheDir() (string, error) {
	if dir := os.Getenv("FTPWIRE_INTEROP_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	// Not os.UserCacheDir: the script does not know XDG_CACHE_HOME.
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".cache", "ftpwire", "interop"), nil
}

var versionNumber = regexp.MustCompile(`\d+(\.\d+){1,2}[a-z]*`)

// version asks the program for its version: a program that cannot even tell that
// does not run here. Its exit code says nothing: some call the question an error
// of use.
func (p program) version(root string) (string, error) {
	cmd := p.askVersion(root)
	out, err := output(cmd)
	if v := versionNumber.FindString(out); v != "" {
		return v, nil
	}
	hint := ""
	if strings.Contains(out, "Unable to switch capabilities") {
		hint = ": add the capabilities SYS_NICE and DAC_READ_SEARCH to the container"
	}
	return "", fmt.Errorf("%s does not run here: %q (%v)%s", p.name, strings.TrimSpace(out), err, hint)
}

// output runs cmd and returns what it printed, anywhere: vsftpd 3.0.3 prints
// its version to file descriptor 0.
func output(cmd *exec.Cmd) (string, error) {
	f, err := os.CreateTemp("", "peer-output-")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, f
	runErr := cmd.Run()
	out, err := os.ReadFile(f.Name())
	return string(out), errors.Join(runErr, err)
}
