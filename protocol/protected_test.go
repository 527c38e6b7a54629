package protocol

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var allLevels = []Level{LevelClear, LevelSafe, LevelConfidential, LevelPrivate}

// TestProtectCommand: a command comes out of its protection as it went in.
func TestProtectCommand(t *testing.T) {
	p := &toy{levels: "SEP"}
	for _, l := range allLevels {
		for _, c := range []Command{
			{Verb: "NOOP"}, {Verb: "USER", Arg: "bob"}, {Verb: "RETR", Arg: " a\xff b "}, {Verb: "PASS", Arg: ""},
			{Verb: "STOR", Arg: strings.Repeat("x", 5000)},
		} {
			protected, err := c.protect(p, l)
			if err != nil {
				t.Fatal(err)
			}
			got, level, err := protected.unprotect(p)
			if err != nil || level != l {
				t.Fatalf("%s at %s: level %s, error %v", c.Verb, l, level, err)
			}
			if diff := cmp.Diff(c, got); diff != "" {
				t.Errorf("at %s: mismatch (-want +got):\n%s", l, diff)
			}
			if l != LevelClear && strings.Contains(protected.String(), protected.Arg) {
				t.Errorf("String shows the message: %s", protected)
			}
		}
	}
	if _, err := (Command{Verb: "RETR", Arg: "a\r\nDELE b"}).protect(p, LevelSafe); err == nil {
		t.Error("a second command passes inside a protected one")
	}
}

func TestUnprotectCommandRefuses(t *testing.T) {
	p := &toy{levels: "SP"}
	message := func(l Level, s string) string {
		b, _ := p.Protect(l, []byte(s))
		return base64.StdEncoding.EncodeToString(b)
	}
	for _, tt := range []struct {
		name string
		cmd  Command
		want Code // 0: legal, -1: a *SyntaxError
	}{
		{"line end included", Command{Verb: "MIC", Arg: message(LevelSafe, "NOOP\r\n")}, 0},
		{"line end left out", Command{Verb: "ENC", Arg: message(LevelPrivate, "NOOP")}, 0},
		{"small letters", Command{Verb: "mic", Arg: message(LevelSafe, "NOOP")}, 0},
		{"no base64", Command{Verb: "MIC", Arg: "%"}, 501},
		{"base64 without padding", Command{Verb: "MIC", Arg: "YQ"}, 501},
		{"tampered with", Command{Verb: "MIC", Arg: message(LevelSafe, "NOOP")[:8] + "AAAA"}, 535},
		{"another level", Command{Verb: "MIC", Arg: message(LevelPrivate, "NOOP")}, 535},
		{"a level that there is not", Command{Verb: "CONF", Arg: message(LevelConfidential, "NOOP")}, 537},
		{"two commands", Command{Verb: "MIC", Arg: message(LevelSafe, "NOOP\r\nDELE a\r\n")}, 501},
		{"protected twice", Command{Verb: "MIC", Arg: message(LevelSafe, "MIC YQ==")}, 501},
		{"bare LF", Command{Verb: "MIC", Arg: message(LevelSafe, "STAT a\nDELE b")}, -1},
		{"NUL", Command{Verb: "MIC", Arg: message(LevelSafe, "DELE a\x00")}, -1},
		{"nothing", Command{Verb: "MIC", Arg: message(LevelSafe, "")}, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := tt.cmd.unprotect(p)
			pe, isP := errors.AsType[*ProtectionError](err)
			_, isS := errors.AsType[*SyntaxError](err)
			if (tt.want == 0) != (err == nil) || tt.want > 0 && (!isP || pe.Code != tt.want) || tt.want < 0 && !isS {
				t.Errorf("error %v, want code %d", err, tt.want)
			}
		})
	}
}

// TestProtectReply: a reply comes out of its protection as it went in, read from
// the wire cut anywhere.
func TestProtectReply(t *testing.T) {
	p := &toy{levels: "SEP"}
	for _, l := range allLevels {
		for _, r := range []Reply{
			NewReply(200, "ok"), NewReply(200, ""), NewReply(123, "First line\nSecond line\n234 A line that begins with numbers\nThe last line"),
			NewReply(211, "a\n\n211 b\n211-c\nd"), NewReply(257, "\"\xff\""),
		} {
			protected, err := r.protect(p, l)
			if err != nil {
				t.Fatal(err)
			}
			read, _, err := readEveryWay(t, Limits{}, string(protected.Append(nil)))
			if err != nil || len(read) != 1 || read[0].Lint != 0 {
				t.Fatalf("%d at %s: %+v, %v", r.Code, l, read, err)
			}
			got, level, err := read[0].unprotect(p, Limits{})
			if err != nil || level != l {
				t.Fatalf("%d at %s: level %s, error %v", r.Code, l, level, err)
			}
			plain, _, _ := readAll(Limits{}, string(r.Append(nil)))
			if diff := cmp.Diff(plain[0], got); diff != "" {
				t.Errorf("at %s: mismatch (-want +got):\n%s", l, diff)
			}
		}
	}
}

// TestUnprotectReply: fragments need not agree with lines (RFC 2228, Section 5.2),
// and what is no reply inside is refused.
func TestUnprotectReply(t *testing.T) {
	p := &toy{levels: "SEP"}
	safe := func(parts ...string) Reply {
		r := Reply{Code: 631}
		for _, s := range parts {
			b, _ := p.Protect(LevelSafe, []byte(s))
			r.Lines = append(r.Lines, base64.StdEncoding.EncodeToString(b))
		}
		return r
	}
	for _, tt := range []struct {
		name string
		in   Reply
		want string // text, or "" for an error
	}{
		{"one fragment", safe("211-a\r\n b\r\n211 c\r\n"), "a\n b\nc"},
		{"the last line end left out", safe("211-a\r\n211 c"), "a\nc"},
		{"fragments across lines", safe("21", "1-a\r\n211", " c\r\n"), "a\nc"},
		{"half a reply", safe("211-a\r\n"), ""},
		{"two replies", safe("200 a\r\n200 b\r\n"), ""},
		{"protected twice", safe("631 YQ=="), ""},
		{"no reply", safe("hello"), ""},
		{"no base64", Reply{Code: 631, Lines: []string{"%"}}, ""},
		{"another level", Reply{Code: 632, Lines: safe("200 a").Lines}, ""},
		{"larger than the limit", safe("211-a\r\n" + strings.Repeat("b\r\n", 1000) + "211 c"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := tt.in.unprotect(p, Limits{})
			if (err == nil) != (tt.want != "") || err == nil && got.Text() != tt.want {
				t.Errorf("%q, %v; want %q", got.Text(), err, tt.want)
			}
		})
	}
}

// TestProtectedReplies: what a client takes for an answer behind a complete
// exchange, and what ends the connection.
func TestProtectedReplies(t *testing.T) {
	p := &toy{levels: "SEP"}
	enclosed := func(code Code, inside string) string {
		b, _ := p.Protect(code.encloses(), []byte(inside))
		return string(Reply{Code: code, Lines: []string{base64.StdEncoding.EncodeToString(b)}}.Append(nil))
	}
	for _, tt := range []struct {
		name, stream string
		want         string // outcome, "" if the connection is over
	}{
		{"at the same level", enclosed(631, "200 ok"), "NOOP 200 success"},
		{"at a higher level", enclosed(632, "200 ok"), "NOOP 200 success"},
		{"a refusal inside", enclosed(631, "500 no"), "NOOP 500 failure"},
		{"a refusal in clear", "533 protect it\r\n", "NOOP 533 failure"},
		{"a farewell in clear", "421 bye\r\n", "NOOP 421 failure"},
		{"a consent in clear", "200 ok\r\n", ""},
		{"tampered with", "631 YWJj\r\n", ""},
		{"no base64", "631 ok\r\n", ""},
		{"a class that cannot answer", enclosed(631, "150 go"), ""},
		{"protected twice", enclosed(631, "631 YQ=="), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pair := newToyPair(t, "SEP")
			pair.authenticate()
			if _, err := pair.client.Send(Command{Verb: "NOOP"}); err != nil {
				t.Fatal(err)
			}
			err := pair.client.Receive([]byte(tt.stream))
			if _, ok := errors.AsType[*ViolationError](err); ok != (tt.want == "") {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if got := strings.Join(outcomes(pair.client), ", "); got != tt.want {
				t.Errorf("events %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSecurityData(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string
		ok, err    bool
	}{
		{"token", "ADAT=YWJj", "abc", true, false},
		{"small letters", "adat=YWJj", "abc", true, false},
		{"empty token", "ADAT=", "", true, false},
		{"none", "Go on", "", false, false},
		{"no text", "", "", false, false},
		{"on the last line", "Hello\nADAT=YWJj", "abc", true, false},
		{"no base64", "ADAT=*", "", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, err := securityData(NewReply(334, tt.text))
			if string(got) != tt.want || ok != tt.ok || (err != nil) != tt.err {
				t.Errorf("%q, %v, %v", got, ok, err)
			}
		})
	}
	if got := adat(nil).Arg; got != "=" {
		t.Errorf("ADAT without a token: %q", got)
	}
	if diff := cmp.Diff(Command{Verb: "ADAT", Arg: "YWJj"}, adat([]byte("abc"))); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestBufferSize(t *testing.T) {
	for _, tt := range []struct {
		arg, text string
		want      uint32
	}{
		{"0", "ok", 0}, {"1024", "ok", 1024}, {"1024", "PBSZ=512", 512}, {"1024", "pbsz=512 it is", 512},
		{"1024", "PBSZ=4096", 1024}, {"1024", "PBSZ=", 1024}, {"1024", "PBSZ=99999999999", 1024}, {"x", "ok", 0}, {"4294967295", "ok", 1<<32 - 1},
	} {
		if got := bufferSize(tt.arg, NewReply(200, tt.text)); got != tt.want {
			t.Errorf("PBSZ %s, %q: %d, want %d", tt.arg, tt.text, got, tt.want)
		}
	}
}

// TestLongBase64: lines of base64 are borne beyond the other limits (RFC 2228,
// Section 10), up to their own.
func TestLongBase64(t *testing.T) {
	lim := Limits{CommandBytes: 20, LineBytes: 20, ProtectedBytes: 40}
	for _, tt := range []struct {
		line string
		ok   bool
	}{
		{"ADAT " + strings.Repeat("A", 35), true}, {"ADAT " + strings.Repeat("A", 36), false},
		{"mic " + strings.Repeat("A", 36), true}, {"mic " + strings.Repeat("A", 37), false},
		{"NOOP " + strings.Repeat("A", 15), true}, {"NOOP " + strings.Repeat("A", 16), false},
	} {
		for _, cut := range []int{0, 1, 10, 21, len(tt.line)} {
			r := commandReader{limit: lim.commandBytes(), protected: lim.protectedBytes(), input: []byte((tt.line + "\r\n")[:cut])}
			r.next()
			r.input = []byte((tt.line + "\r\n")[cut:])
			c, ok, err := r.next()
			if !ok || (err == nil) != tt.ok || err == nil && len(c.Verb)+1+len(c.Arg) != len(tt.line) {
				t.Errorf("%q cut at %d: %v, %v; want ok %v", tt.line, cut, ok, err, tt.ok)
			}
		}
	}
	for _, tt := range []struct {
		line string
		ok   bool
	}{
		{"631 " + strings.Repeat("A", 36), true}, {"631 " + strings.Repeat("A", 37), false},
		{"334 ADAT=" + strings.Repeat("A", 31), true}, {"334 ADAT=" + strings.Repeat("A", 32), false},
		{"334 " + strings.Repeat("A", 17), false},
	} {
		got, _, err := readEveryWay(t, lim, tt.line+"\r\n")
		if (err == nil && len(got) == 1) != tt.ok {
			t.Errorf("%q: %v; want ok %v", tt.line, err, tt.ok)
		}
	}
}
