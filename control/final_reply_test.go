package control_test

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
)

// TestFinalReply: what the server says at the end of a transfer is kept, as z/OS tells the
// job's id there, with secrets masked.
func TestFinalReply(t *testing.T) {
	inBubble(t, "upload", func(t *testing.T) {
		tc := login(t, &control.Config{})
		var during, after control.DataInfo
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "job.jcl", 0)
			if err != nil {
				return err
			}
			io.WriteString(u, "//A JOB\n")
			during = u.Data()
			err = u.Close()
			after = u.Data()
			return err
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("STOR job.jcl", "125 Sending Job to JES")
		io.Copy(io.Discard, data)
		data.Close()
		tc.writeReply("250-It is known to JES as JOB05742", "250 Transfer completed by secret.")
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
		got := []string{during.Final, after.Reply, after.Final}
		want := []string{"", "Sending Job to JES", "It is known to JES as JOB05742\nTransfer completed by ****."}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("replies mismatch (-want +got):\n%s", diff)
		}
	})
}
