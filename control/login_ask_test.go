package control_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
)

// A password that is not known is asked for when the server wants it, and never before.
func TestPasswordFunc(t *testing.T) {
	const wrong = "PASS canary-wrong > 530 no"
	plain := control.PasswordQuestion{Verb: "PASS", User: "user"}
	again := plain
	again.Refused = "no"
	errNobody := errors.New("nobody answers")
	latin := control.LoginOptions{CodePage: page(t, "windows-1252")}
	tests := []struct {
		name    string
		options control.LoginOptions
		answers []string // "" is an error
		dialog  string
		asked   []control.PasswordQuestion
		want    func(error) bool
	}{
		{name: "331", answers: []string{"canary-a"}, dialog: "USER user > 331 go on; PASS canary-a > 230 in; FEAT > 502 no", asked: []control.PasswordQuestion{plain}},
		{name: "230", dialog: "USER user > 230 in; FEAT > 502 no"},
		{name: "232", dialog: "USER user > 232 in, by certificate; FEAT > 502 no"},
		{name: "user refused", dialog: "USER user > 530 no", want: refused(530)},
		{name: "TLS wanted", dialog: "USER user > 534 TLS first", want: refused(534)},
		{name: "account", answers: []string{"canary-a", "canary-acc"}, dialog: "USER user > 331 go on; PASS canary-a > 332 account?; ACCT canary-acc > 230 in; FEAT > 502 no",
			asked: []control.PasswordQuestion{plain, {Verb: "ACCT", User: "user"}}},
		{name: "no answer", answers: []string{""}, dialog: "USER user > 331 go on", asked: []control.PasswordQuestion{plain}, want: func(err error) bool { return err == errNobody }},
		{name: "wrong, then right", answers: []string{"canary-wrong", "canary-b"}, asked: []control.PasswordQuestion{plain, again},
			dialog: "USER user > 331 go on; " + wrong + "; USER user > 331 go on; PASS canary-b > 230 in; FEAT > 502 no"},
		{name: "wrong twice", answers: []string{"canary-wrong", "canary-b"}, asked: []control.PasswordQuestion{plain, again}, want: refused(530),
			dialog: "USER user > 331 go on; " + wrong + "; USER user > 331 go on; PASS canary-b > 530 no"},
		{name: "one login only", options: control.LoginOptions{MaxLogins: 1}, answers: []string{"canary-wrong"}, asked: []control.PasswordQuestion{plain}, want: refused(530),
			dialog: "USER user > 331 go on; " + wrong},
		{name: "locked out", answers: []string{"canary-wrong"}, asked: []control.PasswordQuestion{plain}, want: refused(530),
			dialog: "USER user > 331 go on; PASS canary-wrong > 530 account locked"},
		{name: "refused for another reason", answers: []string{"canary-a"}, asked: []control.PasswordQuestion{plain}, want: refused(421),
			dialog: "USER user > 331 go on; PASS canary-a > 421 too many users"},
		{name: "challenge", answers: []string{"This is a test."}, asked: []control.PasswordQuestion{{Verb: "PASS", User: "user", Challenge: "otp-md5 99 TeSt"}},
			dialog: "USER user > 331 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 230 in; FEAT > 502 no"},
		{name: "challenge that is ignored", options: control.LoginOptions{OneTime: control.OneTimeNever}, answers: []string{"canary-a"}, asked: []control.PasswordQuestion{plain},
			dialog: "USER user > 331 otp-md5 99 TeSt; PASS canary-a > 230 in; FEAT > 502 no"},
		{name: "line break", answers: []string{"canary\r\nDELE x"}, dialog: "USER user > 331 go on", asked: []control.PasswordQuestion{plain}, want: argument("PASS")},
		{name: "beyond ASCII", answers: []string{"canary-ä"}, asked: []control.PasswordQuestion{plain},
			dialog: "USER user > 331 go on; FEAT > " + utf8 + "; OPTS UTF8 ON > 200 ok; USER user > 331 go on; PASS canary-ä > 230 in; FEAT > 502 no"},
		{name: "beyond ASCII, code page", options: latin, answers: []string{"canary-ä"}, asked: []control.PasswordQuestion{plain},
			dialog: "USER user > 331 go on; FEAT > 502 no; USER user > 331 go on; PASS canary-\xe4 > 230 in; FEAT > 502 no"},
		{name: "ASCII is wrong in both encodings", options: latin, answers: []string{"canary-wrong", "canary-b"}, asked: []control.PasswordQuestion{plain, again},
			dialog: "USER user > 331 go on; " + wrong + "; USER user > 331 go on; PASS canary-b > 230 in; FEAT > 502 no"},
		{name: "proxy", options: control.LoginOptions{Proxy: &control.LoginProxy{Kind: control.ProxyUserAtHost, Host: "h", User: "gate"}}, answers: []string{"canary-gate", "canary-a"},
			asked:  []control.PasswordQuestion{{Verb: "PASS", User: "gate", Proxy: true}, plain},
			dialog: "USER gate > 331 go on; PASS canary-gate > 230 in; USER user@h > 331 go on; PASS canary-a > 230 in; FEAT > 502 no"},
		{name: "joined proxy", options: control.LoginOptions{Proxy: &control.LoginProxy{Kind: control.ProxyJoined, Host: "h", User: "gate"}}, answers: []string{"canary-a", "canary-gate"},
			asked:  []control.PasswordQuestion{plain, {Verb: "PASS", User: "gate", Proxy: true}},
			dialog: "USER user@gate@h > 331 go on; PASS canary-a@canary-gate > 230 in; FEAT > 502 no"},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			cfg := clear
			cfg.Login = tt.options
			var asked []control.PasswordQuestion
			cfg.Login.PasswordFunc = func(_ context.Context, q control.PasswordQuestion) (string, error) {
				asked = append(asked, q)
				if len(asked) > len(tt.answers) || tt.answers[len(asked)-1] == "" {
					return "", errNobody
				}
				return tt.answers[len(asked)-1], nil
			}
			tc := newTestConn(t, &cfg)
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "", "") })
			tc.play(tt.dialog)
			err := op.result()
			if tt.want == nil {
				tt.want = noError
			}
			if err == errNotDone || !tt.want(err) {
				t.Errorf("login: %T %v", err, err)
			}
			if diff := cmp.Diff(tt.asked, asked); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
			if tc.c.Err() == nil {
				tc.wantIdle("the login is over")
			}
			if all := fmt.Sprintf("%s %v %+v %#v", tc.traced(), err, err, err); strings.Contains(all, "canary") {
				t.Errorf("a secret is shown: %s", all)
			}
		})
	}
}

// A server that has given up while somebody typed is sent no password.
func TestPasswordFuncTooLate(t *testing.T) {
	inBubble(t, "421", func(t *testing.T) {
		cfg := clear
		typed := make(chan string)
		cfg.Login.PasswordFunc = func(context.Context, control.PasswordQuestion) (string, error) { return <-typed, nil }
		tc := newTestConn(t, &cfg)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "", "") })
		tc.answer("USER user", "331 go on")
		synctest.Wait() // until it is asked
		tc.writeReply("421 you are too slow")
		tc.srv.Close()
		synctest.Wait()
		typed <- "canary"
		err := op.result()
		if _, closed := errors.AsType[*control.ClosedError](err); !closed {
			t.Errorf("login: %T %v", err, err)
		}
		if strings.Contains(tc.traced(), "PASS") {
			t.Errorf("PASS was sent:\n%s", tc.traced())
		}
	})
}
