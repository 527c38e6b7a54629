package interop

import (
	"crypto/x509"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// A probeCase is a server in one configuration, and what a probe must come to.
type probeCase struct {
	server  string
	options peer.Options
	label   string
	want    string // the combination, without the port
	told    string // what the server is by its behaviour
}

// probeCases are {plain only, TLS required, implicit, resumption required}, as far as each
// server can.
func probeCases() []probeCase {
	const inTLS, inClear = "TLS 1.2–1.3, PROT P, EPSV, ", "clear text, EPSV, "
	listing := map[string]string{"vsftpd": "LIST", "proftpd": "MLSD", "pure-ftpd": "MLSD", "pyftpdlib": "MLSD"}
	told := map[string]string{"vsftpd": "vsftpd", "proftpd": "ProFTPD", "pure-ftpd": "Pure-FTPd", "pyftpdlib": "pyftpdlib"}
	var cases []probeCase
	for _, server := range peer.Names() {
		add := func(label string, o peer.Options, want string) {
			cases = append(cases, probeCase{server, o, label, want + listing[server], told[server]})
		}
		add("plain", peer.Options{}, inClear)
		add("TLS required", peer.Options{TLS: peer.Explicit, RequireTLS: true, RequirePROT: true}, "AUTH TLS, "+inTLS)
		if ok, _ := peer.Supports(server, peer.Implicit); ok {
			add("implicit", peer.Options{TLS: peer.Implicit}, "implicit TLS, "+inTLS)
		}
		if demandsReuse[server] {
			add("resumption required", peer.Options{TLS: peer.Explicit, RequireReuse: true}, "AUTH TLS, "+inTLS)
			add("resumption required, no tickets", peer.Options{TLS: peer.Explicit, RequireReuse: true, NoTickets: true, TLSMax: tls12}, "AUTH TLS, TLS 1.2–1.3, session IDs, PROT P, EPSV, ")
		}
	}
	return append(cases, probeCase{"inetutils-ftpd", peer.Options{}, "plain", inClear + "LIST", "GNU inetutils ftpd"})
}

// probeOf returns what probes a server.
func probeOf(s *peer.Server) ftpwire.ProbeOptions {
	host, port, _ := net.SplitHostPort(s.Addr)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CertPEM)
	o := ftpwire.ProbeOptions{Profile: ftpwire.Profile{Host: host, User: s.User, Password: s.Password, RootCAs: roots}, Write: true}
	o.Profile.Port, _ = strconv.Atoi(port)
	return o
}

// A probe finds a working profile for each server, knows which server it is, and the profile
// lists the directory on a new connection.
func TestProbe(t *testing.T) {
	for _, tt := range probeCases() {
		t.Run(tt.server+"/"+tt.label, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, tt.server, tt.options)
			s.WriteFile(t, "a file", []byte("abc"))
			r, err := ftpwire.Probe(t.Context(), probeOf(s))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range r.Attempts {
				t.Logf("%v %v %s | %s: %s", a.Works, a.Took.Round(time.Millisecond), a.Combination, a.Stage, a.Outcome)
			}
			if r.Recommended == nil {
				t.Fatalf("nothing works: %q\n%s", r.Why, s.Log())
			}
			if _, got, _ := strings.Cut(r.Combination.String(), ", "); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			if r.Logins > 2 || r.Took > 30*time.Second || r.Leftover != "" {
				t.Errorf("%d logins in %v; left over: %q", r.Logins, r.Took, r.Leftover)
			}
			if r.Server.Name != tt.told {
				t.Errorf("it is told as %q by %q, want %q; it greets %q", r.Server.Name, r.Server.Evidence, tt.told, r.Server.Greeting)
			}
			lists(t, r.Recommended, "a file")
		})
	}
}

// lists wants a profile to list a file on a new connection.
func lists(t *testing.T, p *ftpwire.Profile, name string) {
	t.Helper()
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	found := false
	for e, err := range c.Entries(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		found = found || e.Name == name
	}
	if !found {
		t.Errorf("the recommended profile does not list %q", name)
	}
}

// A probe goes through proxies as every other connection does.
func TestProbeThroughProxies(t *testing.T) {
	t.Parallel()
	for _, v := range []via{{"http", "squid", "basic"}, {"socks5", "microsocks", ""}, {"socks5", "danted", ""}} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			p, _ := v.start(t)
			s := peer.Start(t, "pyftpdlib", peer.Options{TLS: peer.Explicit})
			s.WriteFile(t, "a file", []byte("abc"))
			o := probeOf(s)
			o.Profile.Proxy = p
			r, err := ftpwire.Probe(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Recommended == nil {
				t.Fatalf("nothing works: %q", r.Why)
			}
			lists(t, r.Recommended, "a file")
		})
	}
}

// A wrong password is sent once.
func TestProbeWrongPassword(t *testing.T) {
	t.Parallel()
	for _, server := range peer.Names() {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, server, peer.Options{TLS: peer.Explicit})
			o := probeOf(s)
			o.Profile.Password = "not the password"
			r, err := ftpwire.Probe(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Recommended != nil || r.Logins != 1 || len(r.Why) == 0 || !strings.Contains(r.Why[0], "rejected the login") {
				t.Errorf("%d logins; why: %q", r.Logins, r.Why)
			}
		})
	}
}
