package ftptest

import (
	"io"
	"strings"
	"testing"
)

// lyingChecks show the faults about where a session is, what is there, and what has
// no end.
func lyingChecks() []faultCheck {
	return []faultCheck{
		{"pwd-root", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("MKD d", 257)
			c.do("CWD d", 250)
			c.wantPWD("/")
			c.do("MKD e", 257)
			c.do("CWD /d/e", 250) // it was made where the session is
		}},
		{"cwd-stays", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("MKD d", 257)
			c.do("CWD d", 250)
			c.wantPWD("/")
			c.do("DELE f", 250)
		}},
		{"cwd-pretends", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("CWD d", 250)
			c.do("CWD e", 250)
			c.wantPWD("/d/e")
			c.do("CWD /g", 250)
			c.wantPWD("/g")
			c.do("DELE f", 250)
		}},
		{"names-underscored", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR  g", content)
			c.do("SIZE  g", 550)
			c.wantFile("_g", content)
			if text := c.do("MKD d ", 257); !strings.Contains(text, `"/d_"`) {
				t.Errorf("MKD: %q", text)
			}
			c.do("RNFR _g", 350)
			c.do("RNTO d_/a\tb ", 250)
			c.do("SIZE d_/a_b_", 213)
		}},
		{"control-underscored", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR a\tb", content)
			c.do("SIZE a\tb", 213)
			c.wantFile("a_b", content)
		}},
		{"no-listings", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			for _, line := range []string{"FEAT", "MLST", "MLSD", "NLST"} {
				c.do(line, 502)
			}
			if text := c.down("LIST"); !strings.Contains(text, "f\r\n") {
				t.Errorf("LIST: %q; want f", text)
			}
		}},
		{"list-of-root", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("MKD d", 257)
			c.do("CWD d", 250)
			for _, verb := range []string{"LIST", "NLST", "MLSD"} {
				if text := c.down(verb); !strings.Contains(text, "f\r\n") {
					t.Errorf("%s of an empty directory: %q; want the root", verb, text)
				}
			}
		}},
		{"list-other-names", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("MKD a-b", 257)
			for _, verb := range []string{"LIST", "NLST", "MLSD"} {
				if text := c.down(verb); strings.Contains(text, "a-b") || !strings.Contains(text, "a+b") {
					t.Errorf("%s: %q; want a+b in place of a-b", verb, text)
				}
			}
		}},
		{"list-endless", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			for _, verb := range []string{"LIST", "NLST", "MLSD"} {
				c.wantEndless(verb)
			}
		}},
		{"greeting-endless", TLSNone, func(t *testing.T, c *client) {
			c.wantBytes(strings.Repeat("220-And so on\r\n", 10_000))
		}},
		{"greeting-half", TLSNone, func(t *testing.T, c *client) {
			c.wantBytes("220-Welc")
			c.wantSilence()
		}},
	}
}

func (c *client) wantPWD(dir string) {
	c.t.Helper()
	if text := c.do("PWD", 257); !strings.HasPrefix(text, `257 "`+dir+`"`) {
		c.t.Errorf("PWD: %q; want %q", text, dir)
	}
}

// wantEndless reads more than there can be, and hangs up.
func (c *client) wantEndless(line string) {
	c.t.Helper()
	conn := c.passive()
	c.do(line, 150)
	if n, err := io.CopyN(io.Discard, conn, 4<<20); err != nil {
		c.t.Errorf("%s: %d bytes, then %v; want no end", line, n, err)
	}
	conn.Close()
	c.want(line, 426)
}
