package control_test

import (
	"bufio"
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
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A testConn is a scripted server with one client, the Conn under test, in a
// synctest bubble. The test plays the server: it says what command must come next
// and what is answered. TestTestConn is the manual.
type testConn struct {
	t   *testing.T
	net *memnet.Network
	ln  *memnet.Listener // control connections
	srv net.Conn         // the server's end, TLS or not
	r   *bufio.Reader
	c   *control.Conn // once dial has ended
	op  *op           // of dial

	sessions *tlsx.ServerControl // once the server did TLS
	connects bool                // the server is the TLS client of data connections

	mu    sync.Mutex
	sent  []byte // by the client, before TLS takes it
	dials []string
	log   []control.TraceEvent
}

// inBubble runs f in a bubble of its own, as a subtest.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

const serverHost = "127.0.0.1"

// newTestConn starts dialling with a copy of cfg, whose network is replaced, and
// accepts the control connection. Nothing has been said yet.
func newTestConn(t *testing.T, cfg *control.Config) *testConn {
	t.Helper()
	tc := &testConn{t: t, net: &memnet.Network{}}
	var err error
	if tc.ln, err = tc.net.Listen(netip.MustParseAddrPort(serverHost + ":21")); err != nil {
		t.Fatal(err)
	}
	conf := *cfg
	conf.Dial = tc.dial
	conf.Data.Listen = func(network, address string) (net.Listener, error) {
		return tc.net.ListenContext(context.Background(), network, address)
	}
	trace := conf.Trace
	conf.Trace = func(e control.TraceEvent) {
		tc.mu.Lock()
		tc.log = append(tc.log, e)
		tc.mu.Unlock()
		if trace != nil {
			trace(e)
		}
	}
	tc.op = tc.async(func() (err error) {
		tc.c, err = control.Dial(t.Context(), serverHost+":21", &conf)
		return err
	})
	srv, err := tc.ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	tc.srv, tc.r = srv, bufio.NewReader(srv)
	t.Cleanup(func() {
		synctest.Wait()
		tc.srv.Close()
		tc.ln.Close()
		if tc.c != nil {
			tc.c.Close()
		}
	})
	return tc
}

// dial is the client's Dial. It records the addresses, and on the control
// connection what is sent.
func (tc *testConn) dial(ctx context.Context, network, address string) (net.Conn, error) {
	tc.mu.Lock()
	first := len(tc.dials) == 0
	tc.dials = append(tc.dials, address)
	tc.mu.Unlock()
	conn, err := tc.net.DialContext(ctx, network, address)
	if err == nil && first {
		conn = &recorder{Conn: conn, tc: tc}
	}
	return conn, err
}

// A recorder notes what the client writes on the control connection.
type recorder struct {
	net.Conn
	tc *testConn
}

func (r *recorder) Write(b []byte) (int, error) {
	r.tc.mu.Lock()
	r.tc.sent = append(r.tc.sent, b...)
	r.tc.mu.Unlock()
	return r.Conn.Write(b)
}

// wire returns what the client has sent on the control connection, as the network
// carries it.
func (tc *testConn) wire() string {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	return string(tc.sent)
}

// dialled returns the addresses that the client has dialled.
func (tc *testConn) dialled() []string {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	return slices.Clone(tc.dials)
}

// traced returns all that was traced, one line an event.
func (tc *testConn) traced() string {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	var b strings.Builder
	for _, e := range tc.log {
		b.WriteString(e.String() + "\n" + e.Text + "\n" + e.LogValue().String() + "\n")
	}
	return b.String()
}

// login starts a testConn in clear and logs in, without features.
func login(t *testing.T, cfg *control.Config) *testConn {
	t.Helper()
	conf := *cfg
	conf.Security = control.SecurityNone
	tc := newTestConn(t, &conf)
	tc.writeReply("220 ready")
	tc.wantOK("dial", tc.op)
	tc.login()
	return tc
}

// login plays a login behind the greeting, and behind TLS if that is up.
func (tc *testConn) login() {
	tc.t.Helper()
	op := tc.async(func() error { return tc.c.Login(tc.t.Context(), "user", "secret", "") })
	tc.answer("USER user", "331 password")
	tc.answer("PASS secret", "230 in")
	if tc.sessions != nil {
		tc.answer("PBSZ 0", "200 ok")
		tc.answer("PROT P", "200 ok")
	}
	tc.answer("FEAT", "502 no")
	tc.wantOK("login", op)
}

// loginTLS starts a testConn with explicit TLS and logs in.
func loginTLS(t *testing.T, cfg *control.Config) *testConn {
	t.Helper()
	conf := *cfg
	conf.TLS = clientTLS()
	tc := newTestConn(t, &conf)
	tc.writeReply("220 ready")
	tc.answer("AUTH TLS", "234 go on")
	tc.startTLS()
	tc.wantOK("dial", tc.op)
	tc.login()
	return tc
}

// startTLS is the server's side of the handshake on the control connection.
func (tc *testConn) startTLS() {
	tc.t.Helper()
	tc.sessions = tlsx.NewServerSessions(&tls.Config{Certificates: []tls.Certificate{certificate()}}).NewControl(tlsx.BindNone)
	conn := tls.Server(&tlsx.RecordConn{Conn: tc.srv}, tc.sessions.Config())
	if err := conn.HandshakeContext(tc.t.Context()); err != nil {
		tc.t.Fatalf("TLS handshake: %v", err)
	}
	tc.srv, tc.r = conn, bufio.NewReader(conn)
}

// stopTLS is the server's side of CCC and REIN, behind the reply.
func (tc *testConn) stopTLS() {
	tc.t.Helper()
	plain, err := tc.sessions.Clear(tc.t.Context(), tc.srv.(*tls.Conn))
	if err != nil {
		tc.t.Fatalf("taking TLS down: %v", err)
	}
	tc.srv, tc.r = plain, bufio.NewReader(plain)
}

// patience is the fake time that a test waits for what must come. It is longer
// than any timeout of the client.
const patience = 10 * time.Minute

// wantCommand reads the next command line. Time passes until it comes.
func (tc *testConn) wantCommand(why, want string) {
	tc.t.Helper()
	tc.srv.SetReadDeadline(time.Now().Add(patience))
	got, err := tc.r.ReadString('\n')
	if err != nil {
		tc.t.Fatalf("%s: %v after %q; want %q", why, err, got, want)
	}
	if got != want+"\r\n" {
		tc.t.Fatalf("%s: client sent %q; want %q", why, got, want+"\r\n")
	}
}

// wantIdle checks that the client sends nothing now.
func (tc *testConn) wantIdle(why string) {
	tc.t.Helper()
	synctest.Wait()
	tc.srv.SetReadDeadline(time.Now().Add(time.Millisecond))
	if b, err := tc.r.ReadByte(); err == nil {
		rest, _ := tc.r.Peek(tc.r.Buffered())
		tc.t.Fatalf("%s: client sent %q; want nothing", why, string(b)+string(rest))
	} else if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
		tc.t.Fatalf("%s: %v; want an open connection", why, err)
	}
}

// wantEnd reads the end of the control connection.
func (tc *testConn) wantEnd(why string) {
	tc.t.Helper()
	tc.srv.SetReadDeadline(time.Now().Add(patience))
	rest, err := io.ReadAll(tc.r)
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() || len(rest) > 0 {
		tc.t.Fatalf("%s: client sent %q, %v; want the end", why, rest, err)
	}
}

// writeReply sends lines, CR LF behind each.
func (tc *testConn) writeReply(lines ...string) {
	tc.t.Helper()
	tc.writeRaw(strings.Join(lines, "\r\n") + "\r\n")
}

func (tc *testConn) writeRaw(s string) {
	tc.t.Helper()
	if _, err := io.WriteString(tc.srv, s); err != nil {
		tc.t.Fatalf("write %q: %v", s, err)
	}
}

// answer reads a command and replies to it.
func (tc *testConn) answer(command string, reply ...string) {
	tc.t.Helper()
	tc.wantCommand("next command", command)
	tc.writeReply(reply...)
}

// passive answers EPSV, takes the data connection that follows and returns the
// server's end.
func (tc *testConn) passive() *memnet.Conn {
	tc.t.Helper()
	return tc.takeData(tc.announce())
}

// announce answers EPSV and returns the listener.
func (tc *testConn) announce() *memnet.Listener {
	tc.t.Helper()
	tc.wantCommand("address of the data connection", "EPSV")
	ln := tc.listen(serverHost)
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	tc.writeReply("229 ok (|||" + port + "|)")
	return ln
}

func (tc *testConn) listen(host string) *memnet.Listener {
	tc.t.Helper()
	ln, err := tc.net.Listen(netip.AddrPortFrom(netip.MustParseAddr(host), 0))
	if err != nil {
		tc.t.Fatal(err)
	}
	tc.t.Cleanup(func() { ln.Close() })
	return ln
}

func (tc *testConn) takeData(ln *memnet.Listener) *memnet.Conn {
	tc.t.Helper()
	ln.SetDeadline(time.Now().Add(patience))
	conn, err := ln.Accept()
	if err != nil {
		tc.t.Fatalf("data connection: %v", err)
	}
	tc.t.Cleanup(func() { conn.Close() })
	return conn.(*memnet.Conn)
}

// An op is a call under way.
type op struct {
	start time.Time
	done  chan struct{}
	err   error
	end   time.Time
}

var errNotDone = errors.New("the call has not returned")

// async calls f in a goroutine.
func (tc *testConn) async(f func() error) *op {
	o := &op{start: time.Now(), done: make(chan struct{})}
	go func() {
		o.err = f()
		o.end = time.Now()
		close(o.done)
	}()
	return o
}

// result returns what f returned, or errNotDone while it is blocked.
func (o *op) result() error {
	synctest.Wait()
	select {
	case <-o.done:
		return o.err
	default:
		return errNotDone
	}
}

// wait returns what f returned, however long it takes.
func (o *op) wait() error {
	<-o.done
	return o.err
}

// took returns how long f ran.
func (o *op) took() time.Duration { return o.end.Sub(o.start) }

func (tc *testConn) wantOK(why string, o *op) {
	tc.t.Helper()
	if err := o.result(); err != nil {
		tc.t.Fatalf("%s: %v", why, err)
	}
}

// certificate returns a certificate that is valid in a bubble, whose clock starts
// in the year 2000, and outside.
var certificate = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:             time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
})

func clientTLS() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(certificate().Leaf)
	return &tls.Config{RootCAs: pool}
}

var clear = control.Config{Security: control.SecurityNone}

// tryHandshake is the server's side of a handshake that is to fail.
func tryHandshake(tc *testConn) error {
	conn := tls.Server(tc.srv, &tls.Config{Certificates: []tls.Certificate{certificate()}})
	conn.SetDeadline(time.Now().Add(patience))
	_, err := io.Copy(io.Discard, conn)
	return err
}

func mustAddr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func itoa(n uint16) string { return strconv.Itoa(int(n)) }

func must(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// takePORT reads PORT, accepts it and returns the client's address.
func (tc *testConn) takePORT() string {
	tc.t.Helper()
	tc.srv.SetReadDeadline(time.Now().Add(patience))
	line, err := tc.r.ReadString('\n')
	arg, ok := strings.CutPrefix(strings.TrimSuffix(line, "\r\n"), "PORT ")
	ap, perr := parse.PORT(arg)
	if err != nil || !ok || perr != nil {
		tc.t.Fatalf("client sent %q, %v; want PORT", line, err)
	}
	tc.writeReply("200 ok")
	return ap.String()
}

// A prefixed connection gives head first: bytes that were read ahead.
type prefixed struct {
	net.Conn
	head []byte
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.Conn.Read(b)
}

// feat asks for the features.
func feat(ctx context.Context, c *control.Conn) error {
	_, err := c.Do(ctx, protocol.Command{Verb: "FEAT"})
	return err
}

// sscn sends SSCN ON or OFF.
func sscn(ctx context.Context, c *control.Conn, on bool) error {
	_, err := c.Do(ctx, protocol.Command{Verb: "SSCN", Arg: map[bool]string{true: "ON", false: "OFF"}[on]})
	return err
}

// syst asks for the system.
func syst(ctx context.Context, c *control.Conn) (string, error) {
	r, err := c.Do(ctx, protocol.Command{Verb: "SYST"})
	return r.Text(), err
}
