package ftptest

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/tlsx"
)

// SSCN says what is in force; CPSV wants protected data connections.
func TestSSCN(t *testing.T) {
	type step struct {
		line string
		code int
		want string // in the reply
	}
	for _, tt := range []struct {
		name  string
		cfg   Config
		steps []step
	}{
		{"in clear", Config{}, []step{
			{"SSCN ON", 503, ""}, {"SSCN", 503, ""}, {"CPSV", 503, ""},
		}},
		{"over TLS", Config{TLS: TLSExplicit}, []step{
			{"FEAT", 211, " CPSV"}, {"FEAT", 211, " SSCN"},
			{"SSCN", 200, "SSCN:SERVER METHOD"},
			{"SSCN ON", 200, "SSCN:CLIENT METHOD"},
			{"SSCN", 200, "SSCN:CLIENT METHOD"},
			{"SSCN maybe", 501, ""},
			{"SSCN", 200, "SSCN:CLIENT METHOD"},
			{"sscn off", 200, "SSCN:SERVER METHOD"},
			{"CPSV", 227, "(127,0,0,1,"},
			{"CPSV x", 501, ""},
			{"PROT C", 200, ""},
			{"CPSV", 503, "PROT P"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := NewServer(t, &tt.cfg)
			c := login(t, s)
			for _, step := range tt.steps {
				if got := c.do(step.line, step.code); !strings.Contains(got, step.want) {
					t.Errorf("%s: %q; want %q", step.line, got, step.want)
				}
			}
		})
	}
	if feat := login(t, NewServer(t, nil)).do("FEAT", 211); strings.Contains(feat, "SSCN") {
		t.Errorf("without TLS, FEAT lists SSCN: %q", feat)
	}
}

// CPSV is for one transfer, SSCN for all until OFF. The server shows a certificate if
// it is to, and takes any.
func TestServerAsTLSClient(t *testing.T) {
	for _, show := range []bool{false, true} {
		s := NewServer(t, &Config{TLS: TLSExplicit, SSCNCertificate: show})
		if err := s.WriteFile("/f", []byte("some text")); err != nil {
			t.Fatal(err)
		}
		c := login(t, s)
		c.do("TYPE I", 200)
		own, err := s.ClientCertificate("client")
		if err != nil {
			t.Fatal(err)
		}
		retr := func(address string, reversed bool) {
			t.Helper()
			var conn net.Conn
			if address == "CPSV" {
				at, err := parse.PASV(c.do("CPSV", 227))
				if err != nil {
					t.Fatal(err)
				}
				conn = c.connectPort(int(at.Port()))
			} else {
				conn = c.passive()
			}
			c.do("RETR f", 150)
			var tc *tls.Conn
			if reversed {
				tc = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequestClientCert})
			} else {
				tc = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
			}
			if b, err := io.ReadAll(tc); err != nil || string(b) != "some text" {
				t.Errorf("%s: %q, %v", address, b, err)
			}
			if shown := len(tc.ConnectionState().PeerCertificates) > 0; reversed && shown != show {
				t.Errorf("%s: the server shows a certificate: %v", address, shown)
			}
			tc.Close()
			c.want("RETR", 226)
			last := s.DataConns()[len(s.DataConns())-1]
			if last.Reversed != reversed || last.Version != tls.VersionTLS13 {
				t.Errorf("%s: reversed %v, %s", address, last.Reversed, tlsx.VersionName(last.Version))
			}
		}
		retr("CPSV", true)
		retr("EPSV", false)
		c.do("SSCN ON", 200)
		retr("EPSV", true)
		retr("CPSV", true)
		c.do("SSCN OFF", 200)
		retr("EPSV", false)
	}
}
