package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// A login is what a person is asked a secret for.
type login struct {
	host     string
	port     int
	question control.PasswordQuestion // without what changes from one time to the next
}

// askFor returns a function that asks a person for what the login of p lacks, when the server
// wants it: by then it has answered, and its certificate was accepted. What was typed counts
// for the run. missing says whether the password of p is not known; one that is known may be
// empty.
func (a *app) askFor(p *ftpwire.Profile, missing *bool) func(context.Context, control.PasswordQuestion) (string, error) {
	host, port := p.Host, p.Port // of the server itself, also where it is reached through a proxy
	return func(ctx context.Context, q control.PasswordQuestion) (string, error) {
		if q.Verb == "PASS" && !q.Proxy && !*missing && q.Refused == "" {
			return "", nil
		}
		who := login{host, port, control.PasswordQuestion{Verb: q.Verb, User: q.User, Proxy: q.Proxy}}
		if secret, ok := a.typed[who]; ok && q.Refused == "" {
			return secret, nil
		}
		secret, err := a.ask(ctx, secretQuestion(q, host), "", "")
		if err != nil {
			return "", err
		}
		a.secret(secret)
		if a.typed == nil {
			a.typed = map[login]string{}
		}
		a.typed[who] = secret
		return secret, nil
	}
}

// secretQuestion returns what to print before a secret is typed.
func secretQuestion(q control.PasswordQuestion, host string) string {
	var b strings.Builder
	if q.Refused != "" {
		fmt.Fprintf(&b, "The server refused the password: %s\nOnce more, and no further: too many attempts can lock the account.\n", visible(q.Refused))
	}
	if q.Challenge != "" {
		fmt.Fprintf(&b, "The server asks for a one-time password, %s: type the pass phrase, which itself is not sent.\n", visible(q.Challenge))
	}
	switch {
	case q.Proxy:
		b.WriteString(proxyQuestion(q.User))
	case q.Verb == "ACCT":
		fmt.Fprintf(&b, "Account for %s at %s: ", visible(q.User), visible(host))
	default:
		b.WriteString(passwordQuestion(q.User, host))
	}
	return b.String()
}

func passwordQuestion(user, host string) string {
	return fmt.Sprintf("Password for %s at %s: ", visible(user), visible(host))
}

func proxyQuestion(user string) string {
	return fmt.Sprintf("Password for %s at the FTP proxy: ", visible(user))
}

// prompt asks for the password of the login of p, before it begins.
func (a *app) prompt(p *ftpwire.Profile) (string, error) {
	return a.ask(a.ctx, passwordQuestion(p.User, p.Host),
		fmt.Sprintf("password for user %q", p.User),
		`Give one with --password-file, FTPWIRE_PASSWORD or .netrc; see "ftpwire help passwords".`)
}

// canAsk reports whether there is a person to ask.
func (a *app) canAsk() bool { return a.readSecret != nil || isTerminal(a.stdin) }

// ask asks for a secret on a terminal, without echo. If there is no terminal, the error
// says what is missing, and hint says how else to give it.
func (a *app) ask(ctx context.Context, question, what, hint string) (string, error) {
	if !a.canAsk() {
		return "", &usageError{err: fmt.Errorf("no %s, and no terminal to ask on", strings.TrimPrefix(what, "the ")), hint: hint}
	}
	read := a.readSecret
	if read == nil {
		read = a.readTerminal
	}
	secret, err := read(ctx, a.masked(question))
	if err != nil && ctx.Err() == nil {
		return "", usagef("no password was given: %w", err)
	}
	return secret, err
}

// readTerminal prints a question and reads the answer, without echo. The terminal is as it
// was before, however that ends. (term.ReadPassword never returns from Ctrl-D.)
func (a *app) readTerminal(ctx context.Context, question string) (string, error) {
	stdin := a.stdin.(*os.File)
	fd := int(stdin.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	out := terminalWriter{a}
	defer io.WriteString(out, "\n")
	defer term.Restore(fd, state)
	io.WriteString(out, strings.ReplaceAll(question, "\n", "\r\n"))
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := readKeys(stdin)
		got <- answer{text, err}
	}()
	select {
	case r := <-got:
		if r.err == errInterrupt {
			a.interrupt()
		}
		return r.text, r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// errInterrupt is the error of a question that was answered by Ctrl-C.
var errInterrupt = errors.New("interrupted")

// maxTyped is the length of the longest secret that can be typed.
const maxTyped = 4 << 10

// readKeys reads a line from a terminal that passes every key on, and reads no further.
func readKeys(in io.Reader) (string, error) {
	var line []byte
	for key := make([]byte, 1); ; {
		n, err := in.Read(key)
		if n == 0 && err == nil {
			err = io.EOF
		}
		if n == 0 {
			return "", err
		}
		switch c := key[0]; {
		case c == '\r' || c == '\n':
			return string(line), nil
		case c == 0x03: // Ctrl-C
			return "", errInterrupt
		case c == 0x04 || c == 0x1a && runtime.GOOS == "windows": // Ctrl-D, Ctrl-Z
			if len(line) > 0 {
				return string(line), nil
			}
			return "", io.EOF
		case c == 0x7f || c == '\b':
			_, size := utf8.DecodeLastRune(line)
			line = line[:len(line)-size]
		case c == 0x15: // Ctrl-U
			line = line[:0]
		case len(line) == maxTyped:
			return "", fmt.Errorf("it is longer than %d bytes", maxTyped)
		case c < ' ' && c != '\t': // nothing that a password can have
		default:
			line = append(line, c)
		}
	}
}
