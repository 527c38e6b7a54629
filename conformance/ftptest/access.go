package ftptest

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/url"
	"path"
	"slices"
	"time"
)

// Addr returns the address that the server listens on, such as "127.0.0.1:2121".
func (s *Server) Addr() string { return s.ln.Addr().String() }

// URL returns the server's address with the name and the password of its first
// user: "ftp://user:password@127.0.0.1:2121/", with "ftpes" for explicit and
// "ftps" for implicit TLS.
func (s *Server) URL() string {
	u := url.URL{Scheme: "ftp", Host: s.Addr(), Path: "/"}
	switch s.cfg.TLS {
	case TLSExplicit:
		u.Scheme = "ftpes"
	case TLSImplicit:
		u.Scheme = "ftps"
	}
	if users := s.host.users; len(users) > 0 {
		u.User = url.UserPassword(users[0].Name, users[0].Password)
	} else {
		u.User = url.UserPassword("anonymous", "ftptest@example.com")
	}
	return u.String()
}

// RootCAs returns a pool with the authorities that vouch for the server's
// certificates. It is empty without TLS.
func (s *Server) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range s.authorities() {
		pool.AddCert(c)
	}
	return pool
}

// CAPEM returns the certificates of those authorities in PEM. It is nil without TLS.
func (s *Server) CAPEM() []byte {
	var b []byte
	for _, c := range s.authorities() {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return b
}

func (s *Server) authorities() []*x509.Certificate {
	var all []*x509.Certificate
	for _, h := range s.hosts {
		if h.keys != nil && !slices.ContainsFunc(all, h.keys.authority.Equal) {
			all = append(all, h.keys.authority)
		}
	}
	return all
}

// TLSConfig returns a configuration for clients of the server: it trusts
// RootCAs and expects the name or address that the server listens on.
func (s *Server) TLSConfig() *tls.Config {
	host, _, _ := net.SplitHostPort(s.Addr())
	return &tls.Config{RootCAs: s.RootCAs(), ServerName: host}
}

// WriteFile stores a file, with the directories above it.
func (s *Server) WriteFile(name string, data []byte) error {
	return writeFile(s.host.tree, name, data)
}

// ClientCertificate returns a client certificate with a common name. The server's own
// authority issues it; if Config.ClientCAs is nil, the server trusts that authority. It
// fails without TLS, and if Config.Certificate came without its authority.
func (s *Server) ClientCertificate(name string) (tls.Certificate, error) {
	if s.host.keys == nil || s.host.keys.signer == nil {
		return tls.Certificate{}, errors.New("ftptest: there is no authority to issue client certificates")
	}
	return s.host.keys.issue(time.Now(), &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// ReadFile returns the content of a file.
func (s *Server) ReadFile(name string) ([]byte, error) {
	f, err := s.host.tree.open(path.Join("/", name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Mkdir makes a directory, with those above it. It is not an error if the directory
// exists.
func (s *Server) Mkdir(name string) error { return mkdirAll(s.host.tree, path.Join("/", name)) }

// Exists reports whether there is a file or a directory of the name.
func (s *Server) Exists(name string) bool {
	_, err := s.host.tree.stat(path.Join("/", name))
	return err == nil
}

// Remove removes a file or an empty directory.
func (s *Server) Remove(name string) error {
	name = path.Join("/", name)
	n, err := s.host.tree.stat(name)
	if err != nil {
		return err
	}
	if n.dir {
		return s.host.tree.rmdir(name)
	}
	return s.host.tree.remove(name)
}
