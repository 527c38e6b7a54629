package memnet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

var (
	ap   = netip.MustParseAddrPort
	none netip.Addr
)

func mustListen(t *testing.T, n *Network, addr string) *Listener {
	t.Helper()
	l, err := n.Listen(ap(addr))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestNetworkListen(t *testing.T) {
	tests := []struct {
		name   string
		exists string
		addr   string
		want   string // address, or empty for EADDRINUSE
	}{
		{"same address", "127.0.0.1:21", "127.0.0.1:21", ""},
		{"other port", "127.0.0.1:21", "127.0.0.1:22", "127.0.0.1:22"},
		{"other host", "127.0.0.1:21", "192.0.2.1:21", "192.0.2.1:21"},
		{"all IPv4 first", "0.0.0.0:21", "127.0.0.1:21", ""},
		{"all IPv4 last", "127.0.0.1:21", "0.0.0.0:21", ""},
		{"all IPv4 beside IPv6", "[::1]:21", "0.0.0.0:21", "0.0.0.0:21"},
		{"all IPv6 takes IPv4 too", "127.0.0.1:21", "[::]:21", ""},
		{"all of both families", "0.0.0.0:21", "[::]:21", ""},
		{"IPv4 in IPv6", "127.0.0.1:21", "[::ffff:127.0.0.1]:21", ""},
		{"first free port", "127.0.0.1:21", "127.0.0.1:0", "127.0.0.1:49152"},
		{"free port after a taken one", "127.0.0.1:49152", "127.0.0.1:0", "127.0.0.1:49153"},
		{"free port at another host", "127.0.0.1:49152", "192.0.2.1:0", "192.0.2.1:49152"},
		{"free port after one of all hosts", "0.0.0.0:49152", "192.0.2.1:0", "192.0.2.1:49153"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n Network
			first := mustListen(t, &n, tt.exists)
			l, err := n.Listen(ap(tt.addr))
			if tt.want == "" {
				wantOpError(t, "Listen", err, syscall.EADDRINUSE)
				first.Close()
				mustListen(t, &n, tt.addr) // the address is free again
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := l.Addr().String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestNetworkListenWithoutAddress(t *testing.T) {
	var n Network
	_, err := n.Listen(netip.AddrPort{})
	if _, ok := errors.AsType[*net.AddrError](err); !ok {
		t.Errorf("got error %v, want a *net.AddrError", err)
	}
}

func TestNetworkListenNoPortLeft(t *testing.T) {
	var n Network
	n.listeners = make(map[netip.AddrPort]*Listener)
	addr := ap("127.0.0.1:0")
	for port := firstPort; port <= lastPort; port++ {
		n.listeners[netip.AddrPortFrom(addr.Addr(), uint16(port))] = new(Listener)
	}
	_, err := n.Listen(addr)
	wantOpError(t, "Listen", err, syscall.EADDRINUSE)
	_, err = n.Dial(t.Context(), none, ap("127.0.0.1:21"))
	wantOpError(t, "Dial", err, syscall.EADDRNOTAVAIL)
}

func TestNetworkDial(t *testing.T) {
	tests := []struct {
		name       string
		listen     string
		from       string // may lack
		to         string
		wantClient string
		wantServer string
	}{
		{"loopback by default", "127.0.0.1:21", "", "127.0.0.1:21", "127.0.0.1:49152", "127.0.0.1:21"},
		{"IPv6 by default", "[::1]:21", "", "[::1]:21", "[::1]:49152", "[::1]:21"},
		{"from a host", "192.0.2.1:21", "192.0.2.9:0", "192.0.2.1:21", "192.0.2.9:49152", "192.0.2.1:21"},
		{"from the default data port", "192.0.2.9:5000", "192.0.2.1:20", "192.0.2.9:5000", "192.0.2.1:20", "192.0.2.9:5000"},
		{"to one of all IPv4 hosts", "0.0.0.0:21", "", "192.0.2.1:21", "127.0.0.1:49152", "192.0.2.1:21"},
		{"to one of all hosts", "[::]:21", "", "192.0.2.1:21", "127.0.0.1:49152", "192.0.2.1:21"},
		{"to no host", "127.0.0.1:21", "", "0.0.0.0:21", "127.0.0.1:49152", "127.0.0.1:21"},
		{"port that a listener has", "127.0.0.1:49152", "", "127.0.0.1:49152", "127.0.0.1:49153", "127.0.0.1:49152"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n Network
			l := mustListen(t, &n, tt.listen)
			var from netip.AddrPort
			if tt.from != "" {
				from = ap(tt.from)
			}
			client, err := n.DialFrom(t.Context(), from, ap(tt.to))
			if err != nil {
				t.Fatal(err)
			}
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			for _, end := range []struct{ local, remote net.Addr }{
				{client.LocalAddr(), client.RemoteAddr()}, {server.RemoteAddr(), server.LocalAddr()},
			} {
				if _, ok := end.local.(*net.TCPAddr); !ok {
					t.Errorf("address is a %T", end.local)
				}
				if end.local.String() != tt.wantClient || end.remote.String() != tt.wantServer {
					t.Errorf("got client %v, server %v, want %s, %s", end.local, end.remote, tt.wantClient, tt.wantServer)
				}
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
			if got, err := io.ReadAll(server); len(got) != 0 || err != nil {
				t.Errorf("the two ends are not connected: %q, %v", got, err)
			}
		})
	}
}

func TestNetworkDialErrors(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		from netip.Addr
		to   netip.AddrPort
		want error
	}{
		{"nobody listens", t.Context(), none, ap("127.0.0.1:22"), syscall.ECONNREFUSED},
		{"port zero", t.Context(), none, ap("127.0.0.1:0"), syscall.ECONNREFUSED},
		{"context has ended", canceled, none, ap("127.0.0.1:21"), context.Canceled},
		{"families differ", t.Context(), netip.IPv6Loopback(), ap("127.0.0.1:21"), syscall.EAFNOSUPPORT},
		{"no address", t.Context(), none, netip.AddrPort{}, syscall.EAFNOSUPPORT},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n Network
			mustListen(t, &n, "127.0.0.1:21")
			_, err := n.Dial(tt.ctx, tt.from, tt.to)
			wantOpError(t, "Dial", err, tt.want)
		})
	}
}

func TestNetworkBlackhole(t *testing.T) {
	tests := []struct {
		name string
		hole string
	}{
		{"one port", "192.0.2.1:21"},
		{"every port", "192.0.2.1:0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n Network
				mustListen(t, &n, "192.0.2.1:21")
				mustListen(t, &n, "192.0.2.2:21")
				n.Blackhole(ap(tt.hole))
				if _, err := n.Dial(t.Context(), none, ap("192.0.2.2:21")); err != nil {
					t.Errorf("dial to another host: %v", err)
				}
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := n.Dial(ctx, none, ap("192.0.2.1:21"))
				wantOpError(t, "Dial", err, context.DeadlineExceeded)
				if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
					t.Errorf("error %v is no timeout", err)
				}
				if got := time.Since(begin); got != time.Minute {
					t.Errorf("dial hung for %v, want 1m", got)
				}
			})
		})
	}
}

func TestListenerBacklog(t *testing.T) {
	tests := []struct {
		name string
		free func(l *Listener, cancel func()) // ends the wait of the second dial
		want error
	}{
		{"accept makes room", func(l *Listener, cancel func()) { l.Accept() }, nil},
		{"close refuses", func(l *Listener, cancel func()) { l.Close() }, syscall.ECONNREFUSED},
		{"context ends", func(l *Listener, cancel func()) { cancel() }, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := Network{Backlog: 1}
				l := mustListen(t, &n, "127.0.0.1:21")
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if _, err := n.Dial(ctx, none, l.addr); err != nil {
					t.Fatal(err)
				}
				done := start(func() error { _, err := n.Dial(ctx, none, l.addr); return err })
				wantBlocked(t, "dial past the backlog", done)
				tt.free(l, cancel)
				if err := <-done; tt.want != nil {
					wantOpError(t, "Dial", err, tt.want)
				} else if err != nil {
					t.Errorf("Dial: %v", err)
				}
			})
		})
	}
}

func TestListenerClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Network
		l := mustListen(t, &n, "127.0.0.1:21")
		waiting := start(func() error { _, err := l.Accept(); return err })
		wantBlocked(t, "Accept", waiting)
		other := mustListen(t, &n, "127.0.0.1:22")
		client, err := n.Dial(t.Context(), none, other.addr)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range []*Listener{l, other} {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			wantOpError(t, "second Close", l.Close(), net.ErrClosed)
			wantOpError(t, "SetDeadline", l.SetDeadline(time.Now()), net.ErrClosed)
		}
		wantOpError(t, "blocked Accept", <-waiting, net.ErrClosed)
		wantOpError(t, "read on a connection that was not accepted", readByte(client)(), syscall.ECONNRESET)
		_, err = n.Dial(t.Context(), none, l.addr)
		wantOpError(t, "Dial", err, syscall.ECONNREFUSED)
		again := mustListen(t, &n, "127.0.0.1:21")
		l.Close() // of the old listener must not remove the new one
		if _, err := n.Dial(t.Context(), none, again.addr); err != nil {
			t.Errorf("dial to the new listener: %v", err)
		}
	})
}

func TestListenerDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Network
		l := mustListen(t, &n, "127.0.0.1:0")
		begin := time.Now()
		if err := l.SetDeadline(begin.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		_, err := l.Accept()
		wantOpError(t, "Accept", err, os.ErrDeadlineExceeded)
		if got := time.Since(begin); got != time.Second {
			t.Errorf("Accept gave up after %v, want 1s", got)
		}
		if err := l.SetDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		waiting := start(func() error { _, err := l.Accept(); return err })
		wantBlocked(t, "Accept without a deadline", waiting)
		if _, err := n.Dial(t.Context(), none, l.addr); err != nil {
			t.Fatal(err)
		}
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
}

func TestNetworkResetUnread(t *testing.T) {
	tests := []struct {
		name  string
		reset bool
		read  bool // the client reads before it closes
		want  error
	}{
		{"off, unread", false, false, nil},
		{"on, unread", true, false, syscall.ECONNRESET},
		{"on, read", true, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := Network{ResetUnread: tt.reset}
			client, server, _, err := dialled(t, &n)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(writeString(server, "t")(), writeString(client, "u")()); err != nil {
				t.Fatal(err)
			}
			if tt.read {
				if err := readByte(client)(); err != nil {
					t.Fatal(err)
				}
			}
			if err := client.Close(); err != nil {
				t.Fatal(err)
			}
			if err := readByte(server)(); tt.want != nil {
				wantOpError(t, "read of the upload", err, tt.want)
			} else if err != nil {
				t.Errorf("read of the upload: %v", err)
			}
		})
	}
}
