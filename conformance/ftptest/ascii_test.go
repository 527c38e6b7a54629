package ftptest

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

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

// TestASCII converts in both directions, with reads and writes cut in all ways.
func TestASCII(t *testing.T) {
	for _, tc := range asciiCases {
		t.Run(tc.name, func(t *testing.T) {
			for name, src := range map[string]io.Reader{
				"whole":    strings.NewReader(tc.file),
				"one byte": iotest.OneByteReader(strings.NewReader(tc.file)),
				"with EOF": iotest.DataErrReader(strings.NewReader(tc.file)),
			} {
				for _, size := range []int{1, 2, 3, 4096} {
					got, err := io.ReadAll(&shortReads{newASCIIReader(src), size})
					if s, ok := src.(io.Seeker); ok {
						s.Seek(0, io.SeekStart)
					}
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(tc.wire, string(got)); diff != "" {
						t.Errorf("source %s, reads of %d: mismatch (-want +got):\n%s", name, size, diff)
					}
					if _, ok := src.(io.Seeker); !ok {
						break
					}
				}
			}
			for _, size := range []int{1, 2, 3, 4095, 1 << 20} {
				var b bytes.Buffer
				w := newASCIIWriter(&b)
				for rest := tc.wire; rest != ""; {
					n := min(size, len(rest))
					if m, err := io.WriteString(w, rest[:n]); err != nil || m != n {
						t.Fatalf("wrote %d of %d, %v", m, n, err)
					}
					rest = rest[n:]
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.file, b.String()); diff != "" {
					t.Errorf("writes of %d: mismatch (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

// shortReads reads a few bytes at a time.
type shortReads struct {
	r io.Reader
	n int
}

func (s *shortReads) Read(b []byte) (int, error) { return s.r.Read(b[:min(s.n, len(b))]) }

func TestASCIIReaderError(t *testing.T) {
	want := io.ErrClosedPipe
	got, err := io.ReadAll(newASCIIReader(io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(want))))
	if string(got) != "a\r\n" || err != want {
		t.Errorf("%q, %v; want what was read before, then %v", got, err, want)
	}
}
