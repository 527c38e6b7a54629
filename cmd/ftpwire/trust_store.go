package main

import (
	"errors"
	"path/filepath"
	"runtime"

	"github.com/ftpwire/ftpwire/tlsx"
)

const noTrustFile = "Name one with --trust-file or the environment variable FTPWIRE_TRUST; without both it is in the directory XDG_CONFIG_HOME, or below HOME."

// trustPath returns the file of accepted certificates, "" if there is no place for it,
// and whether somebody has named it.
func (a *app) trustPath(flag string) (path string, named bool) {
	if flag != "" {
		return flag, true
	}
	if path, _ := a.env("FTPWIRE_TRUST"); path != "" {
		return path, true
	}
	dir := a.configDir()
	if dir == "" {
		return "", false
	}
	return filepath.Join(dir, "ftpwire", "trusted"), false
}

// configDir returns the directory for the user's configuration, "" if there is none.
func (a *app) configDir() string {
	// The XDG specification has relative paths ignored.
	if dir, _ := a.env("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if runtime.GOOS == "windows" {
		if dir, _ := a.env("AppData"); dir != "" {
			return dir
		}
	}
	if home, _ := a.env("HOME"); home != "" {
		return filepath.Join(home, ".config")
	}
	return ""
}

// trustStore returns the store that the trust commands work on.
func (a *app) trustStore(flag string) (*tlsx.TrustStore, error) {
	path, _ := a.trustPath(flag)
	if path == "" {
		return nil, &usageError{err: errors.New("there is no file of accepted certificates"), hint: noTrustFile}
	}
	store, err := tlsx.OpenTrustStore(path)
	return store, cannot(err)
}
