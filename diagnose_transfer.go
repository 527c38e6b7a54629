package ftpwire

import (
	"errors"

	"github.com/ftpwire/ftpwire/control"
)

// diagnoseTransfer is about files that are not what they should be.
func diagnoseTransfer(err error) string {
	if m, ok := errors.AsType[*MismatchError](err); ok {
		if m.What == "size" {
			return "The file is not the same here and on the server: it changed, or a transfer was cut. Transfer it again."
		}
		return "The contents differ here and on the server: the file changed, or was damaged on the way or on a disk. Transfer it again."
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
	return ""
}
