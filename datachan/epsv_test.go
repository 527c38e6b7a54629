package datachan_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// A picky server answers a command line by a table, in whole or by its verb.
type picky struct {
	*exchanger
	lines map[string]string
}

func (p picky) Exchange(ctx context.Context, c protocol.Command) (protocol.Reply, error) {
	line := strings.TrimSpace(string(c.Verb) + " " + c.Arg)
	if text, ok := p.lines[line]; ok {
		p.replies = map[protocol.Verb]string{c.Verb: text}
	} else {
		p.replies = nil
	}
	return p.exchanger.Exchange(ctx, c)
}

const at40000 = "229 ok (|||40000|)"

// How EPSV is asked for, and what is learned of it.
func TestEPSVForms(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cfg    datachan.Config
		remote string
		lines  map[string]string
		want   []string // commands of two openings
		learnt datachan.Memory
	}{
		{"plain", datachan.Config{}, "", map[string]string{"EPSV": at40000}, []string{"EPSV", "EPSV"}, datachan.Memory{}},
		{"number asked for", datachan.Config{EPSVNumber: true}, "", map[string]string{"EPSV 1": at40000}, []string{"EPSV 1", "EPSV 1"}, datachan.Memory{}},
		{"number of IPv6", datachan.Config{EPSVNumber: true}, "[::1]:21", map[string]string{"EPSV 2": at40000}, []string{"EPSV 2", "EPSV 2"}, datachan.Memory{}},
		{"number wanted", datachan.Config{}, "", map[string]string{"EPSV": "501 argument needed", "EPSV 1": at40000},
			[]string{"EPSV", "EPSV 1", "EPSV 1"}, datachan.Memory{EPSVNumber: true}},
		{"number not wanted", datachan.Config{EPSVNumber: true}, "", map[string]string{"EPSV 1": "522 use (1)", "EPSV": at40000},
			[]string{"EPSV 1", "EPSV", "EPSV"}, datachan.Memory{EPSVBare: true}},
		{"carried", datachan.Config{Memory: datachan.Memory{EPSVNumber: true}}, "", map[string]string{"EPSV 1": at40000},
			[]string{"EPSV 1", "EPSV 1"}, datachan.Memory{EPSVNumber: true}},
		{"carried and wrong", datachan.Config{Memory: datachan.Memory{EPSVNumber: true}}, "", map[string]string{"EPSV 1": "500 what?", "EPSV": at40000},
			[]string{"EPSV 1", "EPSV", "EPSV"}, datachan.Memory{EPSVBare: true}},
		{"neither, PASV", datachan.Config{}, "", map[string]string{"EPSV": "501 no", "EPSV 1": "501 no", "PASV": pasv("127.0.0.1:40000")},
			[]string{"EPSV", "EPSV 1", "PASV", "PASV"}, datachan.Memory{NoEPSV: true}},
		{"unknown command: no other form", datachan.Config{}, "", map[string]string{"EPSV": "500 no", "PASV": pasv("127.0.0.1:40000")},
			[]string{"EPSV", "PASV", "PASV"}, datachan.Memory{NoEPSV: true}},
		{"PASV carried", datachan.Config{Memory: datachan.Memory{NoEPSV: true}}, "", map[string]string{"PASV": pasv("127.0.0.1:40000"), "EPSV": at40000},
			[]string{"PASV", "PASV"}, datachan.Memory{NoEPSV: true}},
		{"PASV carried and wrong", datachan.Config{Memory: datachan.Memory{NoEPSV: true}}, "", map[string]string{"PASV": "502 no", "EPSV": at40000},
			[]string{"PASV", "EPSV", "EPSV"}, datachan.Memory{}},
		{"PASV carried, over IPv6", datachan.Config{Memory: datachan.Memory{NoEPSV: true}}, "[::1]:21", map[string]string{"EPSV": at40000},
			[]string{"EPSV", "EPSV"}, datachan.Memory{}},
		{"EPSV answered like PASV", datachan.Config{}, "", map[string]string{"EPSV": pasv("127.0.0.2:40000")}, []string{"EPSV", "EPSV"}, datachan.Memory{}},
		{"PASV answered like EPSV", datachan.Config{Mode: datachan.ModePASV}, "", map[string]string{"PASV": at40000}, []string{"PASV", "PASV"}, datachan.Memory{}},
		{"EPSV ALL", datachan.Config{EPSVAll: true}, "", map[string]string{"EPSV ALL": "200 ok", "EPSV": at40000}, []string{"EPSV ALL", "EPSV", "EPSV"}, datachan.Memory{}},
		{"EPSV ALL over what was carried", datachan.Config{EPSVAll: true, Memory: datachan.Memory{NoEPSV: true}}, "", map[string]string{"EPSV ALL": "200 ok", "EPSV": at40000},
			[]string{"EPSV ALL", "EPSV", "EPSV"}, datachan.Memory{NoEPSV: true}},
		{"EPSV ALL refused", datachan.Config{EPSVAll: true}, "", map[string]string{"EPSV ALL": "502 no", "EPSV": "502 no", "PASV": pasv("127.0.0.1:40000")},
			[]string{"EPSV ALL", "EPSV", "PASV", "PASV"}, datachan.Memory{NoEPSV: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			for _, a := range []string{"127.0.0.1:40000", "[::1]:40000"} {
				w.listenAt(t, a)
			}
			x := picky{onLoopback(nil), tt.lines}
			if tt.remote != "" {
				x.remote = tt.remote
			}
			m := w.manager(tt.cfg)
			for range 2 {
				o, err := m.Open(t.Context(), x)
				if err != nil {
					t.Fatal(err)
				}
				o.Abort()
			}
			if !slices.Equal(x.seen, tt.want) {
				t.Errorf("commands %q; want %q", x.seen, tt.want)
			}
			if got := m.Memory(); got != tt.learnt {
				t.Errorf("learned %+v; want %+v", got, tt.learnt)
			}
			for _, a := range w.dialled() {
				if host, _, _ := net.SplitHostPort(a); host != "127.0.0.1" && host != "::1" {
					t.Errorf("dialled %s", a)
				}
			}
		})
	}
}

// Behind EPSV ALL nothing but EPSV is sent, whatever becomes of it.
func TestEPSVAllIsAPromise(t *testing.T) {
	t.Run("EPSV fails", func(t *testing.T) {
		w := &world{}
		x := picky{onLoopback(nil), map[string]string{"EPSV ALL": "200 ok", "EPSV": "502 no", "PASV": pasv("127.0.0.1:40000")}}
		m := w.manager(datachan.Config{EPSVAll: true})
		for range 2 {
			if _, err := m.Open(t.Context(), x); err == nil {
				t.Fatal("opened")
			}
		}
		if want := []string{"EPSV ALL", "EPSV", "EPSV"}; !slices.Equal(x.seen, want) {
			t.Errorf("commands %q; want %q", x.seen, want)
		}
		m.Reinitialized()
		m.Open(t.Context(), x)
		if got := x.seen[3]; got != "EPSV ALL" {
			t.Errorf("%q behind REIN; want EPSV ALL", got)
		}
	})
	for _, mode := range []datachan.Mode{datachan.ModePASV, datachan.ModeActive, datachan.ModeEPRT, datachan.ModePORT} {
		t.Run("mode "+mode.String(), func(t *testing.T) {
			x := onLoopback(taken)
			_, err := (&world{}).manager(datachan.Config{Mode: mode, EPSVAll: true}).Open(t.Context(), x)
			if wantOpenError(t, err, mode.String()); len(x.seen) > 0 {
				t.Errorf("%q was sent", x.seen)
			}
		})
	}
	for _, code := range []string{"421 closing", "530 no"} {
		t.Run(code, func(t *testing.T) {
			x := picky{onLoopback(nil), map[string]string{"EPSV ALL": code, "EPSV": at40000}}
			if _, err := (&world{}).manager(datachan.Config{EPSVAll: true}).Open(t.Context(), x); err == nil || len(x.seen) != 1 {
				t.Errorf("%v after %q; want the refusal", err, x.seen)
			}
		})
	}
}

// An offering server gives one port after another.
type offering struct {
	*exchanger
	ports []string
}

func (o *offering) Exchange(ctx context.Context, c protocol.Command) (protocol.Reply, error) {
	text := "229 ok (|||" + o.ports[0] + "|)"
	if c.Verb == "PASV" {
		text = pasv("127.0.0.1:" + o.ports[0])
	}
	if len(o.ports) > 1 {
		o.ports = o.ports[1:]
	}
	o.replies = map[protocol.Verb]string{c.Verb: text}
	return o.exchanger.Exchange(ctx, c)
}

// Blocked ports are not dialled: the server is asked again, so many times.
func TestBlockedPorts(t *testing.T) {
	blocked := []datachan.PortRange{{First: 40001, Last: 40003}, {First: 50000, Last: 50000}}
	for _, tt := range []struct {
		name     string
		mode     datachan.Mode
		attempts int
		ports    []string
		asked    int
		dialled  []string
	}{
		{"EPSV: none is blocked", datachan.ModePassive, 0, []string{"40000"}, 1, []string{"127.0.0.1:40000"}},
		{"EPSV: next to a range", datachan.ModePassive, 0, []string{"40004"}, 1, []string{"127.0.0.1:40004"}},
		{"EPSV: both ends of a range", datachan.ModePassive, 0, []string{"40001", "40003", "40000"}, 3, []string{"127.0.0.1:40000"}},
		{"PASV: a single port", datachan.ModePASV, 0, []string{"50000", "40000"}, 2, []string{"127.0.0.1:40000"}},
		{"always the same, no fallback", datachan.ModePassive, 0, []string{"40002"}, 10, nil},
		{"last attempt", datachan.ModePassive, 3, []string{"40001", "40002", "40000"}, 3, []string{"127.0.0.1:40000"}},
		{"one too many", datachan.ModePassive, 3, []string{"40001", "40002", "40003", "40000"}, 3, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			w.listenAt(t, "127.0.0.1:40000")
			w.listenAt(t, "127.0.0.1:40004")
			x := &offering{onLoopback(nil), tt.ports}
			o, err := w.manager(datachan.Config{Mode: tt.mode, BlockedPorts: blocked, PassiveAttempts: tt.attempts}).Open(t.Context(), x)
			if err == nil {
				o.Abort()
			} else if !errors.Is(err, datachan.ErrPortsBlocked) {
				t.Error(err)
			}
			if got := w.dialled(); !slices.Equal(got, tt.dialled) || len(x.seen) != tt.asked {
				t.Errorf("dialled %v after %d commands; want %v after %d", got, len(x.seen), tt.dialled, tt.asked)
			}
		})
	}
}

func TestPortRange(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       datachan.PortRange
		ok         bool
	}{
		{"range", "50000-50010", datachan.PortRange{First: 50000, Last: 50010}, true},
		{"one", "20", datachan.PortRange{First: 20, Last: 20}, true},
		{"all", "1-65535", datachan.PortRange{First: 1, Last: 65535}, true},
		{"port 0", "0-10", datachan.PortRange{}, false},
		{"too large", "1-65536", datachan.PortRange{}, false},
		{"backwards", "10-9", datachan.PortRange{}, false},
		{"empty", "", datachan.PortRange{}, false},
		{"half", "10-", datachan.PortRange{}, false},
		{"sign", "+1-5", datachan.PortRange{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := datachan.ParsePortRange(tt.text)
			if got != tt.want || (err == nil) != tt.ok {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
			if tt.ok && got.String() != tt.text {
				t.Errorf("written as %q; want %q", got, tt.text)
			}
		})
	}
	if r := (datachan.PortRange{}); r.Contains(0) || r.String() != "" {
		t.Errorf("the zero range holds port 0, or is written %q", r)
	}
}

// A name with several addresses: data goes to the one that the control connection
// has, zone and all, and nothing is looked up.
func TestControlAddressOnly(t *testing.T) {
	for _, remote := range []string{"192.0.2.1:21", "192.0.2.2:21", "[2001:db8::5]:21", "[fe80::1%eth0]:21"} {
		t.Run(remote, func(t *testing.T) {
			var dialled string
			cfg := datachan.Config{Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = address
				a, _ := net.Pipe()
				return a, nil
			}}
			x := onLoopback(map[protocol.Verb]string{"EPSV": at40000})
			x.remote = remote
			o, err := datachan.NewManager(&cfg).Open(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			o.Abort()
			host, _, _ := net.SplitHostPort(remote)
			if want := net.JoinHostPort(host, "40000"); dialled != want {
				t.Errorf("dialled %s; want %s", dialled, want)
			}
		})
	}
}

// Over IPv6 the error says why PASV is no way out.
func TestNoPASVOverIPv6(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  datachan.Config
		seen []string
	}{
		{"PASV", datachan.Config{Mode: datachan.ModePASV}, nil},
		{"passive", datachan.Config{}, []string{"EPSV"}},
		{"passive, under auto", datachan.Config{NAT: datachan.NATAuto}, []string{"EPSV", "PASV"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := onLoopback(map[protocol.Verb]string{"EPSV": "502 no", "PASV": pasv("127.0.0.1:40000")})
			x.local, x.remote = "[2001:db8::2]:50000", "[2001:db8::1]:21"
			_, err := (&world{}).manager(tt.cfg).Open(t.Context(), x)
			if err == nil || !strings.Contains(err.Error(), "IPv6") || !slices.Equal(x.seen, tt.seen) {
				t.Errorf("%v after %q; want an error about IPv6 after %q", err, x.seen, tt.seen)
			}
		})
	}
}
