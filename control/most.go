package control

import (
	"errors"
	"strconv"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// Expect tells how many octets to expect, counted as stream mode has them on the data
// connection, whatever the mode is. Over TLS an end without close_notify is then forgiven
// if exactly that many came. Close fails if it was another number. If more come, reading
// fails with a *[SizeError] at once: the caller gets no octet beyond the number, and at
// most one more is read. If all octets have come and the server says that the transfer is
// complete, but leaves its data connection open, the end is not waited for.
func (d *Download) Expect(octets int64) {
	d.t.want.Store(octets)
	d.bound()
}

// AtMost makes reading fail with a *[TooLargeError] if more than this many octets come,
// counted as in Expect. If octets is negative, there is no limit.
func (d *Download) AtMost(octets int64) {
	d.most = octets
	d.bound()
}

// bound passes on how many octets may come: the expected number, or the caller's limit.
func (d *Download) bound() {
	bound := d.t.want.Load()
	if d.most >= 0 && (bound < 0 || d.most < bound) {
		bound = d.most
	}
	switch {
	case d.t.dc == nil:
	case d.dec == nil || !d.t.format.MarksEnd():
		d.t.dc.AtMost(bound)
	default: // octets on the wire can't be compared: blocks have headers, and compressed data is smaller
		d.dec.AtMost(bound)
	}
}

// overrun ends a download that is longer than it may be.
func (d *Download) overrun() error {
	t := d.t
	t.dataEnds()
	if t.err != nil {
		return t.err
	}
	want, got := t.want.Load(), d.octets()
	var cause error = &SizeError{Want: want, Got: got, Cut: true}
	if d.most >= 0 && (want < 0 || d.most < want) {
		cause = &TooLargeError{Most: d.most, Size: want}
	}
	t.err = &TransferError{Verb: t.f.cmd.Verb, Path: t.f.path, Phase: PhaseData, Bytes: t.moved(), Err: cause}
	return t.err
}

// isOverrun reports whether an error of the data says that the download is longer than it
// may be.
func isOverrun(err error) bool {
	return errors.Is(err, datachan.ErrTooMuch) || errors.Is(err, mode.ErrTooMuch)
}

// A SizeError reports a transfer that moved another number of octets than expected,
// although the server called it complete or was still sending.
type SizeError struct {
	Want, Got int64 // in octets of the data connection
	Cut       bool  // the transfer was ended at the first octet too many
}

func (e *SizeError) Error() string {
	if e.Cut {
		return "ftp: more octets come than the " + strconv.FormatInt(e.Want, 10) + " that were expected"
	}
	return "ftp: " + strconv.FormatInt(e.Got, 10) + " octets came, " + strconv.FormatInt(e.Want, 10) + " were expected"
}

// A TooLargeError reports a file that is larger than the caller wants to have.
type TooLargeError struct {
	Most int64 // the largest number of octets that the caller allows
	Size int64 // the size according to the server, -1 if unknown
}

func (e *TooLargeError) Error() string {
	most := strconv.FormatInt(e.Most, 10)
	if e.Size < 0 {
		return "ftp: the file has more than the " + most + " octets that are allowed"
	}
	return "ftp: the file has " + strconv.FormatInt(e.Size, 10) + " octets, and " + most + " are allowed"
}
