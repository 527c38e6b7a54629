package ftptest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/url"
	"path"
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
	if users := s.cfg.users(); len(users) > 0 {
		u.User = url.UserPassword(users[0].Name, users[0].Password)
	} else {
		u.User = url.UserPassword("anonymous", "ftptest@example.com")
	}
	return u.String()
}

// RootCAs returns a pool with the authority that vouches for the server's
// certificate. It is empty without TLS.
func (s *Server) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	if s.keys != nil {
		pool.AddCert(s.keys.authority)
	}
	return pool
}

// CAPEM returns the certificate of that authority in PEM. It is nil without TLS.
func (s *Server) CAPEM() []byte {
	if s.keys == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.keys.authority.Raw})
}

// TLSConfig returns a configuration for clients of the server: it trusts
// RootCAs and expects the name or address that the server listens on.
func (s *Server) TLSConfig() *tls.Config {
	host, _, _ := net.SplitHostPort(s.Addr())
	return &tls.Config{RootCAs: s.RootCAs(), ServerName: host}
}

// WriteFile stores a file, with the directories above it.
func (s *Server) WriteFile(name string, data []byte) error {
	name = path.Join("/", name)
	if err := mkdirAll(s.tree, path.Dir(name)); err != nil {
		return err
	}
	w, err := s.tree.write(name, writeTruncate, 0)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// ReadFile returns the content of a file.
func (s *Server) ReadFile(name string) ([]byte, error) {
	f, err := s.tree.open(path.Join("/", name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Mkdir makes a directory, with those above it. One that exists is no error.
func (s *Server) Mkdir(name string) error { return mkdirAll(s.tree, path.Join("/", name)) }

// Exists reports whether there is a file or a directory of the name.
func (s *Server) Exists(name string) bool {
	_, err := s.tree.stat(path.Join("/", name))
	return err == nil
}

// Remove removes a file or an empty directory.
func (s *Server) Remove(name string) error {
	name = path.Join("/", name)
	n, err := s.tree.stat(name)
	if err != nil {
		return err
	}
	if n.dir {
		return s.tree.rmdir(name)
	}
	return s.tree.remove(name)
}
