package ftptest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// A faultCheck shows that a fault does what its documentation says. Every fault
// has at least one row in faultChecks.
type faultCheck struct {
	fault Fault
	tls   tlsx.Mode
	run   func(t *testing.T, c *client) // c is connected; nothing has been read
}

func faultChecks() []faultCheck {
	return slices.Concat(baseChecks(), hostileChecks(), lyingChecks(), refusedLoginChecks(), uploadChecks(), tlsChecks(), restartChecks(), modeChecks(), fewChecks())
}

func baseChecks() []faultCheck {
	return []faultCheck{
		{"greeting-garbage", TLSNone, func(t *testing.T, c *client) { c.wantBytes("SSH-2.0-ftptest\r\n") }},
		{"greeting-never", TLSNone, func(t *testing.T, c *client) { c.wantSilence() }},
		{"greeting-double", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.want("second greeting", 220)
		}},
		{"bare-lf-replies", TLSNone, func(t *testing.T, c *client) { c.wantBytes("220 ftptest ready\n") }},
		{"double-150", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("RETR f")
			c.want("second 150", 150)
			c.wantData(conn, content)
			c.want("RETR", 226)
		}},
		{"no-final-reply", TLSNone, func(t *testing.T, c *client) {
			c.wantData(c.start("RETR f"), content)
			c.wantSilence()
			c.do("RETR nope", 550)
		}},
		{"final-before-data", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("RETR f")
			c.want("RETR", 226)
			c.wantData(conn, content)
			c.wantSilence()
		}},
		{"auth-injection", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 234)
			c.want("injected", 230)
		}},
		{"pasv-other-host", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if text := c.do("PASV", 227); !strings.Contains(text, "(127,0,0,2,") {
				t.Errorf("PASV: %q; want the host 127.0.0.2", text)
			}
		}},
		{"data-never-opens", TLSNone, func(t *testing.T, c *client) {
			c.start("LIST")
			c.want("LIST", 425)
		}},
		{"data-truncated-226", TLSImplicit, func(t *testing.T, c *client) {
			c.wantData(c.start("RETR f"), content[:len(content)/2])
			c.want("RETR", 226)
		}},
		{"data-no-close-notify", TLSExplicit, func(t *testing.T, c *client) {
			raw := c.startRaw("RETR f")
			tap := &tapConn{Conn: raw}
			c.wantData(c.secure(tap), content)
			if !tap.eof.Load() {
				t.Error("close_notify came; want FIN alone")
			}
			c.want("RETR", 226)
		}},
		{"data-reset", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("RETR f")
			if n, err := io.Copy(io.Discard, conn); err == nil {
				t.Errorf("an orderly end after %d bytes; want a reset", n)
			}
			c.want("RETR", 426)
		}},
		{"data-crawls", TLSNone, func(t *testing.T, c *client) {
			conn, begun := c.start("RETR f"), time.Now()
			got := make([]byte, 4)
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != content[:4] || time.Since(begun) < 100*time.Millisecond {
				t.Errorf("%q, %v after %v; want four octets, slowly", got, err, time.Since(begun))
			}
			conn.Close()
			c.want("RETR", 426)
		}},
		{"data-never-closed", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("STOR g")
			io.WriteString(conn, "data")
			conn.(*net.TCPConn).CloseWrite()
			c.want("STOR", 226)
			conn.SetReadDeadline(time.Now().Add(silence))
			if _, err := conn.Read(make([]byte, 1)); !isTimeout(err) {
				t.Errorf("read of the data connection: %v; want a timeout", err)
			}
		}},
		{"421-in-transfer", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("RETR f")
			c.want("RETR", 421)
			c.wantEnd("421 closes")
			c.tcp.Close()
			io.Copy(io.Discard, conn) // ends
		}},
		{"disk-full", TLSNone, func(t *testing.T, c *client) { c.wantFull(452) }},
		{"disk-full-552", TLSExplicit, func(t *testing.T, c *client) { c.wantFull(552) }},
		{"list-garbage", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if text := c.down("LIST"); strings.Contains(text, " f\r\n") || !strings.Contains(text, "<<<") {
				t.Errorf("LIST: %q; want garbage", text)
			}
			if text := c.down("NLST"); text != "f\r\n" {
				t.Errorf("NLST: %q; want f", text)
			}
		}},
		{"rest-ignored", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("REST 5", 350)
			if got := c.down("RETR f"); got != content {
				t.Errorf("RETR after REST 5: %d bytes; want all %d", len(got), len(content))
			}
		}},
		{"reply-never", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("EPSV", 229)
			c.write("RETR f\r\n")
			c.wantSilence()
		}},
		{"epsv-refused", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("EPSV", 502)
			c.do("PASV", 227)
		}},
		{"auth-refused", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 534)
			c.do("USER user", 331)
		}},
		{"prot-refused", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.authTLS()
			c.do("PBSZ 0", 200)
			c.do("PROT P", 534)
			c.do("PROT C", 200)
		}},
		{"retr-missing-226", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if got := c.down("RETR nope"); got != "" {
				t.Errorf("RETR of a missing file: %q; want nothing", got)
			}
			if got := c.down("RETR f"); got != content {
				t.Errorf("RETR of a file: %d bytes; want all", len(got))
			}
		}},
		{"user-keeps-rights", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("PWD", 530)
			c.do("USER user", 331)
			c.do("PASS password", 230)
			c.do("USER somebody", 331)
			c.do("PWD", 257)
			c.do("MKD d", 257)
			c.do("PASS wrong", 503)
		}},
		{"feat-lies", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			text := c.do("FEAT", 211)
			if !strings.Contains(text, "\n MODE Z\n") || strings.Contains(text, "\n SIZE\n") {
				t.Errorf("FEAT: %q; want MODE Z and no SIZE", text)
			}
		}},
		{"reuse-required-refused", TLSExplicit, func(t *testing.T, c *client) {
			c.wantData(c.start("RETR f"), "")
			if text := c.want("RETR", 522); !strings.Contains(text, "session reuse required") {
				t.Errorf("RETR: %q; want session reuse in it", text)
			}
		}},
		{"late-150", TLSExplicit, func(t *testing.T, c *client) {
			c.begin()
			raw := c.passive()
			c.write("RETR f\r\n")
			c.wantSilence()
			conn := c.secure(raw)
			c.want("RETR", 150)
			c.wantData(conn, content)
			c.want("RETR", 226)
		}},
		{"early-handshake-reset", TLSExplicit, func(t *testing.T, c *client) {
			c.begin()
			raw := c.passive()
			io.WriteString(raw, "\x16\x03\x01")
			raw.SetReadDeadline(time.Now().Add(patience))
			if _, err := raw.Read(make([]byte, 1)); err == nil || isTimeout(err) {
				t.Errorf("bytes before the command: %v; want a reset", err)
			}
			c.do("LIST", 150)
			c.want("LIST", 522)
			c.down("LIST") // in the right order it works
		}},
		{"other-certificate-on-data", TLSExplicit, func(t *testing.T, c *client) {
			raw := c.startRaw("LIST")
			tc := tls.Client(raw, c.tls)
			if err := tc.Handshake(); err == nil {
				t.Error("the certificate of the data connection is trusted; want another authority's")
			}
			raw.Close()
			c.want("LIST", 522)
		}},
	}
}

// content is the file f that fault checks transfer: three pieces.
var content = strings.Repeat("0123456789abcdef", 3*piece/16)

// silence is how long nothing must come where nothing may.
const silence = 150 * time.Millisecond

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

// begin greets, logs in and sets TYPE I, in what way the server has.
func (c *client) begin() {
	c.t.Helper()
	c.want("greeting", 220)
	if c.srv.cfg.TLS == TLSExplicit {
		c.authTLS()
		c.do("PBSZ 0", 200)
		c.do("PROT P", 200)
	}
	c.prot = c.srv.cfg.TLS != TLSNone
	c.do("USER user", 331)
	c.do("PASS password", 230)
	c.do("TYPE I", 200)
}

// start begins and runs a transfer command up to 150 and the TLS handshake.
func (c *client) start(line string) net.Conn {
	c.t.Helper()
	return c.secure(c.startRaw(line))
}

func (c *client) startRaw(line string) net.Conn {
	c.t.Helper()
	c.begin()
	conn := c.passive()
	c.do(line, 150)
	return conn
}

func (c *client) wantData(conn net.Conn, want string) {
	c.t.Helper()
	got, err := io.ReadAll(conn)
	if err != nil || string(got) != want {
		c.t.Errorf("%d bytes of data, %v; want the right %d", len(got), err, len(want))
	}
	conn.Close()
}

func (c *client) wantBytes(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c.r, got); err != nil || string(got) != want {
		c.t.Errorf("control connection: %q, %v; want %q", got, err, want)
	}
}

// wantSilence checks that nothing comes for a while. The TCP connection below TLS
// is watched, since a timeout in TLS is for ever.
func (c *client) wantSilence() {
	c.t.Helper()
	if c.r.Buffered() > 0 {
		b, _ := c.r.Peek(c.r.Buffered())
		c.t.Fatalf("%q came; want nothing", b)
	}
	c.tcp.SetReadDeadline(time.Now().Add(silence))
	if n, err := c.tcp.Read(make([]byte, 1)); !isTimeout(err) {
		c.t.Fatalf("%d bytes came, %v; want nothing", n, err)
	}
	c.tcp.SetReadDeadline(time.Now().Add(patience))
}

// wantFull uploads until the server has had enough.
func (c *client) wantFull(code int) {
	c.t.Helper()
	conn := c.start("STOR g")
	io.Copy(conn, strings.NewReader(content)) // may fail: the server hangs up
	conn.Close()
	c.want("STOR", code)
	if n, err := c.srv.ReadFile("/g"); err != nil || len(n) != 4<<10 {
		c.t.Errorf("%d bytes stored, %v; want 4 KiB", len(n), err)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, fc := range faultChecks() {
		t.Run(string(fc.fault), func(t *testing.T) {
			t.Parallel()
			s := NewServer(t, &Config{TLS: fc.tls, Faults: []Fault{fc.fault}, DataTimeout: 2 * time.Second})
			if err := s.WriteFile("/f", []byte(content)); err != nil {
				t.Fatal(err)
			}
			c := connect(t, s)
			if fc.tls == TLSImplicit {
				c.handshake()
			}
			fc.run(t, c)
		})
	}
}

func TestFaultTable(t *testing.T) {
	checked := map[Fault]bool{}
	for _, fc := range faultChecks() {
		checked[fc.fault] = true
	}
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[Fault]bool{}
	for _, f := range Faults() {
		switch {
		case seen[f.Name]:
			t.Errorf("%s is there twice", f.Name)
		case !kebab.MatchString(string(f.Name)):
			t.Errorf("%q is not kebab-case", f.Name)
		case f.Doc == "" || strings.ContainsAny(f.Doc, "\n") || len(f.Doc) > 140:
			t.Errorf("%s: the documentation is not one line: %q", f.Name, f.Doc)
		}
		seen[f.Name] = true
	}
	for _, d := range baseFaults() {
		if !checked[d.name] {
			t.Errorf("%s has no row in faultChecks", d.name)
		}
	}
	for name := range checked {
		if !seen[name] {
			t.Errorf("%s has a row in faultChecks and is no fault", name)
		}
	}
	if _, err := Start(&Config{Faults: []Fault{"no-such-fault"}}); err == nil {
		t.Error("an unknown fault is no error")
	}
}
