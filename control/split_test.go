package control_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// inetutils-ftpd and Pure-FTPd take a name with a blank for several. What they list then is
// never the directory that was asked for, even if no line of it is an entry.
func TestListingOfSeveralNames(t *testing.T) {
	const missing, file = "550 my dir: No such file or directory.", "550 my dir: Not a directory."
	for _, tt := range []struct {
		name    string
		listing string
		cwd     string
		missing bool
		line    string // which an OtherListingError names
	}{
		{"neither is there", "my: No such file or directory\r\ndir: No such file or directory\r\n", missing, true, ""},
		{"a file, and neither is there", "my: No such file or directory\r\ndir: No such file or directory\r\n", file, false, ""},
		{"one is empty", "dir: No such file or directory\r\nmy:\r\n", missing, true, ""},
		{"both are empty", "my:\r\n\r\ndir:\r\n", missing, true, ""},
		{"a file, and both are empty", "my:\r\n\r\ndir:\r\n", file, false, ""},
		{"one message", "my: No such file or directory\r\n", missing, true, ""},
		{"a file, and one message", "my: No such file or directory\r\n", file, false, ""},
		{"one has an entry", "dir: No such file or directory\r\nmy:\r\ntotal 4\r\n" + unixLine, missing, true, ""},
		{"it has come since", "my:\r\n", "250 ok", false, "my:"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &control.Config{})
			l := tc.list("LIST", "my dir")
			enter := func(answer string) {
				tc.answer("PWD", `257 "/home"`)
				tc.answer("CWD my dir", answer)
			}
			enter("550 no directory")
			tc.send("LIST my dir", tt.listing)
			enter(tt.cwd)
			if tt.cwd[0] == '2' {
				tc.answer("PWD", `257 "/home/my dir"`)
				tc.answer("CWD /home", "250 ok")
			}
			err := l.wait()
			if _, ok := errors.AsType[*control.TransferError](err); !ok || errors.Is(err, fs.ErrNotExist) != tt.missing {
				t.Errorf("%v; want a TransferError, fs.ErrNotExist: %v", err, tt.missing)
			}
			if other, ok := errors.AsType[*control.OtherListingError](err); ok != (tt.line != "") || ok && other.Name != tt.line {
				t.Errorf("%v; want an OtherListingError that names %q", err, tt.line)
			}
			tc.wantAlive()
		})
	}
}

// STAT of such a name, or of a pattern, proves nothing about an MLSD that may have been cut.
func TestStatOfSeveralNames(t *testing.T) {
	for _, dir := range []string{"my dir", "trail ", "a\tb", "a[1]", "b*", "{c}"} {
		inBubble(t, dir, func(t *testing.T) {
			tc := loginTLS(t, &control.Config{})
			l := tc.list("MLSD", dir)
			if strings.ContainsAny(dir, "*[{") { // glob-names
				tc.answer("PWD", `257 "/home"`)
				tc.answer("CWD "+dir, "550 no")
			}
			for range 3 { // the first time, and twice again
				tc.cutListing("MLSD "+dir, "", "226 done")
			}
			wantEmptyError(t, l.wait(), "further data connections")
			tc.wantAlive()
		})
	}
}
