package ftptest

import (
	"io"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// How files go over data connections: MODE S, B, C and Z, with and without records,
// listings as well. RFC 3659, Section 7.2 demands stream mode for MLSD, whatever MODE
// says, and draft-preston-ftpext-deflate demands MODE Z for everything; servers follow
// MODE, and so does this one.
//
// Text is converted where files are read and written, apart from the rest: an offset of
// TYPE A and E counts octets as they are sent.

// format returns what TYPE, STRU and MODE have said.
func (s *session) format() mode.Format {
	p := s.machine.Params()
	return mode.Format{Type: p.Type, Structure: p.Stru, Mode: p.Mode, Level: s.level}
}

// text returns how files are converted. A CR of the tree is data, in front of an LF as
// well: so what was stored in TYPE A comes back in TYPE A as it was, and a client that
// undoes the conversion gets the octets of the file, whatever they are.
func (s *session) text() mode.Options {
	return mode.Options{CodePage: s.srv.cfg.codePage(), KeepCR: true}
}

// shape sets what the format in force asks of a transfer beside the conversion of text.
func (s *session) shape(t *transfer) {
	f, o := s.format(), mode.Options{Raw: true}
	if t.file == nil { // a listing
		f.Type, f.Structure = 'A', 'F'
	}
	if f.AsIs(o) {
		return
	}
	if t.source != nil {
		t.encode = func(w io.Writer) io.WriteCloser {
			return newMarkWriter(mode.NewWriter(w, f, o), f, s.srv.cfg.MarkEvery, t.start)
		}
		return
	}
	o.Marker = func(text string) error { return t.mark(s, text) }
	t.decode = func(r io.Reader) io.Reader { return mode.NewReader(r, f, o) }
}

// convert has an upload converted from the type in force.
func (s *session) convert(t *transfer) {
	if w := mode.DecodeText(t.sink, s.format(), s.text()); w != nil {
		t.sink, t.flush, t.pending = w, w, w.Pending
	}
}

// restartable reports whether a transfer can start in the middle of a file. It can't with
// records in stream mode, where the offset may be in the middle of a record.
func restartable(f mode.Format) bool { return !f.Records() || f.Marks() }
