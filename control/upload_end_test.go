package control_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
)

// A halfClosed connection cannot be half-closed: its peer has closed already.
type halfClosed struct{ net.Conn }

func (c halfClosed) CloseWrite() error {
	c.Close()
	return &net.OpError{Op: "close", Net: "tcp", Err: os.NewSyscallError("shutdown", syscall.ENOTCONN)}
}

// A server may close the data connection of an upload as soon as it has read the end that
// stands in the data. The upload has succeeded if the final reply says so. In stream mode
// the end of the connection is the end of the data: one that can't be sent is an error.
func TestServerClosesAtEndOfUpload(t *testing.T) {
	for _, tt := range []struct {
		mode  byte
		quota int64
		fails bool
	}{
		{'B', 100, false}, {'C', 100, false}, {'Z', 100, false},
		{'B', 3, true}, {'S', 100, true},
	} {
		inBubble(t, fmt.Sprintf("MODE %c, quota %d", tt.mode, tt.quota), func(t *testing.T) {
			var network memnet.Network
			s := ftptest.NewServer(t, &ftptest.Config{
				Users: []ftptest.User{{Name: "user", Password: "password", Quota: tt.quota}},
				Listen: func(kind, addr string) (net.Listener, error) {
					return network.ListenContext(context.Background(), kind, addr)
				},
			})
			c := dialServer(t, s, &control.Config{Security: control.SecurityNone, Dial: func(ctx context.Context, kind, addr string) (net.Conn, error) {
				conn, err := network.DialContext(ctx, kind, addr)
				if err != nil || addr == s.Addr() {
					return conn, err
				}
				return halfClosed{conn}, nil
			}})
			setFormat(t, c, tt.mode, 'F', 'I')
			if err := put(t, c, "f", "some text"); (err != nil) != tt.fails {
				t.Errorf("%v; want an error: %v", err, tt.fails)
			}
		})
	}
}
