package ftptest

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

// fewChecks are the rows of faults that leave few ways to work; see faultChecks.
func fewChecks() []faultCheck {
	return []faultCheck{
		{"epsv-silent", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.write("EPSV\r\n")
			c.wantSilence()
		}},
		{"feat-silent", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.write("FEAT\r\n")
			c.wantSilence()
		}},
		{"few-verbs", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.do("NOOP", 200)
			c.do("PWD", 500)
		}},
		{"few-verbs-502", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.do("PWD", 502)
		}},
		{"few-verbs-no-noop", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.do("NOOP", 500)
			c.do("TYPE I", 200)
		}},
		{"feat-331", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.do("FEAT", 331)
		}},
		{"nlst-silent", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.passive()
			c.write("NLST\r\n")
			c.wantSilence()
		}},
		{"auth-begins-334", TLSExplicit, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("AUTH TLS", 334)
			c.handshake()
			c.do("NOOP", 200)
		}},
		{"greeting-text", TLSNone, func(t *testing.T, c *client) {
			for _, want := range []string{"*** Welcome ***", "", "220 ftptest ready"} {
				if got, err := c.r.ReadString('\n'); got != want+"\r\n" {
					t.Errorf("%q, %v; want %q", got, err, want)
				}
			}
		}},
		{"greeting-late", TLSNone, func(_ *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("USER user", 220)
			c.want("the reply to USER", 331)
		}},
		{"mlst-one-line", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if text := c.do("MLST /", 250); strings.Contains(text, "\n") || !strings.Contains(text, "type=dir;") {
				t.Errorf("MLST: %q", text)
			}
		}},
		{"eprt-502", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.do("EPRT |1|127.0.0.1|5000|", 502)
		}},
		{"sscn-502", TLSExplicit, func(t *testing.T, c *client) {
			c.begin()
			c.do("SSCN ON", 502)
			c.do("CPSV", 227)
		}},
		{"cpsv-502", TLSExplicit, func(t *testing.T, c *client) {
			c.begin()
			c.do("CPSV", 502)
			c.do("SSCN ON", 200)
		}},
		{"mlsd-502", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if text := c.do("FEAT", 211); !strings.Contains(text, "MLST") {
				t.Errorf("FEAT: %q; want MLST", text)
			}
			c.passive()
			c.do("MLSD", 502)
		}},
		{"list-502", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.passive()
			c.do("LIST", 502)
		}},
		{"nlst-502", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.passive()
			c.do("NLST", 502)
		}},
		{"pbsz-prot-500", TLSImplicit, func(_ *testing.T, c *client) {
			c.begin()
			c.do("PBSZ 0", 500)
			c.do("PROT P", 500)
		}},
		{"ccc-first", TLSExplicit, func(_ *testing.T, c *client) {
			c.begin()
			c.do("EPSV", 533)
			c.do("PORT 127,0,0,1,20,20", 533)
		}},
		{"passive-at-127-0-0-2", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			a, err := parse.PASV(c.do("PASV", 227))
			if err != nil || a.Addr().String() != "127.0.0.2" {
				t.Fatalf("PASV: %v, %v", a, err)
			}
			conn, err := net.Dial("tcp", a.String())
			if err != nil {
				t.Fatal(err)
			}
			c.do("LIST", 150)
			io.Copy(io.Discard, conn)
			conn.Close()
			c.want("LIST", 226)
		}},
		{"active-never", TLSNone, func(_ *testing.T, c *client) {
			c.begin()
			c.do("PORT 127,0,0,1,20,20", 200)
			c.do("LIST", 150)
			c.want("LIST", 425)
		}},
		{"full-at-first", TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 421)
			connect(t, c.srv).want("the second greeting", 220)
		}},
		{"data-tls13-cut", TLSExplicit, func(t *testing.T, c *client) {
			c.wantDataCut(t, &tls.Config{MinVersion: tls.VersionTLS13})
		}},
		{"data-resumed-cut", TLSExplicit, func(t *testing.T, c *client) {
			c.tls.ClientSessionCache = tls.NewLRUClientSessionCache(4)
			c.wantDataCut(t, &tls.Config{})
		}},
	}
}

// wantDataCut wants a data connection to break in the middle of the data.
func (c *client) wantDataCut(t *testing.T, with *tls.Config) {
	t.Helper()
	c.tls.MinVersion = with.MinVersion
	raw := c.startRaw("RETR f")
	conn := tls.Client(raw, c.tls)
	if got, err := io.ReadAll(conn); err == nil || len(got) == len(content) {
		t.Errorf("%d bytes of data, %v; want fewer, and an error", len(got), err)
	}
	c.want("RETR", 426)
}
