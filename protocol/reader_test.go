package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readAll feeds stream, cut into pieces, to a reader and returns what came out.
func readAll(limits Limits, pieces ...string) (got []Reply, partial bool, err error) {
	r := ReplyReader{Limits: limits}
	for _, p := range pieces {
		b := []byte(p)
		for len(b) > 0 {
			n, reply, ok, err := r.Feed(b)
			if err != nil {
				return got, r.Partial(), err
			}
			b = b[n:]
			if ok {
				got = append(got, reply)
			}
		}
	}
	return got, r.Partial(), nil
}

// readEveryWay reads stream whole, byte by byte, and cut in two at every offset,
// and fails the test unless all of it comes out alike.
func readEveryWay(t *testing.T, limits Limits, stream string) ([]Reply, bool, error) {
	t.Helper()
	want, partial, err := readAll(limits, stream)
	check := func(how string, pieces ...string) {
		t.Helper()
		got, p, e := readAll(limits, pieces...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: replies mismatch (-whole +cut):\n%s", how, diff)
		}
		if p != partial || fmt.Sprint(e) != fmt.Sprint(err) {
			t.Errorf("%s: partial %v, error %v; whole: %v, %v", how, p, e, partial, err)
		}
	}
	check("byte by byte", strings.Split(stream, "")...)
	bytewise := make([]string, 0, len(stream))
	for i := range len(stream) {
		bytewise = append(bytewise, stream[i:i+1])
		check(fmt.Sprintf("cut at %d", i), stream[:i], stream[i:])
	}
	check("byte by byte", bytewise...)
	return want, partial, err
}

func one(code Code, lint Lint, lines ...string) []Reply {
	return []Reply{{Code: code, Lines: lines, Lint: lint}}
}

func TestReplyReader(t *testing.T) {
	tests := []struct {
		name    string
		in      string
		want    []Reply
		partial bool
	}{
		{"one line", "220 ready\r\n", one(220, 0, "ready"), false},
		{"empty text", "220 \r\n", one(220, 0, ""), false},
		{"bare code", "220\r\n", one(220, LintNoSpace, ""), false},
		{"blanks are text", "200  a \r\n", one(200, 0, " a "), false},
		{"two replies", "150 a\r\n226 b\r\n", append(one(150, 0, "a"), one(226, 0, "b")...), false},
		{"LF only", "220 ready\n", one(220, LintBareLF, "ready"), false},
		{"lint does not stick", "220 a\n220 b\r\n", append(one(220, LintBareLF, "a"), one(220, 0, "b")...), false},
		{"LF only inside", "211-a\n b\r\n211 c\r\n", one(211, LintBareLF, "a", " b", "c"), false},
		{"multi-line", "211-Features:\r\n MDTM\r\n211 End\r\n", one(211, 0, "Features:", " MDTM", "End"), false},
		{"multi-line of two", "220-a\r\n220 b\r\n", one(220, 0, "a", "b"), false},
		{"empty middle line", "220-a\r\n\r\n220 b\r\n", one(220, 0, "a", "", "b"), false},
		{"every line with the code", "220-a\r\n220-b\r\n220 c\r\n", one(220, LintInnerCode, "a", "220-b", "c"), false},
		{"another final line inside", "226-a\r\n250 b\r\n226 c\r\n", one(226, LintInnerCode, "a", "250 b", "c"), false},
		{"another opening line inside", "226-a\r\n250-b\r\n226 c\r\n", one(226, LintInnerCode, "a", "250-b", "c"), false},
		{"226x inside", "226-a\r\n226x\r\n226 c\r\n", one(226, LintInnerCode, "a", "226x", "c"), false},
		{"226 and a tab inside", "226-a\r\n226\tb\r\n226 c\r\n", one(226, LintInnerCode, "a", "226\tb", "c"), false},
		{"2260 inside", "226-a\r\n2260 b\r\n226 c\r\n", one(226, LintInnerCode, "a", "2260 b", "c"), false},
		{"padded code inside", "226-a\r\n 226 b\r\n226 c\r\n", one(226, 0, "a", " 226 b", "c"), false},
		{"421 inside", "226-a\r\n421 b\r\n226 c\r\n", one(226, LintInnerCode, "a", "421 b", "c"), false},
		{"bare code ends", "226-a\r\n226\r\n", one(226, LintNoSpace, "a", ""), false},
		{"bare other code inside", "226-a\r\n250\r\n226 c\r\n", one(226, LintInnerCode, "a", "250", "c"), false},
		{"CR CR LF", "220 a\r\r\n", one(220, LintBareCR, "a\r"), false},
		{"lone CR", "220 a\rb\r\n", one(220, LintBareCR, "a\rb"), false},
		{"lone CR cannot end a reply", "226-a\r226 b\r\n226 c\r\n", one(226, LintBareCR, "a\r226 b", "c"), false},
		{"CR NUL is a CR", "220 a\r\x00b\r\n", one(220, LintBareCR, "a\rb"), false},
		{"outer group", "280 a\r\n", one(280, LintOuterGroup, "a"), false},
		{"protected reply", "631 YQ==\r\n", one(631, 0, "YQ=="), false},
		{"escape sequences stay", "220 \x1b]0;x\a\r\n", one(220, 0, "\x1b]0;x\a"), false},
		{"high bytes stay", "257 \"\x80\xfe\"\r\n", one(257, 0, "\"\x80\xfe\""), false},

		{"doubled IAC", "257 \"a\xff\xffb\"\r\n", one(257, 0, "\"a\xffb\""), false},
		{"IAC before the code", "\xff\xf1220 a\r\n", one(220, 0, "a"), false},
		{"IAC inside the code", "2\xff\xf120 a\r\n", one(220, 0, "a"), false},
		{"options everywhere", "\xff\xfd\x012\xff\xfb\x0320\xff\xfc\x01 a\xff\xfe\x18\r\xff\xf1\n", one(220, 0, "a"), false},
		{"option code that looks like a line end", "220 a\xff\xfd\nb\r\n", one(220, 0, "ab"), false},
		{"subnegotiation", "220 a\xff\xfa\x18\x00abc\r\n\xff\xffz\xff\xf0b\r\n", one(220, 0, "ab"), false},
		{"two long subnegotiations", strings.Repeat("\xff\xfa"+strings.Repeat("x", 600)+"\xff\xf0", 2) + "220 a\r\n", one(220, 0, "a"), false},
		{"IAC at the line end", "220 a\xff\r\n", one(220, 0, "a"), false},
		{"interrupt process and data mark", "\xff\xf4\xff\xf2226 a\r\n", one(226, 0, "a"), false},

		{"nothing", "", nil, false},
		{"half a line", "220 a", nil, true},
		{"line without LF", "220 a\r", nil, true},
		{"half a reply", "220-a\r\n", nil, true},
		{"half a reply, final line begun", "220-a\r\n22", nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, partial, err := readEveryWay(t, Limits{}, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if partial != tt.partial {
				t.Errorf("partial %v, want %v", partial, tt.partial)
			}
		})
	}
}

func TestReplyReaderRefuses(t *testing.T) {
	long := strings.Repeat("x", 2000)
	tests := []struct {
		name   string
		in     string
		before int // replies that come out first
		offset int64
		reason string
	}{
		{"no code", "hello\r\n", 0, 0, "three-digit code"},
		{"empty line", "\r\n", 0, 0, "three-digit code"},
		{"empty line behind a reply", "220 a\r\n\r\n", 1, 7, "three-digit code"},
		{"empty line of LF", "220 a\n\n", 1, 6, "three-digit code"},
		{"two digits", "22 a\r\n", 0, 0, "three-digit code"},
		{"four digits", "2200 a\r\n", 0, 0, "three-digit code"},
		{"blank inside the code", "2 26 a\r\n", 0, 0, "three-digit code"},
		{"blank before the code", " 220 a\r\n", 0, 0, "three-digit code"},
		{"class 0", "000 a\r\n", 0, 0, "three-digit code"},
		{"class 7", "700 a\r\n", 0, 0, "three-digit code"},
		{"tab behind the code", "220\ta\r\n", 0, 0, "three-digit code"},
		{"letter behind the code", "220a\r\n", 0, 0, "three-digit code"},
		{"CR behind the code", "220\r\r\n", 0, 0, "three-digit code"},
		{"NUL in the text", "230 logged\x00in\r\n", 0, 10, "NUL"},
		{"NUL in the code", "2\x0020 a\r\n", 0, 1, "NUL"},
		{"NUL first", "\x00", 0, 0, "NUL"},
		{"NUL behind IAC", "220 \xff\x00\r\n", 0, 5, "NUL"},
		{"NUL in a multi-line reply", "211-a\r\n\x00\r\n", 0, 7, "NUL"},
		{"endless subnegotiation", "220 \xff\xfa" + long, 0, 4 + 2 + 1024, "subnegotiation"},
		{"SSH", "SSH-2.0-OpenSSH_9.2\r\n", 0, 0, "SSH"},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n", 0, 0, "HTTP"},
		{"TLS alert", "\x15\x03\x01\n", 0, 0, "TLS"},
		{"TLS handshake", "\x16\x03\x03\x01\n", 0, 0, "TLS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := readEveryWay(t, Limits{}, tt.in)
			e, ok := errors.AsType[*SyntaxError](err)
			if !ok {
				t.Fatalf("error %v, want a *SyntaxError", err)
			}
			if len(got) != tt.before || e.Offset != tt.offset || !strings.Contains(e.Reason, tt.reason) {
				t.Errorf("%d replies, then offset %d, reason %q; want %d, %d, %q", len(got), e.Offset, e.Reason, tt.before, tt.offset, tt.reason)
			}
		})
	}
}

func TestReplyReaderErrorSticks(t *testing.T) {
	var r ReplyReader
	_, _, _, first := r.Feed([]byte("x\n"))
	n, _, ok, again := r.Feed([]byte("220 a\r\n"))
	if n != 0 || ok || again != first || first == nil {
		t.Errorf("Feed after %v = %d, %v, %v; want the same error", first, n, ok, again)
	}
}

func TestReplyReaderLimits(t *testing.T) {
	lim := Limits{LineBytes: 10, ReplyLines: 3, ReplyBytes: 20}
	tests := []struct {
		name   string
		limits Limits
		in     string
		ok     bool
	}{
		{"line at the limit", lim, "220 567890\r\n", true},
		{"line at the limit, LF only", lim, "220 567890\n", true},
		{"line one past the limit", lim, "220 5678901\r\n", false},
		{"line one past the limit, LF only", lim, "220 5678901\n", false},
		{"line one past the limit without end", lim, "220 5678901", false},
		{"CR at the limit, then no LF", lim, "220 567890\rx", false},
		{"CRs without end", lim, "220 567890\r\r", false},
		{"lines at the limit", lim, "220-\r\n\r\n220 \r\n", true},
		{"lines one past the limit", lim, "220-\r\n\r\n\r\n220 \r\n", false},
		{"bytes at the limit", lim, "220-123456\r\n78901234\r\n220 567890\r\n", true},
		{"bytes one past the limit", lim, "220-123456\r\n789012345\r\n220 567890\r\n", false},
		{"default line at the limit", Limits{}, "220 " + strings.Repeat("x", 8192-4) + "\r\n", true},
		{"default line one past the limit", Limits{}, "220 " + strings.Repeat("x", 8192-3) + "\r\n", false},
		{"default lines at the limit", Limits{}, "220-\r\n" + strings.Repeat("\n", 998) + "220 \r\n", true},
		{"default lines one past the limit", Limits{}, "220-\r\n" + strings.Repeat("\n", 999) + "220 \r\n", false},
		{"default bytes at the limit", Limits{}, "220-\r\n" + strings.Repeat(strings.Repeat("x", 8192)+"\n", 32) + "220 \r\n", true},
		{"default bytes one past the limit", Limits{}, "220-\r\n" + strings.Repeat(strings.Repeat("x", 8192)+"\n", 32) + "220 x\r\n", false},
		{"no limits", Limits{LineBytes: -1, ReplyLines: -1, ReplyBytes: -1}, "220-\r\n" + strings.Repeat("x", 9000) + "\n" + strings.Repeat(strings.Repeat("x", 300)+"\n", 1100) + "220 \r\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := readAll(tt.limits, tt.in)
			if len(tt.in) < 100 {
				got, _, err = readEveryWay(t, tt.limits, tt.in)
			}
			if tt.ok {
				if err != nil || len(got) != 1 {
					t.Errorf("%d replies, error %v; want one reply", len(got), err)
				}
				return
			}
			e, ok := errors.AsType[*SyntaxError](err)
			if !ok || !strings.Contains(e.Reason, "limit") && !strings.Contains(e.Reason, "larger") {
				t.Fatalf("error %v, want a *SyntaxError about a limit", err)
			}
			if len(e.Excerpt) > 120 {
				t.Errorf("excerpt of %d bytes, want at most 120", len(e.Excerpt))
			}
		})
	}
}

func TestReplyAppend(t *testing.T) {
	tests := []struct {
		name string
		in   Reply
		want string
	}{
		{"one line", NewReply(200, "ok"), "200 ok\r\n"},
		{"no text", Reply{Code: 200}, "200 \r\n"},
		{"two lines", NewReply(220, "a\nb"), "220-a\r\n220 b\r\n"},
		{"features", NewReply(211, "Features:\n MDTM\nEnd"), "211-Features:\r\n MDTM\r\n211 End\r\n"},
		{"a middle line with the code is padded", NewReply(211, "a\n211 b\nc"), "211-a\r\n 211 b\r\n211 c\r\n"},
		{"a middle line with another code is padded", NewReply(211, "a\n250-b\nc"), "211-a\r\n 250-b\r\n211 c\r\n"},
		{"a middle line of two digits is not", NewReply(211, "a\n25 b\nc"), "211-a\r\n25 b\r\n211 c\r\n"},
		{"line ends cannot forge a reply", Reply{Code: 200, Lines: []string{"a\r\n230 in\x00"}}, "200 a  230 in \r\n"},
		{"IAC is doubled", NewReply(257, "\"\xff\""), "257 \"\xff\xff\"\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(tt.in.Append(nil))); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			got, partial, err := readEveryWay(t, Limits{}, tt.want)
			if err != nil || partial || len(got) != 1 || got[0].Code != tt.in.Code || got[0].Lint != 0 {
				t.Errorf("read back: %+v, partial %v, error %v; want one reply without lint", got, partial, err)
			}
		})
	}
}

func TestReplyText(t *testing.T) {
	r := NewReply(250, "a\nb")
	if r.Text() != "a\nb" || r.LastLine() != "b" || (Reply{}).LastLine() != "" || r.Code.Class() != 2 {
		t.Errorf("Text %q, LastLine %q, of none %q, class %d", r.Text(), r.LastLine(), Reply{}.LastLine(), r.Code.Class())
	}
}
