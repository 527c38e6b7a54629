package ftptest

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/tlsx"
)

func hostConfig(mode tlsx.Mode) *Config {
	return &Config{TLS: mode, HostNames: []string{"main.example"}, Hosts: []VirtualHost{
		{Names: []string{"a.example", "www.a.example"}, Users: []User{{Name: "ann", Password: "secret"}}, Files: map[string]string{"/d/of-a": "A"}, Welcome: "This is A"},
		{Names: []string{"b.example"}, Anonymous: true},
	}}
}

func TestHOST(t *testing.T) {
	s := NewServer(t, hostConfig(TLSNone))
	if err := s.WriteFile("/main", []byte("M")); err != nil {
		t.Fatal(err)
	}
	c := dial(t, s)
	if !strings.Contains(c.do("FEAT", 211), "\n HOST\n") {
		t.Error("FEAT does not list HOST")
	}
	for line, code := range map[string]int{
		"HOST main.example": 220, "HOST localhost": 220, "HOST 127.0.0.1": 220, "HOST www.A.example": 220, "HOST no.example": 504, "HOST 192.0.2.77": 504,
		"HOST [2001:db8::1]": 504, "HOST 192.0.2.1:2112": 501, "HOST [2001:db8::1]:21": 501, "HOST a.example:21": 501, "HOST a b": 501, "HOST -x-": 501, "HOST": 501, "HOST ::1": 501, "HOST [127.0.0.1]": 501,
	} {
		c.do(line, code)
	}
	c.do("USER ann", 331)
	if text := c.do("HOST A.EXAMPLE", 220); text != "220 This is A" {
		t.Errorf("HOST: %q", text)
	}
	c.do("PASS secret", 503) // USER was for another host
	c.do("USER user", 331)
	c.do("PASS password", 530)
	c.do("USER ann", 331)
	c.do("PASS secret", 230)
	c.do("HOST b.example", 503)
	if got := c.down("RETR d/of-a"); got != "A" {
		t.Errorf("RETR on host A: %q", got)
	}
	c.do("SIZE main", 550)
	c.do("REIN", 220)
	c.do("USER user", 331)
	c.do("PASS password", 230)
	c.do("TYPE I", 200)
	c.do("SIZE main", 213)
	c = dial(t, s)
	c.do("HOST b.example", 220)
	c.do("USER ftp", 331)
	c.do("PASS x", 230)
	c.do("MKD x", 550)
}

func TestHOSTAndTLS(t *testing.T) {
	for _, tt := range []struct {
		name, before, sni, cert, after string
		code                           int
	}{
		{"name in the handshake", "", "a.example", "a.example", "HOST a.example", 220},
		{"other name of the same host", "", "a.example", "a.example", "HOST www.a.example", 220},
		{"HOST of another host", "", "a.example", "a.example", "HOST b.example", 504},
		{"HOST of the main host", "", "a.example", "a.example", "HOST localhost", 504},
		{"the main host", "", "localhost", "localhost", "HOST b.example", 504},
		{"HOST chooses the certificate", "HOST b.example", "", "b.example", "HOST b.example", 220},
		{"the handshake overrides HOST", "HOST b.example", "a.example", "a.example", "HOST b.example", 504},
		{"no name at all", "", "", "localhost", "HOST a.example", 220},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := NewServer(t, hostConfig(TLSExplicit))
			c := dial(t, s)
			if tt.before != "" {
				c.do(tt.before, 220)
			}
			c.tls.ServerName = tt.sni
			if tt.sni == "" {
				c.tls.InsecureSkipVerify = true
			}
			c.authTLS()
			st := c.conn.(*tls.Conn).ConnectionState()
			if err := st.PeerCertificates[0].VerifyHostname(tt.cert); err != nil {
				t.Errorf("certificate: %v", err)
			}
			c.do(tt.after, tt.code)
			c.do("PBSZ 0", 200)
			c.do("PROT P", 200)
			c.prot = true
			user := "user"
			switch {
			case tt.sni == "a.example" || tt.after == "HOST a.example":
				c.do("USER ann", 331)
				c.do("PASS secret", 230)
			case tt.cert == "b.example":
				c.do("USER ftp", 331)
				c.do("PASS x", 230)
			default:
				c.do("USER "+user, 331)
				c.do("PASS password", 230)
			}
			c.down("LIST")
			if conns := s.DataConns(); tt.sni != "" && !conns[0].Resumed {
				t.Error("the data connection did not resume the session")
			}
		})
	}
}

func TestHostsThatCannotBe(t *testing.T) {
	for name, hosts := range map[string][]VirtualHost{
		"no name":        {{}},
		"name twice":     {{Names: []string{"a.example"}}, {Names: []string{"A.example"}}},
		"port":           {{Names: []string{"a.example:21"}}},
		"Root and Files": {{Names: []string{"a.example"}, Root: "/", Files: map[string]string{"x": ""}}},
	} {
		if s, err := Start(&Config{Hosts: hosts}); err == nil {
			s.Close()
			t.Errorf("%s: no error", name)
		}
	}
}
