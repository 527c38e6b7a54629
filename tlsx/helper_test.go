package tlsx

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// testTimeout bounds every wait of a test that is not expected to end by it.
const testTimeout = 10 * time.Second

const testHost = "ftp.example.com"

// newCert returns a self-signed certificate for host.
func newCert(t *testing.T, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: host},
		DNSNames:              []string{host},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func pool(certs ...tls.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c.Leaf)
	}
	return p
}

// tcpPair returns both ends of a loopback TCP connection.
func tcpPair(t *testing.T) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

// checkGoroutines fails the test if goroutines of this package or of
// crypto/tls are left at its end. Call it first, so that it runs last.
func checkGoroutines(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for deadline := time.Now().Add(testTimeout); time.Now().Before(deadline); runtime.Gosched() {
			if left = ownGoroutines(); left == "" {
				return
			}
		}
		t.Errorf("goroutines left:\n%s", left)
	})
}

func ownGoroutines() string {
	buf := make([]byte, 1<<20)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	var left []string
	for _, g := range all[1:] { // the first one is this goroutine
		if strings.Contains(g, "tlsx.") && !strings.Contains(g, "testing.tRunner") || strings.Contains(g, "crypto/tls.") {
			left = append(left, g)
		}
	}
	return strings.Join(left, "\n\n")
}

// result is the outcome of a function running elsewhere.
type result[T any] struct {
	v   T
	err error
}

func async[T any](f func() (T, error)) <-chan result[T] {
	ch := make(chan result[T], 1)
	go func() {
		v, err := f()
		ch <- result[T]{v, err}
	}()
	return ch
}

func wait[T any](t *testing.T, ch <-chan result[T]) (T, error) {
	t.Helper()
	select {
	case r := <-ch:
		return r.v, r.err
	case <-time.After(testTimeout):
		t.Fatal("the other side did not finish in time")
		panic("unreachable")
	}
}

// An env is a client session and a server with one control connection each.
type env struct {
	t        *testing.T
	cert     tls.Certificate
	sessions *ServerSessions
	server   *ServerControl
	client   *Session

	control       *tls.Conn // client's end
	serverControl *tls.Conn
}

type envConfig struct {
	version  uint16 // server's only version; 0: any
	binding  Binding
	late     bool
	noTicket bool
	single   bool
	base     func(*tls.Config) // changes the server's configuration
	client   func(*Config)     // changes the client's configuration
}

func newEnv(t *testing.T, ec envConfig) *env {
	t.Helper()
	checkGoroutines(t)
	e := &env{t: t, cert: newCert(t, testHost)}
	base := &tls.Config{
		Certificates: []tls.Certificate{e.cert},
		MinVersion:   ec.version,
		MaxVersion:   ec.version,
	}
	if ec.base != nil {
		ec.base(base)
	}
	e.sessions = NewServerSessions(base)
	e.sessions.LateTickets = ec.late
	e.sessions.NoTickets = ec.noTicket
	e.sessions.SingleUse = ec.single
	e.server = e.sessions.NewControl(ec.binding)
	e.client = e.newClient(ec.client)
	e.control, e.serverControl = e.connect(e.client, e.server)
	return e
}

func (e *env) newClient(change func(*Config)) *Session {
	c := &Config{
		TLS:              &tls.Config{RootCAs: pool(e.cert)},
		ServerName:       testHost,
		HandshakeTimeout: testTimeout,
	}
	if change != nil {
		change(c)
	}
	return NewSession(c)
}

// connect makes a control connection and reads one reply on it, with which
// tickets of TLS 1.3 arrive.
func (e *env) connect(s *Session, sc *ServerControl) (client, server *tls.Conn) {
	e.t.Helper()
	c, raw := tcpPair(e.t)
	done := async(func() (*tls.Conn, error) {
		tc := tls.Server(raw, sc.Config())
		if err := tc.HandshakeContext(e.t.Context()); err != nil {
			return nil, err
		}
		_, err := io.WriteString(tc, "220 ready\r\n")
		return tc, err
	})
	client, err := s.Control(e.t.Context(), c)
	if err != nil {
		e.t.Fatalf("control handshake: %v", err)
	}
	server, err = wait(e.t, done)
	if err != nil {
		e.t.Fatalf("control handshake, server: %v", err)
	}
	reply := make([]byte, len("220 ready\r\n"))
	if _, err := io.ReadFull(client, reply); err != nil {
		e.t.Fatal(err)
	}
	return client, server
}

// dataPair is both ends of a protected data connection.
type dataPair struct {
	client    *Conn
	server    *tls.Conn
	serverTap *tap // below server
	serverTCP *net.TCPConn
	clientTCP *net.TCPConn
}

// close ends the pair as after a download.
func (p dataPair) close() {
	p.client.Close()
	p.serverTCP.Close()
}

// data makes a data connection of the env's own control connection.
func (e *env) data() dataPair {
	e.t.Helper()
	p, cerr, serr := e.tryData(e.client, e.server)
	if cerr != nil || serr != nil {
		e.t.Fatalf("data handshake: client %v, server %v", cerr, serr)
	}
	return p
}

func (e *env) tryData(s *Session, sc *ServerControl) (p dataPair, clientErr, serverErr error) {
	e.t.Helper()
	p.clientTCP, p.serverTCP = tcpPair(e.t)
	p.serverTap = &tap{Conn: p.serverTCP}
	ctx, cancel := context.WithTimeout(e.t.Context(), testTimeout)
	defer cancel()
	done := async(func() (*tls.Conn, error) { return sc.Data(ctx, p.serverTap) })
	p.client, clientErr = s.Data(ctx, p.clientTCP)
	p.server, serverErr = wait(e.t, done)
	return p, clientErr, serverErr
}

// hanging is a connection whose peer accepts and says nothing.
func hanging(t *testing.T) net.Conn {
	t.Helper()
	c, _ := tcpPair(t)
	return c
}

// forEachVersion runs f with TLS 1.2 and TLS 1.3.
func forEachVersion(t *testing.T, f func(t *testing.T, version uint16)) {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(VersionName(v), func(t *testing.T) { f(t, v) })
	}
}

// wantClosed fails unless conn is closed on this side.
func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetDeadline(time.Now()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the connection is still open (SetDeadline: %v)", err)
	}
}
