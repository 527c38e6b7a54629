package ftptest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// hostileChecks are the rows of faults made to hurt clients; see faultChecks.
func hostileChecks() []faultCheck {
	checks := []faultCheck{
		{"greeting-http", TLSNone, func(t *testing.T, c *client) { c.wantBytes("HTTP/1.1 400 Bad Request\r\n") }},
		{"greeting-tls-record", TLSNone, func(t *testing.T, c *client) { c.wantBytes("\x15\x03\x01\x00\x02\x02\x0a") }},
		{"greeting-230", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 230)
			c.do("PWD", 530) // it is not true
		}},
		{"greeting-421", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 421)
			c.wantEnd("421 closes")
		}},
		{"greeting-120-flood", TLSNone, func(t *testing.T, c *client) {
			c.wantBytes(strings.Repeat("120 Ready in 5 minutes\r\n", 100_000))
			c.want("greeting", 220)
		}},
		{"login-loop", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("USER user", 331)
			for range 3 {
				c.do("PASS password", 332)
				c.do("ACCT x", 331)
			}
		}},
		{"login-331-again", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("USER user", 331)
			c.do("PASS password", 331)
			c.do("PASS wrong", 331)
		}},
		{"secret-in-331", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.say("USER user", "331 Password for user (it is password)\r\n")
		}},
		{"secret-in-replies", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.say("SYST", "215 UNIX "+strings.Repeat("x", 67)+" password\r\n")
			c.say("SMNT /", "password\r\n580 \"password\" is no volume\r\n")
			c.say("MODE S", "207 Mode set, password\r\n")
			c.say("CWD nope", "550 No, password\r\n")
		}},
		{"secret-in-530", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("USER user", 331)
			c.say("PASS a b", "530 No login with a b, \"a b\" or a%20b\r\n")
		}},
		{"reply-unsolicited", TLSNone, func(t *testing.T, c *client) {
			c.begin2()
			c.say("PASS password", "230 Logged in as user\r\n226 Transfer complete\r\n")
		}},
		{"reply-flood", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.say("NOOP", strings.Repeat("200 OK\r\n", 100_001))
		}},
		{"preliminary-flood", TLSNone, func(t *testing.T, c *client) {
			c.start("RETR f")
			c.wantBytes(strings.Repeat("150 Just a moment\r\n", 1000))
		}},
		{"reply-endless-line", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.say("FEAT", strings.Repeat("211 and so on ", 10_000))
		}},
		{"reply-endless-lines", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.say("FEAT", strings.Repeat("211-And so on\r\n", 10_000))
		}},
		{"reply-drip", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			start := time.Now()
			c.say("FEAT", "211-Features\r\n")
			if took := time.Since(start); took < 500*time.Millisecond {
				t.Errorf("14 bytes came in %v; want one every 50 ms", took)
			}
		}},
		{"reply-controls", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.say("XYZZY", "500 "+terminal+"Command not understood\r\n")
		}},
		{"noop-twice-late", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			start := time.Now()
			c.say("NOOP", "200 OK\r\n200 OK\r\n")
			if took := time.Since(start); took < 90*time.Millisecond {
				t.Errorf("the second reply came in %v; want 100 ms", took)
			}
		}},
		{"abor-silent", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("STOR g")
			c.write("ABOR\r\n")
			io.Copy(io.Discard, conn) // ends
			c.wantSilence()
		}},
		{"quit-silent", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.write("QUIT\r\n")
			c.wantSilence()
		}},
		{"abor-421", TLSNone, func(t *testing.T, c *client) {
			c.start("STOR g")
			c.do("ABOR", 421)
		}},
		{"otp-stuck", TLSNone, func(t *testing.T, c *client) {}}, // see TestOneTimePassword
	}
	for _, row := range []struct {
		fault      Fault
		line, wire string
	}{
		{"reply-long-line", "NOOP", "200 " + strings.Repeat("x", 9<<10) + "\r\n"},
		{"reply-nul", "NOOP", "200 O\x00K\r\n"},
		{"syst-nul", "SYST", "215 UNIX\x00 Type: L8\r\n"},
		{"reply-telnet", "NOOP", "2\xff\xfd\x0100 \xff\xfa\x18\x01\xff\xf0O\xff\xffK\xff\xfb\x03\r\n"},
		{"reply-nested-codes", "NOOP", "200-first\r\n226 Transfer complete\r\n200x\r\n 200 not yet\r\n421 not true\r\n200 last\r\n"},
		{"noop-twice", "NOOP", "200 OK\r\n200 OK\r\n"},
		{"pwd-unclosed", "PWD", "257 \"/abc is the current directory\r\n"},
		{"pwd-controls", "PWD", "257 \"/a\r\x1b[2Jb\" is the current directory\r\n"},
		{"code-000", "NOOP", "000 OK\r\n"},
		{"code-099", "NOOP", "099 OK\r\n"},
		{"code-99", "NOOP", "99 OK\r\n"},
		{"code-633", "NOOP", "633 AAAA\r\n"},
		{"code-700", "NOOP", "700 OK\r\n"},
		{"code-spaced", "NOOP", "2 00 OK\r\n"},
		{"noop-150", "NOOP", "150 OK\r\n"},
		{"noop-331", "NOOP", "331 OK\r\n"},
		{"rnfr-250", "RNFR f", "250 Ready\r\n"},
	} {
		checks = append(checks, faultCheck{row.fault, TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.say(row.line, row.wire)
			if !strings.HasPrefix(row.line, "RNFR") {
				c.do("SYST", 215) // the session goes on
			}
		}})
	}
	for i, verb := range steps {
		name := strings.ToLower(string(verb))
		checks = append(checks,
			faultCheck{Fault("421-at-" + name), TLSExplicit, func(_ *testing.T, c *client) {
				c.do(c.walk(i), 421)
				c.wantEnd("421 closes")
			}},
			faultCheck{Fault("closed-at-" + name), TLSExplicit, func(_ *testing.T, c *client) {
				c.write(c.walk(i) + "\r\n")
				c.wantEnd("nothing is said")
			}})
	}
	return checks
}

// say sends a command and wants exact bytes.
func (c *client) say(line, wire string) {
	c.t.Helper()
	c.write(line + "\r\n")
	c.wantBytes(wire)
}

// begin2 goes up to USER in clear.
func (c *client) begin2() {
	c.t.Helper()
	c.want("greeting", 220)
	c.do("USER user", 331)
}

// walk takes a session up to the step with an index and returns the line of it.
func (c *client) walk(to int) string {
	c.t.Helper()
	c.want("greeting", 220)
	lines := []string{"AUTH TLS", "USER user", "PASS password", "PBSZ 0", "PROT P", "FEAT", "TYPE I", "EPSV", "RETR f", "STOR g", "LIST", "PWD", "QUIT"}
	codes := []int{234, 331, 230, 200, 200, 211, 200, 229}
	for i := range min(to, len(codes)) {
		if c.do(lines[i], codes[i]); i == 0 {
			c.handshake()
		}
	}
	return lines[to]
}

// tlsChecks are the rows of faults of TLS; see faultChecks.
func tlsChecks() []faultCheck {
	checks := []faultCheck{
		{"feat-hides-auth", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			if text := c.do("FEAT", 211); strings.Contains(text, "AUTH") || strings.Contains(text, "PROT") || strings.Contains(text, "CCC") {
				t.Errorf("FEAT in clear: %q; want nothing of AUTH", text)
			}
			c.authTLS()
			if text := c.do("FEAT", 211); !strings.Contains(text, "\n AUTH TLS") {
				t.Errorf("FEAT under TLS: %q; want AUTH", text)
			}
		}},
		{"feat-lies-in-clear", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			if text := c.do("FEAT", 211); !strings.Contains(text, "\n SITE ROOT\n") || strings.Contains(text, "\n SIZE\n") {
				t.Errorf("FEAT in clear: %q; want SITE ROOT and no SIZE", text)
			}
			c.authTLS()
			if text := c.do("FEAT", 211); strings.Contains(text, "SITE ROOT") || !strings.Contains(text, "\n SIZE\n") {
				t.Errorf("FEAT under TLS: %q; want SIZE and no SITE ROOT", text)
			}
		}},
		{"auth-431-once", TLSExplicit, func(_ *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 431)
			c.authTLS()
		}},
		{"auth-silent", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.write("AUTH TLS\r\n")
			c.wantSilence()
		}},
		{"auth-injection-late", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 234)
			c.want("injected", 230)
		}},
		{"auth-loses-early-bytes", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 234)
			c.write("lost")
			time.Sleep(time.Second) // the fault is one of time, and the machine may be busy
			c.handshake()
			c.do("NOOP", 200)
		}},
		{"control-tls-stalls", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 234)
			c.write("\x16\x03\x01")
			c.wantSilence()
		}},
		{"control-tls-garbage", TLSExplicit, func(t *testing.T, c *client) {
			c.wantNoTLS("a reply", "does not look like a TLS handshake")
		}},
		{"alpn-http", TLSExplicit, func(t *testing.T, c *client) {
			c.tls.NextProtos = []string{"ftp"}
			c.wantNoTLS("no_application_protocol", "no application protocol")
		}},
		{"certificate-huge", TLSExplicit, func(t *testing.T, c *client) {
			c.wantNoTLS("a huge chain", "exceeds maximum")
		}},
		{"data-in-clear", TLSExplicit, func(t *testing.T, c *client) {
			c.wantData(c.startRaw("RETR f"), content)
			c.want("RETR", 226)
		}},
		{"data-tls-stalls", TLSExplicit, func(t *testing.T, c *client) {
			conn := c.startRaw("RETR f")
			io.WriteString(conn, "\x16\x03\x01")
			c.want("RETR", 425)
		}},
		{"pbsz-refused", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.authTLS()
			c.do("PBSZ 0", 501)
			c.do("PROT P", 503)
		}},
		{"tickets-never", TLSExplicit, func(t *testing.T, c *client) { c.wantResumed(false, false) }},
		{"tickets-refused", TLSExplicit, func(t *testing.T, c *client) { c.wantResumed(false, false) }},
		{"tickets-single-use", TLSExplicit, func(t *testing.T, c *client) {
			c.tls.ClientSessionCache = &countingCache{ClientSessionCache: c.tls.ClientSessionCache, most: 1}
			c.wantResumed(true, false)
		}},
		{"tickets-not-resent", TLSExplicit, func(t *testing.T, c *client) {
			cache := &countingCache{ClientSessionCache: c.tls.ClientSessionCache}
			c.tls.ClientSessionCache = cache
			c.wantResumed(true, true)
			if cache.puts != 1 {
				t.Errorf("%d tickets came; want that of the control connection alone", cache.puts)
			}
		}},
		{"resumption-stops", TLSExplicit, func(t *testing.T, c *client) { c.wantResumed(true, true, false, false) }},
		{"session-foreign", TLSExplicit, func(t *testing.T, c *client) {
			c.wantData(c.start("RETR f"), "")
			c.want("RETR", 522)
		}},
		{"sibling-certificate-on-data", TLSExplicit, func(t *testing.T, c *client) { c.wantSiblings(true) }},
		{"certificate-changes-in-session", TLSExplicit, func(t *testing.T, c *client) { c.wantSiblings(false, true) }},
		{"certificate-changes", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.authTLS()
			c2 := connect(t, c.srv)
			c2.wantNoTLS("another authority", "unknown authority")
		}},
		{"certificate-renewed", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.authTLS()
			c2 := connect(t, c.srv)
			c2.want("greeting", 220)
			c2.authTLS()
			if bytes.Equal(leafOf(c.conn), leafOf(c2.conn)) {
				t.Error("the certificate of the second session is the same; want a new one")
			}
		}},
		{"data-cut-226", TLSExplicit, func(t *testing.T, c *client) { c.wantCut(226) }},
		{"data-cut-426", TLSExplicit, func(t *testing.T, c *client) { c.wantCut(426) }},
		{"data-cut-in-record", TLSExplicit, func(t *testing.T, c *client) {
			got, err := io.ReadAll(c.start("RETR f"))
			if !errors.Is(err, io.ErrUnexpectedEOF) || string(got) != content {
				t.Errorf("%d bytes, %v; want all and %v", len(got), err, io.ErrUnexpectedEOF)
			}
			c.want("RETR", 226)
		}},
		{"ccc-no-close-notify", TLSExplicit, func(t *testing.T, c *client) {
			c.begin()
			c.do("CCC", 200)
			c.conn.(*tls.Conn).CloseWrite()
			c.wantSilence()
			c.tcp.SetDeadline(time.Now().Add(patience))
			c.conn = c.tcp
			c.r.Reset(c.tcp)
			c.do("NOOP", 200)
		}},
		{"ccc-injection", TLSExplicit, func(t *testing.T, c *client) {
			log := &loggingConn{Conn: c.tcp}
			c.tcp, c.conn = log, log
			c.r.Reset(log)
			c.begin()
			c.do("CCC", 200)
			if _, err := c.conn.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("after CCC: %v; want close_notify", err)
			}
			if !bytes.HasSuffix(log.got, []byte("230 Logged in\r\n")) {
				t.Errorf("%q came; want a reply in clear after close_notify", log.got)
			}
		}},
		{"ccc-reply-in-clear", TLSExplicit, func(t *testing.T, c *client) {
			c.begin()
			c.write("CCC\r\n")
			c.r.Reset(c.tcp)
			c.wantBytes("200 Clearing the control connection\r\n")
		}},
	}
	for _, row := range []struct {
		fault Fault
		line  string
		code  int
	}{
		{"auth-500", "AUTH TLS", 500}, {"auth-502", "AUTH TLS", 502}, {"auth-504", "AUTH TLS", 504}, {"auth-530", "AUTH TLS", 530},
		{"auth-tls-235", "AUTH TLS", 235}, {"auth-tls-334", "AUTH TLS", 334},
	} {
		checks = append(checks, faultCheck{row.fault, TLSExplicit, func(_ *testing.T, c *client) {
			c.want("greeting", 220)
			c.do(row.line, row.code)
			c.do("USER user", 331) // in clear, for who goes on
		}})
	}
	for fault, code := range map[Fault]int{"prot-431": 431, "prot-504": 504, "prot-536": 536} {
		checks = append(checks, faultCheck{fault, TLSExplicit, func(_ *testing.T, c *client) {
			c.want("greeting", 220)
			c.authTLS()
			c.do("PBSZ 0", 200)
			c.do("PROT P", code)
			c.do("PROT C", 200)
		}})
	}
	return checks
}

// wantNoTLS sends AUTH TLS and wants the handshake to fail with a text.
func (c *client) wantNoTLS(why, text string) {
	c.t.Helper()
	c.want("greeting", 220)
	c.do("AUTH TLS", 234)
	if err := tls.Client(c.tcp, c.tls).Handshake(); err == nil || !strings.Contains(err.Error(), text) {
		c.t.Errorf("%s: the handshake: %v; want an error with %q", why, err, text)
	}
}

// wantResumed runs transfers and wants their TLS sessions to be resumed or not.
func (c *client) wantResumed(want ...bool) {
	c.t.Helper()
	c.begin()
	for i, w := range want {
		c.down("RETR f")
		if conns := c.srv.DataConns(); conns[i].Resumed != w {
			c.t.Errorf("transfer %d: resumed %v; want %v", i+1, conns[i].Resumed, w)
		}
	}
}

// wantSiblings runs transfers and wants their certificate to be another one than
// the control connection's, though valid.
func (c *client) wantSiblings(want ...bool) {
	c.t.Helper()
	c.begin()
	for i, w := range want {
		raw := c.passive()
		c.do("RETR f", 150)
		conn := c.secure(raw)
		if other := !bytes.Equal(leafOf(conn), leafOf(c.conn)); other != w {
			c.t.Errorf("transfer %d: another certificate: %v; want %v", i+1, other, w)
		}
		c.wantData(conn, content)
		c.want("RETR", 226)
	}
}

func leafOf(conn net.Conn) []byte { return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Raw }

// wantCut wants half of the file, no close_notify and a final reply.
func (c *client) wantCut(code int) {
	c.t.Helper()
	tap := &tapConn{Conn: c.startRaw("RETR f")}
	c.wantData(c.secure(tap), content[:len(content)/2])
	if !tap.eof.Load() {
		c.t.Error("close_notify came; want FIN alone")
	}
	c.want("RETR", code)
}

// A countingCache counts the tickets that come, and takes no more than most of
// them if that is not 0.
type countingCache struct {
	tls.ClientSessionCache
	puts, most int
}

func (c *countingCache) Put(key string, s *tls.ClientSessionState) {
	if s != nil {
		c.puts++
	}
	if c.most > 0 && c.puts > c.most {
		return
	}
	c.ClientSessionCache.Put(key, s)
}

// A loggingConn keeps all that was read.
type loggingConn struct {
	net.Conn
	got []byte
}

func (c *loggingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.got = append(c.got, b[:n]...)
	return n, err
}
