package control_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A mode is not sent until it is needed, comes before the address of the data
// connection, and once. Listings go back to what all servers have of them.
func TestModeCommands(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	c := dialServer(t, s, &clear)
	if err := s.WriteFile("/f", []byte("text\n")); err != nil {
		t.Fatal(err)
	}
	retr := func() {
		t.Helper()
		if got, err := get(t, c, "f"); got != "text\n" || err != nil {
			t.Errorf("RETR: %q, %v", got, err)
		}
	}
	list := func(verb protocol.Verb) {
		t.Helper()
		d, err := c.Open(t.Context(), verb, "")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(d)
		if cerr := d.Close(); err != nil || cerr != nil || !strings.HasSuffix(string(b), "f\r\n") {
			t.Errorf("%s: %q, %v, %v", verb, b, err, cerr)
		}
	}
	for _, step := range []struct {
		name string
		set  *mode.Format
		do   func()
		want string // without EPSV
	}{
		{"the default", nil, retr, "TYPE I, RETR f"},
		{"all at once", &mode.Format{Type: 'A', Form: 'T', Structure: 'R', Mode: 'Z', Level: 9}, retr, "TYPE A T, STRU R, MODE Z, OPTS MODE Z LEVEL 9, RETR f"},
		{"again", nil, retr, "RETR f"},
		{"LIST", nil, func() { list("LIST") }, "TYPE A, STRU F, LIST"},
		{"MLSD", nil, func() { list("MLSD") }, "MLSD"},
		{"back from listings", nil, retr, "TYPE A T, STRU R, RETR f"},
		{"MLSD from records", nil, func() { list("MLSD") }, "STRU F, MLSD"},
		{"the level is set back", &mode.Format{Type: 'A', Form: 'T', Mode: 'Z'}, retr, "OPTS MODE Z, RETR f"},
		{"block mode", &mode.Format{Type: 'L', Mode: 'B'}, retr, "TYPE L 8, MODE B, RETR f"},
		{"again in block mode", nil, retr, "RETR f"},
		{"MLSD from block mode", nil, func() { list("MLSD") }, "MODE S, MLSD"},
		{"NLST from block mode", nil, func() { list("NLST") }, "TYPE A, NLST"},
		{"compressed mode", &mode.Format{Type: 'E', Mode: 'C'}, retr, "TYPE E, MODE C, RETR f"},
		{"SIZE", nil, func() {
			if n, err := c.Size(t.Context(), "f"); n != 5 || err != nil {
				t.Errorf("SIZE: %d, %v", n, err)
			}
		}, "TYPE I, SIZE f"},
		{"back to stream", &mode.Format{}, retr, "MODE S, RETR f"},
	} {
		if step.set != nil {
			if err := c.SetFileFormat(*step.set); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
		}
		before := len(s.Commands())
		step.do()
		var got []string
		for _, line := range s.Commands()[before:] {
			if line != "EPSV" {
				got = append(got, line)
			}
		}
		if got := strings.Join(got, ", "); got != step.want {
			t.Errorf("%s: %s; want %s", step.name, got, step.want)
		}
	}
}

// get downloads a file.
func get(t *testing.T, c *control.Conn, name string) (string, error) {
	t.Helper()
	d, err := c.Retr(t.Context(), name, 0)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(d)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return string(b), err
}

// put uploads a file.
func put(t *testing.T, c *control.Conn, name, data string) error {
	t.Helper()
	u, err := c.Stor(t.Context(), name, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(u, data)
	if cerr := u.Close(); err == nil {
		err = cerr
	}
	return err
}

func TestModeArguments(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	c := dialServer(t, s, &clear)
	want := mode.Format{Type: 'A', Form: 'N', Structure: 'R', Mode: 'S'}
	if err := c.SetFileFormat(mode.Format{Type: 'A', Structure: 'R'}); err != nil {
		t.Fatal(err)
	}
	if err := c.SetFileFormat(mode.Format{Mode: 'P'}); err == nil || c.FileFormat() != want {
		t.Errorf("MODE P: %v, the format is %+v; want an error and %+v", err, c.FileFormat(), want)
	}
	if _, err := c.RetrFrom(t.Context(), "f", "m"); err == nil {
		t.Error("a marker in stream mode is no error")
	}
	if err := c.SetFileFormat(mode.Format{Mode: 'B'}); err != nil {
		t.Fatal(err)
	}
	for _, marker := range []string{"", "a b", "\x01"} {
		if _, err := c.StorFrom(t.Context(), "f", marker); err == nil {
			t.Errorf("marker %q is no error", marker)
		}
	}
	if n := len(s.DataConns()); n != 0 {
		t.Errorf("%d data connections; want none", n)
	}
}

// What a server refuses is a typed error before there is a data connection, and the
// connection is good for what it does not refuse.
func TestModeRefused(t *testing.T) {
	for _, tt := range []struct {
		name    string
		set     mode.Format
		command string
		reply   string
	}{
		{"MODE Z", mode.Format{Mode: 'Z'}, "MODE Z", "504 no"},
		{"MODE B", mode.Format{Mode: 'B'}, "MODE B", "502 no"},
		{"STRU R", mode.Format{Structure: 'R'}, "STRU R", "504 no"},
		{"TYPE E", mode.Format{Type: 'E'}, "TYPE E", "504 no"},
		{"TYPE L 8", mode.Format{Type: 'L'}, "TYPE L 8", "501 no"},
		{"TYPE A C", mode.Format{Type: 'A', Form: 'C'}, "TYPE A C", "504 no"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &control.Config{})
			if err := tc.c.SetFileFormat(tt.set); err != nil {
				t.Fatal(err)
			}
			f := tc.retr(t.Context(), 0)
			if !strings.HasPrefix(tt.command, "TYPE") {
				tc.answer("TYPE I", "200 ok")
			}
			tc.answer(tt.command, tt.reply)
			wantTransferError(t, f.wait(), control.PhaseOpen, protocol.Code(must(tt.reply[:3])))
			if err := tc.c.SetFileFormat(mode.Format{Type: 'A'}); err != nil {
				t.Fatal(err)
			}
			noop := tc.async(func() error { return tc.c.Noop(t.Context()) })
			tc.answer("NOOP", "200 ok")
			tc.wantOK("NOOP", noop)
		})
	}
	inBubble(t, "OPTS MODE Z, which may be refused", func(t *testing.T) {
		tc := login(t, &control.Config{})
		if err := tc.c.SetFileFormat(mode.Format{Mode: 'Z', Level: 9}); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			f := tc.retr(t.Context(), 0)
			if i == 0 {
				tc.answer("TYPE I", "200 ok")
				tc.answer("MODE Z", "200 ok")
				tc.answer("OPTS MODE Z LEVEL 9", "501 no")
			}
			data := tc.passive()
			tc.answer("RETR f", "150 go")
			z := mode.NewWriter(data, mode.Format{Mode: 'Z'}, mode.Options{})
			io.WriteString(z, "text")
			z.Close()
			data.Close()
			tc.writeReply("226 done")
			if err := f.wait(); err != nil || f.data != "text" {
				t.Errorf("RETR: %q, %v", f.data, err)
			}
		}
	})
}

// 250 says that the server leaves the data connection open (RFC 959, Section 5.2). It
// is closed here, and the next transfer has another.
func TestBlockModeKeptOpen(t *testing.T) {
	inBubble(t, "250", func(t *testing.T) {
		tc := login(t, &control.Config{})
		if err := tc.c.SetFileFormat(mode.Format{Mode: 'B'}); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			f := tc.retr(t.Context(), 0)
			if i == 0 {
				tc.answer("TYPE I", "200 ok")
				tc.answer("MODE B", "200 ok")
			}
			data := tc.passive()
			tc.answer("RETR f", "150 go")
			io.WriteString(data, "\x40\x00\x04text")
			tc.writeReply("250 done, the connection stays open")
			if err := f.wait(); err != nil || f.data != "text" {
				t.Fatalf("RETR: %q, %v", f.data, err)
			}
			if _, err := data.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the client's end: %v; want closed", err)
			}
		}
	})
	inBubble(t, "octets behind the end", func(t *testing.T) {
		tc := login(t, &control.Config{})
		if err := tc.c.SetFileFormat(mode.Format{Mode: 'B'}); err != nil {
			t.Fatal(err)
		}
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.answer("MODE B", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 go")
		io.WriteString(data, "\x40\x00\x04text\x40\x00\x00")
		tc.writeReply("226 done")
		if err := f.wait(); err == nil || !strings.Contains(err.Error(), "octets follow the end of the file") {
			t.Errorf("RETR: %v", err)
		}
	})
}

// T65, and its like in the other modes: a file whose end is missing or wrong is an
// error even if the server says 226, and the connection is usable.
func TestT65Modes(t *testing.T) {
	for _, tt := range []struct {
		fault  ftptest.Fault
		mode   byte
		reason string
	}{
		{"mode-z-corrupt", 'Z', "the checksum at the end is wrong: the data is damaged"},
		{"mode-z-truncated", 'Z', "the connection ends before the file does"},
		{"mode-z-trailing", 'Z', "octets follow the end of the zlib stream"},
		{"mode-b-no-eof", 'B', "the connection ends before the file does"},
		{"mode-b-undefined-bits", 'B', "a descriptor has codes that are not defined"},
		{"mode-c-no-eof", 'C', "the connection ends before the file does"},
		{"marker-garbage", 'B', "a restart marker is not printable"},
		{"marker-garbage", 'C', "a restart marker is not printable"},
	} {
		for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
			t.Run(fmt.Sprintf("%s/%c/%s", tt.fault, tt.mode, tls), func(t *testing.T) {
				t.Parallel()
				s := ftptest.NewServer(t, &ftptest.Config{TLS: tls, Faults: []ftptest.Fault{tt.fault}})
				if err := s.WriteFile("/f", bytes.Repeat([]byte("line\n"), 5000)); err != nil {
					t.Fatal(err)
				}
				cfg := control.Config{}
				if tls == ftptest.TLSNone {
					cfg = clear
				}
				c := dialServer(t, s, &cfg)
				for _, typ := range []byte("IAE") {
					setFormat(t, c, tt.mode, 'F', typ)
					_, err := get(t, c, "f")
					te, ok := errors.AsType[*control.TransferError](err)
					me, is := errors.AsType[*mode.Error](err)
					if !ok || te.Phase != control.PhaseData || !is || me.Reason != tt.reason {
						t.Errorf("TYPE %c: %v; want %s", typ, err, tt.reason)
					}
				}
				setFormat(t, c, 'S', 'F', 'I')
				if got, err := get(t, c, "f"); err != nil || len(got) != 25000 {
					t.Errorf("in stream mode: %d bytes, %v", len(got), err)
				}
			})
		}
	}
}

// T65: what comes out of MODE Z is bounded.
func TestT65Bomb(t *testing.T) {
	const reason = "more comes out than the limit allows"
	s := ftptest.NewServer(t, &ftptest.Config{Faults: []ftptest.Fault{"mode-z-bomb"}})
	if err := s.WriteFile("/f", []byte("text")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		limit  int64
		expect int64
		want   int64 // octets that come
		size   bool  // the error is about the size
	}{
		{"the size that is expected", 0, 100_000, 100_000, true},
		{"nothing is expected", 0, 0, 0, true},
		{"the Config's limit", 200_000, -1, 200_000, false},
		{"the lower of both", 50_000, 100_000, 50_000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := dialServer(t, s, &control.Config{Security: control.SecurityNone, InflateLimit: tt.limit})
			setFormat(t, c, 'Z', 'F', 'I')
			d, err := c.Retr(t.Context(), "f", 0)
			if err != nil {
				t.Fatal(err)
			}
			if tt.expect >= 0 {
				d.Expect(tt.expect)
			}
			n, err := io.Copy(io.Discard, d)
			e, coded := errors.AsType[*mode.Error](err)
			_, size := errors.AsType[*control.SizeError](err)
			if n != tt.want || size != tt.size || coded == tt.size || coded && e.Reason != reason {
				t.Errorf("%d octets, %v; want %d", n, err, tt.want)
			}
			d.Close()
			if err := c.Noop(t.Context()); err != nil {
				t.Errorf("NOOP behind it: %v", err)
			}
		})
	}
}

// Some servers never compress listings: they are read as they come.
func TestModeZListings(t *testing.T) {
	for _, faults := range [][]ftptest.Fault{nil, {"list-never-compressed"}} {
		t.Run(fmt.Sprint(faults), func(t *testing.T) {
			s := ftptest.NewServer(t, &ftptest.Config{Faults: faults})
			if err := s.WriteFile("/hb", []byte("a name that begins like a zlib stream")); err != nil {
				t.Fatal(err)
			}
			c := dialServer(t, s, &clear)
			setFormat(t, c, 'Z', 'F', 'I')
			entries := func(err error, e listing.Entry) {
				t.Helper()
				if err != nil || e.Name != "hb" && e.Kind == listing.KindFile {
					t.Errorf("%+v, %v; want hb", e, err)
				}
			}
			n := 0
			for e, err := range c.Mlsd(t.Context(), "", control.ListOptions{}) {
				entries(err, e)
				n++
			}
			for e, err := range c.List(t.Context(), "", control.ListOptions{}) {
				entries(err, e)
				n++
			}
			for name, err := range c.Nlst(t.Context(), "") {
				entries(err, listing.Entry{Name: name, Kind: listing.KindFile})
				n++
			}
			if n < 3 {
				t.Errorf("%d entries", n)
			}
			if err := s.Mkdir("/empty"); err != nil {
				t.Fatal(err)
			}
			for name, err := range c.Nlst(t.Context(), "empty") {
				t.Errorf("an empty directory has %q, %v", name, err)
			}
		})
	}
}

// The checksum of MODE Z proves a file whole where TLS ends without close_notify.
func TestModeZWithoutCloseNotify(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"data-no-close-notify"}})
	if err := s.WriteFile("/f", []byte("line\nline\n")); err != nil {
		t.Fatal(err)
	}
	c := dialServer(t, s, &control.Config{NoUploadProbe: true})
	for _, stru := range []byte("FR") {
		setFormat(t, c, 'Z', stru, 'A')
		d, err := c.Retr(t.Context(), "f", 0)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(d)
		if cerr := d.Close(); err != nil || cerr != nil || string(b) != "line\nline\n" || !d.Unterminated() {
			t.Errorf("STRU %c: %q, %v, %v, unterminated %v", stru, b, err, cerr, d.Unterminated())
		}
	}
	setFormat(t, c, 'S', 'F', 'A')
	if _, err := get(t, c, "f"); err == nil {
		t.Error("in stream mode it is no error")
	}
}
