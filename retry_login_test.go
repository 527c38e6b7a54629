package ftpwire_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A login that was refused is not temporary, whatever the code and the step; one that
// is refused for the crowd is.
func TestTemporaryLogin(t *testing.T) {
	refused := func(verb protocol.Verb, code protocol.Code, text string) error {
		return &protocol.ReplyError{Verb: verb, Reply: protocol.NewReply(code, text)}
	}
	proxied := func(err error) error { return &control.ProxyError{Step: "OPEN %h", Err: err} }
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{refused("PASS", 430, "Invalid username or password"), false},
		{refused("PASS", 421, "Too many failed login attempts"), false},
		{refused("PASS", 421, "Service not available"), false},
		{refused("PASS", 454, "Account expired"), false},
		{refused("PASS", 450, "Try later"), false},
		{refused("USER", 421, "You are banned"), false},
		{refused("USER", 450, ""), false},
		{refused("ACCT", 430, ""), false},
		{refused("AUTH", 431, "Denied"), false},
		{refused("PASS", 530, "Too many failed attempts"), false},
		{refused("PASS", 331, "Password required"), false},
		{refused("PASS", 421, "Too many connections from your IP"), true},
		{refused("PASS", 530, "Sorry, the maximum number of clients (50) for this user are already connected"), true},
		{refused("USER", 500, "Too many users"), true},
		{refused("", 421, "Too many connections from your IP"), true},
		{refused("", 421, "Service not available"), true}, // nothing was sent yet
		{refused("", 421, "Too many failed attempts from your IP"), false},
		{refused("", 421, "Your IP is blocked"), false},
		{proxied(refused("OPEN", 421, "No route to that host")), false},
		{proxied(refused("PASS", 421, "Too many sessions")), true},
		{proxied(refused("SITE", 450, "login failed")), false},
		{&control.UnansweredLoginError{Verb: "PASS", Err: io.ErrUnexpectedEOF}, false},
		{refused("NOOP", 421, "Timeout"), true},
	} {
		if got := ftpwire.Temporary(tt.err); got != tt.want {
			t.Errorf("%v: temporary %v, want %v", tt.err, got, tt.want)
		}
	}
}

// Retry sends no second password after a refusal, or after a connection that ended in
// place of an answer to the first one.
func TestRetryOfLogin(t *testing.T) {
	checkGoroutines(t)
	for fault, logins := range map[ftptest.Fault]int{
		"login-attempts-530": 1, "login-attempts-421": 1, "login-invalid-430": 1, "login-disabled-454": 1,
		"421-at-pass": 1, "closed-at-pass": 1, "login-331-again": 1, "login-loop": 1,
		"login-full-530": 3, "login-full-421": 3,
	} {
		for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
			t.Run(string(fault)+" "+tls.String(), func(t *testing.T) {
				s := ftptest.NewServer(t, &ftptest.Config{TLS: tls, Faults: []ftptest.Fault{fault}})
				p := profileOf(s, tls)
				err := ftpwire.Retry{Attempts: 2, Delay: time.Millisecond}.Do(t.Context(), func(ctx context.Context) error {
					c, err := ftpwire.Dial(ctx, p)
					if err == nil {
						c.Conn().Close()
					}
					return err
				})
				if n := passwords(s); err == nil || n != logins {
					t.Errorf("%d logins, %v; want %d", n, err, logins)
				}
			})
		}
	}
}

// The connection of another attempt is refused: there is no third one.
func TestRetryOfRefusedRedial(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "login-locked-later")
	r.setRemote(noise(1, 500_000))
	r.cutter.set(100_000)
	_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Retry: ftpwire.Retry{Attempts: 5, Delay: time.Millisecond}})
	if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Verb != "PASS" {
		t.Errorf("%v; want the refusal of PASS", err)
	}
	if n := passwords(r.s); n != 2 {
		t.Errorf("%d logins; want two", n)
	}
}

func passwords(s *ftptest.Server) (n int) {
	for _, c := range s.Commands() {
		if strings.HasPrefix(c, "PASS") {
			n++
		}
	}
	return n
}
