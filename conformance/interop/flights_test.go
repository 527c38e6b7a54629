package interop

import (
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestFlights: the servers that control counts among those that read commands which come together answer
// each of them, in order, before and after transfers.
func TestFlights(t *testing.T) {
	for _, name := range append(append(peer.Names(), peer.ClearNames()...), "linux-ftpd") {
		for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
			if ok, _ := peer.Supports(name, mode); !ok {
				continue
			}
			t.Run(name+"/"+mode.String(), func(t *testing.T) {
				t.Parallel()
				s := peer.Start(t, name, peer.Options{TLS: mode})
				s.WriteFile(t, "f", []byte("abc"))
				c := login(t, s, clientConfig(s, mode, 0))
				for range 10 {
					var got []string
					results, err := c.Pipeline(t.Context(),
						protocol.Command{Verb: "TYPE", Arg: "I"}, protocol.Command{Verb: "SIZE", Arg: "f"},
						protocol.Command{Verb: "MDTM", Arg: "f"}, protocol.Command{Verb: "EPSV"})
					for _, r := range results {
						got = append(got, fmt.Sprint(r.Command.Verb, " ", r.Reply.Code))
					}
					if diff := cmp.Diff([]string{"TYPE 200", "SIZE 213", "MDTM 213", "EPSV 229"}, got); diff != "" || err != nil {
						t.Fatalf("%v; mismatch (-want +got):\n%s", err, diff)
					}
					d, err := c.Retr(t.Context(), "f", 0)
					if err != nil {
						t.Fatal(err)
					}
					if b, err := io.ReadAll(d); string(b) != "abc" {
						t.Errorf("%q, %v came", b, err)
					}
					if err := d.Close(); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}
