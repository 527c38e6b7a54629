package datachan_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// Ports of the range that are in use give way to others, both ends included.
func TestActivePorts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ports datachan.PortRange
		inUse []string
		want  []string // any of them; none is an error
	}{
		{"all free", datachan.PortRange{First: 50000, Last: 50002}, nil, []string{"50000", "50001", "50002"}},
		{"first one free", datachan.PortRange{First: 50000, Last: 50002}, []string{"50001", "50002"}, []string{"50000"}},
		{"last one free", datachan.PortRange{First: 50000, Last: 50002}, []string{"50000", "50001"}, []string{"50002"}},
		{"one port", datachan.PortRange{First: 50000, Last: 50000}, nil, []string{"50000"}},
		{"up to the last port", datachan.PortRange{First: 65534, Last: 65535}, []string{"65534"}, []string{"65535"}},
		{"none free", datachan.PortRange{First: 50000, Last: 50001}, []string{"50000", "50001"}, nil},
		{"backwards", datachan.PortRange{First: 50001, Last: 50000}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			for _, p := range tt.inUse {
				w.listenAt(t, "127.0.0.1:"+p)
			}
			x := onLoopback(taken)
			m := w.manager(datachan.Config{Mode: datachan.ModeActive, ActivePorts: tt.ports})
			for range 5 { // the first port tried is random
				o, err := m.Open(t.Context(), x)
				if tt.want == nil {
					wantOpenError(t, err, "active")
					if len(tt.inUse) > 0 && (!errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), tt.ports.String())) {
						t.Errorf("%v; want the range and why", err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				o.Abort()
				if _, port, _ := net.SplitHostPort(x.announced(t)); !slices.Contains(tt.want, port) {
					t.Errorf("port %s; want one of %v", port, tt.want)
				}
			}
		})
	}
	t.Run("an error that is not about the port ends it", func(t *testing.T) {
		tries := 0
		cfg := datachan.Config{Mode: datachan.ModeActive, ActivePorts: datachan.PortRange{First: 50000, Last: 60000},
			Listen: func(_, _ string) (net.Listener, error) { tries++; return nil, syscall.EADDRNOTAVAIL }}
		if _, err := datachan.NewManager(&cfg).Open(t.Context(), onLoopback(taken)); err == nil || tries != 1 {
			t.Errorf("%v after %d attempts", err, tries)
		}
	})
}

// An elsewhere listener is bound at a proxy.
type elsewhere struct {
	net.Listener
	at string
}

func (e elsewhere) Addr() net.Addr { return addr(e.at) }

// What is announced: never a zone, and the listener's address where it is another one.
func TestAnnouncedAddress(t *testing.T) {
	for _, tt := range []struct {
		name        string
		local       string
		listener    string // its address, if not what was asked for
		cfg         datachan.Config
		listens, to string
	}{
		{"zone", "[fe80::1%eth0]:50000", "", datachan.Config{Mode: datachan.ModeActive}, "[fe80::1%eth0]:0", "EPRT |2|fe80::1|"},
		{"zone of ActiveAddr", "[fe80::1%eth0]:50000", "", datachan.Config{Mode: datachan.ModeEPRT, ActiveAddr: netip.MustParseAddr("fe80::9%eth1")}, "[fe80::1%eth0]:0", "EPRT |2|fe80::9|"},
		{"mapped ActiveAddr", "127.0.0.1:50000", "", datachan.Config{Mode: datachan.ModePORT, ActiveAddr: netip.MustParseAddr("::ffff:192.0.2.7")}, "127.0.0.1:0", "PORT 192,0,2,7,"},
		{"listener at a proxy", "127.0.0.1:50000", "192.0.2.8:4242", datachan.Config{Mode: datachan.ModeActive}, "127.0.0.1:0", "EPRT |1|192.0.2.8|4242|"},
		{"listener everywhere", "127.0.0.1:50000", "0.0.0.0:4242", datachan.Config{Mode: datachan.ModeActive}, "127.0.0.1:0", "EPRT |1|127.0.0.1|4242|"},
		{"ActiveAddr before the listener's", "127.0.0.1:50000", "192.0.2.8:4242", datachan.Config{Mode: datachan.ModeActive, ActiveAddr: netip.MustParseAddr("192.0.2.7")}, "127.0.0.1:0", "EPRT |1|192.0.2.7|4242|"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			asked := ""
			cfg := tt.cfg
			cfg.Listen = func(_, address string) (net.Listener, error) {
				asked = address
				ln, err := w.Network.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
				if err != nil {
					return nil, err
				}
				at := tt.listener
				if at == "" {
					host, _, _ := net.SplitHostPort(address)
					at = net.JoinHostPort(host, "50001")
				}
				return elsewhere{ln, at}, nil
			}
			x := onLoopback(taken)
			x.local = tt.local
			o, err := datachan.NewManager(&cfg).Open(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			o.Abort()
			if asked != tt.listens || !strings.HasPrefix(x.seen[0], tt.to) {
				t.Errorf("listened at %s, sent %q; want %s and %q", asked, x.seen[0], tt.listens, tt.to)
			}
		})
	}
}

// ListenFor listens at a proxy, which is told who will connect.
func TestListenFor(t *testing.T) {
	fault := errors.New("the proxy has no BIND")
	for _, tt := range []struct {
		name, at string
		err      error
		want     string // of the command
	}{
		{"taken", "192.0.2.8:4242", nil, "EPRT |1|192.0.2.8|4242|"},
		{"refused", "", fault, ""},
		{"the proxy names no port", "192.0.2.8:0", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			var ln net.Listener = w.listenAt(t, "127.0.0.1:0")
			peer := ""
			cfg := datachan.Config{Mode: datachan.ModeActive, ActivePorts: datachan.PortRange{First: 1, Last: 2},
				ListenFor: func(_ context.Context, _, address string) (net.Listener, error) {
					if peer = address; tt.err != nil {
						return nil, tt.err
					}
					return elsewhere{ln, tt.at}, nil
				}}
			x := onLoopback(taken)
			o, err := datachan.NewManager(&cfg).Open(t.Context(), x)
			if peer != "127.0.0.1:21" {
				t.Errorf("the proxy was told %q", peer)
			}
			if tt.want == "" {
				if wantOpenError(t, err, "active"); tt.err != nil && !errors.Is(err, tt.err) || len(x.seen) > 0 {
					t.Errorf("%v, %q", err, x.seen)
				}
				return
			}
			if err != nil || x.seen[0] != tt.want {
				t.Fatalf("%q, %v; want %q", x.seen, err, tt.want)
			}
			o.Abort()
		})
	}
}

// With PeerPort only the port below the control connection's may connect.
func TestPeerPort(t *testing.T) {
	for _, tt := range []struct {
		name, remote, from string
		demanded, ok       bool
	}{
		{"20 for 21", "127.0.0.1:21", "127.0.0.1:20", true, true},
		{"another port", "127.0.0.1:21", "127.0.0.1:40000", true, false},
		{"2120 for 2121", "127.0.0.1:2121", "127.0.0.1:2120", true, true},
		{"20 for 2121", "127.0.0.1:2121", "127.0.0.1:20", true, false},
		{"20 of another host", "127.0.0.1:21", "127.0.0.2:20", true, false},
		{"not demanded", "127.0.0.1:21", "127.0.0.1:40000", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				x := onLoopback(taken)
				x.remote = tt.remote
				o, err := w.manager(datachan.Config{Mode: datachan.ModeActive, PeerPort: tt.demanded}).Open(t.Context(), x)
				if err != nil {
					t.Fatal(err)
				}
				peer, err := w.Network.DialFrom(t.Context(), netip.MustParseAddrPort(tt.from), netip.MustParseAddrPort(x.announced(t)))
				if err != nil {
					t.Fatal(err)
				}
				defer peer.Close()
				c, err := o.Establish(t.Context(), started(), nil)
				if (err == nil) != tt.ok {
					t.Fatalf("error: %v", err)
				}
				if tt.ok {
					c.Abort()
				} else if !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(w.noted(), tt.from) {
					t.Errorf("%v, notes %q; want a deadline and a note of %s", err, w.noted(), tt.from)
				}
			})
		})
	}
}

func TestAcceptTimeout(t *testing.T) {
	for _, tt := range []struct {
		name            string
		connect, accept time.Duration
		want            time.Duration
	}{
		{"its own", time.Minute, 7 * time.Second, 7 * time.Second},
		{"the connect timeout", 8 * time.Second, 0, 8 * time.Second},
		{"default", 0, 0, 30 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, err := (&world{}).manager(datachan.Config{Mode: datachan.ModeActive, ConnectTimeout: tt.connect, AcceptTimeout: tt.accept}).Open(t.Context(), onLoopback(taken))
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				_, err = o.Establish(t.Context(), started(), nil)
				if took := time.Since(start); took != tt.want || !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%v after %v; want a deadline after %v", err, took, tt.want)
				}
			})
		})
	}
}

func reply(code protocol.Code) error {
	return &protocol.ReplyError{Verb: "RETR", Reply: protocol.NewReply(code, "no")}
}

// EPRT that is taken and leads to nothing gives way to PORT, once.
func TestActiveFallbackBehindEPRT(t *testing.T) {
	for _, tt := range []struct {
		name   string
		mode   datachan.Mode
		local  string
		errs   []error // of one transfer after another
		verbs  []string
		again  []bool
		noEPRT bool
	}{
		{"425, then PORT works", datachan.ModeActive, "", []error{reply(425), nil, nil}, []string{"EPRT", "PORT", "PORT"}, []bool{true, false, false}, true},
		{"nobody came", datachan.ModeActive, "", []error{os.ErrDeadlineExceeded, nil}, []string{"EPRT", "PORT"}, []bool{true, false}, true},
		{"PORT is no better", datachan.ModeActive, "", []error{reply(425), reply(425), reply(425), nil}, []string{"EPRT", "PORT", "EPRT", "EPRT"}, []bool{true, false, false, false}, false},
		{"refused for another reason", datachan.ModeActive, "", []error{reply(550), nil}, []string{"EPRT", "EPRT"}, []bool{false, false}, false},
		{"cancelled", datachan.ModeActive, "", []error{context.Canceled, nil}, []string{"EPRT", "EPRT"}, []bool{false, false}, false},
		{"fixed", datachan.ModeEPRT, "", []error{reply(425), nil}, []string{"EPRT", "EPRT"}, []bool{false, false}, false},
		{"IPv6", datachan.ModeActive, "[::1]:50000", []error{reply(425), nil}, []string{"EPRT", "EPRT"}, []bool{false, false}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := (&world{}).manager(datachan.Config{Mode: tt.mode})
			x := onLoopback(taken)
			if tt.local != "" {
				x.local = tt.local
			}
			for i, fault := range tt.errs {
				o, err := m.Open(t.Context(), x)
				if err != nil {
					t.Fatal(err)
				}
				o.Abort()
				if o.Mode() != tt.verbs[i] {
					t.Errorf("transfer %d by %s; want %s", i, o.Mode(), tt.verbs[i])
				}
				if fault == nil {
					continue
				}
				if got := m.Failed(o, fault); got != tt.again[i] {
					t.Errorf("transfer %d: another way is %v; want %v", i, got, tt.again[i])
				}
			}
			if got := m.Memory().NoEPRT; got != tt.noEPRT {
				t.Errorf("NoEPRT is %v", got)
			}
		})
	}
	t.Run("carried and wrong", func(t *testing.T) {
		x := onLoopback(map[protocol.Verb]string{"EPRT": "200 ok"})
		m := (&world{}).manager(datachan.Config{Mode: datachan.ModeActive, Memory: datachan.Memory{NoEPRT: true}})
		for range 2 {
			o, err := m.Open(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			o.Abort()
		}
		if want := []string{"PORT 127,", "EPRT |1|", "EPRT |1|"}; !slices.EqualFunc(x.seen, want, strings.HasPrefix) {
			t.Errorf("commands %q; want %q", x.seen, want)
		}
	})
}
