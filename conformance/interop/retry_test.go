package interop

import (
	"bytes"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestNoRetryOnDataConnections has a server whose only curve is not the one that
// clients send a share of: the control connection costs a HelloRetryRequest, a round
// trip more. Data connections must not pay it again, resumed or not.
func TestNoRetryOnDataConnections(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "proftpd", peer.Options{TLS: peer.Explicit, Extra: []string{"TLSECDHCurve P-384"}})
	for _, policy := range []tlsx.Resumption{tlsx.ResumeRequired, tlsx.ResumeOff} {
		t.Run(policy.String(), func(t *testing.T) {
			r := newCellRun(t, s, cell{row: row{server: "proftpd", mode: peer.Explicit, version: tls13}, resumption: policy})
			w := &wire{}
			c := r.login(w)
			if n := bytes.Count(w.control(), retryRandom); n != 1 {
				t.Fatalf("%d HelloRetryRequests on the control connection: want 1, for the test to mean something", n)
			}
			for _, op := range operations {
				if _, err := op.run(r, t.Context(), c); err != nil {
					t.Fatalf("%s: %v", op.name, err)
				}
			}
			w.wantBegins(t, policy.String(), policy != tlsx.ResumeOff)
		})
	}
}
