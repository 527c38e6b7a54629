package fuzz_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/datachan"
)

// FuzzASCII: however a text is cut by the network and by its reader, CR LF becomes
// LF and nothing else changes; written in any pieces, an LF without CR gets one and
// nothing else changes; what was written reads as the text with its CR LF reduced.
func FuzzASCII(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\r", "\r\r\n\n", "x\ry\r\n", "\x00\xff\r\x00\n"} {
		f.Add([]byte(s), []byte{0}, byte(1))
		f.Add([]byte(s), []byte{2, 0, 5}, byte(3))
	}
	f.Fuzz(func(t *testing.T, text, cuts []byte, size byte) {
		want := strings.ReplaceAll(string(text), "\r\n", "\n")
		var parts []io.Reader
		for _, p := range chunks(text, cuts) {
			parts = append(parts, bytes.NewReader(p))
		}
		got := readPieces(t, &datachan.ASCIIReader{R: io.MultiReader(parts...)}, int(size), 2*len(text)+2)
		if got != want {
			t.Fatalf("%q, cut by %v, read by %d: %q; want %q", text, cuts, size, got, want)
		}

		var wire bytes.Buffer
		w := &datachan.ASCIIWriter{W: &wire}
		for _, p := range chunks(text, cuts) {
			if n, err := w.Write(p); n != len(p) || err != nil {
				t.Fatalf("wrote %d of %d bytes, %v", n, len(p), err)
			}
		}
		var plain []byte
		for i, b := range text {
			if b == '\n' && (i == 0 || text[i-1] != '\r') {
				plain = append(plain, '\r')
			}
			plain = append(plain, b)
		}
		if !bytes.Equal(wire.Bytes(), plain) {
			t.Fatalf("%q, written by %v: %q; want %q", text, cuts, wire.Bytes(), plain)
		}
		if back := readPieces(t, &datachan.ASCIIReader{R: &wire}, int(size), 2*len(plain)+2); back != want {
			t.Fatalf("%q: sent and fetched: %q; want %q", text, back, want)
		}
	})
}

// readPieces reads r to its end with a buffer of size bytes, in a bounded number of
// reads.
func readPieces(t *testing.T, r io.Reader, size, limit int) string {
	b := make([]byte, max(size, 1))
	var out []byte
	for range limit {
		n, err := r.Read(b)
		out = append(out, b[:n]...)
		if err == io.EOF {
			return string(out)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("no end after %d reads", limit)
	return ""
}
