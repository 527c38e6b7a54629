package protocol

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLenientBeginning: what a client bears before the login only if Config.Lenient says
// so. An error's text is the last outcome.
func TestLenientBeginning(t *testing.T) {
	for _, tt := range []struct {
		name, script   string
		strict, borne  string
		state          State // of the lenient machine
		alsoIfStrictly bool  // both bear it
	}{
		{name: "text before the greeting", script: "Welcome to this box; 220 ready; > NOOP; 200 ok",
			strict: "not an FTP reply", borne: " 220 success (greeting-text), NOOP 200 success"},
		{name: "empty lines and digits that are no code", script: "; 2024 was a good year; 220 ready",
			strict: "not an FTP reply", borne: " 220 success (greeting-text)"},
		{name: "text before a greeting of several lines", script: "*****; 220-Welcome; no code here; 220 ready",
			strict: "not an FTP reply", borne: " 220 success (greeting-text)"},
		{name: "text before a refusal", script: "Go away; 421 full",
			strict: "not an FTP reply", borne: " 421 failure", state: StateClosing},
		{name: "text between 120 and the greeting", script: "120 soon; Patience; 220 ready",
			strict: " 120 wait, not an FTP reply", borne: " 120 wait, not an FTP reply", state: StateClosed},
		{name: "text after the greeting", script: "220 ready; Hello again",
			strict: " 220 success, not an FTP reply", borne: " 220 success, not an FTP reply", state: StateClosed},
		{name: "SSH", script: "SSH-2.0-x", strict: "SSH", borne: "SSH", state: StateClosed},
		{name: "a web server after a line of text", script: "hello; HTTP/1.1 400 Bad Request", strict: "not an FTP reply", borne: "HTTP", state: StateClosed},
		{name: "a mail server", script: "+OK POP3 ready", strict: "POP3", borne: "POP3", state: StateClosed},
		{name: "the same with IMAP", script: "* OK ready", strict: "IMAP", borne: "IMAP", state: StateClosed},

		{name: "AUTH TLS 334", script: "220 ready; > AUTH TLS; 334 go", strict: " 220 success, AUTH 334 failure",
			borne: " 220 success, AUTH 334 success (auth-code),  0 violation", state: StateAwaitTLS},
		{name: "AUTH ssl 200", script: "220 ready; > AUTH ssl; 200 go", strict: " 220 success, AUTH 200 failure",
			borne: " 220 success, AUTH 200 success (auth-code),  0 violation", state: StateAwaitTLS},
		{name: "AUTH TLS 235", script: "220 ready; > AUTH TLS; 235 go", strict: " 220 success, AUTH 235 failure", borne: " 220 success, AUTH 235 failure"},
		{name: "AUTH TLS 202", script: "220 ready; > AUTH TLS; 202 superfluous", strict: " 220 success, AUTH 202 failure", borne: " 220 success, AUTH 202 failure"},
		{name: "AUTH of another mechanism 334", script: "220 ready; > AUTH GSSAPI; 334 go", strict: " 220 success, AUTH 334 continue",
			borne: " 220 success, AUTH 334 continue", state: StateNeedADAT},
		{name: "in clear behind 334", script: "220 ready; > AUTH TLS; 334 go; 230 in", strict: " 220 success, AUTH 334 failure, no command asked for",
			borne: " 220 success, AUTH 334 success (auth-code),  0 violation, bytes in clear", state: StateClosed},

		{name: "a second greeting at once", script: "220 ready; 220 ready; > NOOP; 200 ok",
			strict: " 220 success,  220 dropped (extra-greeting), NOOP 200 success", alsoIfStrictly: true},
		{name: "a second greeting behind USER", script: "220 ready; > USER x; 220 again; 331 password",
			strict: " 220 success,  220 dropped (extra-greeting), USER 331 continue", alsoIfStrictly: true, state: StateNeedPassword},
		{name: "a second greeting behind AUTH", script: "220 ready; > AUTH TLS; 220 again; 534 no",
			strict: " 220 success,  220 dropped (extra-greeting), AUTH 534 failure", alsoIfStrictly: true},
		{name: "220 is the answer to HOST", script: "220 ready; > HOST a.example; 220 ok",
			strict: " 220 success, HOST 220 success", alsoIfStrictly: true},
		{name: "220 is the answer to SITE on a proxy", script: "220 ready; > SITE a.example; 220 ok",
			strict: " 220 success, SITE 220 success", alsoIfStrictly: true},
		{name: "five greetings too many", script: "220 a; > USER x; 220 b; 220 c; 220 d; 220 e; 220 f",
			strict: " 220 success,  220 dropped (extra-greeting),  220 dropped (extra-greeting),  220 dropped (extra-greeting),  220 dropped (extra-greeting), more replies", alsoIfStrictly: true, state: StateClosed},
	} {
		for _, lenient := range []bool{false, true} {
			want := tt.strict
			if lenient && !tt.alsoIfStrictly {
				want = tt.borne
			}
			m := NewMachine(Config{Lenient: lenient})
			got, err := play(t, m, tt.script)
			if err != nil {
				wants := strings.Split(want, ", ")
				if last := wants[len(wants)-1]; strings.Contains(err.Error(), last) {
					got = append(got, last)
				} else {
					got = append(got, err.Error())
				}
			}
			if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("%s, lenient %v (-want +got):\n%s", tt.name, lenient, diff)
			}
			if lenient && m.State() != tt.state && (tt.state != 0 || m.State() != StateUnauthenticated) {
				t.Errorf("%s: state %v; want %v", tt.name, m.State(), tt.state)
			}
		}
	}
}

// TestPreface: what came in place of the greeting is the error that the driver reports if
// no greeting follows.
func TestPreface(t *testing.T) {
	m := NewMachine(Config{Lenient: true})
	if err := m.Preface(); err != nil {
		t.Errorf("before anything: %v", err)
	}
	if err := m.Receive([]byte("\r\nhello\r\nworld\r\n")); err != nil {
		t.Fatal(err)
	}
	want := &SyntaxError{Offset: 2, Excerpt: "hello", Reason: notReply("hello")}
	got, _ := errors.AsType[*SyntaxError](m.Preface())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after text (-want +got):\n%s", diff)
	}
	if err := m.Receive([]byte("220 ready\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := m.Preface(); err != nil {
		t.Errorf("after the greeting: %v", err)
	}
}

// TestPrefaceLimits: text before the greeting is bounded like a reply.
func TestPrefaceLimits(t *testing.T) {
	for _, tt := range []struct {
		name, sent string
		limits     Limits
		fails      bool
	}{
		{"as many lines as a reply", strings.Repeat("x\r\n", 3), Limits{ReplyLines: 3}, false},
		{"one line more", strings.Repeat("x\r\n", 4), Limits{ReplyLines: 3}, true},
		{"as many bytes as a reply", "abc\r\nde\r\n", Limits{ReplyBytes: 5}, false},
		{"one byte more", "abc\r\ndef\r\n", Limits{ReplyBytes: 5}, true},
	} {
		err := NewMachine(Config{Lenient: true, Limits: tt.limits}).Receive([]byte(tt.sent))
		if _, syntax := errors.AsType[*SyntaxError](err); syntax != tt.fails {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
