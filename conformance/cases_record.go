package conformance

import (
	"bytes"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// recordCases are those of files with records in stream mode.
var recordCases = []Case{
	{
		ID: "rfc959-3.4.1-record-retr", RFC: "959 3.4.1", Level: Must,
		Text:   "RETR in MODE S and STRU R ends every record with FF 01 and the file with FF 02, or both with FF 03.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"record-no-eof", "record-last-open"},
		Run: func(t *T) {
			t.needRecords()
			name := t.Name("records")
			text := []byte("one\ntwo\n\nfour") // the last line has no end
			t.Up(name, text)
			t.Type("A")
			t.with("STRU R")
			f := t.downCoded(name, mode.Format{Structure: 'R'})
			t.Same("the records", f.file, append(text, '\n'))
		},
	},
	{
		ID: "rfc959-3.4.1-record-stor", RFC: "959 3.4.1, 3.4", Level: Must,
		Text:   "STOR in MODE S and STRU R heeds the codes for the end of a record and of the file.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"record-eor-ignored", "ascii-retr-end-lf"},
		Run: func(t *T) {
			t.needRecords()
			t.Type("A")
			for _, wire := range []string{"r1\xff\x01r2\xff\x01\xff\x02", "r1\xff\x01r2\xff\x03"} {
				name := t.Name("records")
				t.with("STRU R")
				t.Upload("STOR "+name, []byte(wire))
				t.with("STRU F")
				t.Same("the file in STRU F", t.Down(name), []byte("r1\r\nr2\r\n"))
			}
		},
	},
	{
		ID: "rfc959-3.4.1-record-escape", RFC: "959 3.4.1", Level: Must,
		Text:   "In MODE S and STRU R an octet FF of the data is doubled, both ways.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"record-escape-single", "record-escape-kept", "record-no-eof"},
		Run: func(t *T) {
			t.needRecords()
			name, data := t.Name("escape"), []byte("a\xff\xffb\xff\n")
			c := mode.Format{Structure: 'R'}
			t.Type("I")
			t.with("STRU R")
			t.Upload("STOR "+name, encode(c, mode.Options{}, data))
			t.Same("the records", t.downCoded(name, c).file, data)
			t.with("STRU F")
			if got := t.Down(name); bytes.Count(got, []byte{0xff}) != 3 {
				t.Failf("the file has %q, want %q and a line end", got, data[:len(data)-1])
			}
		},
	},
}

// needRecords makes the case UNIMPL unless STRU R does something: a server may take it
// and send files as they are (RFC 1123, Section 4.1.2.13).
func (t *T) needRecords() {
	t.optional("STRU R")
	name := t.File("stru")
	t.with("STRU R")
	wire := t.Down(name)
	t.with("STRU F")
	if bytes.IndexByte(wire, 0xff) < 0 {
		t.Unimplf("STRU R is accepted, and files come as they are")
	}
}
