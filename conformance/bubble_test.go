package conformance_test

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// inBubble runs f in a bubble, whose clock moves while all wait: with a server on a network
// in memory, and the target that leads to it. So a wait takes no time, and the machine's
// load none off it.
func inBubble(t *testing.T, cfg *ftptest.Config, f func(*testing.T, *ftptest.Server, conformance.Target)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		target := onMemory(cfg)
		srv, err := ftptest.Start(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		target.Addr, target.User, target.Password = srv.Addr(), "user", "password"
		if target.TLS = cfg.TLS; cfg.TLS != ftptest.TLSNone {
			target.TLSConfig = srv.TLSConfig()
			target.TLSConfig.InsecureSkipVerify = slices.ContainsFunc(cfg.Faults, unverified)
		}
		f(t, srv, target)
	})
}

// unverified reports whether no client would take the certificate under a fault.
func unverified(f ftptest.Fault) bool {
	return f == "certificate-expired" || f == "certificate-other-name"
}

// onMemory takes both ends to a network in memory. The server dials from the port below
// its control port, as it does on a real one (RFC 959, Section 3.2).
func onMemory(cfg *ftptest.Config) conformance.Target {
	network := new(memnet.Network)
	listen := func(kind, addr string) (net.Listener, error) {
		return network.ListenContext(context.Background(), kind, addr)
	}
	var control netip.AddrPort
	cfg.Listen = func(kind, addr string) (net.Listener, error) {
		if control.IsValid() {
			return listenAnywhere(listen, kind, addr)
		}
		ln, err := listen(kind, addr)
		if err == nil {
			control = ln.Addr().(*net.TCPAddr).AddrPort()
		}
		return ln, err
	}
	cfg.Dial = func(ctx context.Context, _, addr string) (net.Conn, error) {
		to, err := netip.ParseAddrPort(addr)
		if err != nil {
			return nil, err
		}
		conn, err := network.DialFrom(ctx, netip.AddrPortFrom(control.Addr(), control.Port()-1), to)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	return conformance.Target{Dial: network.DialContext, Listen: listen}
}

// listenAnywhere gives passive data connections ports in no order (RFC 2577, Section 8).
func listenAnywhere(listen func(kind, addr string) (net.Listener, error), kind, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	for tries := 0; err == nil && port == "0" && tries < 10; tries++ {
		if ln, err := listen(kind, net.JoinHostPort(host, strconv.Itoa(20000+rand.IntN(20000)))); err == nil {
			return ln, nil
		}
	}
	return listen(kind, addr)
}
