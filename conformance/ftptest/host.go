package ftptest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// A VirtualHost is another server on the same address (RFC 7151). A client
// reaches it with HOST before USER, or by the server name of its TLS handshake.
type VirtualHost struct {
	// Names are the host's names, without ports. At least one is needed.
	Names []string

	// Certificate is shown to clients that ask for the host. If nil, it is a
	// fresh one for Names, from the authority of the server's own.
	Certificate *tls.Certificate

	// Users may log in, on this host only. If empty, and Anonymous is not set,
	// there is one "user" with password "password".
	Users []User

	// Anonymous lets "anonymous" and "ftp" in, with any password, to read only.
	Anonymous bool

	// Root is the directory to serve. If empty, it is a tree in memory.
	Root string

	// Files are stored in that tree at the start: contents by name.
	Files map[string]string

	// Welcome is the text of the reply to HOST. If empty, the name stands in it.
	Welcome string

	// Down answers HOST with 421, and closes (RFC 7151, Section 3.2).
	Down bool
}

// A host is a VirtualHost at work, or the host that the Config describes.
type host struct {
	names     []string // in small letters
	users     []User
	anonymous bool
	down      bool
	welcome   string
	tree      tree
	keys      *keys // nil without TLS
	tls       *tlsx.ServerSessions
}

// checkHosts refuses virtual hosts that cannot be told apart.
func (c *Config) checkHosts() error {
	seen := map[string]bool{}
	for i, h := range c.Hosts {
		if len(h.Names) == 0 {
			return fmt.Errorf("ftptest: Hosts[%d] has no name", i)
		}
		if h.Root != "" && len(h.Files) > 0 {
			return fmt.Errorf("ftptest: host %s has a Root and Files", h.Names[0])
		}
		for _, name := range h.Names {
			name = strings.ToLower(name)
			if !hostName(name) || seen[name] {
				return fmt.Errorf("ftptest: %q is no name of a virtual host, or one twice", name)
			}
			seen[name] = true
		}
	}
	return nil
}

// makeHosts makes the hosts with their trees and certificates.
func (s *Server) makeHosts() error {
	c := &s.cfg
	own := VirtualHost{Names: c.HostNames, Certificate: c.Certificate, Users: c.Users, Anonymous: c.Anonymous, Root: c.Root, Welcome: c.Welcome}
	if own.Welcome == "" {
		own.Welcome = "ftptest ready"
	}
	for i, v := range append([]VirtualHost{own}, c.Hosts...) {
		if v.Welcome == "" {
			v.Welcome = "Welcome to " + v.Names[0]
		}
		h := &host{users: slices.Clone(defaultUsers(v.Users, v.Anonymous)), anonymous: v.Anonymous, down: v.Down, welcome: v.Welcome}
		for i := range h.users {
			if o := h.users[i].OneTime; o != nil {
				if err := o.check(h.users[i].Name); err != nil {
					return err
				}
			}
		}
		for _, name := range v.Names {
			h.names = append(h.names, strings.ToLower(name))
		}
		var err error
		if h.tree, err = newTree(v.Root, c.now); err != nil {
			return err
		}
		s.hosts = append(s.hosts, h)
		if i == 0 {
			s.host = h
		}
		if err := h.fill(&v); err != nil {
			return err
		}
		if c.TLS == TLSNone {
			continue
		}
		if h.keys, err = s.hostKeys(v.Certificate, h.names); err != nil {
			return err
		}
		h.tls = s.newTLS(h.keys)
	}
	return nil
}

// hostKeys returns the certificate of a host: the one given or a fresh one.
func (s *Server) hostKeys(given *tls.Certificate, names []string) (*keys, error) {
	now := time.Now()
	switch {
	case given != nil:
		return givenKeys(given)
	case s.host.keys == nil:
		return issueKeys(now) // the first
	case s.host.keys.signer == nil:
		k, err := newAuthority(now)
		if err != nil {
			return nil, err
		}
		return k.sibling(now, names...)
	}
	return s.host.keys.sibling(now, names...)
}

// fill makes home directories and files in a memory tree.
func (h *host) fill(v *VirtualHost) error {
	if v.Root != "" {
		return nil
	}
	for _, u := range h.users {
		if err := mkdirAll(h.tree, path.Join("/", u.Home)); err != nil {
			return fmt.Errorf("ftptest: home of %s: %w", u.Name, err)
		}
	}
	for name, content := range v.Files {
		if err := writeFile(h.tree, name, []byte(content)); err != nil {
			return fmt.Errorf("ftptest: file of %s: %w", v.Names[0], err)
		}
	}
	return nil
}

// closeTrees closes the trees of all hosts.
func (s *Server) closeTrees() error {
	var errs []error
	for _, h := range s.hosts {
		if h.tree != nil {
			errs = append(errs, h.tree.close())
		}
	}
	return errors.Join(errs...)
}

// virtualHost returns the virtual host of a name, or nil.
func (s *Server) virtualHost(name string) *host {
	name = strings.ToLower(name)
	for _, h := range s.hosts[1:] {
		if slices.Contains(h.names, name) {
			return h
		}
	}
	return nil
}

// chooseBySNI makes the host that the client named in its TLS handshake the one
// of the session. Without a name an earlier HOST still counts: it has chosen the
// certificate.
func (s *session) chooseBySNI(name string) {
	s.sni = strings.ToLower(name)
	if name == "" {
		return
	}
	s.host = s.srv.host
	if h := s.srv.virtualHost(name); h != nil {
		s.host = h
	}
}

// resetHost goes back to the host and the language of the start (RFC 7151,
// Section 3.2.1; RFC 2640, Section 4.1).
func (s *session) resetHost() { s.host, s.sni, s.language = s.srv.host, "", english }

// hostCommand is HOST (RFC 7151). The name must be that of the TLS handshake, if
// there was one in it (Section 3.2.2).
func (s *session) hostCommand(arg string) {
	name, literal := strings.ToLower(arg), false
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	switch {
	case err == nil && addr.Zone() == "" && strings.HasPrefix(name, "[") == addr.Is6():
		literal = true
	case !hostName(name):
		s.reply(501, "HOST needs a name or an address, without a port")
		return
	}
	h := s.srv.virtualHost(name)
	switch {
	case literal && addr == addrPort(s.tcp.LocalAddr()).Addr():
		h = s.srv.host
	case h == nil && s.ownName(name):
		h = s.srv.host
	case h == nil:
		s.reply(504, "No such host")
		return
	}
	if h.down {
		s.reply(421, "The host is out of service, try again later")
		return
	}
	if s.sni != "" && h != s.host {
		s.reply(504, "The TLS handshake was with another host")
		return
	}
	s.resetLogin()
	s.language = english
	s.host = h
	s.reply(220, h.welcome)
}

// ownName reports whether a name is the host's that the Config describes.
func (s *session) ownName(name string) bool {
	h := s.srv.host
	if name == "localhost" || slices.Contains(h.names, name) {
		return true
	}
	if h.keys == nil {
		return false
	}
	leaf, err := h.keys.parsed()
	return err == nil && leaf.VerifyHostname(name) == nil
}

// hostName reports whether a name is one of RFC 1123, Section 2.1: labels of
// letters, digits and inner hyphens.
func hostName(name string) bool {
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return len(name) <= 253
}
