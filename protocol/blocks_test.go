package protocol

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// TestBlocksWire: what goes over the data connection is what RFC 2228, Section 6 says.
func TestBlocksWire(t *testing.T) {
	blocks := func() Blocks { return toyBlocks{&toy{levels: "S"}, LevelSafe} }
	inverted := func(s string) string {
		b := []byte(s)
		for i := range b {
			b[i] ^= 0xff
		}
		return string(b)
	}
	block := func(s string) string {
		return string([]byte{0, 0, 0, byte(2 + len(s)), 'S', sum([]byte(s))}) + inverted(s)
	}
	for _, tt := range []struct {
		writes []string
		buffer uint32
		want   string
	}{
		{nil, 10, block("")},
		{[]string{""}, 10, block("")},
		{[]string{"abc", "d"}, 10, block("abc") + block("d") + block("")},
		{[]string{"abcdefgh"}, 5, block("abc") + block("def") + block("gh") + block("")},
	} {
		var out bytes.Buffer
		w := NewBlockWriter(&out, blocks(), tt.buffer)
		for _, s := range tt.writes {
			if n, err := io.WriteString(w, s); n != len(s) || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]byte(tt.want), out.Bytes()); diff != "" {
			t.Errorf("%q, blocks of %d: mismatch (-want +got):\n%s", tt.writes, tt.buffer, diff)
		}
		if n, err := w.Write([]byte("x")); n != 0 || err == nil {
			t.Errorf("Write after Close = %d, %v", n, err)
		}
		got, err := io.ReadAll(NewBlockReader(iotest.OneByteReader(&out), blocks(), tt.buffer))
		if want := strings.Join(tt.writes, ""); err != nil || string(got) != want {
			t.Errorf("read %q, %v; want %q", got, err, want)
		}
	}
}

// TestBlockReaderRefuses: nothing but the block that holds nothing is an end.
func TestBlockReaderRefuses(t *testing.T) {
	const whole, end = "\x00\x00\x00\x04S\x62\x9e\x9d", "\x00\x00\x00\x02S\x00" // "ab"
	unreadable := errors.New("unreadable")
	good := string([]byte{0, 0, 0, 4, 'S', sum([]byte("ab")), 'a' ^ 0xff, 'b' ^ 0xff})
	for _, tt := range []struct {
		name, stream, want string
		err                error // nil: io.EOF at the end
		reason             string
	}{
		{"an end", good + end, "ab", nil, ""},
		{"bytes behind the end", good + end + "more", "ab", nil, ""},
		{"no end", good, "ab", io.ErrUnexpectedEOF, "before the block that ends"},
		{"nothing", "", "", io.ErrUnexpectedEOF, "before the block that ends"},
		{"half a header", good + end[:3], "ab", io.ErrUnexpectedEOF, "before the block that ends"},
		{"half a block", good + end[:5], "ab", io.ErrUnexpectedEOF, "before the block that ends"},
		{"an end without protection", good + "\x00\x00\x00\x00", "ab", nil, "no protection"},
		{"a forged block", whole + end, "", nil, "security check"},
		{"one octet more than PBSZ", "\x00\x00\x00\x09" + strings.Repeat("x", 9), "", nil, "PBSZ allows 8"},
		{"4 GiB", "\xff\xff\xff\xff" + end, "", nil, "4294967295 octets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewBlockReader(strings.NewReader(tt.stream), toyBlocks{&toy{levels: "S"}, LevelSafe}, 8)
			got, err := io.ReadAll(r)
			if string(got) != tt.want {
				t.Errorf("read %q, want %q", got, tt.want)
			}
			e, ok := errors.AsType[*ProtectionError](err)
			if ok != (tt.reason != "") || ok && (e.Code != 535 || !strings.Contains(e.Reason, tt.reason) || !errors.Is(err, tt.err) && tt.err != nil) {
				t.Errorf("error %v; want %q", err, tt.reason)
			}
			if _, again := r.Read(make([]byte, 1)); err == nil && again != io.EOF || err != nil && again != err {
				t.Errorf("the next Read: %v, want the same", again)
			}
		})
	}
	large := bytes.Repeat([]byte("0123456789"), 300_000)
	var wire bytes.Buffer
	w := NewBlockWriter(&wire, toyBlocks{&toy{levels: "S"}, LevelSafe}, 1<<30)
	w.Write(large)
	w.Close()
	if got, err := io.ReadAll(NewBlockReader(&wire, toyBlocks{&toy{levels: "S"}, LevelSafe}, 1<<30)); err != nil || !bytes.Equal(got, large) {
		t.Errorf("a block of 3 MB: %d octets, %v", len(got), err)
	}
	r := NewBlockReader(iotest.ErrReader(unreadable), toyBlocks{}, 8)
	if _, err := r.Read(make([]byte, 1)); err != unreadable {
		t.Errorf("%v; want the reader's own error", err)
	}
}

// badBlocks is a mechanism that does not keep to what it was told.
type badBlocks struct {
	room uint32
	out  []byte
	err  error
}

func (b badBlocks) Room(uint32) uint32               { return b.room }
func (b badBlocks) Protect([]byte) ([]byte, error)   { return b.out, b.err }
func (b badBlocks) Unprotect([]byte) ([]byte, error) { return nil, b.err }

func TestBlockWriterRefuses(t *testing.T) {
	for reason, b := range map[string]badBlocks{
		"fit into a block":         {out: []byte("x")},
		"made a block of 11":       {room: 1, out: make([]byte, 11)},
		"made a block of 0 octets": {room: 1},
		"cannot protect":           {room: 1, err: errors.New("no")},
	} {
		var out bytes.Buffer
		w := NewBlockWriter(&out, b, 10)
		n, err := w.Write([]byte("abc"))
		if e, ok := errors.AsType[*ProtectionError](err); !ok || n != 0 || e.Code != 535 || !strings.Contains(e.Reason, reason) || out.Len() > 0 {
			t.Errorf("%s: %d, %v, %q written", reason, n, err, out.Bytes())
		}
	}
}

// TestDataBlocks: both sides number transfers alike, whatever comes in between.
func TestDataBlocks(t *testing.T) {
	p := newToyPair(t, "SEP")
	if p.client.DataBlocks() != nil {
		t.Error("blocks before the exchange")
	}
	p.authenticate()
	p.do("USER", "u", 331)
	p.do("PASS", "secret", 230)
	p.answer("PBSZ", "100")
	same := func(why string, want uint64) {
		t.Helper()
		if p.client.transfers != want || p.server.transfers != want {
			t.Errorf("%s: %d and %d transfers, want %d", why, p.client.transfers, p.server.transfers, want)
		}
	}
	if p.client.DataBlocks() != nil || p.server.DataBlocks() != nil {
		t.Error("blocks at PROT C")
	}
	for _, l := range []string{"S", "E", "P"} {
		p.answer("PROT", l)
		for _, m := range []*Machine{p.client, p.server} {
			if b, ok := m.DataBlocks().(toyBlocks); !ok || b.l != Level(l[0]) {
				t.Errorf("PROT %s: %+v", l, b)
			}
		}
	}
	same("none yet", 0)
	p.do("RETR", "a", 550)
	same("a refused one", 1)
	p.do("STAT", "", 211)
	p.do("NLST", "", 226)
	same("two", 2)
	p.do("STOR", "x", 332)
	p.do("ACCT", "a", 230)
	if _, err := p.server.Reply(NewReply(550, "no")); err != nil {
		t.Fatal(err)
	}
	same("one that waited for ACCT", 4)
}

func TestLevelCovers(t *testing.T) {
	const all = "CSEP"
	level := func(c byte) Level { l, _ := parseLevel(string(rune(c))); return l }
	for have, want := range map[byte]string{'C': "C", 'S': "CS", 'E': "CE", 'P': "CSEP"} {
		for i := range len(all) {
			if got := level(have).Covers(level(all[i])); got != (strings.IndexByte(want, all[i]) >= 0) {
				t.Errorf("%c covers %c: %v", have, all[i], got)
			}
		}
	}
}
