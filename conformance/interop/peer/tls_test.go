package peer

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

var bothVersions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

// Both versions work in every TLS mode, data connections included.
func TestVersionsNegotiable(t *testing.T) {
	onEach(t, tlsModes, func(t *testing.T, name string, m tlsx.Mode) {
		s := start(t, name, Options{TLS: m})
		for _, v := range bothVersions {
			t.Run(tls.VersionName(v), func(t *testing.T) {
				c := dial(t, s, m, v)
				if got := c.conn.(*tls.Conn).ConnectionState().Version; got != v {
					t.Errorf("negotiated %s, want %s", tls.VersionName(got), tls.VersionName(v))
				}
				c.login(s)
				c.store("f", []byte("content"))
				got, resumed := c.retrieve("RETR f")
				if string(got) != "content" {
					t.Errorf("retrieved %q", got)
				}
				// Debian's Pure-FTPd sends no tickets on TLS 1.3.
				if want := name != "pure-ftpd" || v == tls.VersionTLS12; resumed != want {
					t.Errorf("data connection resumed: %v, want %v", resumed, want)
				}
			})
		}
	})
}

func TestVersionLimits(t *testing.T) {
	for _, name := range Names() {
		for _, only := range bothVersions {
			t.Run(name+"/"+tls.VersionName(only), func(t *testing.T) {
				s := start(t, name, Options{TLS: Explicit, TLSMin: only, TLSMax: only})
				for _, v := range bothVersions {
					if err := tryHandshake(t, s, v); (err == nil) != (v == only) {
						t.Errorf("handshake with %s: %v", tls.VersionName(v), err)
					}
				}
			})
		}
	}
}

// tryHandshake sends AUTH TLS and returns the error of the handshake.
func tryHandshake(t *testing.T, s *Server, version uint16) error {
	t.Helper()
	c := dial(t, s, Plain, 0)
	c.cmd("234", "AUTH TLS")
	return tls.Client(c.conn, &tls.Config{
		// Only the version is in question here.
		InsecureSkipVerify: true, MinVersion: version, MaxVersion: version,
	}).Handshake()
}

// The data connection of a client without a session is refused, and that of a
// client with one is not.
func TestRequireReuse(t *testing.T) {
	for _, name := range []string{"vsftpd", "proftpd"} {
		for _, required := range []bool{true, false} {
			for _, v := range bothVersions {
				label := map[bool]string{true: "required", false: "not required"}[required]
				t.Run(name+"/"+label+"/"+tls.VersionName(v), func(t *testing.T) {
					s := start(t, name, Options{TLS: Explicit, RequireReuse: required})
					s.WriteFile(t, "f", []byte("content"))

					c := dial(t, s, Explicit, v)
					c.login(s)
					if _, resumed := c.retrieve("RETR f"); !resumed {
						t.Error("data connection did not resume")
					}

					c = dial(t, s, Explicit, v)
					c.login(s)
					c.config = c.config.Clone()
					c.config.ClientSessionCache = nil
					conn, _ := c.protect(c.open("RETR f"))
					got, err := io.ReadAll(conn)
					conn.Close()
					reply := c.reply()
					refused := strings.HasPrefix(reply, "522") || strings.HasPrefix(reply, "425")
					if refused != required {
						t.Errorf("without resumption: %q, %v, then %q", got, err, reply)
					}
				})
			}
		}
	}
}

// NoTickets leaves the TLS 1.2 client of Go nothing to resume with.
func TestNoTickets(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, Options{TLS: Explicit, NoTickets: true})
			s.WriteFile(t, "f", []byte("content"))
			c := dial(t, s, Explicit, tls.VersionTLS12)
			c.login(s)
			if _, resumed := c.retrieve("RETR f"); resumed {
				t.Error("resumed without tickets")
			}
		})
	}
}

// vsftpd's strict mode refuses an upload that ends without close_notify, and
// without it takes it.
func TestStrict(t *testing.T) {
	for _, strict := range []bool{true, false} {
		t.Run(map[bool]string{true: "strict", false: "lenient"}[strict], func(t *testing.T) {
			s := start(t, "vsftpd", Options{TLS: Explicit, Strict: strict})
			c := dial(t, s, Explicit, tls.VersionTLS12)
			c.login(s)
			raw := c.open("STOR f")
			conn, _ := c.protect(raw)
			if _, err := conn.Write([]byte("content")); err != nil {
				t.Fatal(err)
			}
			raw.Close()
			c.want(map[bool]string{true: "426", false: "226"}[strict])
		})
	}
}

// RequireTLS refuses USER or PASS in clear text.
func TestRequireTLS(t *testing.T) {
	for _, name := range Names() {
		for _, required := range []bool{true, false} {
			t.Run(name+"/"+map[bool]string{true: "required", false: "not required"}[required], func(t *testing.T) {
				s := start(t, name, Options{TLS: Explicit, RequireTLS: required})
				c := dial(t, s, Plain, 0)
				c.send("USER %s", s.User)
				reply := c.reply()
				if strings.HasPrefix(reply, "331") {
					c.send("PASS %s", s.Password)
					reply = c.reply()
				}
				if in := strings.HasPrefix(reply, "230"); in == required {
					t.Errorf("clear login: %q", reply)
				}
				if required {
					dial(t, s, Explicit, 0).login(s)
				}
			})
		}
	}
}

// RequirePROT refuses transfers in clear text on a protected control connection.
func TestRequirePROT(t *testing.T) {
	for _, name := range Names() {
		for _, required := range []bool{true, false} {
			t.Run(name+"/"+map[bool]string{true: "required", false: "not required"}[required], func(t *testing.T) {
				s := start(t, name, Options{TLS: Explicit, RequirePROT: required})
				s.WriteFile(t, "f", []byte("content"))
				c := dial(t, s, Explicit, 0)
				c.login(s)
				if refused := clearTransferRefused(c); refused != required {
					t.Errorf("clear transfer refused: %v, want %v", refused, required)
				}
			})
		}
	}
}

// clearTransferRefused reports at which of PROT C, EPSV and RETR, if any, the
// server refuses a clear transfer.
func clearTransferRefused(c *client) bool {
	c.tb.Helper()
	c.send("PROT C")
	if reply := c.reply(); reply[0] == '5' {
		return true
	}
	c.send("EPSV")
	reply := c.reply()
	if reply[0] == '5' {
		return true
	}
	data := c.connect(reply)
	c.send("RETR f")
	if reply = c.reply(); reply[0] == '5' {
		return true
	}
	got, err := io.ReadAll(data)
	if err != nil || string(got) != "content" {
		c.tb.Errorf("%q, then %q, %v on the data connection", reply, got, err)
	}
	data.Close()
	c.want("226")
	return false
}

// ClientCA lets in a client whose certificate one of the authorities signed, and no
// other. With TLS 1.3 a client learns of it when it reads.
func TestClientCA(t *testing.T) {
	known, foreign := NewAuthority(t, "known"), NewAuthority(t, "foreign")
	certs := map[string]*tls.Certificate{
		"known": new(known.Client(t, "client")), "foreign": new(foreign.Client(t, "client")), "none": {},
	}
	for _, name := range []string{"vsftpd", "proftpd", "pyftpdlib"} {
		for _, m := range []tlsx.Mode{Explicit, Implicit} {
			t.Run(name+"/"+m.String(), func(t *testing.T) {
				s := start(t, name, Options{TLS: m, ClientCA: known.CertPEM})
				for _, v := range bothVersions {
					for signer, cert := range certs {
						err := greetWith(t, s, m, v, cert)
						if (err == nil) != (signer == "known") {
							t.Errorf("%s, certificate %s: %v", tls.VersionName(v), signer, err)
						}
					}
				}
			})
		}
	}
}

// greetWith starts TLS with a certificate and reads one reply under it.
func greetWith(t *testing.T, s *Server, m tlsx.Mode, version uint16, cert *tls.Certificate) error {
	t.Helper()
	raw, err := net.DialTimeout("tcp", s.Addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(10 * time.Second))
	if m == Explicit {
		c := &client{tb: t, conn: raw, r: bufio.NewReader(raw)}
		c.want("220")
		c.cmd("234", "AUTH TLS")
	}
	conn := tls.Client(raw, &tls.Config{
		// Only the client's certificate is in question here.
		InsecureSkipVerify: true, MinVersion: version, MaxVersion: version,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil },
	})
	if err := conn.Handshake(); err != nil {
		return err
	}
	if m == Explicit {
		if _, err := conn.Write([]byte("NOOP\r\n")); err != nil {
			return err
		}
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}
