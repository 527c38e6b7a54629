package tlsx

import (
	"crypto/tls"
	"crypto/x509"
	"sync/atomic"
	"time"
)

// sessionMargin is how long a control connection may last while the clock of its sessions
// is held back.
const sessionMargin = 30 * 24 * time.Hour

// A ticketClock is the time by which crypto/tls judges the sessions of one control
// connection. crypto/tls does not offer a session whose certificate has expired, even if
// it need not verify it. Servers that demand resumption would then refuse every transfer
// under an expired certificate that was accepted nevertheless. For such a certificate the
// clock is held back. The check whether it is acceptable uses the true time and is made
// elsewhere.
type ticketClock struct{ behind atomic.Int64 } // seconds

// of returns the clock now, held back.
func (k *ticketClock) of(now func() time.Time) func() time.Time {
	return func() time.Time {
		t, behind := now(), k.behind.Load()
		if behind == 0 {
			return t
		}
		return time.Unix(t.Unix()-behind, int64(t.Nanosecond()))
	}
}

// hold holds back the clock, if necessary, so that leaf does not expire while the control
// connection lasts.
func (k *ticketClock) hold(leaf *x509.Certificate, now time.Time) {
	end := leaf.NotAfter.Add(-sessionMargin)
	k.behind.Store(max(now.Unix()-end.Unix(), 0))
}

// holdClock returns the check of a control connection that holds the clock back
// once the certificate has passed.
func (c *Config) holdClock(k *ticketClock, check func(tls.ConnectionState) error) func(tls.ConnectionState) error {
	return func(st tls.ConnectionState) error {
		err := check(st)
		if err == nil && len(st.PeerCertificates) > 0 {
			k.hold(st.PeerCertificates[0], c.now())
		}
		return err
	}
}
