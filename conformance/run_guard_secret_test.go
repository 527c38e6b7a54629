package conformance

import (
	"errors"
	"net"
	"testing"

	"github.com/ftpwire/ftpwire/tlsx"
)

// TestGuardSecret checks that the password never leaves in clear text if the target has TLS,
// whole or piece by piece.
func TestGuardSecret(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		mode   tlsx.Mode
		secure bool
		pieces []string
		stays  bool
	}{
		{"clear target", tlsx.ModeNone, false, []string{"PASS secret\r\n"}, false},
		{"under TLS", tlsx.ModeExplicit, true, []string{"PASS secret\r\n"}, false},
		{"in clear", tlsx.ModeExplicit, false, []string{"PASS secret\r\n"}, true},
		{"in small letters, among Telnet codes", tlsx.ModeExplicit, false, []string{"\xff\xf4pass  secret\r\n"}, true},
		{"account", tlsx.ModeImplicit, false, []string{"ACCT books\r\n"}, true},
		{"in pieces", tlsx.ModeExplicit, false, []string{"PA", "SS ", "s"}, true},
		{"after another line", tlsx.ModeExplicit, false, []string{"NOOP\r\nPASS secret\r\n"}, true},
		{"another password", tlsx.ModeExplicit, false, []string{"PASS none-of-ours\r\n"}, false},
		{"user of that name", tlsx.ModeExplicit, false, []string{"USER secret\r\n"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{target: Target{TLS: tt.mode, User: "alice", Password: "secret", Account: "books"}, token: "token"}
			here, there := net.Pipe()
			defer here.Close()
			defer there.Close()
			c := &Conn{run: r, tcp: &tap{Conn: here}, rw: here, secure: tt.secure, tape: r.newTape(), sent: map[string]bool{}}
			var err error
			for _, piece := range tt.pieces {
				if err = c.guard([]byte(piece)); err != nil {
					break
				}
			}
			if _, forbidden := errors.AsType[*forbiddenError](err); forbidden != tt.stays {
				t.Errorf("error %v; want one: %t", err, tt.stays)
			}
		})
	}
}
