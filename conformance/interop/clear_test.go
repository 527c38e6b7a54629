package interop

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestClearCommandChannel takes TLS down behind CCC on every server that offers
// it, and lists over protected data connections from then on.
func TestClearCommandChannel(t *testing.T) {
	for _, name := range []string{"proftpd", "pure-ftpd"} {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{TLS: peer.Explicit, RequireReuse: true})
			s.WriteFile(t, "seen.txt", []byte("x"))
			for _, version := range tlsVersions {
				t.Run(versionName(version), func(t *testing.T) {
					d := dialByHand(t, s, version)
					d.do("CCC", "200")
					if n := d.r.Buffered(); n != 0 {
						t.Fatalf("%d bytes behind the reply to CCC", n)
					}
					conn, err := d.session.Clear(d.ctx, d.tls)
					if err != nil {
						t.Fatalf("Clear: %v\n%s", err, s.Log())
					}
					if got := fmt.Sprintf("%T", conn); got != "*net.TCPConn" {
						t.Logf("goes on with a %s: no close_notify of the server has come", got)
					}
					d.use(conn)
					d.do("NOOP", "200")
					for i := range 3 {
						listing, reuse := d.list()
						if !strings.Contains(listing, "seen.txt") {
							t.Errorf("listing %d: %q", i, listing)
						}
						if want := wantAfterClear(name, version); reuse != want {
							t.Errorf("listing %d: %v, want %v", i, reuse, want)
						}
					}
					d.do("QUIT", "221")
				})
			}
		})
	}
}

func wantAfterClear(server string, version uint16) tlsx.Reuse {
	if server == "pure-ftpd" && version == tls.VersionTLS13 {
		return tlsx.NothingToOffer // Debian's 1.0.50 issues no TLS 1.3 ticket
	}
	return tlsx.Resumed
}

// TestServersWithoutCCC keeps the list of servers above honest.
func TestServersWithoutCCC(t *testing.T) {
	for _, name := range []string{"vsftpd", "pyftpdlib"} {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{TLS: peer.Explicit})
			d := dialByHand(t, s, tls.VersionTLS13)
			d.do("CCC", "5")
			d.do("NOOP", "200") // still inside TLS
		})
	}
}

// byHand is a dialogue without the client's own control connection.
type byHand struct {
	t       *testing.T
	s       *peer.Server
	ctx     context.Context
	session *tlsx.Session
	tls     *tls.Conn
	conn    net.Conn
	r       *bufio.Reader
}

// dialByHand logs in over explicit TLS with protected data connections.
func dialByHand(t *testing.T, s *peer.Server, version uint16) *byHand {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	raw, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	raw.SetDeadline(time.Now().Add(30 * time.Second))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CertPEM)
	d := &byHand{t: t, s: s, ctx: ctx, session: tlsx.NewSession(&tlsx.Config{
		TLS:        &tls.Config{RootCAs: roots, MinVersion: version, MaxVersion: version},
		ServerName: "localhost",
	})}
	d.use(raw)
	d.reply("220")
	d.do("AUTH TLS", "234")
	if d.tls, err = d.session.Control(ctx, raw); err != nil {
		t.Fatal(err)
	}
	d.use(d.tls)
	d.do("USER "+s.User, "331")
	d.do("PASS "+s.Password, "230")
	d.do("PBSZ 0", "200")
	d.do("PROT P", "200")
	return d
}

func (d *byHand) use(conn net.Conn) { d.conn, d.r = conn, bufio.NewReader(conn) }

// do sends a command and reads the reply, whose code must begin so.
func (d *byHand) do(line, code string) string {
	d.t.Helper()
	if _, err := io.WriteString(d.conn, line+"\r\n"); err != nil {
		d.t.Fatalf("%s: %v\n%s", line, err, d.s.Log())
	}
	return d.reply(code)
}

// reply returns the last line of a reply.
func (d *byHand) reply(code string) string {
	d.t.Helper()
	for {
		line, err := d.r.ReadString('\n')
		if err != nil {
			d.t.Fatalf("reply %q, %v; want %s\n%s", line, err, code, d.s.Log())
		}
		if len(line) > 3 && line[3] == ' ' && '1' <= line[0] && line[0] <= '5' {
			if !strings.HasPrefix(line, code) {
				d.t.Fatalf("reply %q, want %s\n%s", line, code, d.s.Log())
			}
			return strings.TrimRight(line, "\r\n")
		}
	}
}

func (d *byHand) list() (string, tlsx.Reuse) {
	d.t.Helper()
	to, err := parse.EPSV(d.do("EPSV", "229")[4:])
	if err != nil {
		d.t.Fatal(err)
	}
	raw, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to.Port()))
	if err != nil {
		d.t.Fatal(err)
	}
	io.WriteString(d.conn, "LIST\r\n")
	c, err := d.session.Data(d.ctx, raw)
	if err != nil {
		d.t.Fatalf("data: %v\n%s", err, d.s.Log())
	}
	listing, err := io.ReadAll(c)
	if err != nil {
		d.t.Errorf("listing: %v", err)
	}
	c.Close()
	d.reply("150")
	d.reply("226")
	return string(listing), c.Reuse()
}
