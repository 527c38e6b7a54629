package mode

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
)

var codePages = []struct {
	name  string
	page  CodePage
	table *charmap.Charmap
}{
	{"1047", CodePage1047, charmap.CodePage1047},
	{"037", CodePage037, charmap.CodePage037},
}

// The tables are those of the code pages, but for the two octets that are line ends.
func TestCodePages(t *testing.T) {
	for _, tt := range codePages {
		t.Run(tt.name, func(t *testing.T) {
			if tt.page.String() != tt.name {
				t.Errorf("String %q", tt.page)
			}
			for i := range 256 {
				octet := byte(i)
				want := tt.table.DecodeByte(octet)
				switch octet {
				case NL:
					want = '\n'
				case octetLF:
					want = runeNEL
				}
				if got := tt.page.Rune(octet); got != want {
					t.Errorf("octet %#02x is %U; want %U", octet, got, want)
				}
				if back, ok := tt.page.Octet(want); !ok || back != octet {
					t.Errorf("%U is octet %#02x, %v; want %#02x", want, back, ok, octet)
				}
			}
			for _, r := range []rune{-1, 256, '€', 0x10ffff} {
				if b, ok := tt.page.Octet(r); ok {
					t.Errorf("%U has the octet %#02x; want none", r, b)
				}
			}
		})
	}
}

// ebcdic is the octets of a text, said in the plainest way: by the tables of x/text.
func ebcdic(t *testing.T, table *charmap.Charmap, text string) string {
	t.Helper()
	var out []byte
	for _, r := range text {
		b, ok := table.EncodeRune(r)
		if !ok {
			t.Fatalf("no octet for %U", r)
		}
		out = append(out, b)
	}
	return string(out)
}

// In these texts "\u0085" is NL, as x/text has it, and "\n" the octet for LF.
var ebcdicTexts = []struct{ name, wire, want string }{
	{"empty", "", ""},
	{"letters", "Hello, [World]^!", "Hello, [World]^!"},
	{"Latin-1", "naïve ¬ÿß ", "naïve ¬ÿß "},
	{"NL", "a\u0085\u0085b\u0085", "a\n\nb\n"},
	{"CR NL", "a\r\u0085b\r\u0085", "a\r\nb\r\n"},
	{"CR LF", "a\r\nb\r\n", "a\nb\n"},
	{"LF alone", "a\nb", "a\u0085b"},
	{"CR alone", "a\rb\r\r", "a\rb\r\r"},
	{"CR in front of a line end", "\r\r\n", "\r\n"},
	{"CR in front of two octets of UTF-8", "\ré\rx", "\ré\rx"},
	{"control characters", "\x00\x1a\x7f\u009f", "\x00\x1a\x7f\u009f"},
}

func TestEBCDICReader(t *testing.T) {
	for _, page := range codePages {
		for _, tt := range ebcdicTexts {
			t.Run(page.name+"/"+tt.name, func(t *testing.T) {
				wire := ebcdic(t, page.table, tt.wire)
				for cut := 0; cut <= len(wire); cut++ {
					for size := 1; size <= 4; size++ {
						r := NewReader(io.MultiReader(strings.NewReader(wire[:cut]), strings.NewReader(wire[cut:])), Format{Type: 'E'}, Options{CodePage: page.page})
						got, err := readBy(r, size)
						if err != nil || got != tt.want || r.Pending() != 0 {
							t.Fatalf("cut at %d, read by %d: %q, %v, %d pending; want %q", cut, size, got, err, r.Pending(), tt.want)
						}
					}
				}
			})
		}
	}
}

// Wherever a text breaks off, what was read until then and what is read from the
// restart offset on make up the whole.
func TestEBCDICReaderRestart(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range ebcdicTexts {
		wire := ebcdic(t, charmap.CodePage1047, tt.wire)
		for cut := 0; cut <= len(wire); cut++ {
			r := NewReader(io.MultiReader(strings.NewReader(wire[:cut]), iotest.ErrReader(broken)), Format{Type: 'E'}, Options{})
			head, err := readBy(r, 8)
			if err != broken {
				t.Fatalf("%s cut at %d: %v", tt.name, cut, err)
			}
			tail, err := readBy(NewReader(strings.NewReader(wire[cut-r.Pending():]), Format{Type: 'E'}, Options{}), 8)
			if err != nil || head+tail != tt.want {
				t.Fatalf("%s cut at %d: %q and %q, %v; want %q", tt.name, cut, head, tail, err, tt.want)
			}
		}
	}
}

func readBy(r io.Reader, size int) (string, error) {
	var out []byte
	b := make([]byte, size)
	for range 10000 {
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

func TestEBCDICWriter(t *testing.T) {
	tests := []struct{ name, text, wire, crlf string }{
		{"empty", "", "", ""},
		{"letters", "Hello, [World]^!", "Hello, [World]^!", "Hello, [World]^!"},
		{"Latin-1", "naïve ¬ÿß ", "naïve ¬ÿß ", "naïve ¬ÿß "},
		{"LF", "a\n\nb\n", "a\u0085\u0085b\u0085", "a\r\n\r\nb\r\n"},
		{"CR LF", "a\r\nb\r\n", "a\u0085b\u0085", "a\r\nb\r\n"},
		{"NEL", "a\u0085b", "a\nb", "a\nb"},
		{"CR alone", "a\rb\r\ré\r", "a\rb\r\ré\r", "a\rb\r\ré\r"},
	}
	for _, page := range codePages {
		for _, tt := range tests {
			t.Run(page.name+"/"+tt.name, func(t *testing.T) {
				for _, crlf := range []bool{false, true} {
					want := ebcdic(t, page.table, tt.wire)
					if crlf {
						want = ebcdic(t, page.table, tt.crlf)
					}
					for cut := 0; cut <= len(tt.text); cut++ {
						var got bytes.Buffer
						w := NewWriter(&got, Format{Type: 'E'}, Options{CodePage: page.page, CRLF: crlf})
						for _, part := range []string{tt.text[:cut], tt.text[cut:]} {
							if n, err := io.WriteString(w, part); n != len(part) || err != nil {
								t.Fatalf("cut at %d: wrote %d, %v", cut, n, err)
							}
						}
						if err := w.Close(); err != nil || got.String() != want {
							t.Fatalf("cut at %d, CRLF %v: %x, %v; want %x", cut, crlf, got.String(), err, want)
						}
					}
				}
			})
		}
	}
}

func TestEBCDICWriterErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no such character", "ab€c", "ftp: TYPE E, at octet 5 of the text: code page 1047 lacks the character '\\u20ac'"},
		{"no UTF-8", "a\xff", "ftp: TYPE E, at octet 2 of the text: the text is not UTF-8"},
		{"overlong", "\xc0\x8a", "ftp: TYPE E, at octet 1 of the text: the text is not UTF-8"},
		{"a letter within a character", "\xc3a", "ftp: TYPE E, at octet 2 of the text: the text is not UTF-8"},
		{"the end within a character", "a\xc3", "ftp: TYPE E, at octet 2 of the text: the text ends within a character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := NewWriter(io.Discard, Format{Type: 'E'}, Options{})
			_, err := io.WriteString(w, tt.text)
			if err == nil {
				if w.Pending() == 0 {
					t.Error("nothing is pending")
				}
				err = w.Close()
			}
			if _, ok := errors.AsType[*Error](err); !ok || err.Error() != tt.want {
				t.Errorf("%v; want %s", err, tt.want)
			}
			if again := w.Close(); again != err {
				t.Errorf("Close after that: %v; want the same error", again)
			}
		})
	}
	broken := errors.New("broken")
	if n, err := NewWriter(failing{broken}, Format{Type: 'E'}, Options{}).Write([]byte("a")); n != 0 || err != broken {
		t.Errorf("failed write: %d, %v", n, err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
