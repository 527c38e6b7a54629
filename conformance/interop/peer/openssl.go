package peer

import (
	"crypto/tls"
	"errors"
	"fmt"
)

// tlsVersions returns the lowest and the highest version, in OpenSSL's words.
func (o *Options) tlsVersions() (lowest, highest string, err error) {
	low, high := o.TLSMin, o.TLSMax
	if low == 0 {
		low = tls.VersionTLS12
	}
	if high == 0 {
		high = tls.VersionTLS13
	}
	words := map[uint16]string{tls.VersionTLS12: "TLSv1.2", tls.VersionTLS13: "TLSv1.3"}
	if words[low] == "" || words[high] == "" || low > high {
		return "", "", fmt.Errorf("TLS from %s to %s: want a range within TLS 1.2 to 1.3",
			tls.VersionName(low), tls.VersionName(high))
	}
	if o.NoTickets && low == tls.VersionTLS13 {
		return "", "", errors.New("NoTickets concerns TLS 1.2 only, and TLSMin excludes that")
	}
	return words[low], words[high], nil
}

// opensslConfig returns an openssl.cnf that limits what every program using it
// speaks: the way in where the server has no switch of its own.
func (o *Options) opensslConfig() ([]byte, error) {
	lowest, highest, err := o.tlsVersions()
	if err != nil {
		return nil, err
	}
	tickets := "SessionTicket"
	if o.NoTickets {
		tickets = "-SessionTicket"
	}
	return fmt.Appendf(nil, `openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = limits
[limits]
MinProtocol = %s
MaxProtocol = %s
Options = %s
`, lowest, highest, tickets), nil
}

// confine makes the jail of a server, at the first call, and its log socket.
func (l *launch) confine(program string) error {
	if l.jail != nil {
		return nil // a further attempt, on another port
	}
	j, err := newJail(l, program)
	if err != nil {
		return err
	}
	conf, err := l.options.opensslConfig()
	if err != nil {
		return err
	}
	if err := j.write("usr/lib/ssl/openssl.cnf", conf, 0o644); err != nil {
		return err
	}
	if err := j.write("etc/server.pem", l.id.combined(), 0o600); err != nil {
		return err
	}
	if l.options.ClientCA != nil {
		if err := j.write("etc/clients.pem", l.options.ClientCA, 0o644); err != nil {
			return err
		}
	}
	l.syslog, err = newSyslog(j)
	l.jail = j
	return err
}

func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
