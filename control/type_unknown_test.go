package control_test

import (
	"io"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// TestTypeUnknown: which refusals of TYPE a transfer can do without. What would come out
// wrong is an error.
func TestTypeUnknown(t *testing.T) {
	text := mode.Format{Type: 'A'}
	for _, tt := range []struct {
		name, refusal string
		format        mode.Format
		list, bears   bool
	}{
		{"a file, 500", "500 what?", mode.Format{}, false, true},
		{"a file, 502", "502 not implemented", mode.Format{}, false, true},
		{"a file, TYPE A alone is known", "504 no", mode.Format{}, false, false},
		{"a file, not logged in", "530 no", mode.Format{}, false, false},
		{"a file, later", "450 later", mode.Format{}, false, false},
		{"text, 500", "500 what?", text, false, false},
		{"text, TYPE I alone is known", "504 no", text, false, false},
		{"a listing, 500", "500 what?", mode.Format{}, true, true},
		{"a listing, 504", "504 TYPE I only", mode.Format{}, true, true},
		{"a listing, 501", "501 bad type", mode.Format{}, true, true},
		{"a listing, 550", "550 no", mode.Format{}, true, true},
		{"a listing, not logged in", "530 no", mode.Format{}, true, false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &control.Config{})
			if err := tc.c.SetFileFormat(tt.format); err != nil {
				t.Fatal(err)
			}
			if tt.list { // TYPE A is not in force then
				done := tc.async(func() error { _, err := tc.c.Size(t.Context(), "f"); return err })
				tc.answer("TYPE I", "200 ok")
				tc.answer("SIZE f", "213 1")
				tc.wantOK("SIZE", done)
			}
			op := tc.async(func() error {
				if tt.list {
					for _, err := range tc.c.Nlst(t.Context(), "") {
						return err
					}
					return nil
				}
				d, err := tc.c.Retr(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				io.Copy(io.Discard, d)
				return d.Close()
			})
			typ, verb := "TYPE I", "RETR f"
			if tt.list || tt.format.Type == 'A' {
				typ = "TYPE A"
			}
			if tt.list {
				verb = "NLST"
			}
			tc.answer(typ, tt.refusal)
			if !tt.bears {
				if err := op.result(); err == nil || err == errNotDone {
					t.Errorf("%v; want the refusal", err)
				}
				return
			}
			data := tc.passive()
			tc.answer(verb, "150 here")
			io.WriteString(data, "f\n")
			data.Close()
			tc.writeReply("226 done")
			if err := op.wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
