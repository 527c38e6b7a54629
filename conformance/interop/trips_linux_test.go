package interop

import (
	"crypto/x509"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestRoundTrips counts the round trips of small files on one connection, by their time in a
// network where nothing else takes any. Each file needs one for its address,
// one for the connection, one for the data, and with vsftpd and ProFTPD one for the end: they say 226 only when this
// side has ended the connection.
func TestRoundTrips(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute")
	}
	inDelay(t, "TestRoundTrips", func(d *delayed) {
		for _, tt := range []struct {
			server string
			mode   tlsx.Mode
			down   int // the first file has one more, or two
			up     int
		}{
			{"vsftpd", peer.Plain, 4, 6},
			{"vsftpd", peer.Explicit, 6, 6},
			{"proftpd", peer.Plain, 4, 5},
			{"proftpd", peer.Explicit, 5, 5},
			{"pure-ftpd", peer.Plain, 3, 6},
			{"pure-ftpd", peer.Explicit, 4, 6},
			{"pyftpdlib", peer.Plain, 3, 5},
			{"pyftpdlib", peer.Explicit, 5, 6},
		} {
			t.Run(tt.server+"/"+tt.mode.String(), func(t *testing.T) { tripsOf(t, d, tt.server, tt.mode, tt.down, tt.up) })
		}
	})
}

func tripsOf(t *testing.T, d *delayed, server string, mode tlsx.Mode, down, up int) {
	const n, rtt = 8, 40 * time.Millisecond
	s := peer.Start(t, server, peer.Options{TLS: mode})
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	p := &ftpwire.Profile{Host: host, User: s.User, Password: s.Password}
	p.Port, _ = strconv.Atoi(port)
	if mode != peer.Plain {
		p.RootCAs = x509.NewCertPool()
		p.RootCAs.AppendCertsFromPEM(s.CertPEM)
	} else {
		p.Security = control.SecurityNone
	}
	data := randomBytes(3, 1024)
	for i := range n + 1 {
		s.WriteFile(t, fmt.Sprint("f", i), data)
	}
	dir := t.TempDir()
	d.set(rtt)
	defer d.set(0)
	begun := time.Now()
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Conn().Close()
	t.Logf("login: %s round trips", trips(time.Since(begun), rtt))
	count := func(what string, want int, move func(i int) error) {
		var took []time.Duration
		for i := range n + 1 {
			begun := time.Now()
			if err := move(i); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(begun))
		}
		first := took[0] // there may be more to learn
		slices.Sort(took[1:])
		t.Logf("%s: first %s, least %s, median %s", what, trips(first, rtt), trips(took[1], rtt), trips(took[n/2+1], rtt))
		if got := int(took[1] / rtt); got > want { // what is not delay is more than nothing, and less than a round trip
			t.Errorf("%s: %d round trips a file, want %d", what, got, want)
		}
	}
	o := &ftpwire.TransferOptions{KeepTime: true}
	local := func(i int) string { return filepath.Join(dir, fmt.Sprint("f", i)) }
	count("download", down, func(i int) error { _, err := c.Download(t.Context(), fmt.Sprint("f", i), local(i), nil); return err })
	count("download with time", down, func(i int) error { _, err := c.Download(t.Context(), fmt.Sprint("f", i), local(i), o); return err })
	count("upload", up, func(i int) error { _, err := c.Upload(t.Context(), local(i), fmt.Sprint("u", i), nil); return err })
}

func trips(d, rtt time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(rtt)) }
