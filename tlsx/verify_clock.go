package tlsx

import (
	"crypto/tls"
	"crypto/x509"
	"sync/atomic"
	"time"
)

// sessionMargin is how long a control connection may last with the clock of its
// sessions held back.
const sessionMargin = 30 * 24 * time.Hour

// A ticketClock is the time by which crypto/tls judges the sessions of one
// control connection. crypto/tls offers no session whose certificate has
// expired, even if it is not to verify any, so that servers which demand
// resumption would refuse every transfer under a certificate that was accepted
// although it has expired. For such a one the clock is held back. Whether it is
// acceptable is judged by the true time and elsewhere.
type ticketClock struct{ behind atomic.Int64 } // seconds

// of returns the clock that now shows, held back.
func (k *ticketClock) of(now func() time.Time) func() time.Time {
	return func() time.Time {
		t, behind := now(), k.behind.Load()
		if behind == 0 {
			return t
		}
		return time.Unix(t.Unix()-behind, int64(t.Nanosecond()))
	}
}

// hold holds the clock back, if need be, so that leaf does not expire while
// the control connection lasts.
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
