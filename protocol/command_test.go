package protocol

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommandAppend(t *testing.T) {
	tests := []struct {
		name string
		cmd  Command
		want string // "" means an *ArgumentError
	}{
		{"no argument", Command{Verb: "NOOP"}, "NOOP\r\n"},
		{"argument", Command{Verb: "RETR", Arg: "a b"}, "RETR a b\r\n"},
		{"leading and trailing blanks belong to a pathname", Command{Verb: "RETR", Arg: " a "}, "RETR  a \r\n"},
		{"optional pathname absent", Command{Verb: "LIST"}, "LIST\r\n"},
		{"optional pathname given", Command{Verb: "LIST", Arg: "d"}, "LIST d\r\n"},
		{"optional text absent", Command{Verb: "HELP"}, "HELP\r\n"},
		{"empty password keeps its space", Command{Verb: "PASS"}, "PASS \r\n"},
		{"IAC is doubled", Command{Verb: "MKD", Arg: "a\xffb\xff"}, "MKD a\xff\xffb\xff\xff\r\n"},
		{"high bytes go as they are", Command{Verb: "MKD", Arg: "\x80\xfe\u00e4"}, "MKD \x80\xfe\u00e4\r\n"},
		{"tab and escape are characters", Command{Verb: "MKD", Arg: "\t\x1b"}, "MKD \t\x1b\r\n"},
		{"small letters go as given", Command{Verb: "nOoP"}, "nOoP\r\n"},
		{"unknown verb without argument", Command{Verb: "XYZZY"}, "XYZZY\r\n"},
		{"unknown verb with argument", Command{Verb: "X@1", Arg: " x"}, "X@1  x\r\n"},
		{"verb of 16", Command{Verb: Verb(strings.Repeat("A", 16))}, strings.Repeat("A", 16) + "\r\n"},

		{"verb of 17", Command{Verb: Verb(strings.Repeat("A", 17))}, ""},
		{"empty verb", Command{}, ""},
		{"verb begins with a digit", Command{Verb: "1A"}, ""},
		{"verb with a space", Command{Verb: "PASS x"}, ""},
		{"verb with CR LF", Command{Verb: "NOOP\r\nQUIT"}, ""},
		{"verb with IAC", Command{Verb: "N\xff"}, ""},
		{"superfluous argument", Command{Verb: "PWD", Arg: "x"}, ""},
		{"pathname missing", Command{Verb: "RETR"}, ""},
		{"text missing", Command{Verb: "TYPE"}, ""},
		{"CR", Command{Verb: "RETR", Arg: "a\rb"}, ""},
		{"LF", Command{Verb: "RETR", Arg: "a\nDELE b"}, ""},
		{"CR LF", Command{Verb: "PASS", Arg: "x\r\nDELE b"}, ""},
		{"NUL", Command{Verb: "USER", Arg: "a\x00"}, ""},
		{"CR in an unknown verb's argument", Command{Verb: "XYZZY", Arg: "\r"}, ""},
		{"unknown diagram", Command{Verb: "XYZZY", Diagram: diagramCount}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.cmd.Append([]byte("before "))
			if tt.want == "" {
				if _, ok := errors.AsType[*ArgumentError](err); !ok {
					t.Fatalf("error %v, want an *ArgumentError", err)
				}
				if string(got) != "before " {
					t.Errorf("appended %q in spite of the error", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("before "+tt.want, string(got)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCommandAppendEveryVerb holds every verb against its argument form, with and
// without an argument, and against every byte that ends a line.
func TestCommandAppendEveryVerb(t *testing.T) {
	for v := range Verbs() {
		t.Run(string(v.Verb), func(t *testing.T) {
			_, bare := Command{Verb: v.Verb}.Append(nil)
			_, with := Command{Verb: v.Verb, Arg: "x"}.Append(nil)
			wantBare := v.Arg != ArgPath && v.Arg != ArgText && v.Arg != ArgMixed
			if (bare == nil) != wantBare {
				t.Errorf("without argument: %v, want ok %v", bare, wantBare)
			}
			if wantWith := v.Arg != ArgNone; (with == nil) != wantWith {
				t.Errorf("with argument: %v, want ok %v", with, wantWith)
			}
			for _, bad := range []string{"\r", "\n", "\x00"} {
				for _, arg := range []string{bad, "a" + bad, bad + "b", "a" + bad + "b"} {
					c := Command{Verb: v.Verb, Arg: arg}
					if got, err := c.Append(nil); err == nil || len(got) > 0 {
						t.Errorf("Append(%q) = %q, %v; want an error", arg, got, err)
					}
					if got, err := c.AppendUnchecked(nil); err == nil || len(got) > 0 {
						t.Errorf("AppendUnchecked(%q) = %q, %v; want an error", arg, got, err)
					}
				}
			}
		})
	}
}

func TestCommandAppendUnchecked(t *testing.T) {
	tests := []struct {
		name string
		cmd  Command
		want string
	}{
		{"missing argument", Command{Verb: "RETR"}, "RETR\r\n"},
		{"superfluous argument", Command{Verb: "NOOP", Arg: "x"}, "NOOP x\r\n"},
		{"odd verb", Command{Verb: "1.2"}, "1.2\r\n"},
		{"empty line", Command{}, "\r\n"},
		{"verb of high bytes", Command{Verb: "\x80\xfe"}, "\x80\xfe\r\n"},
		{"verb with LF", Command{Verb: "A\nB"}, ""},
		{"verb with IAC", Command{Verb: "\xff"}, ""},
		{"verb with a space", Command{Verb: "A B"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.cmd.AppendUnchecked(nil)
			if (err != nil) != (tt.want == "") || string(got) != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestParseCommand(t *testing.T) {
	tests := []struct {
		name   string
		line   string
		want   Command
		offset int64 // of the error, if want is zero
	}{
		{"bare verb", "NOOP", Command{Verb: "NOOP"}, 0},
		{"any case", "rEtR a", Command{Verb: "RETR", Arg: "a"}, 0},
		{"exactly one space before a pathname", "RETR  a ", Command{Verb: "RETR", Arg: " a "}, 0},
		{"a pathname of one blank", "CWD  ", Command{Verb: "CWD", Arg: " "}, 0},
		{"blanks around text do not count", "TYPE  \t A N \t", Command{Verb: "TYPE", Arg: "A N"}, 0},
		{"blanks behind a verb without argument", "NOOP  ", Command{Verb: "NOOP"}, 0},
		{"superfluous argument is kept, to be refused", "NOOP x", Command{Verb: "NOOP", Arg: "x"}, 0},
		{"secrets are verbatim", "PASS  p w ", Command{Verb: "PASS", Arg: " p w "}, 0},
		{"empty password", "PASS ", Command{Verb: "PASS"}, 0},
		{"unknown verbs are verbatim", "XYZZY  a ", Command{Verb: "XYZZY", Arg: " a "}, 0},
		{"byte 255", "MKD \xff", Command{Verb: "MKD", Arg: "\xff"}, 0},
		{"empty line", "", Command{}, 0},
		{"leading blank", " NOOP", Command{}, 0},
		{"tab behind the verb", "NOOP\tx", Command{}, 0},
		{"verb too long", strings.Repeat("A", 17), Command{}, 0},
		{"HTTP header", "Host: x", Command{}, 0},
		{"CR in the argument", "DELE a\rb", Command{}, 6},
		{"LF in the argument", "DELE a\nb", Command{}, 6},
		{"NUL in the argument", "DELE \x00", Command{}, 5},
		{"NUL in the verb", "DE\x00LE", Command{}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCommand([]byte(tt.line))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if tt.want.Verb != "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if e, ok := errors.AsType[*SyntaxError](err); !ok || e.Offset != tt.offset {
				t.Errorf("error %v, want a *SyntaxError at %d", err, tt.offset)
			}
		})
	}
}

func TestCommandString(t *testing.T) {
	tests := []struct {
		name string
		cmd  Command
		want string
	}{
		{"bare", Command{Verb: "NOOP"}, "NOOP"},
		{"argument", Command{Verb: "USER", Arg: "bob"}, "USER bob"},
		{"password", Command{Verb: "PASS", Arg: "s3"}, "PASS ****"},
		{"password behind a verb in small letters", Command{Verb: "pass", Arg: "s3"}, "pass ****"},
		{"account", Command{Verb: "ACCT", Arg: "s3"}, "ACCT ****"},
		{"security data", Command{Verb: "ADAT", Arg: "s3"}, "ADAT ****"},
		{"SITE PSWD", Command{Verb: "SITE", Arg: "pswd old new"}, "SITE pswd ****"},
		{"SITE with blanks", Command{Verb: "SITE", Arg: "  PASSWD x"}, "SITE PASSWD ****"},
		{"harmless SITE", Command{Verb: "SITE", Arg: "CHMOD 644 a"}, "SITE CHMOD 644 a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.cmd.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
