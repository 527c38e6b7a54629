package ftpwire

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// A Proof is a set of reasons to believe that a transfer is complete and right.
type Proof uint8

// The proofs. A transfer without an error always has the first.
const (
	// ProofReply: the server's final reply says that everything was transferred.
	ProofReply Proof = 1 << iota

	// ProofEnd: the data of a download came over TLS and ended with close_notify, so that
	// nobody on the way cut them short. A transfer in clear text and an upload never have
	// it.
	ProofEnd

	// ProofSize: the number of octets is the size that the server tells.
	ProofSize

	// ProofHash: the server's sum of the whole file is that of the local file.
	ProofHash
)

// Has reports whether p has all of q.
func (p Proof) Has(q Proof) bool { return p&q == q }

// String returns the names of the proofs: "reply", "close_notify", "size", "hash".
func (p Proof) String() string {
	var names []string
	for i, name := range []string{"reply", "close_notify", "size", "hash"} {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// A TransferResult says how a transfer went, also beside an error.
type TransferResult struct {
	// Bytes is the size of the local file that was transferred or compared. With an
	// error, it is how far the transfer got.
	Bytes int64

	// Moved counts the octets that went over data connections, in all attempts.
	Moved int64

	// ResumedFrom is the offset from which the last attempt went on, 0 if it began at the
	// beginning. Prefix says what proved the data that were there before: "size and
	// time", "size", "SHA-256" or another hash, "tail". If there were data that could not
	// be kept, Restarted says why.
	ResumedFrom int64
	Prefix      string
	Restarted   string

	// Proof is what proves that the file is complete. Algorithm and Sum belong to
	// ProofHash.
	Proof     Proof
	Algorithm string
	Sum       string

	Attempts int           // connections on which it was tried
	Duration time.Duration // of all attempts, the pauses between them included

	Data control.DataInfo // of the last data connection

	// Partial is the file that a failure left: the local file from which a download with
	// Resume goes on, or the remote file of an upload that could not be removed or is to
	// be resumed. It is "" if there is none. After a cancelled upload, the removal may
	// still be going on: see [Client.Settle].
	Partial string

	// PartialUnsure says that the server could not be asked whether Partial is there.
	PartialUnsure bool

	// Left says what has the remote name after a failed upload.
	Left Left

	// LeftSize is how many octets that has, -1 if it is not known.
	LeftSize int64

	// Before is the size that the remote file had before an upload with Append, -1 if the server
	// does not tell.
	Before int64

	// Name is the remote pathname of an upload with Unique, "" if the server did not tell it.
	Name string

	// Time is the time that KeepTime gave the copy. If it is zero, Untimed says why.
	Time time.Time

	// Untimed says why KeepTime could not give the copy its time.
	Untimed string

	// Compared says, in words, which times Newer compared, or why it could not.
	Compared string
}

// Left says what has the remote name after a failed upload.
type Left uint8

// What may be left.
const (
	LeftUnasked Left = iota // the upload did not fail, or the file is not on the server
	LeftOld                 // what was there before, if anything: the server has not begun to store
	LeftPart                // a part of the new file; what was there before is lost, unless the server keeps it until the new one is whole
	LeftWhole               // as many octets as were to be sent, which the server has not confirmed
	LeftNone                // nothing
	LeftUnknown             // the server could not be asked, or does not tell
)

// String returns "old", "part", "whole", "none", "unknown" or "".
func (l Left) String() string {
	names := [...]string{LeftUnasked: "", LeftOld: "old", LeftPart: "part", LeftWhole: "whole", LeftNone: "none", LeftUnknown: "unknown"}
	if int(l) < len(names) {
		return names[l]
	}
	return "unknown"
}

// Rate returns octets per second, 0 if no time has passed.
func (r TransferResult) Rate() float64 {
	if r.Duration <= 0 {
		return 0
	}
	return float64(r.Moved) / r.Duration.Seconds()
}

// An UnprovenError reports a transfer that may be complete, but that lacks a required
// proof. Neither a download nor an upload under a temporary name gets its final name.
type UnprovenError struct {
	Path   string // remote
	Want   Proof  // what TransferOptions.Require asked for
	Have   Proof  // what there is
	Reason string // why a proof is missing
}

func (e *UnprovenError) Error() string {
	return fmt.Sprintf("ftp: %q is not proven complete: wanted %v, have %v: %s", e.Path, e.Want, e.Have, e.Reason)
}

// A MismatchError reports a file that differs here and on the server.
type MismatchError struct {
	Path          string // remote
	What          string // "size", or the algorithm of a hash
	Local, Remote string // sizes in octets, or sums in hexadecimal
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("ftp: %q differs from the local file: %s is %s there and %s here", e.Path, e.What, e.Remote, e.Local)
}

// A ChangedError reports a file that changed during its transfer, so that the copy may
// mix the old version and the new one.
type ChangedError struct {
	Path  string // of the local file if Local, else of the remote one
	Local bool   // the local file, of an upload
}

func (e *ChangedError) Error() string {
	if e.Local {
		return fmt.Sprintf("ftp: the local file %q changed while it was uploaded", e.Path)
	}
	return fmt.Sprintf("ftp: %q changed on the server while it was downloaded", e.Path)
}

// A ResumeError reports that a transfer could not go on where an earlier one ended, and
// that finding out cost the connection. The next attempt begins at the beginning.
type ResumeError struct {
	Path   string // remote
	Reason string // what was found out, in words

	untouched bool // nothing was changed, here or there
}

func (e *ResumeError) Error() string {
	return fmt.Sprintf("ftp: %q can't be resumed: %s", e.Path, e.Reason)
}
