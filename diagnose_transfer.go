package ftpwire

import (
	"errors"
	"io"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// diagnoseTransfer is about files that are not what they should be.
func diagnoseTransfer(err error) string {
	if m, ok := errors.AsType[*MismatchError](err); ok {
		if m.What == "size" {
			return "The file is not the same here and on the server: it changed, or a transfer was cut. Transfer it again."
		}
		return "The contents differ here and on the server: the file changed, or was damaged on the way or on a disk. Transfer it again."
	}
	if s, ok := errors.AsType[*control.SizeError](err); ok && s.Cut {
		return "The file has grown since, or the server tells another size than it has: --quirk size-useless has its sizes ignored."
	}
	if l, ok := errors.AsType[*control.TooLargeError](err); ok && l.Most > 0 {
		return "--max-size bounds what is fetched."
	}
	if _, ok := errors.AsType[*control.EarlyReplyError](err); ok {
		return "The server confirmed the file before it had all of it, and its size does not show that it is whole. Look at it there before you send it again."
	}
	if _, ok := errors.AsType[*ChangedError](err); ok {
		return "Somebody was writing the file meanwhile. Try again when it is at rest."
	}
	if u, ok := errors.AsType[*UnprovenError](err); ok {
		if u.Want.Has(ProofHash) && !u.Have.Has(ProofHash) {
			return "The proof that was demanded is not to be had from this server. Its size may be enough (--require size)."
		}
		return "The proof that was demanded is not to be had from this server (--require)."
	}
	if _, ok := errors.AsType[*ResumeError](err); ok {
		return "Try again: the transfer begins anew then."
	}
	if _, ok := errors.AsType[*control.HashUnsupportedError](err); ok {
		return "The server computes no such sums of files. Sizes can be compared (ftpwire get --require size)."
	}
	return diagnoseMode(err)
}

// diagnoseMode is about data that are not in the format that was asked for.
func diagnoseMode(err error) string {
	e, ok := errors.AsType[*mode.Error](err)
	switch {
	case !ok:
		return ""
	case e.Mode == "TYPE E":
		return "The text holds what the code page has no place for: move the file as it is (--type binary)."
	case errors.Is(e, io.ErrUnexpectedEOF):
		return "The end of the data is missing. Try again; a server that always cuts " + e.Mode + " is better used without it (--mode, --compress, --structure)."
	}
	return "The data is not what " + e.Mode + " says it has to be: it was damaged, or the server does that wrongly. Try without it (--mode, --compress, --structure)."
}
