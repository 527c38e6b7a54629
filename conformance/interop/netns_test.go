package interop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

// A natCase is a server at an address whose replies name another, and what becomes of
// a listing. All over real sockets, with the kernel saying who can be reached.
type natCase struct {
	name   string
	server string // address of the control connection
	client string // ours; "" lets the system choose
	named  string // in replies to PASV; "" is the server's own
	at     string // where passive data connections are really taken; "" is the server's own
	mode   datachan.Mode
	nat    datachan.NAT
	want   string   // peer of the data connection; "" is an error
	dials  []string // hosts dialled for data, in order
}

// spaceCases need addresses of every class, which a network namespace of our own has.
var spaceCases = []natCase{
	{"public server names a private address, always", "203.0.113.1", "198.51.100.2", "10.1.0.9", "", datachan.ModePASV, datachan.NATControlHost, "203.0.113.1", []string{"203.0.113.1"}},
	{"public server names a private address, auto", "203.0.113.1", "198.51.100.2", "10.1.0.9", "", datachan.ModePASV, datachan.NATAuto, "203.0.113.1", []string{"203.0.113.1"}},
	{"public server names a private address, never", "203.0.113.1", "198.51.100.2", "10.1.0.9", "", datachan.ModePASV, datachan.NATServer, "", []string{"10.1.0.9"}},
	{"data at another public address, always", "203.0.113.1", "198.51.100.2", "192.0.2.9", "192.0.2.9", datachan.ModePASV, datachan.NATControlHost, "", []string{"203.0.113.1"}},
	{"data at another public address, auto", "203.0.113.1", "198.51.100.2", "192.0.2.9", "192.0.2.9", datachan.ModePASV, datachan.NATAuto, "192.0.2.9", []string{"192.0.2.9"}},
	{"data at another public address, never", "203.0.113.1", "198.51.100.2", "192.0.2.9", "192.0.2.9", datachan.ModePASV, datachan.NATServer, "192.0.2.9", []string{"192.0.2.9"}},
	{"wrong public address, auto", "203.0.113.1", "198.51.100.2", "192.0.2.77", "", datachan.ModePASV, datachan.NATAuto, "203.0.113.1", []string{"192.0.2.77", "203.0.113.1"}},
	{"the server next door by its public address, auto", "203.0.113.1", "10.1.0.2", "10.1.0.1", "10.1.0.1", datachan.ModePASV, datachan.NATAuto, "10.1.0.1", []string{"203.0.113.1", "10.1.0.1"}},
	{"the same, seen from elsewhere", "203.0.113.1", "198.51.100.2", "10.1.0.1", "10.1.0.1", datachan.ModePASV, datachan.NATAuto, "", []string{"203.0.113.1"}},
	{"private server, data at another private address, auto", "10.1.0.1", "10.1.0.2", "192.168.7.7", "192.168.7.7", datachan.ModePASV, datachan.NATAuto, "192.168.7.7", []string{"192.168.7.7"}},
	{"private server names its public address, auto", "10.1.0.1", "10.1.0.2", "192.0.2.77", "", datachan.ModePASV, datachan.NATAuto, "10.1.0.1", []string{"192.0.2.77", "10.1.0.1"}},
	{"provider's NAT, private address, auto", "100.64.0.1", "100.64.0.2", "10.1.0.9", "", datachan.ModePASV, datachan.NATAuto, "100.64.0.1", []string{"100.64.0.1"}},
	{"link-local server names a loopback address, auto", "169.254.1.1", "169.254.1.2", "127.0.0.9", "", datachan.ModePASV, datachan.NATAuto, "169.254.1.1", []string{"169.254.1.1"}},
	{"loopback server names no host, never", "127.0.0.1", "127.0.0.1", "0.0.0.0", "", datachan.ModePASV, datachan.NATServer, "127.0.0.1", []string{"127.0.0.1"}},
	{"multicast, never", "203.0.113.1", "198.51.100.2", "224.0.0.9", "", datachan.ModePASV, datachan.NATServer, "", nil},
	{"IPv6, EPSV", "2001:db8::1", "2001:db8::2", "", "", datachan.ModePassive, datachan.NATControlHost, "2001:db8::1", []string{"2001:db8::1"}},
	{"unique local IPv6, EPSV", "fd00::1", "fd00::2", "", "", datachan.ModePassive, datachan.NATAuto, "fd00::1", []string{"fd00::1"}},
	{"link-local IPv6 with a zone, EPSV", "fe80::1%lo", "", "", "", datachan.ModePassive, datachan.NATControlHost, "fe80::1%lo", []string{"fe80::1%lo"}},
	{"IPv6, EPRT", "2001:db8::1", "2001:db8::2", "", "", datachan.ModeActive, datachan.NATControlHost, "2001:db8::1", nil},
	{"IPv4, PORT", "203.0.113.1", "198.51.100.2", "", "", datachan.ModePORT, datachan.NATControlHost, "203.0.113.1", nil},
}

// loopbackCases need no more than 127.0.0.1.
var loopbackCases = []natCase{
	{"another host, always", "127.0.0.1", "", "127.0.0.9", "", datachan.ModePASV, datachan.NATControlHost, "127.0.0.1", []string{"127.0.0.1"}},
	{"another host, auto", "127.0.0.1", "", "127.0.0.9", "", datachan.ModePASV, datachan.NATAuto, "127.0.0.1", []string{"127.0.0.1"}},
	{"another host, never", "127.0.0.1", "", "127.0.0.9", "", datachan.ModePASV, datachan.NATServer, "", []string{"127.0.0.9"}},
	{"no host, never", "127.0.0.1", "", "0.0.0.0", "", datachan.ModePASV, datachan.NATServer, "127.0.0.1", []string{"127.0.0.1"}},
	{"multicast, auto", "127.0.0.1", "", "224.0.0.9", "", datachan.ModePASV, datachan.NATAuto, "127.0.0.1", []string{"127.0.0.1"}},
}

// inNamespace is set in the process that runs in a network namespace of its own.
const inNamespace = "FTPWIRE_TEST_NAMESPACE"

// TestNATInNamespace lists a directory in every situation of spaceCases. It runs
// itself in a network namespace that has the addresses. Where none can be made it
// says why, and checks what loopback has addresses for.
func TestNATInNamespace(t *testing.T) {
	if os.Getenv(inNamespace) != "" {
		if err := furnish(spaceCases); err != nil {
			t.Fatal(err)
		}
		for _, tt := range spaceCases {
			t.Run(tt.name, tt.run)
		}
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestNATInNamespace$", "-test.v", "-test.timeout", "1m")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	out, err := runInNamespace(cmd)
	if reason, ok := errors.AsType[*noNamespaceError](err); ok {
		t.Logf("no network namespace: %v; addresses of loopback only", reason)
		for _, tt := range loopbackCases {
			t.Run(tt.name, tt.run)
		}
		return
	}
	if passed := strings.Count(string(out), "--- PASS: TestNATInNamespace/"); err != nil || passed != len(spaceCases) {
		t.Errorf("%d of %d passed in the namespace: %v\n%s", passed, len(spaceCases), err, out)
	}
}

// A noNamespaceError says why there is no network namespace.
type noNamespaceError struct{ err error }

func (e *noNamespaceError) Error() string { return e.err.Error() }

func (tt natCase) run(t *testing.T) {
	listens := 0
	s := ftptest.NewServer(t, &ftptest.Config{
		Addr: net.JoinHostPort(tt.server, "0"), PassiveHost: tt.named,
		Listen: func(network, address string) (net.Listener, error) {
			if listens++; listens > 1 && tt.at != "" {
				address = net.JoinHostPort(tt.at, "0")
			}
			return net.Listen(network, address)
		},
	})
	n := &natNet{client: tt.client}
	cfg := &control.Config{
		Security: control.SecurityNone, Dial: n.dial,
		Data: datachan.Config{Mode: tt.mode, NAT: tt.nat, ConnectTimeout: 3 * time.Second},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, port, _ := net.SplitHostPort(s.Addr())
	c, err := control.Dial(ctx, net.JoinHostPort(tt.server, port), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(ctx, "user", "password", ""); err != nil {
		t.Fatal(err)
	}
	got := ""
	d, err := c.Open(ctx, "NLST", "")
	if err == nil {
		got, _, _ = net.SplitHostPort(d.Data().Addr)
		b := make([]byte, 1)
		for rerr := error(nil); rerr == nil; {
			_, rerr = d.Read(b)
		}
		err = d.Close()
	}
	if got != tt.want || (err == nil) != (tt.want != "") {
		t.Errorf("data connection to %q, %v; want %q", got, err, tt.want)
	}
	if dials := n.dialled(); fmt.Sprint(dials) != fmt.Sprint(tt.dials) {
		t.Errorf("dialled %v; want %v", dials, tt.dials)
	}
}

// A natNet dials from one address and remembers where to.
type natNet struct {
	client string
	mu     sync.Mutex
	hosts  []string
}

func (n *natNet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.hosts = append(n.hosts, host)
	n.mu.Unlock()
	var d net.Dialer
	if n.client != "" {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(n.client), 0))
	}
	return d.DialContext(ctx, network, address)
}

// dialled returns the hosts of data connections; the first dial was the control
// connection's.
func (n *natNet) dialled() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hosts[1:]
}
