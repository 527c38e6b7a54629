package ftptest

import (
	"bytes"
	"cmp"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// modeRewrites are defects of single replies about types, structures and modes.
var modeRewrites = []rewrite{
	{"type-ac-250", "TYPE A C is answered with 250", "TYPE", "A C", 200, "250 OK"},
	{"stru-p-200", "STRU P is answered with 200, and changes nothing", "STRU", "P", 504, "200 OK"},
	{"rest-32bit-501", "REST takes no offset above 2^32", "REST", "4294967296", 350, "501 Too large"},
	{"opts-mode-z-99-200", "OPTS MODE Z takes level 99", "OPTS", "MODE Z LEVEL 99", 501, "200 OK"},
}

// checkModeFaults are defects of the structures and modes beside those of modeFaults.
func checkModeFaults() []deviation {
	var printed memory[bool]
	return slices.Concat(recordFaults(), blockFaults(), compressedFaults(), []deviation{
		{name: "type-at-504", doc: "TYPE A T is refused, though TYPE A is not",
			command: instead("TYPE", argument("A T"), says(504, "No"))},
		{name: "format-sticks", doc: "by STAT, TYPE A leaves the format of an earlier TYPE A T in force",
			command: onCommand("TYPE", func(s *session, arg string) bool {
				*printed.of(s) = arg == "A T" || arg == "A" && *printed.of(s)
				return false
			}),
			reply: edit("STAT", 211, func(s *session, w string) string {
				if *printed.of(s) {
					w = strings.Replace(w, "TYPE A N", "TYPE A T", 1)
				}
				return w
			})},
		{name: "type-e-ascii", doc: "files come in TYPE A under TYPE E",
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if s.machine.Params().Type == 'E' {
					asSent(t, true)
				}
			})},
		{name: "ascii-cr-eats-next", doc: "STOR in TYPE A loses what follows a CR that is no line end",
			transfer: asciiUploads(func(b []byte) []byte { return afterCR.ReplaceAll(b, []byte("\r")) })},
		{name: "feat-no-mode-z", doc: "FEAT does not list MODE Z",
			features: func(_ *session, lines []string) []string {
				return slices.DeleteFunc(lines, func(l string) bool { return l == "MODE Z" })
			}},
		{name: "mode-z-504", doc: "MODE Z is refused, though FEAT lists it",
			command: instead("MODE", argument("Z"), says(504, "No"))},
		{name: "mode-z-raw-deflate", doc: "in MODE Z streams lack the header and the checksum of zlib",
			transfer: encoded('Z', func(b []byte) []byte { return b[2 : len(b)-4] })},
		{name: "mode-z-upload-stops", doc: "in MODE Z an upload of more than 64 KiB stops",
			transfer: uploads(func(s *session, t *transfer) {
				if s.machine.Params().Mode == 'Z' {
					t.during = func(s *session, t *transfer) error {
						if t.moved.Load() > 64<<10 {
							wait(s.ctx, time.Minute)
						}
						return nil
					}
				}
			})},
		{name: "mode-z-upload-short", doc: "in MODE Z an upload is stored up to one mebibyte, and answered with 226",
			transfer: uploads(func(s *session, t *transfer) {
				if s.machine.Params().Mode == 'Z' {
					t.wrapSink = func(w io.Writer) io.Writer { return editing{w, upTo(1 << 20)} }
				}
			})},
		{name: "mode-z-download-short", doc: "in MODE Z a download has one mebibyte at most",
			transfer: inMode('Z', func(_ *session, t *transfer) {
				t.wrapSource = func(r io.Reader) io.Reader { return io.LimitReader(r, 1<<20) }
			})},
	})
}

// upTo returns an edit that swallows what comes behind so many octets.
func upTo(most int) func(b []byte) []byte {
	n := 0
	return func(b []byte) []byte {
		b = b[:min(len(b), max(most-n, 0))]
		n += len(b)
		return b
	}
}

var afterCR = regexp.MustCompile(`\r[^\r\n]`)

// recordFaults are defects of records in stream mode.
func recordFaults() []deviation {
	return []deviation{
		{name: "record-no-eof", doc: "in MODE S and STRU R the end of the file has no code",
			transfer: encoded('S', func(b []byte) []byte { return b[:len(b)-2] })},
		{name: "record-last-open", doc: "in MODE S and STRU R a last line without a line end is no record",
			transfer: encoded('S', func(b []byte) []byte { b[len(b)-1] &^= 1; return b })},
		{name: "record-escape-single", doc: "in MODE S and STRU R octets of ones are sent undoubled",
			transfer: encoded('S', func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\xff\xff"), []byte("\xff")) })},
		{name: "record-eor-ignored", doc: "in MODE S and STRU R an upload has one record",
			transfer: received('S', func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\xff\x01"), nil) })},
		{name: "record-escape-kept", doc: "in MODE S and STRU R doubled octets of ones are stored doubled",
			transfer: received('S', func(b []byte) []byte {
				return bytes.ReplaceAll(b, []byte("\xff\xff"), []byte("\xff\xff\xff\xff"))
			})},
	}
}

// blockFaults are defects of MODE B.
func blockFaults() []deviation {
	return []deviation{
		{name: "mode-b-eof-twice", doc: "in MODE B the block that ends the file comes twice",
			transfer: encoded('B', func(b []byte) []byte { return append(b, 64, 0, 0) })},
		{name: "mode-b-no-eor", doc: "in MODE B no block has the code for the end of a record",
			transfer: encoded('B', func(b []byte) []byte { return eachBlock(b, func(h byte) byte { return h &^ 128 }) })},
		{name: "mode-b-last-block-lost", doc: "in MODE B the data of a block that ends the file is not stored",
			transfer: received('B', func(b []byte) []byte {
				var out []byte
				for len(b) >= 3 {
					n := min(3+(int(b[1])<<8|int(b[2])), len(b))
					if b[0]&64 != 0 {
						return append(out, b[0], 0, 0)
					}
					out, b = append(out, b[:n]...), b[n:]
				}
				return out
			})},
		{name: "mode-b-226-stays", doc: "in MODE B RETR is answered with 226, and the data connection stays open",
			transfer: inMode('B', func(_ *session, t *transfer) { t.keepOpen, t.atEnd = true, letGo })},
		{name: "mode-b-250-stays", doc: "in MODE B RETR is answered with 250, and the data connection stays open to the end of the session, but for nothing",
			transfer: inMode('B', func(_ *session, t *transfer) {
				t.keepOpen, t.atEnd, t.final = true, letGo, &outcome{250, "Kept open"}
			})},
		{name: "mode-b-250-closes", doc: "in MODE B RETR is answered with 250, and the data connection is closed",
			transfer: inMode('B', func(_ *session, t *transfer) { t.final = &outcome{250, "Kept open"} })},
		keptOpen(),
		{name: "marker-110-form", doc: "110 has another text than RFC 1123 has",
			reply: edit("STOR", 110, func(_ *session, w string) string { return "110 Marker noted\r\n" })},
		{name: "marker-stored", doc: "in MODE B restart markers are stored",
			transfer: received('B', func(b []byte) []byte { return eachBlock(b, func(h byte) byte { return h &^ 16 }) })},
		{name: "marker-waits", doc: "in MODE B downloads have restart markers, and stop after one",
			config: func(c *Config) { c.MarkEvery = cmp.Or(c.MarkEvery, 50_000) },
			transfer: inMode('B', func(s *session, t *transfer) {
				encode := t.encode
				t.encode = func(w io.Writer) io.WriteCloser {
					e := encode(w)
					if m, ok := e.(*markWriter); ok {
						m.marker = waitingMarker{m.marker, s}
					}
					return e
				}
			})},
	}
}

// A waitingMarker waits after each restart marker, as if it were to be answered.
type waitingMarker struct {
	marker
	s *session
}

func (m waitingMarker) Mark(text string) error {
	err := m.marker.Mark(text)
	wait(m.s.ctx, 3*time.Second)
	return err
}

// letGo has the server forget a data connection without closing it.
func letGo(d *dataConn) {
	d.raw, _ = net.Pipe()
	d.conn = d.raw
}

// compressedFaults are defects of MODE C.
func compressedFaults() []deviation {
	blanks := mode.Format{Mode: 'C', Type: 'A'}
	return []deviation{
		{name: "mode-c-filler-sent", doc: "in MODE C and TYPE I blanks are sent as filler",
			transfer: inMode('C', func(s *session, t *transfer) {
				if s.machine.Params().Type == 'I' {
					t.encode = func(w io.Writer) io.WriteCloser { return mode.NewWriter(w, blanks, mode.Options{Raw: true}) }
				}
			})},
		{name: "mode-c-no-octets", doc: "in MODE C a download begins with a string of no octets",
			transfer: encoded('C', func(b []byte) []byte { return append([]byte{0xc0}, b...) })},
		{name: "mode-c-filler-stored", doc: "in MODE C filler is stored as blanks, whatever the type",
			transfer: uploads(func(s *session, t *transfer) {
				if s.machine.Params().Mode == 'C' {
					t.decode = func(r io.Reader) io.Reader { return mode.NewReader(r, blanks, mode.Options{Raw: true}) }
				}
			})},
	}
}

// inMode returns a transfer hook for RETR in a mode.
func inMode(m byte, f func(*session, *transfer)) func(*session, *transfer) {
	return onVerb("RETR", func(s *session, t *transfer) {
		if s.machine.Params().Mode == m {
			f(s, t)
		}
	})
}

// received returns a transfer hook that edits all that an upload receives in a mode.
func received(m byte, edit func([]byte) []byte) func(*session, *transfer) {
	return func(s *session, t *transfer) {
		if t.decode == nil || s.machine.Params().Mode != m {
			return
		}
		decode := t.decode
		t.decode = func(r io.Reader) io.Reader {
			wire, _ := io.ReadAll(r) // what has come before an error
			return decode(bytes.NewReader(edit(wire)))
		}
	}
}
