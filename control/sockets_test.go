//go:build linux

package control_test

import (
	"context"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

// The probes of TCP are set on both sockets, as the Config says or not at all.
func TestTCPKeepAlive(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	s.WriteFile("/f", []byte("abc"))
	on := &net.KeepAliveConfig{Enable: true, Idle: 77 * time.Second, Interval: 33 * time.Second, Count: 5}
	for _, tt := range []struct {
		name          string
		control, data *net.KeepAliveConfig
		want          [2]int // idle seconds of control and data; 0: no probes
	}{
		{"as dialled", nil, nil, [2]int{15, 15}},
		{"both", on, nil, [2]int{77, 77}},
		{"off", &net.KeepAliveConfig{}, nil, [2]int{0, 0}},
		{"apart", on, &net.KeepAliveConfig{}, [2]int{77, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var conns []*net.TCPConn
			c := dialServer(t, s, &control.Config{
				Security: control.SecurityNone, TCPKeepAlive: tt.control,
				Data: datachan.Config{TCPKeepAlive: tt.data},
				Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := new(net.Dialer).DialContext(ctx, network, address)
					if err == nil {
						conns = append(conns, conn.(*net.TCPConn))
					}
					return conn, err
				},
			})
			d, err := c.Retr(t.Context(), "/f", 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := [2]int{idleSeconds(t, conns[0]), idleSeconds(t, conns[1])}; got != tt.want {
				t.Errorf("probes behind %v seconds; want %v", got, tt.want)
			}
			io.Copy(io.Discard, d)
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// idleSeconds returns when the first probe of an idle connection goes out.
func idleSeconds(t *testing.T, conn *net.TCPConn) (idle int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		on, _ := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
		if on != 0 {
			idle, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return idle
}

// The embedded server takes ABOR behind Synch.
func TestSynchOfServer(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	s.WriteFile("/big", make([]byte, 64<<20))
	c := dialServer(t, s, &control.Config{Security: control.SecurityNone, Quirks: control.QuirkPolicy{Force: []control.QuirkName{control.QuirkABORSynch}}})
	d, err := c.Retr(t.Context(), "/big", 0)
	if err != nil {
		t.Fatal(err)
	}
	io.CopyN(io.Discard, d, 1<<20)
	begun := time.Now()
	if err := d.Close(); err != nil || time.Since(begun) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
	if _, err := c.Pwd(t.Context()); err != nil {
		t.Error(err)
	}
	if cmds := s.Commands(); cmds[len(cmds)-2] != "ABOR" {
		t.Errorf("the server took %q; want ABOR before PWD", cmds)
	}
}
