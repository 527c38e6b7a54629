package ftptest

import (
	"bufio"
	"crypto/tls"
	"io"
	"testing"
	"time"
)

func TestAUTH(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit})
	c := login(t, s)
	c.do("AUTH TLS", 503) // it is up
	c = dial(t, s)
	for line, code := range map[string]int{"AUTH SSL": 504, "AUTH TLS-P": 504, "AUTH X-NOPE": 504, "AUTH": 501, "PBSZ 0": 503, "PROT P": 503, "CCC": 533} {
		c.do(line, code)
	}
	c.do("USER user", 331)
	c.do("PASS password", 230)
	c.do("MKD d", 257)
	c.do("CWD d", 250)
	c.do("TYPE I", 200)
	c.do("AUTH tls-c", 234)
	c.handshake()
	c.do("PWD", 530) // everything starts again
	c.do("USER user", 331)
	c.do("PASS password", 230)
	if got, want := c.do("PWD", 257), `257 "/" is the current directory`; got != want {
		t.Errorf("PWD after AUTH: %q; want %q", got, want)
	}
	c.do("PROT P", 503)
	for line, code := range map[string]int{"PBSZ x": 501, "PBSZ 4294967296": 501, "PBSZ 16384": 200} {
		c.do(line, code)
	}
	wantText(t, "LIST in clear before PROT", "", c.down("LIST d"))
	c.do("PROT p", 200)
	c.prot = true
	wantText(t, "LIST with PROT P", "", c.down("LIST d"))
	for line, code := range map[string]int{"PROT S": 536, "PROT E": 536, "PROT X": 504} {
		c.do(line, code)
	}
	wantText(t, "LIST after refused PROT", "", c.down("LIST d"))
	c.do("PROT C", 200)
	c.prot = false
	wantText(t, "LIST with PROT C", "", c.down("LIST d"))
}

// TestAUTHDropsInput checks that clear text after AUTH is never carried out.
func TestAUTHDropsInput(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit})
	c := dial(t, s)
	c.write("AUTH TLS\r\nNOOP\r\nCLNT smuggled\r\n")
	c.want("AUTH", 234)
	c.handshake()
	c.do("SYST", 215)
	for _, line := range s.Commands() {
		if line == "CLNT smuggled" {
			t.Error("a command after AUTH was carried out")
		}
	}
}

func TestHandshakeFails(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit})
	c := dial(t, s)
	c.do("AUTH TLS", 234)
	c.write("GET / HTTP/1.1\r\n\r\n")
	io.Copy(io.Discard, c.conn) // ends
	c = dial(t, s)
	c.do("NOOP", 200)
	c.do("AUTH TLS", 234)
	tc := tls.Client(c.tcp, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err := tc.Handshake(); err == nil {
		t.Error("TLS 1.1 was accepted; want 1.2 at least (RFC 8996)")
	}
}

func TestRequireTLS(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, RequireTLS: true})
	c := dial(t, s)
	c.do("USER user", 533)
	c.authTLS()
	c.do("USER user", 331)
	c.do("PASS password", 230)
	c.do("EPSV", 229)
	c.do("LIST", 521)
	c.do("PBSZ 0", 200)
	c.do("PROT P", 200)
	c.prot = true
	c.down("LIST")
	c.do("CCC", 534)
}

// TestBackToClear checks that CCC and REIN take TLS down and the connection goes on.
func TestBackToClear(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		line string
		code int
	}{{"CCC", 200}, {"REIN", 220}} {
		t.Run(tc.line, func(t *testing.T) {
			s := NewServer(t, &Config{TLS: TLSExplicit})
			c := login(t, s)
			c.do(tc.line, tc.code)
			tc2 := c.conn.(*tls.Conn)
			if _, err := tc2.Read(make([]byte, 1)); err != io.EOF {
				t.Fatalf("read after %s: %v; want close_notify", tc.line, err)
			}
			tc2.CloseWrite()
			c.tcp.SetDeadline(time.Now().Add(patience)) // CloseWrite has ended it
			c.conn, c.r = c.tcp, bufio.NewReader(c.tcp)
			c.do("NOOP", 200)
			if tc.line == "REIN" {
				c.do("PWD", 530)
				c.do("PBSZ 0", 503)
				c.authTLS()
				c.do("USER user", 331)
				c.do("PASS password", 230)
				return
			}
			c.do("PROT C", 503)
			c.do("AUTH TLS", 534)
			wantText(t, "LIST is still private", "", c.down("LIST"))
		})
	}
}

func TestDataHandshakeFails(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, DataTimeout: 5 * time.Second})
	c := login(t, s)
	conn := c.passive()
	c.do("LIST", 150)
	io.WriteString(conn, "this is no TLS at all\r\n")
	c.want("garbage in place of a handshake", 522)
	c.down("LIST")
}

// TestControlCloseNotify checks that TLS ends in order after QUIT.
func TestControlCloseNotify(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit})
	c := dial(t, s)
	c.do("AUTH TLS", 234)
	tap := &tapConn{Conn: c.tcp}
	c.tcp = tap
	c.handshake()
	c.do("QUIT", 221)
	if _, err := c.conn.Read(make([]byte, 1)); err != io.EOF || tap.eof.Load() {
		t.Errorf("end of the control connection: %v, by TCP alone: %v; want close_notify", err, tap.eof.Load())
	}
}
