package protocol

import (
	"fmt"
	"io/fs"
	"strconv"
)

// A ReplyError reports a command that the server refused with a 4yz or 5yz
// reply. The control connection remains usable, unless the code is 421.
//
// errors.Is matches another *ReplyError with the same code, and the errors of
// io/fs where code and text say so: see [ReplyError.Is].
type ReplyError struct {
	Verb  Verb   // the refused command, such as "RETR"; "" for the greeting
	Path  string // its argument, if that is a pathname and nothing else, with secrets masked
	Reply Reply  // the final reply as received

	// Told is what the refusal means if the caller has said so, by a quirk of its own. If
	// Unexplained, the reply itself decides; see [MeaningOf].
	Told Meaning
}

// Error returns the verb, the quoted pathname, the code and the quoted text.
func (e *ReplyError) Error() string {
	what := NameCommand(e.Verb, e.Path)
	if e.Verb == "" {
		what = "greeting"
	}
	return fmt.Sprintf("ftp: %s: %d %q", what, e.Reply.Code, shorten(e.Reply.Text(), 300))
}

// NameCommand returns a verb as messages name it: with the quoted pathname, if there is one.
func NameCommand(v Verb, path string) string {
	if path == "" {
		return string(v)
	}
	return string(v) + " " + strconv.Quote(shorten(path, 300))
}

// Pathname returns the argument of a command that has a pathname and nothing else, or "".
// An argument that may hold a secret, such as that of PASS, ACCT, ADAT and SITE, does not
// count as a pathname.
func (c Command) Pathname() string {
	switch info, _ := LookupVerb(c.Verb); info.Arg {
	case ArgPath, ArgPathOpt:
		return c.Arg
	}
	return ""
}

// Transient reports whether the same command may succeed later (a 4yz code).
func (e *ReplyError) Transient() bool { return e.Reply.Code.Class() == 4 }

// Is reports whether target is a *ReplyError with the same code, or one of
// fs.ErrNotExist, fs.ErrPermission and fs.ErrExist and the reply means that.
//
// [ReplyError.Meaning] decides: RFC 959 has one code, 550, for several causes.
func (e *ReplyError) Is(target error) bool {
	if t, ok := target.(*ReplyError); ok {
		return t.Reply.Code == e.Reply.Code
	}
	switch target {
	case fs.ErrNotExist, fs.ErrPermission, fs.ErrExist:
		return e.cause() == target
	}
	return false
}

// cause returns the error of io/fs that the refusal means, if any.
func (e *ReplyError) cause() error {
	meaning := e.Told
	if meaning == Unexplained {
		switch e.Reply.Code {
		case 332, 530, 532, 533: // whatever the text adds
			return fs.ErrPermission
		}
		row := rowOf(e.Reply.Code, e.Verb, e.Reply.Text())
		if row.odd {
			return nil
		}
		meaning = row.meaning
	}
	switch meaning {
	case NotExist:
		return fs.ErrNotExist
	case Exists:
		return fs.ErrExist
	case Permission, RejectedLogin, LockedOut:
		return fs.ErrPermission
	}
	return nil
}

// A SequenceError reports a command that may not be sent, or a reply that may not
// be given, in the present state. Nothing was sent; the connection is as it was.
type SequenceError struct {
	Verb   Verb   // of the command
	State  State  // in which it is not allowed
	Code   Code   // what a server answers to it: 503, 530, 533, ...
	Reason string // in plain words
}

func (e *SequenceError) Error() string {
	return fmt.Sprintf("ftp: %s is out of sequence in state %s: %s", e.Verb, e.State, e.Reason)
}

// An ArgumentError reports a command that cannot be written as one line, or
// whose argument does not fit its verb. Nothing was sent; the connection is as it was.
type ArgumentError struct {
	Verb   Verb   // of the command
	Reason string // never the argument itself
}

func (e *ArgumentError) Error() string { return fmt.Sprintf("ftp: %s: %s", e.Verb, e.Reason) }

// A SyntaxError reports bytes that are not FTP, or more bytes than the limits allow. On
// the client's side the control connection is dead; a server answers 500 to a malformed
// command and goes on.
type SyntaxError struct {
	Offset  int64  // position of the fault in the stream (client) or in the line (server)
	Excerpt string // the beginning of the offending line, at most 120 bytes
	Reason  string // what is wrong, in words
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("ftp: %s at byte %d: %q", e.Reason, e.Offset, e.Excerpt)
}

// A ViolationError reports a peer that broke the protocol: a reply that no command
// asked for, a reply of a class that its command excludes, bytes after the reply
// to AUTH. The control connection is dead.
type ViolationError struct {
	Verb   Verb   // the command in flight, or ""
	Reply  Reply  // the offending reply; the zero Reply if it is not about one
	Reason string // in plain words
}

func (e *ViolationError) Error() string {
	s := "ftp: the peer broke the protocol: " + e.Reason
	if e.Verb != "" {
		s += fmt.Sprintf(" (command in flight: %s)", e.Verb)
	}
	if e.Reply.Code != 0 {
		s += fmt.Sprintf(": %d %q", e.Reply.Code, shorten(e.Reply.Text(), 120))
	}
	return s
}

const excerptBytes = 120

func excerpt(line []byte) string { return shorten(string(line), excerptBytes) }

func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}
