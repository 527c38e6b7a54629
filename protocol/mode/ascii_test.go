package mode_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// naiveRead is what a reader of TYPE A makes of a text, and naiveWrite what a writer
// makes of it, said in the plainest way.
func naiveRead(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func naiveWrite(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '\n' && (i == 0 || s[i-1] != '\r') {
			b.WriteByte('\r')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func readASCII(r io.Reader) *mode.Reader {
	return mode.NewReader(r, mode.Format{Type: 'A'}, mode.Options{})
}

func writeASCII(w io.Writer) *mode.Writer {
	return mode.NewWriter(w, mode.Format{Type: 'A'}, mode.Options{})
}

var texts = []string{
	"", "\n", "\r", "\r\n", "a", "a\nb", "a\r\nb", "a\rb", "\r\r", "\r\r\n", "\r\n\r\n", "\n\r", "\n\n", "\r\r\r\n\n\r",
	"a\r\x00b", "\x1a\r\n\x1a", "\r\xff\r\n", "line one\r\nline two\r\nno end", strings.Repeat("\r", 50), strings.Repeat("\r\n", 50),
	strings.Repeat("x\r", 50) + "\n",
}

// T66: however the text is cut by the network, and into however small pieces it
// is read, the result is that of the naive conversion.
func TestT66ASCIIReader(t *testing.T) {
	for _, text := range texts {
		want := naiveRead(text)
		for cut := 0; cut <= len(text); cut++ {
			for size := 1; size <= 5; size++ {
				src := io.MultiReader(strings.NewReader(text[:cut]), strings.NewReader(text[cut:]))
				if got, err := readBy(readASCII(src), size); err != nil || got != want {
					t.Fatalf("%q cut at %d, read by %d: %q, %v; want %q", text, cut, size, got, err, want)
				}
			}
		}
		for name, src := range map[string]io.Reader{
			"one byte":       iotest.OneByteReader(strings.NewReader(text)),
			"half":           iotest.HalfReader(strings.NewReader(text)),
			"data and error": iotest.DataErrReader(strings.NewReader(text)),
			"with nothing":   &idle{r: iotest.OneByteReader(strings.NewReader(text))},
		} {
			for _, size := range []int{1, 2, 512} {
				if got, err := readBy(readASCII(src), size); err != nil || !strings.HasPrefix(want, got) {
					t.Fatalf("%q, %s, read by %d: %q, %v; want %q", text, name, size, got, err, want)
				} else if size == 1 && got != want {
					t.Fatalf("%q, %s, read by %d: %q; want %q", text, name, size, got, want)
				}
			}
		}
	}
}

// readBy reads to the end with a buffer of a size.
func readBy(r io.Reader, size int) (string, error) {
	var out []byte
	b := make([]byte, size)
	for range 1 << 20 {
		n, err := r.Read(b)
		out = append(out, b[:n]...)
		if err == io.EOF {
			return string(out), nil
		}
		if err != nil {
			return string(out), err
		}
	}
	return string(out), errors.New("no end")
}

// An idle reader returns nothing every other time, as an io.Reader may.
type idle struct {
	r    io.Reader
	turn bool
}

func (i *idle) Read(b []byte) (int, error) {
	if i.turn = !i.turn; i.turn {
		return 0, nil
	}
	return i.r.Read(b)
}

// A CR that is held back when the connection breaks is known to be, and the error is
// reported.
func TestASCIIReaderError(t *testing.T) {
	broken := errors.New("broken")
	for size := 1; size < 4; size++ {
		r := readASCII(io.MultiReader(strings.NewReader("a\r"), iotest.ErrReader(broken)))
		got, err := readBy(r, size)
		if got != "a" || err != broken || r.Pending() != 1 {
			t.Errorf("read by %d: %q, %v, %d pending; want %q, the error, and the CR pending", size, got, err, r.Pending(), "a")
		}
	}
}

// Wherever a text breaks off, what was read until then and what is read from the
// restart offset on make up the whole: no line end is doubled, and no CR lost.
func TestASCIIReaderRestart(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range texts {
		want := naiveRead(text)
		for cut := 0; cut <= len(text); cut++ {
			for size := 1; size <= 3; size++ {
				r := readASCII(io.MultiReader(strings.NewReader(text[:cut]), iotest.ErrReader(broken)))
				head, err := readBy(r, size)
				if err != broken {
					t.Fatalf("%q cut at %d: %v", text, cut, err)
				}
				offset := cut - r.Pending()
				tail, err := readBy(readASCII(strings.NewReader(text[offset:])), size)
				if err != nil || head+tail != want {
					t.Fatalf("%q cut at %d, read by %d: %q and, from %d, %q, %v; want %q", text, cut, size, head, offset, tail, err, want)
				}
			}
		}
	}
	// An offset between CR and LF: the LF is a line end, once.
	if got, err := readBy(readASCII(strings.NewReader("\nb\r\n")), 4); got != "\nb\n" || err != nil {
		t.Errorf("from the LF on: %q, %v", got, err)
	}
}

// A text of lone CRs, read byte by byte, costs no more memory the longer it is.
func TestASCIIReaderLoneCR(t *testing.T) {
	const n = 200_000
	r := readASCII(strings.NewReader(strings.Repeat("\rx", n)))
	b, total := make([]byte, 1), 0
	allocs := testing.AllocsPerRun(n, func() {
		k, _ := r.Read(b)
		total += k
	})
	if allocs > 2 || total < n {
		t.Errorf("%v allocations a read, %d bytes", allocs, total)
	}
}

func TestT66ASCIIWriter(t *testing.T) {
	for _, text := range texts {
		want := naiveWrite(text)
		for cut := 0; cut <= len(text); cut++ {
			var got bytes.Buffer
			w := writeASCII(&got)
			for _, part := range []string{text[:cut], text[cut:]} {
				if n, err := io.WriteString(w, part); err != nil || n != len(part) {
					t.Fatalf("%q cut at %d: wrote %d, %v", text, cut, n, err)
				}
			}
			if got.String() != want {
				t.Fatalf("%q cut at %d: %q; want %q", text, cut, got.String(), want)
			}
		}
		var got bytes.Buffer
		w := writeASCII(&got)
		for i := range len(text) {
			w.Write([]byte{text[i]})
		}
		if got.String() != want {
			t.Fatalf("%q byte by byte: %q; want %q", text, got.String(), want)
		}
	}
	long := strings.Repeat("line\n", 200_000)
	var got bytes.Buffer
	if n, err := io.WriteString(writeASCII(&got), long); err != nil || n != len(long) || got.String() != naiveWrite(long) {
		t.Errorf("1 MB: wrote %d, %v", n, err)
	}
	broken := errors.New("broken")
	if n, err := writeASCII(writerFunc(func([]byte) (int, error) { return 0, broken })).Write([]byte("a\n")); n != 0 || err != broken {
		t.Errorf("failed write: %d, %v", n, err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// A server's files keep their CRs: what was stored comes back.
var asciiCases = []struct{ name, file, wire string }{
	{"empty", "", ""},
	{"no line end", "abc", "abc"},
	{"lines", "a\nb\n", "a\r\nb\r\n"},
	{"empty lines", "\n\na\n\n", "\r\n\r\na\r\n\r\n"},
	{"CR in a line", "a\rb\n", "a\rb\r\n"},
	{"CR LF in the file", "a\r\nb", "a\r\r\nb"},
	{"CR at the end", "a\r", "a\r"},
	{"CRs in a row", "\r\r\r\n\r", "\r\r\r\r\n\r"},
	{"8-bit", "\xff\x00\n\x80", "\xff\x00\r\n\x80"},
	{"long", strings.Repeat("x\n", 9000), strings.Repeat("x\r\n", 9000)},
	{"LF at the buffer's edge", strings.Repeat("x", 8191) + "\n\ny", strings.Repeat("x", 8191) + "\r\n\r\ny"},
}

func TestASCIIOfServer(t *testing.T) {
	f, o := mode.Format{Type: 'A'}, mode.Options{KeepCR: true}
	for _, tc := range asciiCases {
		t.Run(tc.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 4096, 1 << 20} {
				for _, cut := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
					var got bytes.Buffer
					_, err := io.CopyBuffer(&got, struct{ io.Reader }{mode.EncodeText(cut(strings.NewReader(tc.file)), f, o)}, make([]byte, size))
					if diff := cmp.Diff(tc.wire, got.String()); diff != "" || err != nil {
						t.Fatalf("reads of %d: %v, mismatch (-want +got):\n%s", size, err, diff)
					}
				}
				var got bytes.Buffer
				err := inPieces(mode.DecodeText(&got, f, o), tc.wire, size)
				if diff := cmp.Diff(tc.file, got.String()); diff != "" || err != nil {
					t.Fatalf("writes of %d: %v, mismatch (-want +got):\n%s", size, err, diff)
				}
			}
		})
	}
}
