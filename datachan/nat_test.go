package datachan_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

var update = flag.Bool("update", false, "rewrite the table in docs/data-connections.md")

// classes are the addresses of control connections, server and client, in the table
// of docs/data-connections.md.
var classes = []struct{ name, server, client string }{
	{"public", "203.0.113.1", "198.51.100.2"},
	{"private", "10.1.0.1", "10.1.0.2"},
	{"CGN", "100.64.0.1", "100.64.0.2"},
	{"loopback", "127.0.0.1", "127.0.0.1"},
	{"link-local", "169.254.1.1", "169.254.1.2"},
	{"IPv6 public", "2001:db8::1", "2001:db8::2"},
	{"IPv6 ULA", "fd00::1", "fd00::2"},
	{"IPv6 link-local", "fe80::1%eth0", "fe80::2%eth0"},
}

// named are the addresses in replies to PASV.
var named = []struct{ name, addr string }{
	{"same", ""},
	{"private other", "10.9.9.9"},
	{"CGN other", "100.99.9.9"},
	{"loopback other", "127.0.0.9"},
	{"unspecified", "0.0.0.0"},
	{"multicast", "224.0.0.9"},
	{"broadcast", "255.255.255.255"},
	{"link-local other", "169.254.169.254"},
	{"public other", "192.0.2.9"},
}

// natTable holds what is dialled, by class, address in the reply and policy: the
// control host (c), the named host (n), in the order of trial; - is nothing, an error.
// Behind each class: always, auto, never.
var natTable = map[string]string{
	"public, same":             "c c c",
	"public, private other":    "c c n",
	"public, CGN other":        "c c n",
	"public, loopback other":   "c c n",
	"public, unspecified":      "c c c",
	"public, multicast":        "c c -",
	"public, broadcast":        "c c -",
	"public, link-local other": "c c n",
	"public, public other":     "c nc n",

	"private, same":             "c c c",
	"private, private other":    "c nc n",
	"private, CGN other":        "c nc n",
	"private, loopback other":   "c c n",
	"private, unspecified":      "c c c",
	"private, multicast":        "c c -",
	"private, broadcast":        "c c -",
	"private, link-local other": "c c n",
	"private, public other":     "c nc n",

	"CGN, same":             "c c c",
	"CGN, private other":    "c c n",
	"CGN, CGN other":        "c nc n",
	"CGN, loopback other":   "c c n",
	"CGN, unspecified":      "c c c",
	"CGN, multicast":        "c c -",
	"CGN, broadcast":        "c c -",
	"CGN, link-local other": "c c n",
	"CGN, public other":     "c nc n",

	"loopback, same":             "c c c",
	"loopback, private other":    "c nc n",
	"loopback, CGN other":        "c nc n",
	"loopback, loopback other":   "c c n",
	"loopback, unspecified":      "c c c",
	"loopback, multicast":        "c c -",
	"loopback, broadcast":        "c c -",
	"loopback, link-local other": "c c n",
	"loopback, public other":     "c nc n",

	"link-local, same":             "c c c",
	"link-local, private other":    "c nc n",
	"link-local, CGN other":        "c nc n",
	"link-local, loopback other":   "c c n",
	"link-local, unspecified":      "c c c",
	"link-local, multicast":        "c c -",
	"link-local, broadcast":        "c c -",
	"link-local, link-local other": "c c n",
	"link-local, public other":     "c nc n",

	// PASV can't name a port at an IPv6 address: only another host remains.
	"IPv6 public, private other":    "- - n",
	"IPv6 public, CGN other":        "- - n",
	"IPv6 public, loopback other":   "- - n",
	"IPv6 public, unspecified":      "- - -",
	"IPv6 public, multicast":        "- - -",
	"IPv6 public, broadcast":        "- - -",
	"IPv6 public, link-local other": "- - n",
	"IPv6 public, public other":     "- n n",

	"IPv6 ULA, private other":    "- n n",
	"IPv6 ULA, CGN other":        "- n n",
	"IPv6 ULA, loopback other":   "- - n",
	"IPv6 ULA, unspecified":      "- - -",
	"IPv6 ULA, multicast":        "- - -",
	"IPv6 ULA, broadcast":        "- - -",
	"IPv6 ULA, link-local other": "- - n",
	"IPv6 ULA, public other":     "- n n",

	"IPv6 link-local, private other":    "- n n",
	"IPv6 link-local, CGN other":        "- n n",
	"IPv6 link-local, loopback other":   "- - n",
	"IPv6 link-local, unspecified":      "- - -",
	"IPv6 link-local, multicast":        "- - -",
	"IPv6 link-local, broadcast":        "- - -",
	"IPv6 link-local, link-local other": "- - n",
	"IPv6 link-local, public other":     "- n n",
}

var natPolicies = []datachan.NAT{datachan.NATControlHost, datachan.NATAuto, datachan.NATServer}

var errUnreachable = errors.New("unreachable")

// trial is what a manager dials for a reply to PASV while nothing can be reached.
func trial(t *testing.T, policy datachan.NAT, server, client, reply string) (dialled, seen []string, err error) {
	t.Helper()
	cfg := datachan.Config{Mode: datachan.ModePASV, NAT: policy, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = append(dialled, address)
		return nil, errUnreachable
	}}
	x := &exchanger{
		local: net.JoinHostPort(client, "50000"), remote: net.JoinHostPort(server, "21"),
		replies: map[protocol.Verb]string{"PASV": pasv(reply + ":40000")},
	}
	_, err = datachan.NewManager(&cfg).Open(t.Context(), x)
	return dialled, x.seen, err
}

// TestNATTable: every class of control address, address in the reply, and policy.
func TestNATTable(t *testing.T) {
	walked := 0
	for _, class := range classes {
		for _, n := range named {
			reply := cmp.Or(n.addr, class.server)
			want, listed := natTable[class.name+", "+n.name]
			if !listed {
				if n.addr != "" {
					t.Errorf("%s, %s: no row", class.name, n.name)
				}
				continue // an IPv6 address can't stand in a 227
			}
			walked++
			for i, policy := range natPolicies {
				t.Run(fmt.Sprintf("%s, %s, %s", class.name, n.name, policy), func(t *testing.T) {
					dialled, seen, err := trial(t, policy, class.server, class.client, reply)
					hosts := []string{}
					for _, c := range strings.Trim(strings.Fields(want)[i], "-") {
						host := class.server
						if c == 'n' {
							host = reply
						}
						hosts = append(hosts, net.JoinHostPort(host, "40000"))
					}
					if diff := gocmp.Diff(hosts, append([]string{}, dialled...)); diff != "" {
						t.Errorf("dialled mismatch (-want +got):\n%s", diff)
					}
					wantOpenError(t, err, "PASV")
					if len(hosts) > 0 != errors.Is(err, errUnreachable) {
						t.Errorf("error: %v", err)
					}
					if policy == datachan.NATControlHost && strings.Contains(class.server, ":") && len(seen) > 0 {
						t.Errorf("%q was sent, whose reply is of no use", seen)
					}
				})
			}
		}
	}
	if walked != len(natTable) {
		t.Errorf("%d rows of %d were walked", walked, len(natTable))
	}
}

// TestNATDoc keeps the table in docs/data-connections.md equal to what is dialled.
func TestNATDoc(t *testing.T) {
	path := filepath.Join("..", "docs", "data-connections.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- table of TestNATDoc -->\n", "<!-- end of table -->\n"
	head, rest, ok := strings.Cut(string(b), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	want := head + begin + natDoc(t) + end + tail
	if want == string(b) {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what is dialled; run go test ./datachan -run TestNATDoc -update\n(-file +code):\n%s", path, gocmp.Diff(string(b), want))
}

func natDoc(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| control connection to | 227 names | `always` | `auto` | `never` |\n|---|---|---|---|---|\n")
	for _, class := range classes {
		for _, n := range named {
			reply := cmp.Or(n.addr, class.server)
			if a := netip.MustParseAddr(reply); a.Is6() {
				continue
			}
			fmt.Fprintf(&b, "| %s, %s | %s, %s |", class.name, class.server, n.name, reply)
			for _, policy := range natPolicies {
				dialled, _, _ := trial(t, policy, class.server, class.client, reply)
				for i, d := range dialled {
					dialled[i], _, _ = net.SplitHostPort(d)
				}
				fmt.Fprintf(&b, " %s |", cmp.Or(strings.Join(dialled, ", then "), "error"))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Which of two hosts is tried first, and what is remembered, under NATAuto.
func TestNATAutoRetry(t *testing.T) {
	const (
		public, other, inside = "203.0.113.1:40000", "192.0.2.9:40000", "10.1.0.9:40000"
	)
	for _, tt := range []struct {
		name, local, named string
		up                 []string // who listens
		memory             bool     // OtherHost, before
		dialled            []string // by two openings
		after              bool     // OtherHost
		note               string
	}{
		{"named host answers", "198.51.100.2", other, []string{other, public}, false, []string{other, other}, false, ""},
		{"named host is dead", "198.51.100.2", other, []string{public}, false, []string{other, public, public}, true, "trying 203.0.113.1, once"},
		{"carried from another connection", "198.51.100.2", other, []string{public}, true, []string{public, public}, true, ""},
		{"unlearned", "198.51.100.2", other, []string{other}, true, []string{public, other, other}, false, "trying 192.0.2.9, once"},
		{"the server next door, through a router that does not lead back", "10.1.0.2", inside, []string{inside}, false, []string{public, inside, inside}, true, "trying 10.1.0.9, once"},
		{"private address of another network", "192.168.0.2", inside, []string{inside}, false, []string{public, public}, false, "(private)"},
		{"private address, seen from the Internet", "198.51.100.2", inside, []string{inside}, false, []string{public, public}, false, "(private)"},
		{"neither answers", "198.51.100.2", other, nil, false, []string{other, public, other, public}, false, "once"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			for _, a := range tt.up {
				w.listenAt(t, a)
			}
			m := w.manager(datachan.Config{Mode: datachan.ModePASV, NAT: datachan.NATAuto, Memory: datachan.Memory{OtherHost: tt.memory}})
			x := &exchanger{local: tt.local + ":50000", remote: "203.0.113.1:21", replies: map[protocol.Verb]string{"PASV": pasv(tt.named)}}
			for range 2 {
				if o, err := m.Open(t.Context(), x); err == nil {
					o.Abort()
				}
			}
			if got := w.dialled(); !slices.Equal(got, tt.dialled) {
				t.Errorf("dialled %v; want %v", got, tt.dialled)
			}
			if got := m.Memory().OtherHost; got != tt.after {
				t.Errorf("OtherHost is %v", got)
			}
			if note := w.noted(); (tt.note == "") != (note == "") && !tt.memory || !strings.Contains(note, tt.note) {
				t.Errorf("note %q; want %q in it", note, tt.note)
			}
		})
	}
	t.Run("a port that is refused is refused at both", func(t *testing.T) {
		w := &world{}
		x := &exchanger{local: "198.51.100.2:50000", remote: "203.0.113.1:21", replies: map[protocol.Verb]string{"PASV": pasv("192.0.2.9:25")}}
		_, err := w.manager(datachan.Config{Mode: datachan.ModePASV, NAT: datachan.NATAuto}).Open(t.Context(), x)
		if _, ok := errors.AsType[*datachan.AddressError](err); !ok || len(w.dialled()) != 0 {
			t.Errorf("%v after dialling %v; want an AddressError and no dial", err, w.dialled())
		}
	})
}

// A control connection whose peer is known by a name, because a proxy looked it up.
func TestNATBehindProxy(t *testing.T) {
	for _, tt := range []struct {
		name    string
		policy  datachan.NAT
		named   string
		dialled []string
	}{
		{"always", datachan.NATControlHost, "10.1.0.9", []string{"ftp.example.org:40000"}},
		{"auto, private", datachan.NATAuto, "10.1.0.9", []string{"ftp.example.org:40000"}},
		{"auto, public", datachan.NATAuto, "192.0.2.9", []string{"192.0.2.9:40000", "ftp.example.org:40000"}},
		{"never", datachan.NATServer, "10.1.0.9", []string{"10.1.0.9:40000"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var dialled []string
			cfg := datachan.Config{Mode: datachan.ModePASV, NAT: tt.policy, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				return nil, errUnreachable
			}}
			x := namedPeer{onLoopback(map[protocol.Verb]string{"PASV": pasv(tt.named + ":40000")})}
			_, err := datachan.NewManager(&cfg).Open(t.Context(), x)
			if !errors.Is(err, errUnreachable) || !slices.Equal(dialled, tt.dialled) {
				t.Errorf("dialled %v, %v; want %v", dialled, err, tt.dialled)
			}
		})
	}
}

type namedPeer struct{ *exchanger }

func (namedPeer) RemoteAddr() net.Addr { return nameAddr("ftp.example.org:21") }

type nameAddr string

func (nameAddr) Network() string  { return "tcp" }
func (a nameAddr) String() string { return string(a) }
