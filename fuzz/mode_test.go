package fuzz

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// modeReaders are the readers of all transfer modes, with and without records.
func modeReaders(b []byte, whole bool) []io.Reader {
	source := func() io.Reader {
		if whole {
			return bytes.NewReader(b)
		}
		return iotest.OneByteReader(bytes.NewReader(b))
	}
	block, records := mode.NewBlockReader(source()), mode.NewBlockReader(source())
	records.Records = true
	compressed, lines := mode.NewCompressedReader(source()), mode.NewCompressedReader(source())
	lines.Records = true
	deflate, detect := mode.NewDeflateReader(source()), mode.NewDeflateReader(source())
	detect.Detect = true
	deflate.Limit, detect.Limit = 1<<20, 1<<20
	return []io.Reader{block, records, compressed, lines, mode.NewRecordReader(source()), deflate, detect}
}

// FuzzModeRead: whatever a peer sends, a reader ends, and the way the network cuts it
// makes no difference.
func FuzzModeRead(f *testing.F) {
	for _, seed := range []string{"", "\x40\x00\x00", "\x10\x00\x01m\x40\x00\x01a", "\x00\x40\xc0", "\x84a\x00\x10\x01m\x00\x40\x02bc", "a\xff\x01\xff\x02", "\x78\x9c\x03\x00\x00\x00\x00\x01"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, cut := modeReaders(b, true), modeReaders(b, false)
		for i := range whole {
			one, errOne := io.ReadAll(io.LimitReader(whole[i], 2<<20))
			two, errTwo := io.ReadAll(io.LimitReader(cut[i], 2<<20))
			if !bytes.Equal(one, two) || (errOne == nil) != (errTwo == nil) {
				t.Fatalf("reader %d: %d octets, %v at once; %d, %v by one", i, len(one), errOne, len(two), errTwo)
			}
			if _, ok := errors.AsType[*mode.Error](errOne); errOne != nil && !ok {
				t.Fatalf("reader %d: %T %v; want an Error", i, errOne, errOne)
			}
		}
	})
}

// FuzzModeWrite: what is written in any pieces comes out again.
func FuzzModeWrite(f *testing.F) {
	f.Add([]byte("a\nb"), 1)
	f.Add(bytes.Repeat([]byte{0}, 300), 64)
	f.Fuzz(func(t *testing.T, file []byte, piece int) {
		piece = max(1, piece%1000)
		for i, open := range []func(io.Writer) io.WriteCloser{
			func(w io.Writer) io.WriteCloser { return mode.NewBlockWriter(w) },
			func(w io.Writer) io.WriteCloser { b := mode.NewBlockWriter(w); b.Records = true; return b },
			func(w io.Writer) io.WriteCloser { return mode.NewCompressedWriter(w) },
			func(w io.Writer) io.WriteCloser { c := mode.NewCompressedWriter(w); c.Records = true; return c },
			func(w io.Writer) io.WriteCloser { return mode.NewRecordWriter(w) },
			func(w io.Writer) io.WriteCloser { return mode.NewDeflateWriter(w, 1) },
		} {
			var wire bytes.Buffer
			w := open(&wire)
			for rest := file; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
				if _, err := w.Write(rest[:min(piece, len(rest))]); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			want := file
			if records := i == 1 || i == 3 || i == 4; records && len(file) > 0 && file[len(file)-1] != '\n' {
				want = append(bytes.Clone(file), '\n')
			}
			got, err := io.ReadAll(modeReaders(wire.Bytes(), true)[i])
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("writer %d: %q, %v; want %q", i, got, err, want)
			}
		}
	})
}
