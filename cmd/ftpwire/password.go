package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/term"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// credentials completes user, password and account of a location, in the order
// that passwordsText tells.
func (a *app) credentials(f *connFlags, l *ftpwire.Location) error {
	p := &l.Profile
	entry := a.netrc(p.Host, p.User)
	if p.User == "" && entry != nil {
		p.User = entry.login
	}
	if entry != nil && p.Account == "" {
		p.Account = entry.account
	}
	if !l.PasswordInURL {
		if err := a.password(f, p, entry); err != nil {
			return err
		}
	}
	if strings.ContainsAny(p.User+p.Password+p.Account, "\r\n\x00") {
		return usagef("user, password or account hold a control character that no FTP command can carry")
	}
	a.secret(p.Password)
	a.secret(p.Account)
	if err := a.proxyPassword(p); err != nil {
		return err
	}
	return a.hopPassword(p.Proxy)
}

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
	p.Password, err = a.prompt(p)
	return err
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

// prompt asks for the password of the login.
func (a *app) prompt(p *ftpwire.Profile) (string, error) {
	return a.ask(fmt.Sprintf("Password for %s at %s: ", visible(p.User), visible(p.Host)),
		fmt.Sprintf("password for user %q", p.User),
		`Give one with --password-file, FTPWIRE_PASSWORD or .netrc; see "ftpwire help passwords".`)
}

// ask asks for a secret on a terminal, without echo. If there is no terminal, the error
// says what is missing, and hint says how else to give it.
func (a *app) ask(question, what, hint string) (string, error) {
	stdin, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(stdin.Fd())) {
		return "", &usageError{err: fmt.Errorf("no %s, and no terminal to ask on", strings.TrimPrefix(what, "the ")), hint: hint}
	}
	fd := int(stdin.Fd())
	state, err := term.MakeRaw(fd) // no echo from before the prompt on, for those who paste
	if err != nil {
		return "", cannot(err)
	}
	defer fmt.Fprintln(a.stderr)
	defer term.Restore(fd, state)
	io.WriteString(a.stderr, a.masked(question))
	type answer struct {
		text []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		got <- answer{text, err}
	}()
	select {
	case r := <-got:
		if r.err != nil {
			return "", usagef("no password was given: %w", r.err)
		}
		return string(r.text), nil
	case <-a.ctx.Done():
		return "", context.Cause(a.ctx)
	}
}
