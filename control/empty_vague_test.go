package control_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Pure-FTPd and pyftpdlib refuse the listing of what is missing and of a file in the same
// words, which tell neither. MLST does.
func TestVagueRefusal(t *testing.T) {
	for _, tt := range []struct {
		name    string
		refusal string
		mlst    string // the answer to MLST, "" if it is not asked
		missing bool
	}{
		{"Pure-FTPd, missing", "550 Can't check for file existence", "550 Can't check for file existence", true},
		{"Pure-FTPd, a file", "550 Can't check for file existence", "250-\r\n type=file; d\r\n250 end", false},
		{"pyftpdlib, missing", "501 No such directory.", "550 No such file or directory.", true},
		{"pyftpdlib, a file", "501 No such directory.", "250-\r\n type=file; d\r\n250 end", false},
		{"a directory, refused for another reason", "550 Failed.", "250-\r\n type=dir; d\r\n250 end", false},
		{"MLST tells no more", "550 Failed.", "502 what", false},
		{"MLST may not", "550 Failed.", "550 permission denied", false},
		{"it says why", "550 permission denied", "", false},
		{"it says that nothing is there", "550 no such file or directory", "", true},
		{"about the data connection", "425 no", "", false},
	} {
		for _, verb := range []string{"LIST", "MLSD", "NLST"} {
			for _, late := range []bool{false, true} {
				name := verb + ", " + tt.name
				if late {
					name += ", behind 150"
				}
				inBubble(t, name, func(t *testing.T) {
					tc := login(t, &control.Config{})
					op := tc.async(func() error { return feat(t.Context(), tc.c) })
					tc.answer("FEAT", "211-", " MLST type*;", "211 end")
					tc.wantOK("FEAT", op)
					l := tc.list(verb, "d")
					conn := tc.passive()
					if late {
						tc.answer(verb+" d", "150 here")
						conn.Close()
						tc.writeReply(tt.refusal)
					} else {
						tc.answer(verb+" d", tt.refusal)
					}
					if tt.mlst != "" {
						tc.answer("MLST d", strings.Split(tt.mlst, "\r\n")...)
					}
					wantRefusal(t, l.wait(), verb, tt.missing)
					tc.wantAlive()
				})
			}
		}
	}
	inBubble(t, "no MLST", func(t *testing.T) {
		tc := login(t, &control.Config{})
		l := tc.list("LIST", "d")
		tc.passive()
		tc.answer("LIST d", "550 Failed.")
		wantRefusal(t, l.wait(), "LIST", false)
		tc.wantAlive()
	})
	inBubble(t, "the working directory", func(t *testing.T) {
		tc := login(t, &control.Config{})
		op := tc.async(func() error { return feat(t.Context(), tc.c) })
		tc.answer("FEAT", "211-", " MLST type*;", "211 end")
		tc.wantOK("FEAT", op)
		l := tc.list("MLSD", "")
		tc.passive()
		tc.answer("MLSD", "550 Failed.")
		wantRefusal(t, l.wait(), "MLSD", false)
		tc.wantAlive()
	})
}

// wantRefusal checks for the error of a listing that was refused, and what it says.
func wantRefusal(t *testing.T, err error, verb string, missing bool) {
	t.Helper()
	te, ok := errors.AsType[*control.TransferError](err)
	if _, refused := errors.AsType[*protocol.ReplyError](err); !ok || !refused || string(te.Verb) != verb {
		t.Errorf("%v; want a TransferError of %s with a ReplyError", err, verb)
	}
	if got := errors.Is(err, fs.ErrNotExist); got != missing {
		t.Errorf("%v: fs.ErrNotExist: %v; want %v", err, got, missing)
	}
}
