package control

import (
	"context"
	"errors"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A Mark is a restart marker of MODE B or C: a place in a file where a transfer that
// broke can be taken up (RFC 959, Section 3.5).
type Mark struct {
	// Sender is how the sender of the data names the place, Receiver how the receiver
	// does. Of a download, Receiver is "": the caller is the receiver.
	Sender, Receiver string

	// Octets is how much the caller had read or written when the place was reached.
	Octets int64
}

// RetrFrom is Retr from a restart marker on: the Sender of one of [Download.Marks] of
// an earlier transfer of the file. The mode must be 'B' or 'C'; see [Conn.SetFileFormat].
func (c *Conn) RetrFrom(ctx context.Context, path, marker string) (*Download, error) {
	cmd := protocol.Command{Verb: "RETR", Arg: path}
	if err := c.mayMark(cmd, marker); err != nil {
		return nil, err
	}
	t, err := c.openTransfer(ctx, cmd, c.FileFormat().Type, marker)
	if err != nil {
		return nil, err
	}
	return newDownload(t), nil
}

// StorFrom is Stor from a restart marker on: the Receiver of one of [Upload.Marks] of
// an earlier transfer of the file. What is written begins where its Octets were
// reached. The mode must be 'B' or 'C'; see [Conn.SetFileFormat].
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

// maxMarks bounds the markers that are kept of one transfer.
const maxMarks = 1 << 16

// Marks returns the restart markers that the server has put into the data, up to where
// it has been read. At most 65,536 are kept, the last ones, and none within a line end.
func (d *Download) Marks() []Mark { return slices.Clone(d.marks) }

// noteMark keeps a marker of the data. One within a line end is of no use: what has
// been read of it would be lost.
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

// Mark puts a restart marker behind what has been written, by the name text: printable
// ASCII without blanks, at most 127 octets. A server that can restart there answers with a name of its own;
// see Marks. It is an error in other modes than B and C, in the middle of a line end or
// of a character, and in the middle of a record with STRU R.
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
	// Before it goes out: the answer can be quick.
	t.c.mu.Lock()
	t.f.marksSent++
	t.c.mu.Unlock()
	if err := u.enc.Mark(text); err != nil {
		t.c.mu.Lock()
		t.f.marksSent--
		t.c.mu.Unlock()
		if _, invalid := errors.AsType[*mode.Error](err); invalid {
			return err // and nothing was sent
		}
		return t.fault(err)
	}
	u.marks = append(u.marks, Mark{Sender: text, Octets: u.written})
	return nil
}

// Marks returns the restart markers that the server has answered so far, with 110, in
// the order of the data. It may still answer, until Close has returned.
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

// mark notes a 110 reply. A server can't answer more markers than it was sent.
func (f *flight) mark(r protocol.Reply) {
	sender, receiver, ok := r.Mark()
	if ok && len(f.marks) < f.marksSent {
		f.marks = append(f.marks, Mark{Sender: sender, Receiver: receiver})
	}
}
