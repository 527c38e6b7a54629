package ftptest

import (
	"strings"
	"testing"
)

// refusedLoginChecks show refusedLoginFaults.
func refusedLoginChecks() []faultCheck {
	checks := []faultCheck{
		{"login-locked-later", TLSNone, func(t *testing.T, c *client) {
			c.begin()
			c.do("USER user", 331)
			c.do("PASS password", 421)
			c.wantEnd("421 closes")
		}},
	}
	for _, r := range refusedLogins {
		checks = append(checks, faultCheck{r.name, TLSNone, func(t *testing.T, c *client) {
			c.want("greeting", 220)
			c.do("USER user", 331)
			if text := c.do("PASS password", int(r.code)); !strings.Contains(text, r.text) {
				t.Errorf("PASS: %q; want %q", text, r.text)
			}
			if r.code == 421 {
				c.wantEnd("421 closes")
			}
		}})
	}
	return checks
}
