package memnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
)

func TestNetworkDialContext(t *testing.T) {
	tests := []struct {
		name    string
		listen  string
		network string
		address string
		want    string // local and remote address
	}{
		{"IPv4", "127.0.0.1:21", "tcp", "127.0.0.1:21", "127.0.0.1:49152 127.0.0.1:21"},
		{"IPv6", "[::1]:21", "tcp6", "[::1]:21", "[::1]:49152 [::1]:21"},
		{"localhost", "127.0.0.1:21", "tcp", "LOCALHOST:21", "127.0.0.1:49152 127.0.0.1:21"},
		{"localhost IPv6", "[::1]:21", "tcp6", "localhost:21", "[::1]:49152 [::1]:21"},
		{"host name", "192.0.2.1:21", "tcp4", "ftp.example.com:21", "127.0.0.1:49152 192.0.2.1:21"},
		{"all hosts", ":21", "tcp", "192.0.2.1:21", "127.0.0.1:49152 192.0.2.1:21"},
		{"no host", "127.0.0.1:21", "tcp4", ":21", "127.0.0.1:49152 127.0.0.1:21"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := Network{Hosts: map[string]netip.Addr{"ftp.example.com": netip.MustParseAddr("192.0.2.1")}}
			if _, err := n.ListenContext(t.Context(), "tcp", tt.listen); err != nil {
				t.Fatal(err)
			}
			c, err := n.DialContext(t.Context(), tt.network, tt.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.LocalAddr().String() + " " + c.RemoteAddr().String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestNetworkContextErrors(t *testing.T) {
	addrError := func(err error) bool { _, ok := errors.AsType[*net.AddrError](err); return ok }
	dnsError := func(err error) bool { e, ok := errors.AsType[*net.DNSError](err); return ok && e.IsNotFound }
	networkError := func(err error) bool { _, ok := errors.AsType[net.UnknownNetworkError](err); return ok }
	tests := []struct {
		name    string
		network string
		address string
		is      func(error) bool
	}{
		{"unknown network", "udp", "127.0.0.1:21", networkError},
		{"unknown name", "tcp", "nowhere.example:21", dnsError},
		{"no port", "tcp", "127.0.0.1", addrError},
		{"port name", "tcp", "127.0.0.1:ftp", addrError},
		{"port too large", "tcp", "127.0.0.1:65536", addrError},
		{"IPv6 over tcp4", "tcp4", "[::1]:21", addrError},
		{"IPv4 over tcp6", "tcp6", "127.0.0.1:21", addrError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n Network
			c, err := n.DialContext(t.Context(), tt.network, tt.address)
			if _, ok := errors.AsType[*net.OpError](err); !ok || !tt.is(err) || c != nil {
				t.Errorf("DialContext: got %v, %v (%T)", c, err, err)
			}
			l, err := n.ListenContext(t.Context(), tt.network, tt.address)
			if _, ok := errors.AsType[*net.OpError](err); !ok || !tt.is(err) || l != nil {
				t.Errorf("ListenContext: got %v, %v (%T)", l, err, err)
			}
		})
	}
}

func TestNetworkContextNilResults(t *testing.T) {
	var n Network
	c, err := n.DialContext(t.Context(), "tcp", "127.0.0.1:21")
	wantOpError(t, "DialContext", err, syscall.ECONNREFUSED)
	if c != nil {
		t.Errorf("got connection %v beside an error", c)
	}
	if _, err := n.ListenContext(t.Context(), "tcp", "127.0.0.1:21"); err != nil {
		t.Fatal(err)
	}
	l, err := n.ListenContext(t.Context(), "tcp", "127.0.0.1:21")
	wantOpError(t, "ListenContext", err, syscall.EADDRINUSE)
	if l != nil {
		t.Errorf("got listener %v beside an error", l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = n.ListenContext(ctx, "tcp", "127.0.0.1:22")
	wantOpError(t, "ListenContext with a context that has ended", err, context.Canceled)
}
