package protocol

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReplyErrorIs(t *testing.T) {
	tests := []struct {
		name string
		verb Verb
		code Code
		text string
		want error // of fs.ErrNotExist, fs.ErrPermission, fs.ErrExist, or nil
	}{
		{"bare 550 to RETR", "RETR", 550, "Failed to open file.", fs.ErrNotExist},
		{"bare 550 to SIZE", "SIZE", 550, "Could not get file size.", fs.ErrNotExist},
		{"bare 550 to STOR", "STOR", 550, "Refused.", nil},
		{"bare 550 to MKD", "MKD", 550, "Create directory operation failed.", nil},
		{"no such file", "STOR", 550, "x: No such file or directory", fs.ErrNotExist},
		{"not found", "MKD", 550, "Directory not found", fs.ErrNotExist},
		{"in a later line", "RETR", 550, "a\nFile NOT FOUND", fs.ErrNotExist},
		{"permission", "RETR", 550, "x: Permission denied", fs.ErrPermission},
		{"access", "DELE", 550, "Access is denied.", fs.ErrPermission},
		{"permission, 553", "STOR", 553, "Permission denied", fs.ErrPermission},
		{"exists", "MKD", 550, "x: File exists", fs.ErrExist},
		{"exists, 521", "MKD", 521, "Directory already exists", fs.ErrExist},
		{"a directory", "RETR", 550, "x: Is a directory", nil},
		{"not a plain file", "RETR", 550, "x: not a plain file.", nil},
		{"directory not empty", "RMD", 550, "Directory not empty", nil},
		{"busy", "RETR", 450, "try later", nil},
		{"not logged in", "CWD", 530, "Please login", fs.ErrPermission},
		{"account needed", "STOR", 532, "account", fs.ErrPermission},
		{"protection needed", "PASS", 533, "TLS", fs.ErrPermission},
		{"521 of RFC 4217", "LIST", 521, "PROT P required", nil},
		{"other code", "RETR", 451, "No such file", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := fmt.Errorf("get: %w", &ReplyError{Verb: tt.verb, Reply: NewReply(tt.code, tt.text)})
			for _, target := range []error{fs.ErrNotExist, fs.ErrPermission, fs.ErrExist} {
				if got, want := errors.Is(err, target), target == tt.want; got != want {
					t.Errorf("errors.Is(%v) = %v, want %v", target, got, want)
				}
			}
			if !errors.Is(err, &ReplyError{Reply: Reply{Code: tt.code}}) || errors.Is(err, &ReplyError{Reply: Reply{Code: tt.code + 1}}) {
				t.Error("errors.Is does not go by the code")
			}
			if errors.Is(err, fs.ErrClosed) {
				t.Error("is fs.ErrClosed")
			}
			e, ok := errors.AsType[*ReplyError](err)
			if !ok || e.Transient() != (tt.code < 500) {
				t.Errorf("As %v, Transient %v", ok, e.Transient())
			}
		})
	}
}

func TestErrorTexts(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"reply", &ReplyError{Verb: "RETR", Reply: NewReply(550, "no \x1b[31m\r")}, `ftp: RETR: 550 "no \x1b[31m\r"`},
		{"greeting", &ReplyError{Verb: "", Reply: NewReply(530, "full")}, `ftp: greeting: 530 "full"`},
		{"sequence", &SequenceError{"RNTO", StateAuthorized, 503, "RNFR must come first"}, "ftp: RNTO is out of sequence in state Authorized: RNFR must come first"},
		{"argument", &ArgumentError{"RETR", "needs an argument"}, "ftp: RETR: needs an argument"},
		{"syntax", &SyntaxError{7, "x\u202e\n", "no code"}, `ftp: no code at byte 7: "x\u202e\n"`},
		{"violation", &ViolationError{"PASV", NewReply(150, "go\n"), "why"}, `ftp: the peer broke the protocol: why (command in flight: PASV): 150 "go\n"`},
		{"violation without a reply", &ViolationError{Reason: "why"}, "ftp: the peer broke the protocol: why"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.err.Error()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	long := NewReply(550, strings.Repeat("x", 10000))
	for _, err := range []error{&ReplyError{Verb: "RETR", Reply: long}, &ViolationError{"RETR", long, "why"}} {
		if n := len(err.Error()); n > 500 {
			t.Errorf("error text of %d bytes", n)
		}
	}
}

// TestNoSecretInErrors sends a canary as every secret and in every malformed way,
// and looks for it in every rendering of everything that comes out.
func TestNoSecretInErrors(t *testing.T) {
	const canary = "hunter2canary"
	leaks := func(where string, vs ...any) {
		t.Helper()
		for _, v := range vs {
			for _, format := range []string{"%v", "%+v", "%s", "%q"} {
				if s := fmt.Sprintf(format, v); strings.Contains(s, canary) {
					t.Errorf("%s: the secret stands in %s of %T: %s", where, format, v, s)
				}
			}
		}
	}
	commands := []Command{
		{Verb: "PASS", Arg: canary}, {Verb: "pass", Arg: canary}, {Verb: "ACCT", Arg: canary}, {Verb: "ADAT", Arg: canary},
		{Verb: "SITE", Arg: "PSWD old " + canary}, {Verb: "SITE", Arg: " pass " + canary}, {Verb: "SITE", Arg: "GPASS " + canary},
		{Verb: "PASS", Arg: canary + "\r\n"}, {Verb: "ACCT", Arg: canary + "\x00"}, {Verb: "SITE", Arg: "LOGIN " + canary + "\n"},
		{Verb: "PASS " + canary}, {Verb: "PASS\n" + canary}, {Verb: "PASS", Arg: canary, Diagram: 99},
	}
	for _, c := range commands {
		if validVerb(string(c.Verb)) {
			leaks("command", c, Event{Command: c})
		}
		_, appendErr := c.Append(nil)
		_, uncheckedErr := c.AppendUnchecked(nil)
		for s := range State(stateCount) {
			m := machineIn(RoleClient, s, GuardClear)
			_, sendErr := m.Send(c)
			leaks("Send", sendErr, m.check(c))
			leaks("Receive", m.Receive([]byte("150 what\r\n")))
		}
		leaks("Append", appendErr, uncheckedErr)
	}
	lines := []string{
		"PASS " + canary + "\r\n", "PASS " + canary + "\n", "PASS " + canary + "\x00\r\n", "PASS\t" + canary + "\r\n",
		"PASS\x00" + canary + "\r\n", " PASS " + canary + "\r\n", "pass  " + canary + "\rx\r\n", "ACCT " + canary + "\n",
		"\x01\x02PASS " + canary + "\r\n", "SITE PSWD " + canary + "\n", "SITE  pswd x " + canary + "\x00\r\n",
		"ADAT " + canary + "\n", "PASS " + canary + strings.Repeat("x", 5000) + "\r\n", "PASS:" + canary + "\r\n",
	}
	for _, line := range lines {
		for s := range StateClosing {
			m := machineIn(RoleServer, s, GuardClear)
			if s == StateAwaitGreeting {
				mustReply(t, m, 220)
			}
			leaks("server's Receive", m.Receive([]byte(line)))
			for e, ok := m.Next(); ok; e, ok = m.Next() {
				leaks("event", e, e.Err)
			}
			if len(m.pending) > 0 {
				_, err := m.Reply(NewReply(99, ""))
				leaks("Reply", err)
			}
		}
	}
}

func TestRedactor(t *testing.T) {
	var zero Redactor
	if got := zero.String("530 hunter2"); got != "530 hunter2" {
		t.Errorf("the zero Redactor made %q", got)
	}
	var r Redactor
	for _, secret := range []string{"", "ab", "hunter2", "hunter", `p"q\r`, "a b;c/d", "x\xffy", "abc\"", "hunter2"} {
		r.Add(secret)
	}
	for _, tt := range []struct{ name, in, want string }{
		{"as it is", "530 bad 'hunter2'", "530 bad '****'"},
		{"twice", "hunter2 hunter2", "**** ****"},
		{"the longer one first", "hunter2hunter", "********"},
		{"short secrets are left", "ab abc", "ab abc"},
		{"quoted", `"p\"q\\r"`, `"****"`},
		{"quoted, a quote at its end", `abc\"`, "****"},
		{"percent-encoded", "ftp://u:a%20b%3Bc%2Fd@h", "ftp://u:****@h"},
		{"percent-encoded as net/url does", "ftp://u:a%20b;c%2Fd@h", "ftp://u:****@h"},
		{"byte 255 doubled", "PASS x\xff\xffy", "PASS ****"},
		{"security data", "334 ADAT=YWJj go on", "334 ADAT=**** go on"},
		{"security data, in small letters", `235-x\n235 adat=YQ==`, `235-x\n235 adat=****`},
		{"security data, quoted", `ftp: AUTH: 535 "ADAT=YQ=="`, `ftp: AUTH: 535 "ADAT=****"`},
		{"no security data", "ADAT= adat", "ADAT= adat"},
		{"an error", (&ReplyError{Verb: "PASS", Reply: NewReply(530, `no p"q\r`)}).Error(), `ftp: PASS: 530 "no ****"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.String(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
