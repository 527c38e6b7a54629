package fuzz

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/datachan"
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

// stacks are the decoders of downloads in formats that have several parts.
func stacks(source func() io.Reader) []io.Reader {
	block := func(records bool, end byte) io.Reader {
		b := mode.NewBlockReader(source())
		b.Records, b.LineEnd = records, end
		return b
	}
	compressed := func(records bool, end byte) io.Reader {
		c := mode.NewCompressedReader(source())
		c.Records, c.LineEnd, c.Filler = records, end, 0x40
		return c
	}
	deflate := func() io.Reader {
		z := mode.NewDeflateReader(source())
		z.Limit = 1 << 20
		return z
	}
	records := func(r io.Reader, end byte) io.Reader {
		rr := mode.NewRecordReader(r)
		rr.LineEnd, rr.ToEnd = end, true
		return rr
	}
	return []io.Reader{
		&datachan.ASCIIReader{R: block(false, 0)},
		&datachan.ASCIIReader{R: compressed(false, 0)},
		&datachan.ASCIIReader{R: deflate()},
		mode.NewEBCDICReader(source()),
		mode.NewEBCDICReader(block(true, mode.NL)),
		mode.NewEBCDICReader(compressed(true, mode.NL)),
		mode.NewEBCDICReader(deflate()),
		records(deflate(), 0),
		mode.NewEBCDICReader(records(deflate(), mode.NL)),
	}
}

// FuzzModeStack: the same as FuzzModeRead for what is put together of several readers;
// what comes of TYPE E is UTF-8.
func FuzzModeStack(f *testing.F) {
	var z bytes.Buffer
	w := mode.NewDeflateWriter(&z, 0)
	io.WriteString(w, "\xc1\x0d\xff\x01\xff\x02")
	w.Close()
	for _, seed := range []string{"", "\x40\x00\x03\xc1\x0d\x15", "\x00\x40\x03\r\n\r", "\xc1\x0d\x25\x15\x51", z.String(), z.String() + "x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		whole := stacks(func() io.Reader { return bytes.NewReader(b) })
		cut := stacks(func() io.Reader { return iotest.OneByteReader(bytes.NewReader(b)) })
		for i := range whole {
			one, errOne := io.ReadAll(io.LimitReader(whole[i], 2<<20))
			two, errTwo := io.ReadAll(io.LimitReader(iotest.OneByteReader(cut[i]), 2<<20))
			if !bytes.Equal(one, two) || (errOne == nil) != (errTwo == nil) {
				t.Fatalf("stack %d: %q, %v at once; %q, %v by one", i, one, errOne, two, errTwo)
			}
			if _, ok := errors.AsType[*mode.Error](errOne); errOne != nil && !ok {
				t.Fatalf("stack %d: %T %v; want an Error", i, errOne, errOne)
			}
			if i == 3 && !utf8.Valid(one) {
				t.Fatalf("%q is %q, which is not UTF-8", b, one)
			}
		}
	})
}

// FuzzEBCDIC: a text that EBCDIC has comes back as it was, lines that ended in CR LF
// with LF, however it is cut; any other is an error.
func FuzzEBCDIC(f *testing.F) {
	for _, s := range []string{"", "a\nb\r\n", "\r\r\n", "é\u0085ÿ", "€", "\xff", "\r", "a\xc3"} {
		f.Add([]byte(s), 1, false, false)
		f.Add([]byte(s), 3, true, true)
	}
	f.Fuzz(func(t *testing.T, text []byte, piece int, old, crlf bool) {
		piece = max(1, piece%100)
		page := mode.CodePage1047
		if old {
			page = mode.CodePage037
		}
		var wire bytes.Buffer
		w := mode.NewEBCDICWriter(&wire)
		w.CodePage, w.CRLF = page, crlf
		var err error
		for rest := text; len(rest) > 0 && err == nil; rest = rest[min(piece, len(rest)):] {
			_, err = w.Write(rest[:min(piece, len(rest))])
		}
		if cerr := w.Close(); err == nil {
			err = cerr
		}
		has := utf8.Valid(text) && !bytes.ContainsFunc(text, func(r rune) bool { return r > 0xff })
		if _, ok := errors.AsType[*mode.Error](err); has != (err == nil) || err != nil && !ok {
			t.Fatalf("%q: %v", text, err)
		}
		if !has {
			return
		}
		r := mode.NewEBCDICReader(iotest.OneByteReader(&wire))
		r.CodePage = page
		got, err := io.ReadAll(r)
		// CR and NEL are the pair CR LF on the wire.
		want := strings.NewReplacer("\r\n", "\n", "\r\u0085", "\n").Replace(string(text))
		if err != nil || string(got) != want {
			t.Fatalf("%q: %q, %v; want %q", text, got, err, want)
		}
	})
}
