package ftptest

import (
	"bytes"
	"io"
)

// modeFaults are those of MODE B, C and Z. They show in downloads and listings.
func modeFaults() []deviation {
	return []deviation{
		{name: "mode-z-corrupt", doc: "in MODE Z the checksum at the end of a stream is wrong",
			transfer: encoded('Z', func(b []byte) []byte { b[len(b)-1] ^= 1; return b })},
		{name: "mode-z-truncated", doc: "in MODE Z a stream lacks its second half, with 226",
			transfer: encoded('Z', func(b []byte) []byte { return b[:len(b)/2] })},
		{name: "mode-z-trailing", doc: "in MODE Z something follows the end of a stream",
			transfer: encoded('Z', func(b []byte) []byte { return append(b, "more"...) })},
		{name: "mode-z-bomb", doc: "in MODE Z a RETR sends 1 GiB of zeros, in a thousandth of that",
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if s.machine.Params().Mode == 'Z' {
					t.wrapSource = func(io.Reader) io.Reader { return io.LimitReader(zeros{}, 1<<30) }
				}
			})},
		{name: "mode-b-no-eof", doc: "in MODE B no block has the code for the end of the file, and the end is 226",
			transfer: encoded('B', func(b []byte) []byte { return eachBlock(b, func(h byte) byte { return h &^ 64 }) })},
		{name: "mode-b-undefined-bits", doc: "in MODE B the descriptors have codes that are not defined",
			transfer: encoded('B', func(b []byte) []byte { return eachBlock(b, func(h byte) byte { return h | 15 }) })},
		{name: "mode-c-no-eof", doc: "in MODE C the end is cut off, from its escape on, with 226",
			transfer: encoded('C', func(b []byte) []byte {
				return b[:max(bytes.LastIndex(b, []byte{0, 64}), bytes.LastIndex(b, []byte{0, 128 + 64}))]
			})},
		{name: "marker-garbage", doc: "in MODE B and C a download begins with a restart marker that is not printable",
			transfer: func(s *session, t *transfer) {
				encoded('B', func(b []byte) []byte { return append([]byte("\x10\x00\x03\x01\x02\x03"), b...) })(s, t)
				encoded('C', func(b []byte) []byte { return append([]byte("\x00\x10\x03\x01\x02\x03"), b...) })(s, t)
			}},
		{name: "list-never-compressed", doc: "MODE Z does not count for LIST, NLST and MLSD",
			transfer: func(s *session, t *transfer) {
				if t.source != nil && t.file == nil && s.machine.Params().Mode == 'Z' {
					t.encode = nil
				}
			}},
	}
}

// encoded returns a transfer hook that edits what a download sends in a mode.
func encoded(mode byte, edit func([]byte) []byte) func(*session, *transfer) {
	return func(s *session, t *transfer) {
		if t.encode == nil || s.machine.Params().Mode != mode {
			return
		}
		encode := t.encode
		t.encode = func(w io.Writer) io.WriteCloser {
			e := &editedEnd{w: w, edit: edit}
			e.enc = encode(&e.wire)
			return e
		}
	}
}

// An editedEnd keeps all that is sent until the end, and then sends what edit makes
// of it.
type editedEnd struct {
	w    io.Writer
	enc  io.WriteCloser
	wire bytes.Buffer
	edit func([]byte) []byte
}

func (e *editedEnd) Write(b []byte) (int, error) { return e.enc.Write(b) }

func (e *editedEnd) Close() error {
	if err := e.enc.Close(); err != nil {
		return err
	}
	_, err := e.w.Write(e.edit(e.wire.Bytes()))
	return err
}

// eachBlock changes the descriptors of the blocks of MODE B.
func eachBlock(b []byte, change func(byte) byte) []byte {
	for rest := b; len(rest) >= 3; rest = rest[3+(int(rest[1])<<8|int(rest[2])):] {
		rest[0] = change(rest[0])
	}
	return b
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
