package ftptest

import (
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control/otp"
)

func TestLoginForms(t *testing.T) {
	s := NewServer(t, &Config{Users: []User{
		{Name: "plain", Password: "p"},
		{Name: "both", Password: "p", Account: "acct"},
		{Name: "open", Login: LoginUser},
		{Name: "acct", Login: LoginAccount, Account: "acct"},
		{Name: "super", Login: LoginSuperfluous},
		{Name: "store", Password: "p", StoreAccount: "paper"},
	}, MaxLoginFailures: -1})
	for name, steps := range map[string][]step{
		"password":            {{"USER plain", "331"}, {"PASS q", "530"}, {"USER plain", "331"}, {"PASS p", "230"}, {"ACCT x", "202"}},
		"password, account":   {{"USER both", "331"}, {"PASS p", "332"}, {"PWD", "530"}, {"ACCT wrong", "530"}, {"USER both", "331"}, {"PASS p", "332"}, {"ACCT acct", "230"}, {"PWD", "257"}},
		"user alone":          {{"USER open", "230"}, {"PWD", "257"}, {"PASS x", "503"}},
		"account alone":       {{"USER acct", "332"}, {"PASS x", "503"}, {"PWD", "530"}, {"ACCT no", "530"}, {"USER acct", "332"}, {"ACCT acct", "230"}, {"PWD", "257"}},
		"superfluous":         {{"USER super", "331"}, {"PASS anything", "202"}, {"PWD", "257"}},
		"account for storing": {{"USER store", "331"}, {"PASS p", "230"}, {"EPSV", "229"}, {"STOR f", "532"}, {"APPE f", "532"}, {"STOU", "532"}, {"MKD d", "257"}, {"RNFR d", "350"}, {"RNTO e", "532"}, {"ACCT wrong", "530"}, {"PWD", "257"}, {"STOR f", "532"}, {"ACCT paper", "230"}, {"STOR f", "425"}, {"USER store", "331"}, {"PASS p", "230"}, {"STOR f", "532"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s)
			for _, st := range steps {
				var code int
				fmt.Sscan(st.reply, &code)
				c.do(st.line, code)
			}
		})
	}
}

// The vectors of RFC 2289, Appendix C.
func TestOneTimeVectors(t *testing.T) {
	for _, tt := range []struct {
		hash, secret, seed string
		n                  int
		want               string
	}{
		{"md5", "This is a test.", "test", 0, "9E876134D90499DD"},
		{"md5", "This is a test.", "test", 1, "7965E05436F5029F"},
		{"md5", "This is a test.", "test", 99, "50FE1962C4965880"},
		{"md5", "AbCdEfGhIjK", "alpha1", 99, "5AA37A81F212146C"},
		{"md5", "OTP's are good", "correct", 0, "F205753943DE4CF9"},
		{"sha1", "This is a test.", "test", 0, "BB9E6AE1979D8FF4"},
		{"sha1", "This is a test.", "test", 1, "63D936639734385B"},
		{"sha1", "This is a test.", "test", 99, "87FEC7768B73CCF9"},
		{"sha1", "OTP's are good", "correct", 99, "4F296A74FE1567EC"},
	} {
		key := oneTimePassword(tt.hash, tt.secret, tt.seed, tt.n)
		if got := strings.ToUpper(hex.EncodeToString(key[:])); got != tt.want {
			t.Errorf("%s, %q, %s, %d: %s; want %s", tt.hash, tt.secret, tt.seed, tt.n, got, tt.want)
		}
	}
}

func TestOneTimePassword(t *testing.T) {
	for _, fault := range []string{"", "otp-stuck"} {
		t.Run(fault, func(t *testing.T) {
			cfg := &Config{Users: []User{
				{Name: "otto", Password: "This is a test.", OneTime: &OneTime{Sequence: 99, Seed: "TeSt"}},
				{Name: "last", Password: "x", OneTime: &OneTime{Hash: "sha1", Sequence: 1}},
			}, MaxLoginFailures: -1}
			if fault != "" {
				cfg.Faults = []Fault{Fault(fault)}
			}
			s := NewServer(t, cfg)
			c := dial(t, s)
			if text := c.do("USER otto", 331); text != "331 otp-md5 99 test ext Response required for otto" {
				t.Errorf("challenge: %q", text)
			}
			c.do("PASS This is a test.", 530) // the secret itself is no answer
			c.do("USER otto", 331)
			c.do("PASS hex:50fe 1962 c496 5880", 230)
			text := c.do("USER otto", 331)
			if fault != "" {
				c.do("PASS 50FE1962C4965880", 230)
				return
			}
			if !strings.HasPrefix(text, "331 otp-md5 98 test ") {
				t.Errorf("second challenge: %q", text)
			}
			c.do("PASS 50FE1962C4965880", 530) // never twice
			second := oneTimePassword("md5", "This is a test.", "test", 98)
			c.do("USER otto", 331)
			c.do("PASS word: "+strings.ToLower(otp.Response(second).Words()), 230)
			c.do("USER otto", 331)
			c.do("PASS "+otp.Response(second).Words(), 530)
			key := oneTimePassword("sha1", "x", "ftp1", 1)
			c.do("USER last", 331)
			c.do("PASS "+hex.EncodeToString(key[:]), 230)
			key = oneTimePassword("sha1", "x", "ftp1", 0)
			c.do("USER last", 331)
			c.do("PASS "+hex.EncodeToString(key[:]), 530)
		})
	}
	if s, err := Start(&Config{Users: []User{{Name: "x", OneTime: &OneTime{Hash: "md4"}}}}); err == nil {
		s.Close()
		t.Error("md4 is no error")
	}
}

// TestClientCertificate checks reply 232, and that certificates are demanded on
// data connections that do not resume.
func TestClientCertificate(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, ClientAuth: tls.VerifyClientCertIfGiven, Users: []User{
		{Name: "ann", Password: "p", Certificate: "ann of example"}, {Name: "bob", Password: "p"},
	}})
	cert, err := s.ClientCertificate("ann of example")
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, s)
	c.do("USER ann", 331) // in clear it needs a password
	c.tls.Certificates = []tls.Certificate{cert}
	c.authTLS()
	c.do("USER bob", 331)
	c.do("USER ann", 232)
	c.do("PWD", 257)
	c.do("PBSZ 0", 200)
	c.do("PROT P", 200)
	c.prot = true
	c.down("LIST")

	c = dial(t, s)
	c.authTLS()
	c.do("USER ann", 331)
	c.do("PASS p", 230)

	s = NewServer(t, &Config{TLS: TLSExplicit, ClientAuth: tls.RequireAndVerifyClientCert})
	c = dial(t, s)
	c.do("AUTH TLS", 234)
	c.tls.MaxVersion = tls.VersionTLS12 // where the refusal is part of the handshake
	if err := tls.Client(c.tcp, c.tls).Handshake(); err == nil {
		t.Error("no certificate is accepted")
	}
	c = dial(t, s)
	c.tls.Certificates = []tls.Certificate{cert} // of another authority
	c.tls.MaxVersion = tls.VersionTLS12
	c.do("AUTH TLS", 234)
	if err := tls.Client(c.tcp, c.tls).Handshake(); err == nil {
		t.Error("a certificate of another authority is accepted")
	}
	if cert, err = s.ClientCertificate("x"); err != nil {
		t.Fatal(err)
	}
	c = dial(t, s)
	c.tls.Certificates = []tls.Certificate{cert}
	c.authTLS()
	c.do("USER user", 331)
	c.do("PASS password", 230)
}

func TestAuthMechanisms(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, AuthMechanisms: []string{"SSL", "TLS-P"}})
	c := dial(t, s)
	if text := c.do("FEAT", 211); !strings.Contains(text, "\n AUTH SSL;TLS-P\n") {
		t.Errorf("FEAT: %q", text)
	}
	c.do("AUTH TLS", 504)
	c.do("AUTH ssl", 234)
	c.handshake()
	c.do("USER user", 331)
	c.do("PASS password", 230)
	c.prot = true
	c.down("LIST") // private without PROT
	c.do("PBSZ 0", 200)
	c.do("PROT C", 200)
	c.prot = false
	c.down("LIST")
	if s, err := Start(&Config{TLS: TLSExplicit, AuthMechanisms: []string{"GSSAPI"}}); err == nil {
		s.Close()
		t.Error("an unknown mechanism is no error")
	}
}

func TestLANG(t *testing.T) {
	s := NewServer(t, &Config{})
	c := dial(t, s)
	star := func(want string) {
		t.Helper()
		if text := c.do("FEAT", 211); !strings.Contains(text, "\n "+want+"\n") {
			t.Errorf("FEAT: %q; want %s", text, want)
		}
	}
	star("LANG EN*;FR")
	c.say("LANG fr-CA", "200 Les réponses sont en français\r\n")
	star("LANG EN;FR*")
	c.say("PWD", "530 Refused: not logged in\r\n")
	c.say("NOOP", "200 D'accord\r\n")
	c.do("LANG xx", 504)
	c.do("LANG fr_CA", 501)
	star("LANG EN;FR*")
	c.do("REIN", 220)
	star("LANG EN*;FR")
	c.do("LANG FR", 200)
	c.do("HOST localhost", 220)
	star("LANG EN*;FR")
	c.do("LANG FR", 200)
	c.say("LANG", "200 Replies are in English\r\n")
}

func TestUTF8Off(t *testing.T) {
	s := NewServer(t, &Config{})
	c := login(t, s)
	c.do("MKD é", 257)
	c.do("OPTS UTF8 OFF", 200)
	c.say("CWD \xe9", "250 Directory changed\r\n")
	c.say("PWD", "257 \"/\xe9\" is the current directory\r\n")
	c.do("MKD \xfc", 257)
	if got := c.down("NLST"); got != "\xfc\r\n" {
		t.Errorf("NLST: %q", got)
	}
	c.do("OPTS UTF8 ON", 200)
	if got := c.down("NLST"); got != "ü\r\n" {
		t.Errorf("NLST in UTF-8: %q", got)
	}
}
