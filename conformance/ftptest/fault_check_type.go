package ftptest

import (
	"bytes"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkTypeFaults are defects of TYPE, STRU and MODE and of what they do to files.
func checkTypeFaults() []deviation {
	var typed, sent, l8 memory[bool]
	return []deviation{
		{name: "type-an-504", doc: "TYPE A N is refused, though TYPE A is not",
			command: instead("TYPE", argument("A N"), says(504, "No"))},
		{name: "type-l8-504", doc: "TYPE L 8 is refused",
			command: instead("TYPE", argument("L 8"), says(504, "No"))},
		{name: "type-case-sensitive", doc: "TYPE i is refused",
			command: instead("TYPE", argument("i"), says(504, "No"))},
		{name: "stru-502", doc: "STRU is not implemented",
			command: refusing("STRU", 502, "Not implemented")},
		{name: "mode-502", doc: "MODE is not implemented",
			command: refusing("MODE", 502, "Not implemented")},
		{name: "type-l8-ascii", doc: "files come in TYPE A under TYPE L 8",
			command: onCommand("TYPE", func(s *session, arg string) bool { *l8.of(s) = arg == "L 8"; return false }),
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if *l8.of(s) {
					asSent(t, true)
				}
			})},
		{name: "type-default-image", doc: "the type is I until a TYPE command",
			command: onCommand("TYPE", func(s *session, _ string) bool { *typed.of(s) = true; return false }),
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if !*typed.of(s) {
					asSent(t, false)
				}
			})},
		{name: "type-reset-by-transfer", doc: "a RETR sets the type back for the next one",
			command: onCommand("TYPE", func(s *session, _ string) bool { *sent.of(s) = false; return false }),
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if *sent.of(s) {
					asSent(t, true)
				}
				*sent.of(s) = true
			})},
		forgetful("refused-type-resets", "a TYPE that is refused sets the type back", func(_ *session, c protocol.Command) bool {
			return c.Verb == "TYPE" && c.Arg == "Q"
		}),
		forgetful("noop-resets-type", "NOOP sets the type back", func(_ *session, c protocol.Command) bool { return c.Verb == "NOOP" }),
		forgetful("mlsd-resets-type", "MLSD sets the type back", func(_ *session, c protocol.Command) bool { return c.Verb == "MLSD" }),
		{name: "ascii-retr-raw", doc: "RETR in TYPE A sends the file as it is",
			transfer: onVerb("RETR", func(_ *session, t *transfer) { asSent(t, false) })},
		{name: "ascii-retr-end-lf", doc: "RETR in TYPE A sends the line end at the end of a file as LF",
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if s.ascii() {
					t.wrapSource = func(r io.Reader) io.Reader { return editedReader{r, spaceBeforeEnd} }
				}
			})},
		{name: "ascii-stor-eats-tabs", doc: "STOR in TYPE A stores tabs as spaces",
			transfer: asciiUploads(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\t"), []byte(" ")) })},
		{name: "ascii-stor-per-segment", doc: "STOR in TYPE A loses the LF of a line end that two segments share",
			transfer: asciiUploads(func(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\n")) })},
		{name: "image-seven-bits", doc: "STOR in TYPE I drops the highest bit",
			transfer: onVerb("STOR", func(s *session, t *transfer) {
				if !s.ascii() {
					t.wrapSink = func(w io.Writer) io.Writer { return editing{w, sevenBits} }
				}
			})},
		{name: "retr-byte-wrong", doc: "RETR in TYPE I sends a wrong octet behind 20 MiB",
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if !s.ascii() {
					spoil := spoilAt(20 << 20)
					t.wrapSource = func(r io.Reader) io.Reader { return editedReader{r, spoil} }
				}
			})},
		{name: "stor-byte-wrong", doc: "STOR in TYPE I stores a wrong octet behind 30 MiB",
			transfer: onVerb("STOR", func(s *session, t *transfer) {
				if !s.ascii() {
					spoil := spoilAt(30 << 20)
					t.wrapSink = func(w io.Writer) io.Writer { return editing{w, spoil} }
				}
			})},
		{name: "stor-mebibyte-short", doc: "STOR in TYPE I and MODE S of a mebibyte and an octet loses the last one",
			transfer: onVerb("STOR", func(s *session, t *transfer) {
				if !s.ascii() && s.machine.Params().Mode != 'Z' {
					lose := holdBack(1 << 20)
					t.wrapSink = func(w io.Writer) io.Writer { return editing{w, lose} }
				}
			})},
		{name: "empty-retr-550", doc: "RETR refuses empty files",
			command: instead("RETR", func(s *session, arg string) bool {
				n, err := s.host.tree.stat(s.resolve(arg))
				return err == nil && !n.dir && n.size == 0
			}, func(s *session, _ string) { s.refuseTransfer(550, "Empty") })},
	}
}

func asciiUploads(f func([]byte) []byte) func(*session, *transfer) {
	return uploads(func(s *session, t *transfer) {
		if s.ascii() {
			t.wrapSink = func(w io.Writer) io.Writer { return editing{w, f} }
		}
	})
}

func sevenBits(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = c & 0x7f
	}
	return out
}

// spoilAt returns an edit that changes the octet at an offset.
func spoilAt(offset int) func([]byte) []byte {
	n := 0
	return func(b []byte) []byte {
		at := offset - n
		if n += len(b); at >= 0 && at < len(b) {
			b = bytes.Clone(b)
			b[at] ^= 0xff
		}
		return b
	}
}

// holdBack returns an edit that keeps the octet at an offset back until another comes.
func holdBack(offset int) func([]byte) []byte {
	n := 0
	var held []byte
	return func(b []byte) []byte {
		b = append(held, b...)
		held = nil
		if n += len(b); n == offset+1 {
			n--
			held, b = bytes.Clone(b[len(b)-1:]), b[:len(b)-1]
		}
		return b
	}
}

// editedReader reads what edit makes of the data, which has the same length.
type editedReader struct {
	r    io.Reader
	edit func([]byte) []byte
}

func (e editedReader) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	copy(b, e.edit(b[:n]))
	return n, err
}

func spaceBeforeEnd(b []byte) []byte {
	if head, ends := bytes.CutSuffix(b, []byte("\r\n")); ends {
		return append(bytes.Clone(head), " \n"...)
	}
	return b
}

// editing writes what edit makes of the data.
type editing struct {
	w    io.Writer
	edit func([]byte) []byte
}

func (e editing) Write(b []byte) (int, error) {
	if _, err := e.w.Write(e.edit(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// lateEnd delays the end of an upload.
type lateEnd struct {
	io.Closer
	size *int
	s    *session
}

func (l lateEnd) Close() error {
	if *l.size >= 512 {
		wait(l.s.ctx, 2*time.Second)
	}
	if l.Closer == nil {
		return nil
	}
	return l.Closer.Close()
}
