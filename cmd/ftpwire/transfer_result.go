package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire"
)

// A transferJSON says how a transfer went.
type transferJSON struct {
	Local       string       `json:"local"`
	Remote      string       `json:"remote"`
	OK          bool         `json:"ok"`
	Bytes       int64        `json:"bytes"`
	Moved       int64        `json:"moved"`
	ResumedFrom int64        `json:"resumed_from"`
	Prefix      string       `json:"prefix,omitempty"`    // why what was there could be kept
	Restarted   string       `json:"restarted,omitempty"` // why it could not
	Proof       []string     `json:"proof"`
	Algorithm   string       `json:"algorithm,omitempty"`
	Sum         string       `json:"sum,omitempty"`
	Attempts    int          `json:"attempts"`
	Seconds     float64      `json:"seconds"`
	TLS         bool         `json:"tls"`             // of the data connection
	Reply       string       `json:"reply,omitempty"` // the final one: servers tell a job's id in it, or the file's name
	Partial     string       `json:"partial,omitempty"`
	Left        string       `json:"left,omitempty"`      // of a failed upload: what has the name; see ftpwire.Left
	LeftSize    *int64       `json:"left_size,omitempty"` // its octets
	Before      *int64       `json:"before,omitempty"`    // octets before --append
	Name        string       `json:"name,omitempty"`      // that the server chose (--unique)
	Time        string       `json:"time,omitempty"`      // that the copy was given (--preserve-times)
	Untimed     string       `json:"untimed,omitempty"`   // why it was not
	Compared    string       `json:"compared,omitempty"`  // what --newer compared
	Skipped     string       `json:"skipped,omitempty"`   // why nothing was copied (--no-clobber, --newer)
	Error       *failureJSON `json:"error,omitempty"`
}

// finish tells how a transfer went, as far as the flags ask for it, and returns err with
// advice on the files that it has left.
func (a *app) finish(f *connFlags, down bool, local, remote string, r ftpwire.TransferResult, err error) error {
	j := newTransferJSON(local, remote, r)
	if f.append && r.Before >= 0 {
		j.Before = &r.Before
	}
	skipped, skips := isSkipped(err)
	if a.last = (transferred{r, skips}); skips {
		a.many.clear()
	}
	switch {
	case skips:
		j.Skipped = skipped.Reason
	case err != nil:
		text := leftOver(&f.transferFlags, down, r)
		if !down {
			text = strings.TrimSpace(a.leftText(&f.transferFlags, remote, sizeHere(local), r) + " " + text)
		}
		if text != "" {
			err = &hintError{err: err, more: text}
		}
		return &outcomeError{err, func(e *failureJSON) any { j.Error = e; return j }}
	}
	err = nil
	if j.OK = true; f.json() {
		err = writeJSON(a.stdout, j)
	}
	if skips {
		if !a.quiet && (!a.several || a.verbose) {
			a.say(fmt.Sprintf("ftpwire: %s is skipped: %s", visibleName(skipped.Path), skipped.Reason))
		}
		return err
	}
	a.tellProof(f, r)
	a.tellCopy(f, r)
	if !down {
		a.tellReply(remote, r)
	}
	return err
}

func newTransferJSON(local, remote string, r ftpwire.TransferResult) transferJSON {
	j := transferJSON{
		Local: local, Remote: remote, Bytes: r.Bytes, Moved: r.Moved, ResumedFrom: r.ResumedFrom,
		Prefix: r.Prefix, Restarted: r.Restarted, Proof: []string{}, Algorithm: r.Algorithm, Sum: r.Sum,
		Attempts: r.Attempts, Seconds: math.Round(r.Duration.Seconds()*1000) / 1000, TLS: r.Data.TLS, Reply: r.Data.Final, Partial: r.Partial,
	}
	j.Left, j.Name, j.Untimed, j.Compared = r.Left.String(), r.Name, r.Untimed, r.Compared
	if r.Left != ftpwire.LeftUnasked && r.LeftSize >= 0 {
		j.LeftSize = &r.LeftSize
	}
	if !r.Time.IsZero() {
		j.Time = r.Time.UTC().Format(time.RFC3339)
	}
	if r.Proof != 0 {
		j.Proof = strings.Split(r.Proof.String(), ", ")
	}
	return j
}

// tellProof says where the proof is weaker than --verify and --resume suggest, and with
// --log what proves that the file is complete.
func (a *app) tellProof(f *connFlags, r ftpwire.TransferResult) {
	if f.log {
		text := fmt.Sprintf("%d bytes; proof: %v", r.Bytes, r.Proof)
		if r.Algorithm != "" {
			text += " (" + r.Algorithm + " " + r.Sum + ")"
		}
		a.say(text)
		if r.ResumedFrom > 0 {
			a.say(fmt.Sprintf("went on from byte %d; what was there before is right by: %s", r.ResumedFrom, r.Prefix))
		}
	}
	if f.resumeFile && r.Restarted != "" {
		a.warn("the transfer began anew: " + r.Restarted)
	}
	if f.verifyFile && !r.Proof.Has(ftpwire.ProofHash) {
		if r.Proof.Has(ftpwire.ProofSize) {
			a.warn("the server gave no hash of the file: only its size was compared (--verify)")
		} else {
			a.warn("the server told neither hash nor size of the file: only its reply says that it is complete (--verify)")
		}
	}
}

// leftOver says where the part is that --resume can continue, or the temporary file.
func leftOver(f *transferFlags, down bool, r ftpwire.TransferResult) string {
	if r.Partial == "" {
		return ""
	}
	name := visibleName(r.Partial)
	switch {
	case f.resumeFile && down:
		return fmt.Sprintf("What has come so far is kept in %s; the same command goes on from there.", name)
	case f.resumeFile && r.PartialUnsure:
		return fmt.Sprintf("What was sent so far may be on the server as %s; the same command goes on from there.", name)
	case f.resumeFile:
		return fmt.Sprintf("What was sent so far is on the server as %s; the same command goes on from there.", name)
	case f.unique && r.PartialUnsure:
		return fmt.Sprintf("The file, or a part of it, may be on the server as %s.", name)
	case f.unique:
		return fmt.Sprintf("The file, or a part of it, is on the server as %s.", name)
	case r.PartialUnsure:
		return fmt.Sprintf("The temporary file may be left on the server as %s.", name)
	}
	return fmt.Sprintf("The temporary file is left on the server as %s.", name)
}
