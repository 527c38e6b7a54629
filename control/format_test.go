package control_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// Text goes up and down in every type, structure and mode, whatever it looks like.
func TestFormats(t *testing.T) {
	long := strings.Repeat("a line of text, naïve ÿ\n\n    \x00\x00\x00\x00", 4000) + "\n"
	for _, page := range []mode.CodePage{mode.CodePage1047, mode.CodePage037} {
		t.Run(page.String(), func(t *testing.T) {
			t.Parallel()
			number := map[mode.CodePage]int{mode.CodePage1047: 1047, mode.CodePage037: 37}[page]
			s := ftptest.NewServer(t, &ftptest.Config{EBCDIC: number})
			c := dialServer(t, s, &control.Config{Security: control.SecurityNone, EBCDIC: page})
			crlf := dialServer(t, s, &control.Config{Security: control.SecurityNone, EBCDIC: page, EBCDICCRLF: true})
			for _, m := range []byte("SBCZ") {
				for _, stru := range []byte("FR") {
					for _, typ := range []byte("IAEL") {
						for i, text := range []string{"", "\n", "a\nb[]^\n", "a\n\n\u0085 é\n", long} {
							name := fmt.Sprintf("/%c%c%c%d", m, stru, typ, i)
							for _, c := range []*control.Conn{c, crlf} {
								setFormat(t, c, m, stru, typ)
								if err := put(t, c, name, text); err != nil {
									t.Fatalf("STOR %s: %v", name, err)
								}
								if got, err := s.ReadFile(name); err != nil || string(got) != text {
									t.Fatalf("STOR %s: %.80q, %v; want %.80q", name, got, err, text)
								}
								if got, err := get(t, c, name); err != nil || got != text {
									t.Fatalf("RETR %s: %.80q, %v; want %.80q", name, got, err, text)
								}
							}
						}
					}
				}
			}
		})
	}
}

// A character that EBCDIC lacks is an error of the transfer, and the server does not
// take what came before it for a whole file.
func TestTypeELacksCharacter(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	c := dialServer(t, s, &clear)
	setFormat(t, c, 'B', 'F', 'E')
	err := put(t, c, "f", "price: 5 €")
	if e, ok := errors.AsType[*mode.Error](err); !ok || e.Mode != "TYPE E" {
		t.Errorf("%v; want an error of TYPE E", err)
	}
	if err := c.Noop(t.Context()); err != nil {
		t.Errorf("NOOP behind it: %v", err)
	}
}

// Wherever a text breaks off, Position is where it is taken up: no line end is doubled
// and nothing is lost.
func TestPosition(t *testing.T) {
	for _, tt := range []struct {
		typ        byte
		wire, want string
	}{
		{'A', "a\r\nb\rc\r\r\n\n\r", "a\nb\rc\r\n\n\r"},
		{'E', "\xc1\x0d\x25\xc1\x15\x0d\x51\x0d\x0d\x15\x0d", "A\nA\n\ré\r\r\n\r"},
	} {
		for cut := range len(tt.wire) {
			inBubble(t, fmt.Sprintf("%c/%d", tt.typ, cut), func(t *testing.T) {
				tc := login(t, &control.Config{})
				if err := tc.c.SetFileFormat(mode.Format{Type: tt.typ, Mode: 'B'}); err != nil {
					t.Fatal(err)
				}
				var text string
				var position int64
				down := func(offset int64) *op {
					return tc.async(func() error {
						d, err := tc.c.Retr(t.Context(), "f", offset)
						if err != nil {
							return err
						}
						b, err := io.ReadAll(iotest.OneByteReader(d))
						text += string(b)
						position = d.Position()
						d.Close()
						return err
					})
				}
				first := down(0)
				tc.answer("TYPE "+string(tt.typ), "200 ok")
				tc.answer("MODE B", "200 ok")
				data := tc.passive()
				tc.answer("RETR f", "150 go")
				io.WriteString(data, string([]byte{0, 0, byte(cut)})+tt.wire[:cut])
				data.Close()
				synctest.Wait() // or the refusal can overtake the opening
				tc.writeReply("426 broken")
				if err := first.wait(); err == nil {
					t.Fatal("a download without its end is no error")
				}
				if position > int64(cut) || position < int64(cut)-1 {
					t.Fatalf("position %d behind %d octets", position, cut)
				}
				second := down(position)
				if position > 0 {
					tc.answer("TYPE "+string(tt.typ), "200 ok")
				}
				data = tc.passive()
				if position > 0 {
					tc.answer(fmt.Sprintf("REST %d", position), "350 ok")
				}
				tc.answer("RETR f", "150 go")
				rest := tt.wire[position:]
				io.WriteString(data, string([]byte{64, 0, byte(len(rest))})+rest)
				data.Close()
				tc.writeReply("226 done")
				if err := second.wait(); err != nil || text != tt.want || position != int64(len(tt.wire)) {
					t.Errorf("%q, %v, position %d; want %q", text, err, position, tt.want)
				}
			})
		}
	}
}

// An upload of text behind an offset sends what is behind that many octets on the
// wire, in the middle of a line end as well.
func TestStorTextOffset(t *testing.T) {
	for _, tt := range []struct {
		typ        byte
		text, wire string
	}{
		{'A', "a\nb\n\nend", "a\r\nb\r\n\r\nend"},
		{'E', "A\né", "\xc1\x15\x51"},
	} {
		for offset := 1; offset <= len(tt.wire); offset++ {
			inBubble(t, fmt.Sprintf("%c/%d", tt.typ, offset), func(t *testing.T) {
				tc := login(t, &control.Config{})
				if err := tc.c.SetFileFormat(mode.Format{Type: tt.typ}); err != nil {
					t.Fatal(err)
				}
				op := tc.async(func() error {
					u, err := tc.c.Stor(t.Context(), "f", int64(offset))
					if err != nil {
						return err
					}
					for i := range len(tt.text) {
						if n, err := u.Write([]byte{tt.text[i]}); n != 1 || err != nil {
							return fmt.Errorf("wrote %d, %w", n, err)
						}
					}
					return u.Close()
				})
				tc.answer("TYPE "+string(tt.typ), "200 ok")
				data := tc.passive()
				tc.answer(fmt.Sprintf("REST %d", offset), "350 ok")
				tc.answer("STOR f", "150 go")
				got, err := io.ReadAll(data)
				if err != nil || string(got) != tt.wire[offset:] {
					t.Errorf("%q, %v; want %q", got, err, tt.wire[offset:])
				}
				data.Close()
				tc.writeReply("226 done")
				if err := op.wait(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A marker that the server has answered is where an upload that broke goes on.
func TestUploadMarks(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	answers := make(chan string, 100)
	c := dialServer(t, s, &control.Config{Security: control.SecurityNone, Trace: func(e control.TraceEvent) {
		if e.Kind == control.TraceReceived && strings.Contains(e.Text, "110 MARK") {
			answers <- e.Text
		}
	}})
	text := strings.Repeat("line é\n", 10_000)
	for _, m := range []byte("BC") {
		for _, typ := range []byte("IAE") {
			for _, stru := range []byte("FR") {
				setFormat(t, c, m, stru, typ)
				name := fmt.Sprintf("/%c%c%c", m, stru, typ)
				u, err := c.Stor(t.Context(), name, 0)
				if err != nil {
					t.Fatal(err)
				}
				const piece = 8000 // whole lines of 8 octets
				for i := range 3 {
					io.WriteString(u, text[i*piece:(i+1)*piece])
					if err := u.Mark(fmt.Sprintf("m%d", i)); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				io.WriteString(u, text[3*piece:4*piece])
				for range 3 {
					select {
					case <-answers:
					case <-t.Context().Done():
						t.Fatal("an answer is missing")
					}
				}
				if err := u.Abort(); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				marks := u.Marks()
				for i, mark := range marks {
					if mark.Sender != fmt.Sprintf("m%d", i) || mark.Receiver == "" || mark.Octets != int64((i+1)*piece) {
						t.Errorf("%s: mark %d is %+v", name, i, mark)
					}
				}
				last := marks[len(marks)-1]
				if u, err = c.StorFrom(t.Context(), name, last.Receiver); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				io.WriteString(u, text[last.Octets:])
				if err := u.Close(); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if got, err := s.ReadFile(name); err != nil || string(got) != text {
					t.Errorf("%s: %d bytes, %v; want the %d", name, len(got), err, len(text))
				}
			}
		}
	}
}

func TestUploadMarkRefused(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	c := dialServer(t, s, &clear)
	for _, tt := range []struct {
		name            string
		mode, stru, typ byte
		text, mark      string
	}{
		{"stream mode", 'S', 'F', 'I', "a", "m"},
		{"stream mode with records", 'S', 'R', 'I', "a\n", "m"},
		{"MODE Z", 'Z', 'F', 'I', "a", "m"},
		{"within a line end", 'B', 'F', 'A', "a\r", "m"},
		{"within a line end of EBCDIC", 'B', 'F', 'E', "a\r", "m"},
		{"within a character", 'C', 'F', 'E', "a\xc3", "m"},
		{"within a record", 'B', 'R', 'I', "a\nb", "m"},
		{"no marker", 'B', 'F', 'I', "a", "a b"},
		{"no marker in MODE C", 'C', 'F', 'I', "a", strings.Repeat("m", 200)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setFormat(t, c, tt.mode, tt.stru, tt.typ)
			u, err := c.Stor(t.Context(), "/f", 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(u, tt.text); err != nil {
				t.Fatal(err)
			}
			if err := u.Mark(tt.mark); err == nil {
				t.Error("it is no error")
			}
			if _, err := io.WriteString(u, "\x80"[:len(tt.text)-len(strings.TrimSuffix(tt.text, "\xc3"))]); err != nil {
				t.Fatal(err)
			}
			if err := u.Close(); err != nil {
				t.Errorf("the upload is spoiled: %v", err)
			}
			if len(u.Marks()) != 0 {
				t.Errorf("marks %v", u.Marks())
			}
		})
	}
}

// 110 replies that nobody asked for are not kept.
func TestUploadMarksUnasked(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		tc := login(t, &control.Config{})
		if err := tc.c.SetFileFormat(mode.Format{Mode: 'B'}); err != nil {
			t.Fatal(err)
		}
		var marks []control.Mark
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			io.WriteString(u, "text")
			if err := u.Mark("mine"); err != nil {
				return err
			}
			err = u.Close()
			marks = u.Marks()
			return err
		})
		tc.answer("TYPE I", "200 ok")
		tc.answer("MODE B", "200 ok")
		data := tc.passive()
		tc.answer("STOR f", "150 go")
		io.ReadAll(data)
		tc.writeReply("110 MARK mine = 4", "110 MARK other = 5", "110 MARK mine = 6", "226 done")
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
		if want := []control.Mark{{Sender: "mine", Receiver: "4", Octets: 4}}; !slices.Equal(marks, want) {
			t.Errorf("marks %v; want %v", marks, want)
		}
	})
}

// A download that broke goes on from a marker of the server's.
func TestDownloadMarks(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{MarkEvery: 1000})
	text := strings.Repeat("line é\n", 5000)
	if err := s.WriteFile("/f", []byte(text)); err != nil {
		t.Fatal(err)
	}
	c := dialServer(t, s, &clear)
	for _, m := range []byte("BC") {
		for _, typ := range []byte("IAE") {
			for _, stru := range []byte("FR") {
				setFormat(t, c, m, stru, typ)
				d, err := c.Retr(t.Context(), "f", 0)
				if err != nil {
					t.Fatal(err)
				}
				head, err := io.ReadAll(io.LimitReader(d, 20_000))
				if err != nil {
					t.Fatal(err)
				}
				marks := d.Marks()
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				if len(marks) < 10 {
					t.Fatalf("MODE %c, TYPE %c, STRU %c: %d marks", m, typ, stru, len(marks))
				}
				for _, mark := range []control.Mark{marks[0], marks[len(marks)-1]} {
					d, err := c.RetrFrom(t.Context(), "f", mark.Sender)
					if err != nil {
						t.Fatalf("from %+v: %v", mark, err)
					}
					tail, err := io.ReadAll(d)
					if cerr := d.Close(); err != nil || cerr != nil || string(head[:mark.Octets])+string(tail) != text {
						t.Errorf("MODE %c, TYPE %c, STRU %c from %+v: %d bytes, %v, %v", m, typ, stru, mark, len(tail), err, cerr)
					}
				}
			}
		}
	}
}
