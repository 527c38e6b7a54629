package docs_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A world is where the commands of a page run: the servers that the pages name, reached by
// way of a proxy, so that a command runs as it is printed, and a home directory.
type world struct {
	dir   string // the current directory of the commands
	env   []string
	proxy string // address of the proxy, for SOCKS and HTTP

	mu    sync.Mutex
	ports map[string]string // "ftp.example.com:21" to the address of a server
}

// The servers' users. The pages use the first; the environment has the password.
const (
	worldUser     = "alice"
	worldPassword = "correct horse"
)

// worldFiles are on each server, below the directory that the login leads to.
var worldFiles = []string{
	"README.txt", "pub/report.pdf", "pub/notes.txt", "reports/q1.csv", "reports/q2.csv", "reports/q3.csv",
	"backup.tar", "disk.img", "log/app.log", "in/.keep",
}

// localFiles are in the current directory.
var localFiles = []string{"report.pdf", "q3.csv", "q4.csv", "photo.jpg", "app.log"}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), ports: map[string]string{}}
	home := t.TempDir()
	public, private := newAuthority(t, "Public Authority"), newAuthority(t, "Example Company Root")
	client, appliance := newAuthority(t, "Example Clients"), newAuthority(t, "appliance.example.com")

	serve := func(host string, modes tlsModes, c ftptest.Config) {
		c.Users = []ftptest.User{{Name: worldUser, Password: worldPassword}, {Name: "bob", Password: worldPassword}}
		c.Anonymous = true
		c.Root = t.TempDir()
		for _, name := range worldFiles {
			write(t, filepath.Join(c.Root, name), strings.Repeat(name+"\n", 400))
		}
		if host == "old.example.com" {
			write(t, filepath.Join(c.Root, "Grüße.txt"), "hello\n") // sent in windows-1252 after OPTS UTF8 OFF
		}
		for port, m := range modes {
			c.TLS = m
			w.ports[host+":"+port] = ftptest.NewServer(t, &c).Addr()
		}
	}
	both := tlsModes{"21": ftptest.TLSExplicit, "990": ftptest.TLSImplicit, "2121": ftptest.TLSExplicit}
	for _, host := range []string{"ftp.example.com", "nas.example.com", "backup.example.com"} {
		serve(host, both, ftptest.Config{Certificate: public.issue(t, host)})
	}
	serve("company.example.com", both, ftptest.Config{Certificate: private.issue(t, "company.example.com")})
	serve("partner.example.com", both, ftptest.Config{
		Certificate: public.issue(t, "partner.example.com"), ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: client.pool(),
	})
	serve("appliance.example.com", both, ftptest.Config{Certificate: appliance.self})
	serve("old.example.com", tlsModes{"21": ftptest.TLSNone}, ftptest.Config{ListStyle: ftptest.ListDOS})

	write(t, filepath.Join(home, "public.pem"), string(public.pem))
	write(t, filepath.Join(w.dir, "company-ca.pem"), string(private.pem))
	leaf := client.issue(t, worldUser)
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.dir, "alice.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]})))
	write(t, filepath.Join(w.dir, "alice.key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	for _, name := range localFiles {
		write(t, filepath.Join(w.dir, name), strings.Repeat("local "+name+"\n", 300))
	}
	write(t, filepath.Join(w.dir, "public", "hello.txt"), "hello\n")

	write(t, filepath.Join(w.dir, "fingerprint.txt"), fmt.Sprintf("%x\n", sha256.Sum256(appliance.cert.Raw)))
	w.proxy = w.listen(t)
	w.env = []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "SSL_CERT_FILE=" + filepath.Join(home, "public.pem"), "SSL_CERT_DIR=" + home,
		"FTPWIRE_PASSWORD=" + worldPassword, "ALL_PROXY=socks5://" + w.proxy, "NO_PROXY=localhost,127.0.0.1", "LC_ALL=C.UTF-8", "TERM=dumb",
	}
	return w
}

// tlsModes are the ports of a host.
type tlsModes map[string]tlsx.Mode

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// listen starts a proxy that knows the servers by name, and returns its address.
func (w *world) listen(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go w.relay(conn)
		}
	}()
	return ln.Addr().String()
}

// relay serves one client of the proxy.
func (w *world) relay(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	first, err := r.Peek(1)
	if err != nil {
		return
	}
	ask, good, bad := askedByHTTP, "HTTP/1.1 200 connected\r\n\r\n", "HTTP/1.1 502 no such server\r\n\r\n"
	if first[0] == 5 {
		ask, good, bad = askedBySOCKS, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", "\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"
	}
	host, port, err := ask(r, conn)
	if err != nil {
		return
	}
	server, err := net.Dial("tcp", w.address(host, port))
	if err != nil {
		io.WriteString(conn, bad)
		return
	}
	defer server.Close()
	io.WriteString(conn, good)
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(server, r)
		server.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(conn, server)
	conn.(*net.TCPConn).CloseWrite()
	<-done
}

// askedByHTTP reads CONNECT (RFC 9110, Section 9.3.6).
func askedByHTTP(r *bufio.Reader, _ io.Writer) (host string, port int, err error) {
	request, err := http.ReadRequest(r)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(request.URL.Port())
	return request.URL.Hostname(), port, err
}

// askedBySOCKS reads CONNECT of SOCKS 5 (RFC 1928), after a greeting without authentication.
func askedBySOCKS(r *bufio.Reader, w io.Writer) (host string, port int, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", 0, err
	}
	if _, err := r.Discard(int(head[1])); err != nil {
		return "", 0, err
	}
	w.Write([]byte{5, 0})
	request := make([]byte, 5)
	if _, err := io.ReadFull(r, request); err != nil {
		return "", 0, err
	}
	n := map[byte]int{1: 4, 3: int(request[4]) + 1, 4: 16}[request[3]]
	rest := make([]byte, n-1+2)
	if _, err := io.ReadFull(r, rest); err != nil {
		return "", 0, err
	}
	port = int(binary.BigEndian.Uint16(rest[n-1:]))
	if request[3] == 3 {
		return string(rest[:n-1]), port, nil
	}
	return net.IP(append([]byte{request[4]}, rest[:n-1]...)).String(), port, nil
}

// address returns where a name and a port lead: to a server, or, for a data connection, to
// the port that one of them has opened.
func (w *world) address(host string, port int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if addr, ok := w.ports[net.JoinHostPort(host, strconv.Itoa(port))]; ok {
		return addr
	}
	known := host == "127.0.0.1"
	for name := range w.ports {
		known = known || strings.HasPrefix(name, host+":")
	}
	if !known || port < 1024 {
		return "127.0.0.1:1" // nothing listens there
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// An authority issues certificates.
type authority struct {
	cert *x509.Certificate
	self *tls.Certificate
	pem  []byte
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	template := certificate(name)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	self := sign(t, template, template, nil)
	cert, err := x509.ParseCertificate(self.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, self, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: self.Certificate[0]})}
}

// issue returns a certificate for a host, or for the client of that name.
func (a *authority) issue(t *testing.T, name string) *tls.Certificate {
	t.Helper()
	template := certificate(name)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	return sign(t, template, a.cert, a.self)
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func certificate(name string) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if strings.Contains(name, ".") {
		c.DNSNames = []string{name}
	}
	return c
}

// sign returns the certificate of a new key, signed by parent's, or by itself if signer is nil.
func sign(t *testing.T, template, parent *x509.Certificate, signer *tls.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	by := any(key)
	if signer != nil {
		by = signer.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
