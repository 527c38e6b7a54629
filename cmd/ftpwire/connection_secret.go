package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// maxSecret bounds what a file, a command or the keyring may return for a password.
const maxSecret = 64 << 10

// A secretSource says where a stored password comes from. The zero source is none.
type secretSource struct {
	key     string // what stands before "_file" and its like in the file: "password" or "pfx_password"
	text    string // the password itself
	env     string // an environment variable
	file    string // its first line
	command string // what it prints, run by the shell
	args    []string
	keyring bool // the system's keyring, under the connection's name
}

// count returns how many sources are named.
func (s *secretSource) count() (n int) {
	for _, named := range []bool{s.text != "", s.env != "", s.file != "", s.command != "", len(s.args) > 0, s.keyring} {
		if named {
			n++
		}
	}
	return n
}

func (s *secretSource) none() bool { return s.count() == 0 }

// asksNobody reports whether the source is read without a program that may ask a person.
func (s *secretSource) asksNobody() bool { return s.text != "" || s.env != "" || s.file != "" }

// secretOf returns the password of a source, which must not be none. name is the
// connection's.
func (a *app) secretOf(s *secretSource, name string) (password string, err error) {
	switch {
	case a.unattended && !s.asksNobody():
		return "", a.noSecret(s, name, "nobody can be asked now", "_command")
	case s.text != "":
		password = s.text
	case s.env != "":
		var known bool
		if password, known = a.env(s.env); !known || password == "" {
			return "", a.noSecret(s, name, "the environment variable "+s.env+" is not set", "_env")
		}
	case s.file != "":
		password, err = a.secretFile(s, name)
	case s.keyring:
		password, err = a.fromKeyring(name)
	default:
		password, err = a.secretOfCommand(s, name)
	}
	if err != nil {
		return "", err
	}
	a.secret(password)
	return password, nil
}

// noSecret is the error about a source that yields no password. It never shows what the
// source printed.
func (a *app) noSecret(s *secretSource, name, reason, suffix string) error {
	return &usageError{err: fmt.Errorf("no password for the connection %q: %s (%s%s)", name, reason, s.key, suffix),
		hint: fmt.Sprintf(`"ftpwire connection edit %s" changes where it comes from.`, name)}
}

func (a *app) secretFile(s *secretSource, name string) (string, error) {
	f, err := os.Open(s.file)
	if err != nil {
		return "", a.noSecret(s, name, errtext.Of(err), "_file")
	}
	defer f.Close()
	password, err := firstLine(f)
	switch {
	case err != nil:
		return "", a.noSecret(s, name, errtext.Of(err), "_file")
	case password == "":
		return "", a.noSecret(s, name, "the first line of "+s.file+" is empty", "_file")
	}
	a.warnIfShared(f.Name())
	return password, nil
}

// secretOfCommand runs the program of a source. What it writes on standard error is shown
// as it comes, past all logs; it has no standard input, which may be a file to send.
func (a *app) secretOfCommand(s *secretSource, name string) (string, error) {
	args := s.args
	if s.command != "" {
		args = shellArgs(s.command)
	}
	cmd := exec.CommandContext(a.ctx, args[0], args[1:]...)
	out := &boundedBuffer{most: maxSecret}
	cmd.Stdout, cmd.Stderr = out, a.stderr
	err := cmd.Run()
	if a.ctx.Err() != nil {
		return "", context.Cause(a.ctx)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", a.noSecret(s, name, "the command ended with "+exit.Error(), "_command")
	}
	if err != nil {
		return "", a.noSecret(s, name, "the command can't be run: "+errtext.Of(err), "_command")
	}
	password := oneLineEndLess(out.String())
	switch {
	case out.full:
		return "", a.noSecret(s, name, fmt.Sprintf("the command printed more than %d bytes", maxSecret), "_command")
	case password == "":
		return "", a.noSecret(s, name, "the command printed nothing", "_command")
	case strings.ContainsAny(password, "\r\n"):
		a.secret(password)
		return "", a.noSecret(s, name, "the command printed more than one line", "_command")
	}
	return password, nil
}

// shellArgs returns the arguments that have the system's shell run a line.
func shellArgs(line string) []string {
	if runtime.GOOS == "windows" {
		return []string{"cmd", "/C", line}
	}
	return []string{"/bin/sh", "-c", line}
}

// oneLineEndLess returns s without the line end at its end.
func oneLineEndLess(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}

// A boundedBuffer keeps what is written up to a limit, and takes the rest without keeping
// it.
type boundedBuffer struct {
	bytes.Buffer
	most int
	full bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		b.full = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// ReadFrom hides that of the Buffer, which has no limit.
func (b *boundedBuffer) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}
