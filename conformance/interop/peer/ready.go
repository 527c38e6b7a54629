package peer

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

const (
	startTimeout = 20 * time.Second // pyftpdlib takes a second on a slow machine
	greetTimeout = 5 * time.Second
	pollInterval = 20 * time.Millisecond
)

// awaitReady returns when the server greets with 220, or has ended, or the time
// is up. Clocks cannot be faked for another process, so it polls.
func (l *launch) awaitReady() error {
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		err := l.greet()
		if err == nil {
			return nil
		}
		select {
		case <-l.server.process.done:
			return fmt.Errorf("ended at once: %v", l.server.process.result())
		case <-timeout.C:
			return fmt.Errorf("no greeting on %s within %v: %w", l.server.Addr, startTimeout, err)
		case <-tick.C:
		}
	}
}

// greet connects, reads the greeting and says QUIT, so that no session of ours
// is left in the server when the test begins.
func (l *launch) greet() error {
	conn, err := net.DialTimeout("tcp", l.server.Addr, greetTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	if l.program.silent {
		return nil
	}
	if err := conn.SetDeadline(time.Now().Add(greetTimeout)); err != nil {
		return err
	}
	if l.options.TLS == Implicit {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(l.server.CertPEM) {
			return errors.New("no certificate in CertPEM")
		}
		conn = tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	}
	r := bufio.NewReader(conn)
	if l.options.Fault != "" {
		_, err := r.ReadByte() // a mutant may greet in any way
		return err
	}
	err = readReply(r, "220")
	if l.options.TLS == Implicit && l.options.ClientCA != nil && isAlert(err) {
		return nil // it answers: we have no certificate that it would take
	}
	if err != nil {
		return err
	}
	if _, err := conn.Write([]byte("QUIT\r\n")); err != nil {
		return err
	}
	return readReply(r, "221")
}

// isAlert reports whether the other side ended a TLS connection with an alert.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

// readReply reads one reply, of one line or many, and checks its code.
func readReply(r *bufio.Reader, code string) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if strings.HasPrefix(line, code+" ") {
			return nil
		}
		if len(line) > 3 && line[3] == ' ' && line[0] != ' ' && !strings.HasPrefix(line, code) {
			return fmt.Errorf("reply %q, want code %s", line, code)
		}
	}
}
