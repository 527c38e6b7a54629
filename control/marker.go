package control

import (
	"context"
	"errors"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A Mark is a restart marker of MODE B or C: a place in a file from which a broken
// transfer can be resumed (RFC 959, Section 3.5).
type Mark struct {
	// Sender is the name that the sender of the data gave the place, Receiver the name
	// from the receiver. For a download, Receiver is "": the caller is the receiver.
	Sender, Receiver string

	// Octets is how much the caller had read or written when the place was reached.
	Octets int64
}

// RetrFrom is Retr from a restart marker on. The marker is the Sender of one of the
// [Download.Marks] of an earlier transfer of the file. The mode must be 'B' or 'C'; see
// [Conn.SetFileFormat].
func (c *Conn) RetrFrom(ctx context.Context, path, marker string) (*Download, error) {
	cmd := protocol.Command{Verb: "RETR", Arg: path}
	if err := c.mayMark(cmd, marker); err != nil {
		return nil, err
	}
	t, err := c.openTransfer(ctx, cmd, c.FileFormat().Type, marker, marker != "")
	if err != nil {
		return nil, err
	}
	return newDownload(t), nil
}

// StorFrom is Stor from a restart marker on. The marker is the Receiver of one of the
// [Upload.Marks] of an earlier transfer of the file. The caller must write the file from
// the octet that the Octets of that Mark give. The mode must be 'B' or 'C'; see
// [Conn.SetFileFormat].
func (c *Conn) StorFrom(ctx context.Context, path, marker string) (*Upload, error) {
	cmd := protocol.Command{Verb: "STOR", Arg: path}
	if err := c.mayMark(cmd, marker); err != nil {
		return nil, err
	}
	return c.upload(ctx, cmd, marker, 0)
}

func (c *Conn) mayMark(cmd protocol.Command, marker string) error {
	if err := c.sendable(cmd); err != nil {
		return err
	}
	if !mode.ValidMarker(marker) {
		return &protocol.ArgumentError{Verb: "REST", Reason: "is no restart marker"}
	}
	if !c.FileFormat().Marks() {
		return mode.ErrNoMarks
	}
	return nil
}

// maxMarks is how many markers of one transfer are kept at most.
const maxMarks = 1 << 16

// Marks returns the restart markers that the server has put into the data, up to where
// the caller has read. Only the last 65,536 are kept, and none within a line end.
func (d *Download) Marks() []Mark { return slices.Clone(d.marks) }

// noteMark keeps a marker of the data. A marker within a line end is not usable: the part
// of the line end before it would be lost.
func (d *Download) noteMark(text string) error {
	if d.dec.Pending() > 0 {
		return nil
	}
	if len(d.marks) == maxMarks {
		d.marks = slices.Delete(d.marks, 0, maxMarks/2)
	}
	d.marks = append(d.marks, Mark{Sender: text, Octets: d.read})
	return nil
}

// Mark puts a restart marker with the name text after what has been written: printable
// ASCII without blanks, at most 127 octets. A server that can restart there answers with
// its own name for the place; see Marks. Mark fails in modes other than B and C, in the
// middle of a line end or of a character, and in the middle of a record with STRU R.
func (u *Upload) Mark(text string) error {
	t := u.t
	switch {
	case t.err != nil:
		return t.err
	case !t.format.Marks():
		return mode.ErrNoMarks
	case u.enc.Pending() > 0:
		return errors.New("ftp: no restart marker can stand within a line end or a character")
	case t.format.Records() && u.midRecord:
		return errors.New("ftp: no restart marker can stand within a record")
	case len(u.marks) == maxMarks:
		return errors.New("ftp: too many restart markers")
	}
	// Noted before it is sent: the answer can be quick.
	t.c.mu.Lock()
	t.f.marksSent++
	t.c.mu.Unlock()
	if err := u.enc.Mark(text); err != nil {
		t.c.mu.Lock()
		t.f.marksSent--
		t.c.mu.Unlock()
		if _, invalid := errors.AsType[*mode.Error](err); invalid {
			return err // nothing was sent
		}
		return t.fault(err)
	}
	u.marks = append(u.marks, Mark{Sender: text, Octets: u.written})
	return nil
}

// Marks returns the restart markers that the server has answered so far, with 110, in the
// order of the data. More may follow until Close has returned.
func (u *Upload) Marks() []Mark {
	t := u.t
	t.c.mu.Lock()
	answers := slices.Clone(t.f.marks)
	t.c.mu.Unlock()
	var marks []Mark
	for _, a := range answers {
		i := slices.IndexFunc(u.marks, func(m Mark) bool { return m.Sender == a.Sender })
		if i >= 0 {
			marks = append(marks, Mark{a.Sender, a.Receiver, u.marks[i].Octets})
		}
	}
	return marks
}

// mark notes a 110 reply. A server can't confirm more markers than it was sent.
func (f *flight) mark(r protocol.Reply) {
	sender, receiver, ok := r.Mark()
	if ok && len(f.marks) < f.marksSent {
		f.marks = append(f.marks, Mark{Sender: sender, Receiver: receiver})
	}
}
