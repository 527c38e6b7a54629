package ftptest

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// uploadChecks show uploadFaults.
func uploadChecks() []faultCheck {
	long := strings.Repeat("x", 5000)
	checks := []faultCheck{
		{"stor-half-early-226", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("STOR g")
			c.want("STOR", 226)
			io.WriteString(conn, long)
			conn.Close()
			c.wantSilence()
			c.wantFile("g", long[:1000])
		}},
		{"stor-early-226", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("STOR g")
			c.want("STOR", 226)
			io.WriteString(conn, long)
			conn.Close()
			c.wantSilence()
			c.wantFile("g", long)
		}},
		{"closed-after-226", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", long)
			c.wantEnd("226 is the last word")
		}},
		{"stor-truncated-250", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("STOR g")
			io.WriteString(conn, "x")
			conn.Close()
			if text := c.want("STOR", 250); !strings.Contains(text, "truncated") {
				t.Errorf("STOR: %q", text)
			}
		}},
		{"stor-job-250", TLSNone, func(t *testing.T, c *client) {
			conn := c.start("STOR g")
			io.WriteString(conn, "x")
			conn.Close()
			if text := c.want("STOR", 250); !strings.Contains(text, "JOB00042") {
				t.Errorf("STOR: %q", text)
			}
		}},
		{"cwd-anything", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("CWD nothing", 250)
			if text := c.do("PWD", 257); !strings.Contains(text, `"/nothing"`) {
				t.Errorf("PWD: %q", text)
			}
		}},
		{"rnto-done-553", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("RNFR f", 350)
			c.do("RNTO g", 553)
			c.do("SIZE f", 550)
			c.wantFile("g", content)
		}},
		{"rnto-done-closed", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("RNFR f", 350)
			c.do("RNTO .g", 250)
			c.do("RNFR .g", 350)
			c.write("RNTO h\r\n")
			c.wantEnd("nothing is said")
		}},
		{"rnto-aside-closed", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", "x")
			c.do("RNFR g", 350)
			c.do("RNTO f", 553)
			c.do("RNFR f", 350)
			c.write("RNTO f.old-1\r\n")
			c.wantEnd("nothing is said")
		}},
		{"rnto-loses", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("RNFR f", 350)
			c.do("RNTO g", 550)
			c.do("SIZE f", 550)
			c.do("SIZE g", 550)
		}},
		{"rnfr-refused", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("RNFR f", 550)
		}},
		{"rnto-no-replace-mute", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", "x")
			c.do("RNFR g", 350)
			if text := c.do("RNTO f", 553); strings.Contains(text, "exist") {
				t.Errorf("RNTO: %q; want no reason", text)
			}
			c.wantFile("f", content)
		}},
		{"rnto-no-replace-denied", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", "x")
			c.do("RNFR g", 350)
			c.do("RNTO f", 550)
			c.wantFile("f", content)
			c.do("RNFR g", 350)
			c.do("RNTO h", 250)
		}},
		{"size-unknown", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("SIZE f", 502)
			if text := c.do("FEAT", 211); strings.Contains(text, "SIZE") {
				t.Errorf("FEAT: %q", text)
			}
		}},
		{"mlst-unknown", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("MLST f", 502)
			c.do("MLSD", 502)
			if text := c.do("FEAT", 211); strings.Contains(text, "MLST") {
				t.Errorf("FEAT: %q", text)
			}
		}},
	}
	for _, r := range storRefusals {
		checks = append(checks, faultCheck{Fault(fmt.Sprintf("stor-refused-%d", r.code)), TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("MKD d", 257)
			c.passive()
			c.do("STOR g", int(r.code))
			c.do("SIZE g", 550)
			c.up("STOR d/g", "x")
		}})
	}
	for _, r := range rntoRefusals {
		checks = append(checks, faultCheck{r.name, TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("RNFR f", 350)
			c.do("RNTO g", int(r.code))
			c.wantFile("f", content)
			c.do("RNFR f", 350)
			c.do("RNTO .g", 250)
		}})
	}
	return checks
}
