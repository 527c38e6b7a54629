package ftpwire_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// An oddServer is a small FTP server in a network in memory that is odd in the ways that a
// test of a diagnosis needs. The zero oddServer is friendly: clear text, with explicit TLS
// for those who ask.
type oddServer struct {
	greeting string                                          // "" is "220 ready"
	features []string                                        // of FEAT; nil: the usual ones
	replies  map[string]string                               // in place of what a verb does; "" is silence, "FIN" and "RST" end the connection
	on       map[string]func(s *oddSession, arg string) bool // before a verb does anything; true: that was all

	implicit bool                              // TLS from the beginning
	ports    []uint16                          // nil: 21, or 990 for implicit TLS
	tls      *tls.Config                       // nil: a certificate that nobody knows, and TLS 1.2 and up
	hello    func(s *oddSession, hello []byte) // is shown the first octets of a handshake

	named      string        // host in replies to PASV; "": the one that was dialled
	data       string        // host that passive ports are opened on; "": the one that was dialled
	closed     bool          // nobody listens on passive ports
	linger     time.Duration // between the data and the end of its connection
	closedEPSV bool          // nor on those of EPSV
	from       string        // host that active connections come from; "": the one that was dialled
	noCut      bool          // no close_notify at the end of data connections: see oddSession.give
}

const (
	oddHost  = "203.0.113.10" // of the server
	oddUser  = "user"
	oddFile  = "hello, world\n"
	oddInner = "203.0.113.77" // another address of the server
)

// An oddWorld is the network of an oddServer, and what is stored there.
type oddWorld struct {
	t   *testing.T
	o   *oddServer
	net *memnet.Network

	mu    sync.Mutex
	files map[string]string
	conns []net.Conn
	lns   []net.Listener
	used  []string // verbs, as they came
	wg    sync.WaitGroup
}

// start serves o in a new network. stop must be called in the same bubble.
func (o *oddServer) start(t *testing.T) *oddWorld {
	w := &oddWorld{t: t, o: o, net: &memnet.Network{}, files: map[string]string{"/a.txt": oddFile}}
	ports := o.ports
	if ports == nil {
		ports = []uint16{21}
		if o.implicit {
			ports = []uint16{990}
		}
	}
	for _, port := range ports {
		ln := w.listen(oddHost, port)
		w.wg.Go(func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				w.keep(conn)
				w.wg.Go(func() { o.session(w, conn, port == 990) })
			}
		})
	}
	return w
}

func (w *oddWorld) stop() {
	w.mu.Lock()
	for _, l := range w.lns {
		l.Close()
	}
	for _, c := range w.conns {
		c.Close()
	}
	w.mu.Unlock()
	w.wg.Wait()
}

func (w *oddWorld) keep(c net.Conn) {
	w.mu.Lock()
	w.conns = append(w.conns, c)
	w.mu.Unlock()
}

func (w *oddWorld) listen(host string, port uint16) net.Listener {
	ln, err := w.net.Listen(netip.AddrPortFrom(netip.MustParseAddr(host), port))
	if err != nil {
		w.t.Error(err)
	}
	w.mu.Lock()
	w.lns = append(w.lns, ln)
	w.mu.Unlock()
	return ln
}

// An oddSession is a control connection of the server.
type oddSession struct {
	o    *oddServer
	w    *oddWorld
	conn net.Conn
	r    *bufio.Reader

	user    string
	secure  bool
	private bool // PROT P
	pasv    net.Listener
	active  string // address of EPRT and PORT
}

func (o *oddServer) session(w *oddWorld, conn net.Conn, implicit bool) {
	defer conn.Close()
	s := &oddSession{o: o, w: w, conn: conn, r: bufio.NewReader(conn)}
	if implicit && !s.handshake() {
		return
	}
	switch o.greeting {
	case "":
		s.reply("220 ready")
	case "silence":
		io.Copy(io.Discard, conn)
		return
	case "FIN":
		return
	default:
		s.reply(o.greeting)
	}
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return
		}
		verb, arg, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		w.mu.Lock()
		w.used = append(w.used, verb)
		w.mu.Unlock()
		if f := o.on[verb]; f != nil && f(s, arg) {
			continue
		}
		text, odd := o.replies[verb]
		switch {
		case odd && text == "FIN":
			return
		case odd && text == "RST":
			conn.(*memnet.Conn).Reset()
			return
		case odd && text != "":
			s.reply(text)
		case odd:
		case !s.do(verb, arg):
			return
		}
	}
}

func (s *oddSession) reply(lines ...string) {
	io.WriteString(s.conn, strings.Join(lines, "\r\n")+"\r\n")
}

// do is what a friendly server does. It returns false at the end of the session.
func (s *oddSession) do(verb, arg string) bool {
	switch verb {
	case "USER":
		s.user = arg
		s.reply("331 password")
	case "PASS":
		s.reply("230 in")
	case "AUTH":
		s.reply("234 begin")
		return s.handshake()
	case "FEAT":
		features := s.o.features
		if features == nil {
			features = []string{"SIZE", "EPSV", "AUTH TLS", "PBSZ", "PROT", "REST STREAM"}
		}
		s.reply("211-these", " "+strings.Join(features, "\r\n "), "211 end")
	case "PROT":
		s.private = arg == "P"
		s.reply("200 ok")
	case "PBSZ", "TYPE", "CWD", "MODE", "STRU", "ACCT", "NOOP", "OPTS":
		s.reply("200 ok")
	case "PWD":
		s.reply(`257 "/"`)
	case "SIZE":
		if f, ok := s.w.files[arg]; ok {
			s.reply(fmt.Sprintf("213 %d", len(f)))
		} else {
			s.reply("550 no such file")
		}
	case "EPSV":
		port := s.open()
		if s.o.closedEPSV {
			s.pasv.Close()
		}
		s.reply(fmt.Sprintf("229 here (|||%d|)", port))
	case "PASV":
		port := s.open()
		host := strings.ReplaceAll(cmp.Or(s.o.named, oddHost), ".", ",")
		s.reply(fmt.Sprintf("227 here (%s,%d,%d)", host, port>>8, port&255))
	case "EPRT":
		part := strings.Split(arg, "|")
		s.active = net.JoinHostPort(part[2], part[3])
		s.reply("200 ok")
	case "PORT":
		var b [6]int
		fmt.Sscanf(strings.ReplaceAll(arg, ",", " "), "%d %d %d %d %d %d", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5])
		s.active = fmt.Sprintf("%d.%d.%d.%d:%d", b[0], b[1], b[2], b[3], b[4]<<8|b[5])
		s.reply("200 ok")
	case "LIST", "NLST":
		var list strings.Builder
		for _, name := range slices.Sorted(maps.Keys(s.w.files)) {
			fmt.Fprintf(&list, "-rw-r--r-- 1 u g %d Jan  2  2024 %s\r\n", len(s.w.files[name]), name[1:])
		}
		s.give(list.String(), "226 done")
	case "RETR":
		f, ok := s.w.files[arg]
		if !ok {
			s.reply("550 no such file")
			break
		}
		s.give(f, "226 done")
	case "STOR":
		if data, ok := s.take(); ok {
			s.w.files[arg] = data
			s.reply("226 stored")
		}
	case "QUIT":
		s.reply("221 bye")
		return false
	default:
		s.reply("502 unknown")
	}
	return true
}

// open opens a passive port and returns its number.
func (s *oddSession) open() uint16 {
	ln := s.w.listen(cmp.Or(s.o.data, oddHost), 0)
	s.pasv, s.active = ln, ""
	if s.o.closed {
		ln.Close()
	}
	return netip.MustParseAddrPort(ln.Addr().String()).Port()
}

// connect returns the data connection, protected if it has to be. After a failure it has
// replied already.
func (s *oddSession) connect() net.Conn {
	var conn net.Conn
	var err error
	if s.active != "" {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		conn, err = s.w.net.Dial(ctx, netip.MustParseAddr(cmp.Or(s.o.from, oddHost)), netip.MustParseAddrPort(s.active))
	} else {
		conn, err = s.pasv.Accept()
	}
	if err != nil {
		s.reply("425 no data connection")
		return nil
	}
	s.w.keep(conn)
	if s.secure && s.private {
		t := tls.Server(conn, s.o.config())
		if t.Handshake() != nil {
			conn.Close()
			s.reply("522 TLS failed")
			return nil
		}
		conn = t
	}
	return conn
}

// give sends data and then says last, unless it is "".
func (s *oddSession) give(data, last string) {
	s.reply("150 here it comes")
	conn := s.connect()
	if conn == nil {
		return
	}
	io.WriteString(conn, data)
	time.Sleep(s.o.linger)
	if t, ok := conn.(*tls.Conn); ok && s.o.noCut {
		t.NetConn().Close()
	}
	conn.Close()
	if last != "" {
		s.reply(last)
	}
}

func (s *oddSession) take() (string, bool) {
	s.reply("150 go on")
	conn := s.connect()
	if conn == nil {
		return "", false
	}
	defer conn.Close()
	data, _ := io.ReadAll(conn)
	return string(data), true
}

// handshake begins TLS on the control connection.
func (s *oddSession) handshake() bool {
	if s.o.hello != nil {
		b := make([]byte, 4096)
		n, _ := s.conn.Read(b)
		before := s.conn
		s.o.hello(s, b[:n])
		s.conn = &replayed{Conn: before, r: io.MultiReader(bytes.NewReader(b[:n]), before)}
	}
	conn := tls.Server(s.conn, s.o.config())
	if conn.Handshake() != nil {
		return false
	}
	s.conn, s.r, s.secure = conn, bufio.NewReader(conn), true
	return true
}

// A replayed connection has its first octets again.
type replayed struct {
	net.Conn
	r io.Reader
}

func (c *replayed) Read(b []byte) (int, error) { return c.r.Read(b) }

func (o *oddServer) config() *tls.Config {
	if o.tls != nil {
		return o.tls
	}
	return oddTLS
}

// reset ends the session's connection as a firewall does.
func (s *oddSession) reset() {
	conn := s.conn
	if r, ok := conn.(*replayed); ok {
		conn = r.Conn
	}
	conn.(*memnet.Conn).Reset()
}

var (
	oddTLS = &tls.Config{Certificates: []tls.Certificate{oddCertificate(nil, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))}}
	oddRSA = must(rsa.GenerateKey(rand.Reader, 2048))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// oddCertificate returns a self-signed certificate. change is told what it will be.
func oddCertificate(change func(*x509.Certificate), key crypto.Signer) tls.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "odd server"}, IPAddresses: []net.IP{net.ParseIP(oddHost)},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if change != nil {
		change(c)
	}
	return tls.Certificate{Certificate: [][]byte{must(x509.CreateCertificate(rand.Reader, c, c, key.Public(), key))}, PrivateKey: key}
}
