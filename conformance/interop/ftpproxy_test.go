package interop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// TestFTPProxy logs in to real servers through Debian's ftp-proxy, and runs transfers
// through it. The proxy learns the server from the login alone: what its configuration
// names is a port where nobody listens.
func TestFTPProxy(t *testing.T) {
	t.Parallel()
	proxy := startProxy(t)
	kinds := []*control.LoginProxy{
		{Kind: control.ProxyUserAtHost},
		{Kind: control.ProxyScript, Script: []control.LoginLine{
			{Send: "USER %u@%h", Expect: []protocol.Code{331}},
			{Send: "PASS %p", Expect: []protocol.Code{230}},
		}},
	}
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{})
			for _, p := range kinds {
				for _, mode := range []datachan.Mode{datachan.ModePASV, datachan.ModePORT} {
					t.Run(fmt.Sprintf("%s/%s", p.Kind, mode), func(t *testing.T) {
						behind := *p
						behind.Host = s.Addr
						cfg := clientConfig(s, peer.Plain, 0)
						cfg.Data.Mode = mode
						cfg.Login.Proxy = &behind
						c := dialTo(t, proxy, cfg)
						if err := c.Login(t.Context(), s.User, s.Password, ""); err != nil {
							t.Fatalf("login: %v\n%s", err, s.Log())
						}
						x := &exerciser{t: t, s: s, c: c, mode: mode, info: func(string, control.DataInfo) {}}
						x.mixed(8)
						x.quit()
					})
				}
			}
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		s := peer.Start(t, "vsftpd", peer.Options{})
		cfg := clientConfig(s, peer.Plain, 0)
		cfg.Login.Proxy = &control.LoginProxy{Host: s.Addr}
		err := dialTo(t, proxy, cfg).Login(t.Context(), s.User, "canary-password", "")
		pe, ok := errors.AsType[*control.ProxyError](err)
		re, refused := errors.AsType[*protocol.ReplyError](err)
		if !ok || !refused || pe.Step != "PASS %p" || re.Reply.Code != 530 || strings.Contains(err.Error(), "canary") {
			t.Errorf("login: %v; want the server's 530 to PASS", err)
		}
	})
	t.Run("no server", func(t *testing.T) {
		cfg := &control.Config{Security: control.SecurityNone, ReplyTimeout: 20 * time.Second}
		cfg.Login.Proxy = &control.LoginProxy{Host: fmt.Sprintf("127.0.0.1:%d", closedPort(t))}
		err := dialTo(t, proxy, cfg).Login(t.Context(), "user", "secret", "")
		if pe, ok := errors.AsType[*control.ProxyError](err); !ok || pe.Step != "USER %u@%h" {
			t.Errorf("login: %v; want a ProxyError of USER", err)
		}
	})
}

func dialTo(t *testing.T, addr string, cfg *control.Config) *control.Conn {
	t.Helper()
	cfg.Trace = tracer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c, err := control.Dial(ctx, addr, cfg)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// startProxy runs ftp-proxy on a free port and returns its address. It ends, with the
// children that it makes for each connection, with the test.
func startProxy(t *testing.T) string {
	t.Helper()
	program := findProxy(t)
	dir := t.TempDir()
	config, log := filepath.Join(dir, "ftp-proxy.conf"), filepath.Join(dir, "log")
	port := closedPort(t)
	err := os.WriteFile(config, fmt.Appendf(nil, `[-Global-]
ServerType standalone
Listen 127.0.0.1
Port %d
DestinationAddress 127.0.0.1
DestinationPort %d
AllowMagicUser yes
DestinationTransferMode client
ActiveMinDataPort 22000
ActiveMaxDataPort 23900
ForkLimit 1000
TimeOut 60
LogDestination %s
LogLevel INF
PidFile %s
`, port, closedPort(t), log, filepath.Join(dir, "pid")), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	// The shell ends the proxy, and that its children, when its input is at an end: also
	// if the test dies and runs no cleanup.
	const guard = `"$@" & read -r line; kill $!; wait $!`
	cmd := exec.Command("/bin/sh", "-c", guard, "guard", program, "-d", "-n", "-f", config)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		input.Close()
		cmd.Wait()
		if text, err := os.ReadFile(log); err == nil && t.Failed() {
			t.Logf("log of ftp-proxy:\n%s", text)
		}
	})
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return addr
		}
		if time.Now().After(deadline) {
			t.Fatalf("ftp-proxy does not listen: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// findProxy returns the program, from the cache that install.sh fills or the system.
func findProxy(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("FTPWIRE_INTEROP_CACHE")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(home, ".cache", "ftpwire", "interop")
	}
	for _, path := range []string{filepath.Join(cache, "ftp-proxy/usr/sbin/ftp-proxy"), "/usr/sbin/ftp-proxy"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	missing(t, "ftp-proxy is not in "+cache+": run conformance/interop/install.sh")
	return ""
}

// closedPort returns a port of loopback where nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}
