package mode_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A codec is a format of octets, for the tests that hold for all.
type codec struct {
	name   string
	format mode.Format
}

func (c codec) write(w io.Writer) *mode.Writer {
	return mode.NewWriter(w, c.format, mode.Options{Raw: true})
}

func (c codec) read(r io.Reader) io.Reader {
	return mode.NewReader(r, c.format, mode.Options{Raw: true})
}

var (
	block             = codec{"block", mode.Format{Mode: 'B'}}
	blockRecords      = codec{"block with records", mode.Format{Mode: 'B', Structure: 'R'}}
	compressed        = codec{"compressed", mode.Format{Mode: 'C'}}
	compressedBlanks  = codec{"compressed, blanks", mode.Format{Mode: 'C', Type: 'A'}}
	compressedRecords = codec{"compressed with records", mode.Format{Mode: 'C', Structure: 'R'}}
	records           = codec{"records", mode.Format{Structure: 'R'}}
	deflate           = codec{"deflate", mode.Format{Mode: 'Z'}}

	codecs = []codec{block, blockRecords, compressed, compressedBlanks, compressedRecords, records, deflate}
)

// files are contents that have edges in one mode or another.
func files() map[string]string {
	random := make([]byte, 100_000)
	src := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(src.Uint32())
	}
	f := map[string]string{
		"empty": "", "one": "x", "line": "a line\n", "two lines": "a\nb\n", "open line": "a\nb", "empty lines": "\n\n\n",
		"ones": "\xff\xff\xff\n\xff", "zeros": strings.Repeat("\x00", 1000), "blanks": strings.Repeat(" ", 1000),
		"runs":   strings.Repeat("a", 62) + strings.Repeat("b", 63) + strings.Repeat("c", 64) + "dd" + "eee",
		"random": string(random), "mixed": "ab" + strings.Repeat("\x00", 130) + "cd" + strings.Repeat("x", 127) + "\n" + strings.Repeat("y", 128),
	}
	for _, n := range []int{127, 128, 32<<10 - 1, 32 << 10, 32<<10 + 1, 1<<16 - 1, 1 << 16, 1<<16 + 1} {
		f[fmt.Sprint(n, " octets")] = strings.Repeat("0123456789", n/10+1)[:n]
	}
	return f
}

// encode writes a file in pieces of a size.
func encode(t *testing.T, c codec, file string, piece int) []byte {
	t.Helper()
	var wire bytes.Buffer
	w := c.write(&wire)
	for len(file) > 0 {
		n := min(piece, len(file))
		if k, err := w.Write([]byte(file[:n])); err != nil || k != n {
			t.Fatalf("write: %d, %v", k, err)
		}
		file = file[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return wire.Bytes()
}

// wantFile is what comes out again.
func (c codec) wantFile(file string) string {
	if c.format.Records() && file != "" && !strings.HasSuffix(file, "\n") {
		return file + "\n"
	}
	return file
}

func TestRoundTrip(t *testing.T) {
	for _, c := range codecs {
		for name, file := range files() {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				wire := encode(t, c, file, 1<<20)
				if again := encode(t, c, file, 7); c.name != "deflate" && !bytes.Equal(wire, again) {
					t.Error("what is sent depends on how it was written")
				}
				for how, r := range map[string]io.Reader{
					"at once": bytes.NewReader(wire), "one octet": iotest.OneByteReader(bytes.NewReader(wire)), "halves": iotest.HalfReader(bytes.NewReader(wire)),
				} {
					got, err := io.ReadAll(iotest.OneByteReader(c.read(r)))
					if err != nil || string(got) != c.wantFile(file) {
						t.Errorf("%s: %d octets, %v; want %d", how, len(got), err, len(c.wantFile(file)))
					}
				}
				if err := iotest.TestReader(c.read(bytes.NewReader(wire)), []byte(c.wantFile(file))); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Wherever the connection ends before the file does, the reader says so.
func TestTruncated(t *testing.T) {
	for _, c := range codecs {
		t.Run(c.name, func(t *testing.T) {
			wire := encode(t, c, "some text\n"+strings.Repeat("x", 200)+"\nthe end\n", 1000)
			for cut := range wire {
				got, err := io.ReadAll(c.read(bytes.NewReader(wire[:cut])))
				if cut == 0 && c.name == "deflate" {
					if err != nil || len(got) > 0 {
						t.Errorf("nothing at all: %q, %v; want an empty file", got, err)
					}
					continue
				}
				// The escape that says the file ends is enough in compressed mode.
				if strings.HasPrefix(c.name, "compressed") && err == nil {
					if cut < len(wire)-20 || wire[cut-2] != 0 {
						t.Fatalf("cut at %d of %d: no error", cut, len(wire))
					}
					continue
				}
				e, ok := errors.AsType[*mode.Error](err)
				if !ok || !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("cut at %d of %d: %v; want an Error of an unexpected EOF", cut, len(wire), err)
				}
				if e.Offset != int64(cut) {
					t.Errorf("cut at %d: the error says %d", cut, e.Offset)
				}
			}
		})
	}
}

func TestWireFormat(t *testing.T) {
	for _, tt := range []struct {
		name, file, wire string
		codec            codec
	}{
		{"block, empty", "", "\x40\x00\x00", block},
		{"block", "abc", "\x40\x00\x03abc", block},
		{"block with records", "a\nb\n", "\x80\x00\x01a\x80\x00\x01b\x40\x00\x00", blockRecords},
		{"block, open record", "a\nb", "\x80\x00\x01a\xc0\x00\x01b", blockRecords},
		{"compressed, empty", "", "\x00\x40\xc0", compressed},
		{"compressed, literal", "abc", "\x00\x40\x03abc", compressed},
		{"compressed, run", "aaaabc", "\x84a\x00\x40\x02bc", compressed},
		{"compressed, filler", "ab  c", "\x02ab\xc2\x00\x40\x01c", compressedBlanks},
		{"compressed with records", "a\nbbb\n", "\x00\x80\x01a\x00\x80\x83b\x00\x40\xc0", compressedRecords},
		{"compressed, open record", "a", "\x00\xc0\x01a", compressedRecords},
		{"records", "a\n\xffb\n", "a\xff\x01\xff\xffb\xff\x01\xff\x02", records},
		{"records, open", "a", "a\xff\x03", records},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff([]byte(tt.wire), encode(t, tt.codec, tt.file, 100)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// What other ends may send besides what ours does.
func TestReadsOtherForms(t *testing.T) {
	for _, tt := range []struct {
		name, wire, file string
		codec            codec
	}{
		{"block: end apart", "\x00\x00\x01a\x40\x00\x00", "a", block},
		{"block: empty blocks", "\x00\x00\x00\x00\x00\x01a\x00\x00\x00\x40\x00\x00", "a", block},
		{"block: suspect data", "\x60\x00\x01a", "a", block},
		{"block: marker", "\x00\x00\x01a\x10\x00\x02m1\x40\x00\x01b", "ab", block},
		{"block: records unasked", "\x80\x00\x01a\x40\x00\x00", "a", block},
		{"block: record over blocks", "\x00\x00\x01a\x80\x00\x01b\x80\x00\x00\x40\x00\x00", "ab\n\n", blockRecords},
		{"compressed: escape alone", "\x01a\x00\x40", "a", compressed},
		{"compressed: marker", "\x01a\x00\x10\x02m1\x00\x40\x01b", "ab", compressed},
		{"compressed: suspect", "\x00\x20\x01a\x00\x40\xc0", "a", compressed},
		{"compressed: strings of nothing", "\x80x\xc0\x01a\x00\x40\xc0", "a", compressed},
		{"records: end of both", "a\xff\x01b\xff\x03", "a\nb\n", records},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := io.ReadAll(tt.codec.read(strings.NewReader(tt.wire)))
			if err != nil || string(got) != tt.file {
				t.Errorf("%q, %v; want %q", got, err, tt.file)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, wire string
		codec      codec
	}{
		{"block: undefined code", "\x41\x00\x00", block},
		{"block: empty marker", "\x10\x00\x00\x40\x00\x00", block},
		{"block: marker with a blank", "\x10\x00\x01 \x40\x00\x00", block},
		{"block: long marker", "\x10\x01\x00" + strings.Repeat("m", 256), block},
		{"compressed: undefined code", "\x00\x01\x01a", compressed},
		{"compressed: two escapes", "\x00\x80\x00\x40\x01a", compressed},
		{"compressed: replicated marker", "\x00\x10\x83m", compressed},
		{"records: unknown code", "a\xff\x04", records},
		{"records: code 0", "a\xff\x00", records},
		{"deflate: gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00", deflate},
		{"deflate: raw", "\x4b\x4c\x04\x00", deflate},
		{"deflate: dictionary", "\x78\xbb\x00\x00\x00\x02", deflate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := io.ReadAll(tt.codec.read(strings.NewReader(tt.wire)))
			if _, ok := errors.AsType[*mode.Error](err); !ok || errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v; want an Error that is not about the end", err)
			}
		})
	}
}

func TestMarkers(t *testing.T) {
	type marker struct {
		text string
		at   int
	}
	want := []marker{{"one", 5}, {"two", 5}, {"3", 40_005}}
	for _, c := range []codec{block, compressed} {
		t.Run(c.name, func(t *testing.T) {
			var wire bytes.Buffer
			w := c.write(&wire)
			for _, step := range []func() error{
				func() error { _, err := io.WriteString(w, "hello"); return err },
				func() error { return w.Mark("one") },
				func() error { return w.Mark("two") },
				func() error { _, err := io.WriteString(w, strings.Repeat("abcd", 10_000)); return err },
				func() error { return w.Mark("3") },
				w.Close,
			} {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Mark("a b"); err == nil {
				t.Error("a marker with a blank was taken")
			}
			var got []marker
			n := 0
			note := func(text string) error { got = append(got, marker{text, n}); return nil }
			r := mode.NewReader(&wire, c.format, mode.Options{Marker: note})
			b := make([]byte, 1)
			for {
				k, err := r.Read(b)
				n += k
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(marker{})); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	stop := errors.New("stop")
	br := mode.NewReader(strings.NewReader("\x10\x00\x01m\x40\x00\x01a"), block.format, mode.Options{Marker: func(string) error { return stop }})
	if _, err := io.ReadAll(br); err != stop {
		t.Errorf("%v; want the callback's error", err)
	}
}
