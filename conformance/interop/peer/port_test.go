package peer

import (
	"fmt"
	"net"
	"runtime"
	"testing"
)

// A port stays claimed until another is chosen, or the launch is closed.
func TestChoosePort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the servers run on Linux only, and so does the claim of a port")
	}
	l := &launch{server: new(Server), output: new(buffer), dir: t.TempDir()}
	isClaimed := func(port int) bool {
		c, err := net.Listen("unix", fmt.Sprintf("@ftpwire-peer-%d", port))
		if err == nil {
			c.Close()
		}
		return err != nil
	}
	choose := func() int {
		t.Helper()
		if err := l.choosePort(); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("127.0.0.1:%d", l.port); l.server.Addr != want {
			t.Errorf("address %s, want %s", l.server.Addr, want)
		}
		if !isClaimed(l.port) {
			t.Errorf("port %d is not claimed", l.port)
		}
		return l.port
	}
	first := choose()
	second := choose()
	if first != second && isClaimed(first) {
		t.Errorf("port %d is claimed though another was chosen", first)
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	if isClaimed(second) {
		t.Errorf("port %d is claimed after the end", second)
	}
}
