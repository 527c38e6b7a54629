package conformance

import (
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

var inBlocks = mode.Format{Mode: 'B'}

// Descriptor codes of block mode (RFC 959, Section 3.4.2).
const (
	blockEOF    = 64
	blockMarker = 16
)

// block returns one block.
func block(code byte, data []byte) []byte {
	return append([]byte{code, byte(len(data) >> 8), byte(len(data))}, data...)
}

// brokenBlocks are the faults that no download in MODE B survives.
func brokenBlocks() []string {
	return []string{"mode-b-no-eof", "mode-b-undefined-bits", "mode-b-eof-twice", "marker-garbage"}
}

// blockCases are those of block mode.
var blockCases = []Case{
	{
		ID: "rfc959-3.4.2-block-retr", RFC: "959 3.4.2", Level: Must,
		Text:   "RETR in MODE B sends blocks with defined codes; one has the code for the end of the file, and nothing follows it.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenBlocks(), "marker-waits"),
		Run: func(t *T) {
			t.optional("MODE B")
			for _, n := range []int{0, 1, 65535, 65536, 200_001} {
				name, data := t.Name("block"), payload(n)
				t.plain()
				t.Up(name, data)
				t.with("MODE B")
				t.Same(fmt.Sprintf("RETR of %d octets", n), t.downCoded(name, inBlocks).file, data)
			}
		},
	},
	{
		ID: "rfc959-3.4.2-block-stor", RFC: "959 3.4.2", Level: Must,
		Text:   "STOR in MODE B takes blocks of all sizes, however they are cut, and the end of the file with data or without.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mode-b-last-block-lost"},
		Run:    blockFramings,
	},
	{
		ID: "rfc959-3.4.2-block-eor", RFC: "959 3.4.2", Level: Must,
		Text:   "In MODE B and STRU R every record ends with the code for it, the last one too.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: append(brokenBlocks(), "mode-b-no-eor"),
		Run: func(t *T) {
			t.optional("MODE B", "STRU R")
			name, text := t.lfFile()
			t.Type("A")
			t.with("MODE B", "STRU R")
			t.Same("the records", t.downCoded(name, mode.Format{Mode: 'B', Structure: 'R'}).file, []byte(text))
		},
	},
	{
		ID: "rfc959-3.4.2-block-premature-close", RFC: "959 3.4", Level: Must,
		Text:   "An upload in MODE B whose connection ends before the file does is no success.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-reset-226", "stor-cut-silence"},
		Run: func(t *T) {
			t.optional("MODE B")
			t.Type("I")
			t.with("MODE B")
			r := t.Begin("STOR " + t.Name("cut")).Store(block(0, []byte("half")))
			t.Grade(r, "STOR of half a file", is(426, 451), is(4, 5))
		},
	},
	{
		ID: "rfc959-5.2-block-keep-or-close", RFC: "959 5.2, 3.2", Level: Must,
		Text:   "After a file in MODE B, 226 means that the server has closed the data connection, 250 that it is open for the next.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenBlocks(), "mode-b-226-stays", "mode-b-250-closes", "mode-b-250-stays"),
		Run: func(t *T) {
			x, name, data := t.blockFile()
			if x.First.Code == 226 {
				t.closedBehind226(x, name)
				return
			}
			x = &Transfer{t: t, d: x.d, cmd: "RETR " + name, First: t.Ask("RETR " + name)}
			t.WantIn(x.First, "RETR on the data connection that 250 kept", 125)
			t.Same("the file on the data connection that 250 kept", x.decode(inBlocks).file, data)
			t.WantIn(x.Final(), x.cmd, 226, 250)
		},
	},
	{
		ID: "rfc959-3.2-close-on-port-change", RFC: "959 3.2", Level: Must,
		Text:   "A data connection that was kept is closed when the client asks for another.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenBlocks(), "mode-b-250-stays", "mode-b-250-closes"),
		Run: func(t *T) {
			x, _, _ := t.blockFile()
			if x.First.Code == 226 {
				t.Unimplf("data connections are not kept: %s", brief(x.First))
			}
			if x.d.ends(quiet) {
				t.Failf("250, and the data connection is closed")
			}
			t.passive()
			if !x.d.ends(t.closing()) {
				t.Failf("the data connection that 250 kept is open after the next EPSV or PASV")
			}
		},
	},
}

// blockFramings sends a file in all ways that blocks allow.
func blockFramings(t *T) {
	t.optional("MODE B")
	big, small := payload(65535), []byte("some text")
	var single []byte
	for i := range small {
		single = append(single, block(0, small[i:i+1])...)
	}
	end := block(blockEOF, nil)
	split := append(block(0, small), end...)
	for _, f := range []struct {
		what   string
		data   []byte
		pieces [][]byte
	}{
		{"an empty block at the end", small, [][]byte{block(0, small), end}},
		{"the end with the last data", small, [][]byte{block(blockEOF, small)}},
		{"blocks of one octet", small, [][]byte{single, end}},
		{"a block of 65535 octets", big, [][]byte{block(0, big), end}},
		{"a header in pieces", small, [][]byte{split[:1], split[1:2], split[2:3], split[3:]}},
		{"an empty file", nil, [][]byte{end}},
	} {
		name := t.Name("block")
		t.Type("I")
		t.with("MODE B")
		t.WantIn(t.Begin("STOR "+name).Store(f.pieces...), "STOR of "+f.what, 226, 250)
		t.with("MODE S")
		t.Same("the file after "+f.what, t.Down(name), f.data)
	}
}

// blockFile retrieves a file in MODE B and waits for the reply, without closing.
func (t *T) blockFile() (x *Transfer, name string, data []byte) {
	t.optional("MODE B")
	name, data = t.Name("block"), payload(1000)
	t.Up(name, data)
	t.with("MODE B")
	x = t.Begin("RETR " + name)
	t.Same("the file", x.decode(inBlocks).file, data)
	t.WantIn(x.Final(), x.cmd, 226, 250)
	return x, name, data
}

// closedBehind226 wants the data connection of x to be over.
func (t *T) closedBehind226(x *Transfer, name string) {
	if !x.d.ends(t.closing()) {
		t.Failf("226, and the data connection is open")
	}
	x.d.goodbye()
	r := t.Ask("RETR " + name)
	if r.Code == 150 {
		r = t.Reply() // the server tries the default data port
	}
	t.WantIn(r, "RETR after 226, without another port", 4, 5)
}

// closing is how long the end of a data connection is waited for.
func (t *T) closing() time.Duration { return min(2*time.Second, t.run.opts.timeout()) }
