package ftptest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A codec is a mode as a client reads and writes it.
type codec struct{ mode string }

var codecs = []codec{{"B"}, {"C"}, {"Z"}}

func (m *codec) format(records bool) mode.Format {
	f := mode.Format{Mode: m.mode[0]}
	if records {
		f.Structure = 'R'
	}
	return f
}

// encoded returns a file as the mode has it.
func (m *codec) encoded(records bool, file string) string {
	var wire bytes.Buffer
	w := mode.NewWriter(&wire, m.format(records), mode.Options{})
	io.WriteString(w, file)
	w.Close()
	return wire.String()
}

func (m *codec) decoded(t *testing.T, records bool, wire string) string {
	t.Helper()
	got, err := io.ReadAll(mode.NewReader(strings.NewReader(wire), m.format(records), mode.Options{}))
	if err != nil {
		t.Errorf("MODE %s: %v", m.mode, err)
	}
	return string(got)
}

// TestTransferModes has every kind of transfer in every mode, both structures, in
// clear and over TLS.
func TestTransferModes(t *testing.T) {
	t.Parallel()
	inModes(t, func(t *testing.T, s *Server, c *client) {
		for _, m := range codecs {
			c.do("MODE "+m.mode, 200)
			c.do("MKD "+m.mode, 257)
			c.do("CWD "+m.mode, 250)
			for _, stru := range []string{"F", "R"} {
				c.do("STRU "+stru, 200)
				records := stru == "R"
				for _, n := range []int{0, 1, 65535, 65536, 200_001} {
					file := strings.Repeat("line of text\n\xff\x00\n", n/15+1)[:n]
					if records && n > 0 {
						file += "\n"
					}
					c.up("STOR f", m.encoded(records, file))
					wantFile(t, s, "/"+m.mode+"/f", file)
					if got := m.decoded(t, records, c.down("RETR f")); got != file {
						t.Errorf("MODE %s, STRU %s, %d bytes: RETR has %d bytes that differ", m.mode, stru, n, len(got))
					}
				}
				c.up("STOR f", m.encoded(records, "short\n"))
				c.up("APPE f", m.encoded(records, "and long\n"))
				wantFile(t, s, "/"+m.mode+"/f", "short\nand long\n")
				name := strings.TrimPrefix(c.up("STOU", m.encoded(records, "unique\n")), "150 FILE: ")
				wantFile(t, s, "/"+m.mode+"/"+name, "unique\n")
				c.do("DELE "+name, 250)
				wantText(t, "NLST", "f\r\n", m.decoded(t, false, c.down("NLST")))
				for _, line := range []string{"LIST", "MLSD"} {
					if got := m.decoded(t, false, c.down(line)); !strings.HasSuffix(got, " f\r\n") {
						t.Errorf("MODE %s: %s: %q", m.mode, line, got)
					}
				}
			}
			c.do("STRU F", 200)
			c.do("REST 6", 350)
			wantText(t, "REST", "and long\n", m.decoded(t, false, c.down("RETR f")))
			c.do("REST 9", 350)
			c.up("STOR f", m.encoded(false, "!\n"))
			wantFile(t, s, "/"+m.mode+"/f", "short\nand!\n")
			c.do("CDUP", 250)
			c.do("MODE S", 200)
		}
	})
}

// A file whose end is missing is not stored as if it were whole, and nothing may
// follow the end.
func TestModesCut(t *testing.T) {
	s := NewServer(t, nil)
	c := login(t, s)
	c.do("TYPE I", 200)
	file := strings.Repeat("some text ", 1000)
	for _, m := range codecs {
		c.do("MODE "+m.mode, 200)
		wire := m.encoded(false, file)
		for _, tt := range []struct {
			name, wire string
			codes      []int
		}{
			{"nothing", "", []int{426}}, {"half", wire[:len(wire)/2], []int{426}}, {"without the last octet", wire[:len(wire)-1], []int{426}},
			{"garbage", "\x0f\x0f\x0f\x0f", []int{426}}, {"more", wire + "more", []int{426, 451}},
		} {
			if m.mode == "Z" && tt.name == "nothing" {
				continue // an empty file
			}
			conn := c.passive()
			c.do("STOR f", 150)
			io.WriteString(conn, tt.wire)
			conn.Close()
			code, lines, err := c.reply()
			if err != nil || !slices.Contains(tt.codes, code) {
				t.Errorf("MODE %s, %s: %q, %v; want %v", m.mode, tt.name, lines, err, tt.codes)
			}
		}
	}
}

// A client may leave the connection open after the end of a file.
func TestModesConnectionLeftOpen(t *testing.T) {
	s := NewServer(t, nil)
	c := login(t, s)
	for _, m := range codecs[:2] {
		c.do("MODE "+m.mode, 200)
		conn := c.passive()
		c.do("STOR f", 150)
		io.WriteString(conn, m.encoded(false, "text"))
		c.want("STOR", 226)
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("MODE %s: %v; want the end after 226", m.mode, err)
		}
		wantFile(t, s, "/f", "text")
	}
}

func TestModesQuota(t *testing.T) {
	s := NewServer(t, &Config{Users: []User{{Name: "u", Password: "p", Quota: 1000}}})
	c := login(t, s)
	c.do("TYPE I", 200)
	for _, m := range codecs {
		c.do("MODE "+m.mode, 200)
		conn := c.passive()
		c.do("STOR f", 150)
		io.WriteString(conn, m.encoded(false, strings.Repeat("x", 100_000)))
		conn.Close()
		c.want("over the quota", 552)
		c.do("DELE f", 250)
	}
}

func TestModesAborted(t *testing.T) {
	s := NewServer(t, nil)
	if err := s.WriteFile("/f", bytes.Repeat([]byte("0123456789abcdef"), 1<<20)); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	c.do("TYPE I", 200)
	for _, m := range codecs[:2] {
		c.do("MODE "+m.mode, 200)
		conn := c.passive()
		c.do("RETR f", 150)
		io.ReadFull(conn, make([]byte, 1000))
		c.write("ABOR\r\n")
		c.want("RETR", 426)
		c.want("ABOR", 226)
		if _, err := io.ReadAll(mode.NewReader(conn, m.format(false), mode.Options{})); err == nil {
			t.Errorf("MODE %s: an aborted download has an end", m.mode)
		}
		conn = c.passive()
		c.do("STOR g", 150)
		io.WriteString(conn, m.encoded(false, "text")[:2])
		c.do("ABOR", 426)
		c.want("ABOR", 226)
	}
}

func TestUploadMarkers(t *testing.T) {
	s := NewServer(t, nil)
	c := login(t, s)
	for _, typ := range []string{"I", "A", "E"} {
		for _, m := range codecs[:2] {
			c.do("TYPE "+typ, 200)
			c.do("MODE "+m.mode, 200)
			conn := c.passive()
			c.do("STOR f", 150)
			first, second := "one\n", "two\n"
			switch typ {
			case "A":
				first, second = "one\r\n", "two\r\n"
			case "E":
				first, second = "\x96\x95\x85\x15", "\xa3\xa6\x96\x15"
			}
			w := mode.NewWriter(conn, m.format(false), mode.Options{})
			io.WriteString(w, first)
			w.Mark("m1")
			wantText(t, "the answer to a marker", "110 MARK m1 = 4", c.want("marker", 110))
			if typ == "A" {
				io.WriteString(w, "\r")
				w.Mark("middle") // no answer
				io.WriteString(w, "\n")
			}
			io.WriteString(w, "\x00\x00\x00\x00")
			conn.Close()
			c.want("broken off", 426)
			c.do("REST 4", 350)
			c.up("STOR f", m.encoded(false, second))
			wantText(t, "TYPE "+typ, "one\ntwo\n", string(must(s.ReadFile("/f")))[:8])
			c.do("DELE f", 250)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestDownloadMarkers(t *testing.T) {
	const file = "first line\nsecond line\nthird\n"
	s := NewServer(t, &Config{MarkEvery: 5})
	if err := s.WriteFile("/f", []byte(file)); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	for _, typ := range []string{"I", "A"} {
		for _, stru := range []string{"F", "R"} {
			for _, m := range []string{"B", "C"} {
				c.do("TYPE "+typ, 200)
				c.do("STRU "+stru, 200)
				c.do("MODE "+m, 200)
				var parts []string
				whole, markers := readMarkers(t, m, stru == "R", c.down("RETR f"))
				if len(markers) < 2 {
					t.Fatalf("TYPE %s, STRU %s, MODE %s: markers %v", typ, stru, m, markers)
				}
				for text, at := range markers {
					c.do("REST "+text, 350)
					tail, _ := readMarkers(t, m, stru == "R", c.down("RETR f"))
					if parts = append(parts, whole[:at]+tail); whole[:at]+tail != whole {
						t.Errorf("TYPE %s, STRU %s, MODE %s, from %s: %q; want %q", typ, stru, m, text, parts, whole)
					}
				}
			}
		}
	}
}

// readMarkers returns a file and the places of its markers.
func readMarkers(t *testing.T, m string, records bool, wire string) (string, map[string]int) {
	t.Helper()
	var file strings.Builder
	markers := map[string]int{}
	note := func(text string) error { markers[text] = file.Len(); return nil }
	f := (&codec{m}).format(records)
	f.Type = 'A'
	r := mode.NewReader(strings.NewReader(wire), f, mode.Options{Raw: true, Marker: note})
	if _, err := io.Copy(&file, onlyOctets{r}); err != nil {
		t.Errorf("MODE %s: %v", m, err)
	}
	return file.String(), markers
}

// onlyOctets reads one octet at a time, so that markers are seen where they are.
type onlyOctets struct{ r io.Reader }

func (o onlyOctets) Read(b []byte) (int, error) { return o.r.Read(b[:1]) }

func TestTypeE(t *testing.T) {
	for _, page := range []int{0, 1047, 37} {
		t.Run(fmt.Sprint(page), func(t *testing.T) {
			s := NewServer(t, &Config{EBCDIC: page})
			square := "\xad\xbd"
			if page == 37 {
				square = "\xba\xbb"
			}
			if err := s.WriteFile("/f", []byte("A[]é\n\nx\r")); err != nil {
				t.Fatal(err)
			}
			c := login(t, s)
			wire := "\xc1" + square + "\x51\x15\x15\xa7\x0d"
			c.do("TYPE E", 200)
			wantText(t, "RETR", wire, c.down("RETR f"))
			c.up("STOR g", wire)
			wantFile(t, s, "/g", "A[]é\n\nx\r")
			c.up("STOR g", "\xc1\x0d\x25\xc1\x0d\x15")
			wantFile(t, s, "/g", "A\nA\r\n")
			c.do("REST 4", 350)
			wantText(t, "REST", "\x15\x15\xa7\x0d", c.down("RETR f"))
			c.do("STRU R", 200)
			wantText(t, "records", "\xc1"+square+"\x51\xff\x01\xff\x01\xa7\x0d\xff\x03", c.down("RETR f"))
			c.up("STOR g", "\xc1\xff\x01\xa7\xff\x03")
			wantFile(t, s, "/g", "A\nx\n")
			c.do("STRU F", 200)
			if err := s.WriteFile("/bad", []byte("a€")); err != nil {
				t.Fatal(err)
			}
			conn := c.passive()
			c.do("RETR bad", 150)
			io.Copy(io.Discard, conn)
			conn.Close()
			c.want("a character that EBCDIC lacks", 451)
		})
	}
	if _, err := Start(&Config{EBCDIC: 500}); err == nil {
		t.Error("an unknown code page is no error")
	}
}
