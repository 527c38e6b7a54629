package control_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Errors name the pathname that they are about, and no other argument.
func TestErrorsNamePath(t *testing.T) {
	inBubble(t, "reply", func(t *testing.T) {
		tc := login(t, &control.Config{Security: control.SecurityNone})
		for _, tt := range []struct {
			command, path, text string
		}{
			{"DELE a b", "a b", `ftp: DELE "a b": 550 "no"`},
			{"DELE secret", protocol.Mask, `ftp: DELE "` + protocol.Mask + `": 550 "no"`}, // the password
			{"SITE CHMOD 644 f", "", `ftp: SITE: 550 "no"`},
			{"NOOP", "", `ftp: NOOP: 550 "no"`},
			{"MFMT 20240102030405 f", "", `ftp: MFMT: 550 "no"`},
		} {
			verb, arg, _ := strings.Cut(tt.command, " ")
			op := tc.async(func() error {
				_, err := tc.c.Do(t.Context(), protocol.Command{Verb: protocol.Verb(verb), Arg: arg})
				return err
			})
			tc.answer(tt.command, "550 no")
			re, ok := errors.AsType[*protocol.ReplyError](op.result())
			if !ok || re.Path != tt.path || re.Error() != tt.text {
				t.Errorf("%s: %v; want %s", tt.command, op.err, tt.text)
			}
		}
	})
	inBubble(t, "transfer", func(t *testing.T) {
		tc := login(t, &control.Config{Security: control.SecurityNone})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		data.Write([]byte("abc"))
		data.Close()
		time.Sleep(time.Second) // what has come is read
		tc.writeReply("426 cut")
		te, ok := errors.AsType[*control.TransferError](f.wait())
		if want := `ftp: RETR "f" failed while waiting for the final reply, after 3 bytes: 426 "cut"`; !ok || te.Path != "f" || te.Error() != want {
			t.Errorf("%v; want %s", f.err, want)
		}
	})
}
