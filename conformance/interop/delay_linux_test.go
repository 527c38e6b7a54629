package interop

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// delayed is a network namespace whose loopback address is far away: each packet
// takes a time for its way. Unlike a relay of octets it delays the handshakes of TCP, too.
type delayed struct {
	tun  int
	each atomic.Int64 // nanoseconds for one direction
}

// delayLoopback sends everything to 127.0.0.1 through a tunnel whose other end is this
// process, which sends it back. It must run in a namespace of its own.
func delayLoopback(t *testing.T) *delayed {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("no program ip, which sets the routes: ", err)
	}
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR, 0)
	if err != nil {
		t.Skip("this system has no tunnels, which delay what goes through them: /dev/net/tun: ", err)
	}
	const flags = syscall.IFF_TUN | syscall.IFF_NO_PI
	if err := ioctl(fd, syscall.TUNSETIFF, ifreq("far", u16(flags))); err != nil {
		t.Skip("this system lets nobody make a tunnel, which delays what goes through it: ", err)
	}
	for name, value := range map[string]string{"route_localnet": "1", "accept_local": "1", "rp_filter": "0"} {
		for _, dev := range []string{"all", "far"} {
			if err := os.WriteFile("/proc/sys/net/ipv4/conf/"+dev+"/"+name, []byte(value), 0); err != nil {
				t.Skip("the tunnel can't lead back: ", err)
			}
		}
	}
	for _, args := range []string{
		"link set lo up", "link set far up", "rule add pref 10 lookup local", "rule add pref 5 iif lo lookup 100",
		"route add 127.0.0.1/32 dev far src 127.0.0.1 table 100", "rule del pref 0",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Skipf("ip %s: %v: %s", args, err, out)
		}
	}
	d := &delayed{tun: fd}
	go d.reflect()
	return d
}

// set makes a round trip last for rtt.
func (d *delayed) set(rtt time.Duration) { d.each.Store(int64(rtt / 2)) }

// reflect ends with the process.
func (d *delayed) reflect() {
	type packet struct {
		due time.Time
		b   []byte
	}
	way := make(chan packet, 4096)
	go func() {
		for p := range way {
			time.Sleep(time.Until(p.due))
			syscall.Write(d.tun, p.b) // what gets lost, TCP sends again
		}
	}()
	for {
		b := make([]byte, 2048)
		n, err := syscall.Read(d.tun, b)
		if err != nil {
			return
		}
		way <- packet{time.Now().Add(time.Duration(d.each.Load())), b[:n]}
	}
}

// inDelay runs the calling test, called name, in a namespace of its own, and far in there.
func inDelay(t *testing.T, name string, far func(*delayed)) {
	t.Helper()
	if os.Getenv(inNamespace) != "" {
		far(delayLoopback(t))
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+name+"$", "-test.v", "-test.timeout", "4m")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	out, err := runInNamespace(cmd)
	t.Logf("%s", out)
	if _, none := errors.AsType[*noNamespaceError](err); none {
		t.Skip("no network namespace: ", err)
	}
	if err != nil {
		t.Error(err)
	}
}
