package mode_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A combination is one of all formats, with what one end may decide about it.
type combination struct {
	mode.Format
	mode.Options
}

func (c combination) String() string {
	f := c.Filled()
	return fmt.Sprintf("TYPE %c STRU %c MODE %c, page %s, CRLF %t, KeepCR %t", f.Type, f.Structure, f.Mode, c.CodePage, c.CRLF, c.KeepCR)
}

func combinations() iter.Seq[combination] {
	return func(yield func(combination) bool) {
		if !yield(combination{}) {
			return
		}
		for _, typ := range "AEIL" {
			for _, stru := range "FR" {
				for _, m := range "SBCZ" {
					for n := range 8 {
						c := combination{mode.Format{Type: byte(typ), Structure: byte(stru), Mode: byte(m)},
							mode.Options{CRLF: n&1 > 0, KeepCR: n&2 > 0, CodePage: mode.CodePage(n >> 2)}}
						if n&5 > 0 && typ != 'E' || n&2 > 0 && typ != 'A' {
							continue // has no effect
						}
						if !yield(c) {
							return
						}
					}
				}
			}
		}
	}
}

// comesBack returns what a file is after it went there and back; false if the format has
// no such file.
func (c combination) comesBack(file string) (string, bool) {
	text := c.Text()
	if text == 'E' && (!utf8.ValidString(file) || strings.ContainsFunc(file, func(r rune) bool { return r > 0xff })) {
		return "", false
	}
	if text == 'E' || text == 'A' && !c.KeepCR {
		file = strings.ReplaceAll(file, "\r\n", "\n") // either is a line end
	}
	if c.Records() && file != "" && !strings.HasSuffix(file, "\n") {
		file += "\n" // a last line is a record all the same
	}
	if text == 'E' {
		file = strings.ReplaceAll(file, "\r\u0085", "\n") // NEL is the octet for LF
	}
	return file, true
}

// roundTrip has a file go there and back, cut into pieces.
func (c combination) roundTrip(t *testing.T, file string, piece int) {
	t.Helper()
	piece = max(piece, 1)
	want, ok := c.comesBack(file)
	var wire, sent bytes.Buffer
	err := inPieces(mode.NewWriter(&wire, c.Format, c.Options), file, piece)
	if ok != (err == nil) {
		t.Fatalf("%v: %.80q: %v", c, file, err)
	}
	if !ok {
		return
	}
	// A server converts the text apart from the rest.
	raw := c.Options
	raw.Raw = true
	text, err := readBy(mode.EncodeText(iotest.HalfReader(strings.NewReader(file)), c.Format, c.Options), piece)
	if err != nil {
		t.Fatalf("%v: %.80q: %v", c, file, err)
	}
	if err := inPieces(mode.NewWriter(&sent, c.Format, raw), text, piece); err != nil || !bytes.Equal(sent.Bytes(), wire.Bytes()) && c.Mode != 'Z' {
		t.Fatalf("%v: %.80q is sent as %.80q by a client, as %.80q by a server, %v", c, file, wire.Bytes(), sent.Bytes(), err)
	}
	for name, src := range map[string]io.Reader{
		"at once":  bytes.NewReader(wire.Bytes()),
		"by one":   iotest.OneByteReader(bytes.NewReader(wire.Bytes())),
		"from EOF": iotest.DataErrReader(bytes.NewReader(wire.Bytes())),
		"a server": bytes.NewReader(sent.Bytes()),
	} {
		r := mode.NewReader(src, c.Format, c.Options)
		got, err := readBy(r, piece)
		if err != nil || got != want || r.Trailing() > 0 || r.Pending() > 0 || r.Position() != int64(len(text)) && !c.Records() {
			t.Fatalf("%v: %.80q, read %s: %.80q, %v, position %d of %d; want %.80q", c, file, name, got, err, r.Position(), len(text), want)
		}
	}
	var stored bytes.Buffer
	dst := io.WriteCloser(plain{&stored})
	if w := mode.DecodeText(&stored, c.Format, c.Options); w != nil {
		dst = w
	}
	src, err := readBy(mode.NewReader(&wire, c.Format, raw), piece)
	if err != nil {
		t.Fatal(err)
	}
	if err := inPieces(dst, src, piece); err != nil || stored.String() != want {
		t.Fatalf("%v: %.80q is stored as %.80q, %v; want %.80q", c, file, stored.String(), err, want)
	}
	c.takeUp(t, text, want, piece)
}

// takeUp breaks stream mode off after each octet that was read, and goes on at the
// position.
func (c combination) takeUp(t *testing.T, wire, want string, piece int) {
	t.Helper()
	if c.Filled().Mode != 'S' || c.Records() || piece > 1 {
		return
	}
	for n := range min(len(want), 50) {
		r := mode.NewReader(strings.NewReader(wire), c.Format, c.Options)
		head := make([]byte, n)
		if _, err := io.ReadFull(r, head); err != nil {
			t.Fatal(err)
		}
		if n > 0 && !utf8.RuneStart(want[n]) && c.Text() == 'E' {
			continue // no position is within a character
		}
		tail, err := readBy(mode.NewReader(strings.NewReader(wire[r.Position():]), c.Format, c.Options), 100)
		if got := string(head) + tail; err != nil || got != want {
			t.Fatalf("%v: broken off after %d of %.80q and taken up at %d: %.80q, %v", c, n, want, r.Position(), got, err)
		}
	}
}

// plain is an io.WriteCloser of a Writer.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

func inPieces(w io.WriteCloser, file string, piece int) error {
	for n := range (len(file) + piece - 1) / piece {
		if _, err := io.WriteString(w, file[n*piece:min(len(file), (n+1)*piece)]); err != nil {
			return err
		}
	}
	return w.Close()
}

// What went over a data connection is what it was, in all combinations of TYPE, STRU and
// MODE, however it was cut.
func TestFormats(t *testing.T) {
	files := append([]string{"é\r\u0085ÿ\n", "\xff\x01\xff\xff\n", "€", "a\xc3", "\x00\x00\x00\x00  \x40\x40\x40", "\x15\x25\n"}, texts...)
	for c := range combinations() {
		for _, file := range files {
			for _, piece := range []int{1, 2, 100} {
				c.roundTrip(t, file, piece)
			}
		}
		c.roundTrip(t, strings.Repeat("line\r\nand\n\n", 3000), 9999)
	}
}

// all is the combinations by number.
var all = slices.Collect(combinations())

func FuzzFormat(f *testing.F) {
	for i, file := range texts {
		f.Add([]byte(file), uint(i*7), uint16(i))
	}
	f.Fuzz(func(t *testing.T, file []byte, n uint, piece uint16) {
		all[n%uint(len(all))].roundTrip(t, string(file), int(piece))
	})
}

// Whatever a peer sends, a reader ends, and how the network and the caller cut it makes no
// difference.
func FuzzFormatRead(f *testing.F) {
	for i, wire := range []string{
		"", "\x40\x00\x00", "\x10\x00\x01m\x40\x00\x01a", "\x00\x40\xc0", "\x84a\x00\x10\x01m\x00\x40\x02bc", "a\xff\x01\xff\x02",
		"\x78\x9c\x03\x00\x00\x00\x00\x01", "\x40\x00\x03\xc1\x0d\x15", "\x00\x40\x03\r\n\r", "\xc1\x0d\x25\x15\x51", "x\ry\r\n",
	} {
		f.Add([]byte(wire), uint(i), false)
		f.Add([]byte(wire), uint(i), true)
	}
	f.Fuzz(func(t *testing.T, wire []byte, n uint, detect bool) {
		c := all[n%uint(len(all))]
		c.Limit, c.Detect = 1<<20, detect
		read := func(cut func(io.Reader) io.Reader) ([]byte, error) {
			r := cut(mode.NewReader(cut(bytes.NewReader(wire)), c.Format, c.Options))
			return io.ReadAll(io.LimitReader(r, 2<<20))
		}
		whole, err := read(func(r io.Reader) io.Reader { return r })
		cut, cutErr := read(iotest.OneByteReader)
		if !bytes.Equal(whole, cut) || (err == nil) != (cutErr == nil) {
			t.Fatalf("%v: %.80q, %v at once; %.80q, %v by one", c, whole, err, cut, cutErr)
		}
		if _, ok := errors.AsType[*mode.Error](err); err != nil && !ok {
			t.Fatalf("%v: %T %v; want an Error", c, err, err)
		}
		if c.Text() == 'E' && !utf8.Valid(whole) {
			t.Fatalf("%v: %.80q, which is not UTF-8", c, whole)
		}
	})
}

func TestFormatCheck(t *testing.T) {
	for _, tt := range []struct {
		f    mode.Format
		want string
	}{
		{mode.Format{}, ""},
		{mode.Format{Type: 'E', Form: 'C', Structure: 'R', Mode: 'Z', Level: 9}, ""},
		{mode.Format{Type: 'L', Form: 'N', Structure: 'F', Mode: 'B'}, ""},
		{mode.Format{Type: 'Q'}, "ftp: TYPE is 'A', 'E', 'I' or 'L'"},
		{mode.Format{Type: 'A', Form: 'X'}, "ftp: the format of a TYPE is 'N', 'T' or 'C'"},
		{mode.Format{Form: 'T'}, "ftp: only TYPE A and E have a format"},
		{mode.Format{Structure: 'P'}, "ftp: STRU is 'F' or 'R'"},
		{mode.Format{Mode: 'P'}, "ftp: MODE is 'S', 'B', 'C' or 'Z'"},
		{mode.Format{Level: 10}, "ftp: the level of MODE Z is between 0 and 9, not 10"},
		{mode.Format{Level: -1}, "ftp: the level of MODE Z is between 0 and 9, not -1"},
	} {
		got := ""
		if err := tt.f.Check(); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v: mismatch (-want +got):\n%s", tt.f, diff)
		}
	}
}

// AsIs is what a reader and a writer need not be there for.
func TestFormatAsIs(t *testing.T) {
	for c := range combinations() {
		f := c.Filled()
		want := f.Mode == 'S' && f.Structure == 'F' && (f.Type == 'I' || f.Type == 'L')
		if c.AsIs(c.Options) != want || f.AsIs(c.Options) != want || f.Exact() != c.Exact() {
			t.Errorf("%v: as it is %t; want %t", c, !want, want)
		}
	}
	if !(mode.Format{Type: 'A'}).AsIs(mode.Options{Raw: true}) {
		t.Error("a listing in stream mode is not as it is")
	}
}

// Only MODE B and C have restart markers, whatever else the format is.
func TestFormatMarks(t *testing.T) {
	for c := range combinations() {
		var wire bytes.Buffer
		w := mode.NewWriter(&wire, c.Format, c.Options)
		io.WriteString(w, "ab\n")
		if err := w.Mark("here"); (err == nil) != c.Marks() || err != nil && err != mode.ErrNoMarks {
			t.Fatalf("%v: %v", c, err)
		}
		io.WriteString(w, "c\n")
		w.Close()
		got, marks := "", ""
		c.Marker = func(text string) error { marks += text + " at " + got; return nil }
		r := mode.NewReader(&wire, c.Format, c.Options)
		for b := make([]byte, 1); ; {
			n, err := r.Read(b)
			if got += string(b[:n]); err != nil {
				break
			}
		}
		if got != "ab\nc\n" || c.Marks() != (marks == "here at ab\n") {
			t.Errorf("%v: %.80q, marker %.80q", c, got, marks)
		}
	}
}

// What comes beyond a bound is an error, and given to nobody.
func TestReaderAtMost(t *testing.T) {
	for c := range combinations() {
		var wire bytes.Buffer
		w := mode.NewWriter(&wire, c.Format, c.Options)
		io.WriteString(w, "abcdefgh")
		w.Close()
		octets := int64(8)
		if c.Records() {
			octets++ // the line end
		}
		for most := int64(-1); most <= octets; most++ {
			r := mode.NewReader(bytes.NewReader(wire.Bytes()), c.Format, c.Options)
			r.AtMost(most)
			got, err := io.ReadAll(r)
			if fits := most < 0 || most == octets; fits != (err == nil) || err != nil && (err != mode.ErrTooMuch || int64(len(got)) != most || r.Octets() != most+1) {
				t.Fatalf("%v: at most %d: %q, %v, %d octets", c, most, got, err, r.Octets())
			}
		}
	}
}
