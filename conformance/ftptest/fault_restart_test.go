package ftptest

import (
	"io"
	"strconv"
	"strings"
	"testing"
)

func restartChecks() []faultCheck {
	half := content[len(content)/2:]
	return []faultCheck{
		{"rest-ignored-retr", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("REST 5", 350)
			if got := c.down("RETR f"); got != content {
				t.Errorf("RETR after REST 5: %d bytes; want all %d", len(got), len(content))
			}
			c.do("REST 5", 350)
			c.up("STOR f", "x")
			c.wantFile("f", content[:5]+"x")
		}},
		{"rest-heeded-once", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			for _, want := range []string{content[5:], content} {
				c.do("REST 5", 350)
				if got := c.down("RETR f"); got != want {
					t.Errorf("RETR after REST 5: %d bytes; want %d", len(got), len(want))
				}
			}
		}},
		{"file-grows", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			for _, want := range []string{content + "x", content + "xx"} {
				if got := c.down("RETR f"); got != want {
					t.Errorf("RETR: %d bytes; want %d", len(got), len(want))
				}
			}
		}},
		{"rest-ignored-stor", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("REST 5", 350)
			if got := c.down("RETR f"); got != content[5:] {
				t.Errorf("RETR after REST 5: %d bytes; want %d", len(got), len(content)-5)
			}
			c.do("REST 5", 350)
			c.up("STOR f", "x")
			c.wantFile("f", "x")
		}},
		{"rest-retr-refused", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.passive().Close()
			c.do("REST 5", 350)
			c.do("RETR f", 550)
			if got := c.down("RETR f"); got != content {
				t.Errorf("RETR: %d bytes; want %d", len(got), len(content))
			}
		}},
		{"rest-stor-refused", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.passive().Close()
			c.do("REST 5", 350)
			c.do("STOR f", 451)
			c.up("APPE f", "x")
			c.wantFile("f", content+"x")
		}},
		{"appe-overwrites", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("APPE f", "x")
			c.wantFile("f", "x")
		}},
		{"size-lies", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if text := c.do("SIZE f", 213); !strings.Contains(text, strconv.Itoa(2*len(content))) {
				t.Errorf("SIZE: %q; want twice %d", text, len(content))
			}
		}},
		{"retr-endless", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			data := c.passive()
			c.do("RETR f", 150)
			if n, err := io.CopyN(io.Discard, data, 1<<20); err != nil {
				t.Errorf("%v after %d bytes; want more", err, n)
			}
			data.Close()
			c.want("the end of RETR", 426)
		}},
		{"size-busy", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("SIZE f", 450)
		}},
		{"file-changes-between", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			before := c.do("MDTM f", 213) + c.do("SIZE f", 213)
			if got := c.down("RETR f"); got != content {
				t.Error("RETR: not the content")
			}
			c.do("REST "+strconv.Itoa(len(content)/2), 350)
			if got := c.down("RETR f"); len(got) != len(half) || got == half {
				t.Errorf("RETR after REST: %d bytes, the same: %v; want other %d", len(got), got == half, len(half))
			}
			if after := c.do("MDTM f", 213) + c.do("SIZE f", 213); after != before {
				t.Errorf("time and size %q, before %q", after, before)
			}
		}},
		{"rnto-no-replace", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", "x")
			c.do("RNFR g", 350)
			c.do("RNTO f", 553)
			c.wantFile("f", content)
			c.do("RNFR g", 350)
			c.do("RNTO h", 250)
			c.wantFile("h", "x")
		}},
		{"hash-unknown", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("HASH f", 502)
			c.do("XCRC f", 502)
			if text := c.do("FEAT", 211); strings.Contains(text, "HASH") || strings.Contains(text, "XSHA") || !strings.Contains(text, "SIZE") {
				t.Errorf("FEAT: %q; want no sums", text)
			}
		}},
		{"hash-wrong", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", "0123456789")
			if text := c.do("HASH g", 213); !strings.Contains(text, "0"+sum256[1:]) {
				t.Errorf("HASH: %q; want another first digit", text)
			}
			if text := c.do("XCRC g", 250); !strings.Contains(strings.ToLower(text), "0"+sumCRC[1:]) {
				t.Errorf("XCRC: %q; want another first digit", text)
			}
		}},
		{"hash-slow", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			if text := c.do("HASH f", 213); !strings.HasPrefix(text, "213-Computing digest") || !strings.Contains(text, "SHA-256") {
				t.Errorf("HASH: %q; want several lines", text)
			}
		}},
		{"xhash-inclusive", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.up("STOR g", "0123456789")
			if text := c.do("XSHA256 g 2 4", 250); !strings.EqualFold(text, "250 "+part256) {
				t.Errorf("XSHA256 2 4: %q; want the sum of 234", text)
			}
		}},
		{"hash-without-rang", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("RANG 0 1", 502)
			if text := c.do("FEAT", 211); strings.Contains(text, "RANG") || !strings.Contains(text, "HASH") {
				t.Errorf("FEAT: %q; want HASH and no RANG", text)
			}
		}},
	}
}

func (c *client) wantFile(name, want string) {
	c.t.Helper()
	if got, err := c.srv.ReadFile(name); err != nil || string(got) != want {
		c.t.Errorf("%s has %d bytes, %v; want %d, or others", name, len(got), err, len(want))
	}
}
