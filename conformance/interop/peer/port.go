package peer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports of control connections. They lie below those that the system gives to outgoing and
// to data connections, which would take one away before the server has it.
const firstPort, ports = 24000, 8000

// choosePort finds a free port and claims it against other tests, of this process and of
// others: a server takes seconds to listen, and a process that answers there first would
// be taken for it. The claim is a socket without a file, and ends with its process.
func (l *launch) choosePort() error {
	if l.claim != nil {
		if err := l.claim.Close(); err != nil {
			return err
		}
		l.claim = nil
	}
	var last error
	for range 100 {
		port := firstPort + rand.IntN(ports)
		claim, err := net.Listen("unix", fmt.Sprintf("@ftpwire-peer-%d", port))
		if err != nil {
			last = err
			continue
		}
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			last = errors.Join(err, claim.Close())
			continue
		}
		l.claim, l.port, l.server.Addr = claim, port, ln.Addr().String()
		return ln.Close()
	}
	return fmt.Errorf("no free port: %w", last)
}
