package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire"
)

// The exit codes.
const (
	exitGood        = 0
	exitNo          = 1
	exitUsage       = 2
	exitConnect     = 3
	exitCertificate = 4
	exitLogin       = 5
	exitNotFound    = 6
	exitNotAllowed  = 7
	exitNoSpace     = 8
	exitTemporary   = 9
	exitUnproven    = 10
	exitInterrupted = 130
)

// An exitCode is what a number means.
type exitCode struct {
	code  int
	kinds []ftpwire.Kind // the failures that end in it
	means string
	then  string // what a script can do
}

// exitCodes are all of them. The help and docs/exit-codes.md show them.
var exitCodes = []exitCode{
	{exitGood, nil, "everything was done", "go on"},
	{exitNo, []ftpwire.Kind{ftpwire.KindOther},
		"the answer is no: a check failed, files differ, the server refused for a reason that has no code of its own, several files failed for different reasons", "read the message"},
	{exitUsage, []ftpwire.Kind{ftpwire.KindUsage, ftpwire.KindLocal},
		"it makes no sense, or a local file can't be read or written: a wrong command line, URL or stored connection, no password to be had", "mend the call"},
	{exitConnect, []ftpwire.Kind{ftpwire.KindConnect},
		"no connection: unknown name, nothing listens, the proxy says no, what answers is not FTP, no TLS or less of it than was asked for", "try later if \"temporary\" is true, else look at host, port and settings"},
	{exitCertificate, []ftpwire.Kind{ftpwire.KindCertificate},
		"the certificate of the server, or of the proxy, was not accepted", "never go on by itself: compare the fingerprint"},
	{exitLogin, []ftpwire.Kind{ftpwire.KindLogin},
		"the login was refused, or not answered", "never repeat it by itself: that may lock the user out"},
	{exitNotFound, []ftpwire.Kind{ftpwire.KindNotFound},
		"the server has no such file or directory, or does not show it", "go on without it"},
	{exitNotAllowed, []ftpwire.Kind{ftpwire.KindNotAllowed},
		"the server does not let this user do that, or can't create the file and gives no reason", "ask who runs the server"},
	{exitNoSpace, []ftpwire.Kind{ftpwire.KindNoSpace},
		"a disk is full or a quota is reached, on the server or here", "make room"},
	{exitTemporary, []ftpwire.Kind{ftpwire.KindTemporary},
		"it may pass: broken or blocked data connections, time-outs, 4yz, too many users, a file that changed meanwhile", "repeat it later"},
	{exitUnproven, []ftpwire.Kind{ftpwire.KindUnproven},
		"it may be done, and the proof is missing; a check that did not come to its end", "look before you repeat it"},
	{exitInterrupted, []ftpwire.Kind{ftpwire.KindInterrupted},
		"interrupted by SIGINT, SIGTERM or SIGHUP", "repeat it if you want to"},
}

// exitOf returns the code for a kind of failure.
func exitOf(k ftpwire.Kind) int {
	for _, c := range exitCodes {
		if slices.Contains(c.kinds, k) {
			return c.code
		}
	}
	return exitNo
}

// A kindError is an error whose kind the command knows better than its text tells.
type kindError struct {
	err  error
	kind ftpwire.Kind
}

func (e *kindError) Error() string { return e.err.Error() }
func (e *kindError) Unwrap() error { return e.err }

// kindOf returns what kind of failure err is, at the end of a run.
func (a *app) kindOf(err error) ftpwire.Kind {
	if a.ctx.Err() != nil {
		return ftpwire.KindInterrupted
	}
	if s, ok := errors.AsType[saidError](err); ok {
		return s.kind
	}
	if e, ok := errors.AsType[*kindError](err); ok {
		return e.kind
	}
	kind := ftpwire.KindOf(err)
	if _, usage := errors.AsType[*usageError](err); usage && kind != ftpwire.KindLocal && kind != ftpwire.KindNoSpace {
		return ftpwire.KindUsage
	}
	return kind
}

// exitCodesText is the topic of the help.
func exitCodesText() string {
	var b strings.Builder
	for _, c := range exitCodes {
		fmt.Fprintf(&b, "  %-4d %s\n", c.code, strings.ReplaceAll(wrapped(c.means, 84), "\n", "\n       "))
	}
	return b.String() + exitCodesNotes
}

const exitCodesNotes = `
Of several files or URLs, each is tried. If all failures have one code, that is the exit code,
else 1. After a signal it is 130, whatever has failed before. A failure of the connection
counts by its own cause, not by what was to be done: a refused login is 5, also in "rm".

"check" returns 1 if something failed, 10 if nothing did but not everything was checked, and
the other codes if it could not begin. "probe" returns 0 if something works. If nothing does,
it returns the code of the attempts that came farthest, if they have one in common, else 1. "trust show" returns 4 if
commands would refuse the certificate. "parse" returns 1 for a line that can't be read.

With --format json the same stands on standard output as {"error": ...}: docs/exit-codes.md
lists its members. "--retry N" repeats by itself what may pass: it is sent N+1 times at most.

After a signal the command ends by itself, within four seconds; nothing incomplete is left
under a local name, and a temporary file on the server is removed, or named if it can't be.
Another signal in the first second counts as the same one; a later signal kills the command.`

// wrapped breaks text into lines of at most width letters.
func wrapped(text string, width int) string {
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(text) {
		if n > 0 && n+1+len(word) > width {
			b.WriteString("\n")
			n = 0
		} else if n > 0 {
			b.WriteString(" ")
			n++
		}
		b.WriteString(word)
		n += len(word)
	}
	return b.String()
}
