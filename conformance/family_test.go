package conformance_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// ofIPv6 are the cases that need a session over IPv6.
var ofIPv6 = []string{"rfc2428-2-eprt-v6", "prac-pasv-on-ipv6", "rfc2428-3-ipv6-session"}

// dual starts a server that listens on both loopbacks, and returns it as a target over IPv4.
func dual(t *testing.T, faults ...string) conformance.Target {
	t.Helper()
	cfg := config(tlsx.ModeExplicit, faults)
	cfg.Addr = "[::]:0"
	srv, err := ftptest.Start(cfg)
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	t.Cleanup(func() { srv.Close() })
	_, port, _ := net.SplitHostPort(srv.Addr())
	tls := srv.TLSConfig()
	tls.InsecureSkipVerify = true // the certificate is for another address
	return conformance.Target{Addr: "127.0.0.1:" + port, TLS: tlsx.ModeExplicit, TLSConfig: tls, User: "user", Password: "password"}
}

// Over IPv4 the cases of IPv6 find the server's other address.
func TestOtherFamily(t *testing.T) {
	t.Parallel()
	target := dual(t)
	for _, host := range []string{"127.0.0.1", "localhost"} {
		_, port, _ := net.SplitHostPort(target.Addr)
		target.Addr = net.JoinHostPort(host, port)
		report, err := conformance.Run(t.Context(), target, conformance.Options{Only: ofIPv6})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ofIPv6 {
			if r := report.Result(id); r.Verdict == conformance.Skip || red(r) {
				t.Errorf("%s: %s: %s", host, id, verdictOf(r))
				logTranscript(t, r)
			}
		}
	}
}

func TestOtherFamilyFaults(t *testing.T) {
	t.Parallel()
	for _, c := range conformance.Cases() {
		if !strings.Contains(strings.Join(ofIPv6, " "), c.ID) {
			continue
		}
		for _, fault := range c.Faults {
			if fault == "epsv-not-listening" {
				continue // nothing is written then
			}
			target := dual(t, fault)
			report, err := conformance.Run(t.Context(), target, conformance.Options{Only: []string{c.ID}, Timeout: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			if r := report.Result(c.ID); !red(r) {
				t.Errorf("%s: %s is not red: %s", fault, c.ID, verdictOf(r))
				logTranscript(t, r)
			}
		}
	}
}

// The password does not go to another server at the other address.
func TestOtherServerOverIPv6(t *testing.T) {
	t.Parallel()
	srv, err := ftptest.Start(config(tlsx.ModeNone, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Addr())
	cfg := config(tlsx.ModeNone, []string{"greeting-200"}) // with another text
	cfg.Addr = "[::1]:" + port
	other, err := ftptest.Start(cfg)
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	defer other.Close()
	target := conformance.Target{Addr: srv.Addr(), User: "user", Password: "password"}
	report, err := conformance.Run(t.Context(), target, conformance.Options{Only: ofIPv6})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ofIPv6 {
		if r := report.Result(id); r.Verdict != conformance.Skip || !strings.Contains(r.Reason, "another server") {
			t.Errorf("%s: %s, want SKIP for another server", id, verdictOf(r))
		}
	}
	if got := other.Commands(); len(got) > 0 {
		t.Errorf("the other server was sent %q", got)
	}
}
