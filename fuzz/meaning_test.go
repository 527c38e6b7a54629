package fuzz

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol"
)

// FuzzMeaning: whatever a server says, it means one thing, however often it is asked
// and in whatever case the letters are; and an error is at most one of package fs.
func FuzzMeaning(f *testing.F) {
	for _, s := range []string{
		"Sorry, the maximum number of clients (3) for this user are already connected.", "Too many failed login attempts", "No such file\r\nor directory",
		"Can’t create: FILE EXISTS", "doesn't exist\xff", "ſſl required", "İs a dırectory", "",
	} {
		f.Add(uint16(530), "PASS", s)
		f.Add(uint16(550), "STOR", s)
	}
	f.Fuzz(func(t *testing.T, code uint16, verb, text string) {
		v, c := protocol.Verb(verb), protocol.Code(code)
		want := protocol.MeaningOf(c, v, text)
		for _, other := range []string{text, strings.ToUpper(text), strings.ToLower(text), " " + text + ".\n"} {
			if got := protocol.MeaningOf(c, v, other); got != want {
				t.Fatalf("%d %q to %q is %v, and %q is %v", code, text, verb, want, other, got)
			}
		}
		if want.String() == "" || want != protocol.Unexplained && c.Class() != 3 && c.Class() != 4 && c.Class() != 5 {
			t.Fatalf("%d means %v", code, want)
		}
		err, n := &protocol.ReplyError{Verb: v, Reply: protocol.NewReply(c, text)}, 0
		for _, target := range []error{fs.ErrNotExist, fs.ErrExist, fs.ErrPermission} {
			if errors.Is(err, target) {
				n++
			}
		}
		if n > 1 {
			t.Fatalf("%v is %d errors of package fs", err, n)
		}
	})
}
