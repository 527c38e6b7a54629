package control_test

import (
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// What moves a part of a file relies on nothing that a server may have forgotten: the type, and that there is no offset.
// A whole file costs nothing for that.
func TestPartRenews(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		tc := login(t, &clear)
		take := func(part bool, offset int64, before ...string) {
			t.Helper()
			f := tc.async(func() error {
				var d *control.Download
				var err error
				if part {
					d, err = control.RetrPart(t.Context(), tc.c, "f", offset)
				} else {
					d, err = tc.c.Retr(t.Context(), "f", offset)
				}
				if err != nil {
					return err
				}
				if _, err := d.Read(make([]byte, 1)); err == nil {
					t.Error("there is no octet")
				}
				return d.Close()
			})
			if len(before) > 0 && before[0][:4] == "TYPE" {
				tc.answer(before[0], "200 ok")
				before = before[1:]
			}
			data := tc.passive()
			for _, cmd := range before {
				tc.answer(cmd, "350 ok")
			}
			tc.answer("RETR f", "150 here")
			data.Close()
			tc.writeReply("226 done")
			tc.wantOK("RETR", f)
		}
		renew := func() { tc.wantOK("RenewType", tc.async(func() error { return control.RenewType(t.Context(), tc.c) })) }
		take(false, 0, "TYPE I")
		take(false, 0)
		take(false, 5, "TYPE I", "REST 5")
		take(false, 5, "TYPE I", "REST 5")
		take(false, 0)
		take(true, 0, "TYPE I", "REST 0")
		take(true, 7, "TYPE I", "REST 7")
		f := tc.async(func() error { return control.RenewType(t.Context(), tc.c) })
		tc.answer("TYPE I", "200 ok")
		tc.wantOK("RenewType", f)
		renew()
		size := tc.async(func() error { _, err := tc.c.Size(t.Context(), "f"); return err })
		tc.answer("SIZE f", "213 9")
		tc.wantOK("SIZE", size)
		take(false, 5, "REST 5")
		noop := tc.async(func() error { _, err := tc.c.Do(t.Context(), protocol.Command{Verb: "NOOP"}); return err })
		tc.answer("NOOP", "200 ok")
		tc.wantOK("NOOP", noop)
		take(false, 5, "TYPE I", "REST 5")
	})
}
