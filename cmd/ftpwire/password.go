package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// credentials completes user, password and account of a location, in the order
// that passwordsText tells.
func (a *app) credentials(f *connFlags, l *ftpwire.Location) error {
	return a.complete(f, l, false)
}

// credentialsLater is credentials, but what a person has to be asked for is asked for in the
// login.
func (a *app) credentialsLater(f *connFlags, l *ftpwire.Location) error {
	return a.complete(f, l, true)
}

func (a *app) complete(f *connFlags, l *ftpwire.Location, later bool) error {
	p := &l.Profile
	missing := false
	if later = later && a.canAsk(); later {
		p.Login.PasswordFunc = a.askFor(p, &missing)
	}
	entry := a.netrc(p.Host, p.User)
	if p.User == "" && entry != nil {
		p.User = entry.login
	}
	if entry != nil && p.Account == "" {
		p.Account = entry.account
	}
	if !l.PasswordInURL {
		if err := a.password(f, p, entry); err == errAsk {
			missing = true
		} else if err != nil {
			return err
		}
	}
	if missing && !later {
		var err error
		if p.Password, err = a.prompt(p); err != nil {
			return err
		}
	}
	if strings.ContainsAny(p.User+p.Password+p.Account, "\r\n\x00") {
		return usagef("user, password or account hold a control character that no FTP command can carry")
	}
	a.secret(p.Password)
	a.secret(p.Account)
	if err := a.proxyPassword(p, later); err != nil {
		return err
	}
	return a.hopPassword(p.Proxy)
}

// errAsk says that only a person may know the password.
var errAsk = errors.New("the password is not known")

// password finds the password of the login, without asking a person.
func (a *app) password(f *connFlags, p *ftpwire.Profile, entry *netrcEntry) (err error) {
	if f.passwordFile != "" {
		if p.User == "" {
			return &usageError{err: errors.New("--password-file without a user"), hint: "Name the user in the URL or with --user."}
		}
		p.Password, err = a.readPasswordFile(f.passwordFile)
		return err
	}
	if c := a.conn; c != nil && !c.password.none() && p.User == c.text("user") {
		p.Password, err = a.secretOf(&c.password, c.name)
		return err
	}
	if anonymous(p.User) {
		if entry != nil {
			p.Password = entry.password
		}
		return nil
	}
	if v, ok := a.env("FTPWIRE_PASSWORD"); ok {
		p.Password = v
		return nil
	}
	if entry != nil && entry.password != "" {
		p.Password = entry.password
		return nil
	}
	if len(p.ClientCertificates) > 0 && !isTerminal(a.stdin) {
		return nil // the certificate may be all that the server wants
	}
	return errAsk
}

func anonymous(user string) bool {
	return user == "" || strings.EqualFold(user, "anonymous") || strings.EqualFold(user, "ftp")
}

func (a *app) readPasswordFile(name string) (string, error) {
	if name == "-" {
		s, err := firstLine(a.input())
		if err != nil {
			return "", usagef("the password on standard input: %w", err)
		}
		if s == "" {
			return "", usagef("--password-file: the first line of standard input is empty")
		}
		return s, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return "", usagef("--password-file: %w", err)
	}
	defer file.Close()
	s, err := firstLine(file)
	if err != nil {
		return "", usagef("--password-file: %w", err)
	}
	if s == "" {
		return "", usagef("--password-file: the first line of %s is empty", name)
	}
	return s, nil
}

// netrc returns the entry of .netrc for host and user, or nil.
func (a *app) netrc(host, user string) *netrcEntry {
	name, named := a.env("NETRC")
	if !named || name == "" {
		home, ok := a.env("HOME")
		if runtime.GOOS == "windows" && !ok {
			home, ok = a.env("USERPROFILE")
		}
		if !ok || home == "" {
			return nil
		}
		name = filepath.Join(home, ".netrc")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		if named || !errors.Is(err, fs.ErrNotExist) {
			a.warn(errtext.Of(err))
		}
		return nil
	}
	entries, err := parseNetrc(string(text))
	if err != nil {
		a.warn(fmt.Sprintf("%s: %v; what follows is ignored", name, err))
	}
	entry := findNetrc(entries, host, user)
	if entry != nil && entry.password != "" && !anonymous(entry.login) {
		a.warnIfShared(name)
	}
	return entry
}

// warnIfShared warns of a file with passwords that others can read.
func (a *app) warnIfShared(name string) {
	if runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o077 != 0 {
		a.warn(fmt.Sprintf("%s holds passwords and can be read by others: chmod 600 %s", name, name))
	}
}
