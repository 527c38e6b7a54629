package interop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// tlsVersions are those that a client is held to in turn.
var tlsVersions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

// dataModes are all ways to open a data connection.
var dataModes = []datachan.Mode{datachan.ModeEPSV, datachan.ModePASV, datachan.ModeEPRT, datachan.ModePORT}

// A target is a real server in one configuration.
type target struct {
	server  string
	options peer.Options
	label   string
}

func (t target) String() string {
	s := t.server + "/" + t.options.TLS.String()
	if t.label != "" {
		s += "/" + t.label
	}
	return s
}

// clientConfig returns the configuration of a client that trusts s and is held to
// one TLS version.
func clientConfig(s *peer.Server, mode tlsx.Mode, version uint16) *control.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CertPEM)
	cfg := &control.Config{
		TLS:          &tls.Config{RootCAs: roots, MinVersion: version, MaxVersion: version},
		ReplyTimeout: 20 * time.Second,
		FinalTimeout: 30 * time.Second,
	}
	switch mode {
	case peer.Plain:
		cfg.Security = control.SecurityNone
	case peer.Implicit:
		cfg.Security = control.SecurityImplicit
	}
	return cfg
}

// login connects and logs in. The connection is closed with the test. What happens is
// told to the listeners, too.
func login(tb testing.TB, s *peer.Server, cfg *control.Config, listeners ...func(control.TraceEvent)) *control.Conn {
	tb.Helper()
	trace := tracer(tb)
	cfg.Trace = func(e control.TraceEvent) {
		trace(e)
		for _, l := range listeners {
			l(e)
		}
	}
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	c, err := control.Dial(ctx, s.Addr, cfg)
	if err != nil {
		tb.Fatalf("dial: %v\n%s", err, s.Log())
	}
	tb.Cleanup(func() { c.Close() })
	if err := c.Login(ctx, s.User, s.Password, ""); err != nil {
		tb.Fatalf("login: %v\n%s", err, s.Log())
	}
	return c
}

// tracer keeps the end of the dialogue, and shows it if the test fails.
func tracer(tb testing.TB) func(control.TraceEvent) {
	const keep = 40
	var lines []string
	ch := make(chan string, 1024)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for l := range ch {
			lines = append(lines, l)
			if len(lines) > keep {
				lines = lines[1:]
			}
		}
	}()
	tb.Cleanup(func() {
		close(ch)
		<-done
		if tb.Failed() {
			for _, l := range lines {
				tb.Log(l)
			}
		}
	})
	return func(e control.TraceEvent) {
		defer func() { _ = recover() }() // the test is over, the connection not yet
		ch <- e.String()
	}
}

// wantReuse fails the test unless a data connection resumed, or the server is
// known to have no ticket to resume with.
func wantReuse(tb testing.TB, what string, d control.DataInfo, server string, version uint16) {
	tb.Helper()
	want := tlsx.Resumed
	if server == "pure-ftpd" && version == tls.VersionTLS13 {
		want = tlsx.NothingToOffer // Debian's 1.0.50 issues no TLS 1.3 ticket
	}
	if !d.TLS {
		tb.Errorf("%s: the data connection is in clear", what)
	}
	if d.Reuse != want {
		tb.Errorf("%s: data connection %s: %s; want %s", what, d.Mode, d.Reuse, want)
	}
}

func versionName(v uint16) string { return fmt.Sprint(tlsx.VersionName(v)) }
