package docs_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"io"
	"math/big"
	"net"
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
// way of a SOCKS proxy, so that a command runs as it is printed, and a home directory.
type world struct {
	dir string // the current directory of the commands
	env []string

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
	client := newAuthority(t, "Example Clients")

	serve := func(host string, modes tlsModes, c ftptest.Config) {
		c.Users = []ftptest.User{{Name: worldUser, Password: worldPassword}, {Name: "bob", Password: worldPassword}}
		c.Anonymous = true
		c.Root = t.TempDir()
		for _, name := range worldFiles {
			write(t, filepath.Join(c.Root, name), strings.Repeat(name+"\n", 400))
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
	serve("appliance.example.com", both, ftptest.Config{Certificate: newAuthority(t, "appliance.example.com").self})
	serve("old.example.com", tlsModes{"21": ftptest.TLSNone}, ftptest.Config{})

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

	proxy := "socks5://" + w.proxy(t)
	w.env = []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "SSL_CERT_FILE=" + filepath.Join(home, "public.pem"), "SSL_CERT_DIR=" + home,
		"FTPWIRE_PASSWORD=" + worldPassword, "ALL_PROXY=" + proxy, "NO_PROXY=localhost,127.0.0.1", "LC_ALL=C.UTF-8", "TERM=dumb",
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

// proxy starts a SOCKS proxy that knows the servers by name, and returns its address.
func (w *world) proxy(t *testing.T) string {
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

// relay serves one client of the proxy: RFC 1928, CONNECT without authentication.
func (w *world) relay(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, r, int64(head[1])); err != nil {
		return
	}
	conn.Write([]byte{5, 0})
	request := make([]byte, 5)
	if _, err := io.ReadFull(r, request); err != nil {
		return
	}
	n := map[byte]int{1: 4, 3: int(request[4]) + 1, 4: 16}[request[3]]
	rest := make([]byte, n-1+2)
	if _, err := io.ReadFull(r, rest); err != nil {
		return
	}
	host := string(rest[:n-1])
	if request[3] != 3 {
		host = net.IP(append([]byte{request[4]}, rest[:n-1]...)).String()
	}
	server, err := net.Dial("tcp", w.address(host, int(binary.BigEndian.Uint16(rest[n-1:]))))
	if err != nil {
		conn.Write([]byte{5, 4, 0, 1, 0, 0, 0, 0, 0, 0}) // host unreachable
		return
	}
	defer server.Close()
	conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
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
