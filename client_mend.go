package ftpwire

import (
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// mayLoginAgain reports whether a new connection may take the place of this one, to mend
// something: its login repeats one that the server has accepted. [control.LoginOptions]
// can allow one login only.
func (c *Client) mayLoginAgain() bool {
	return c.profile != nil && c.profile.Login.MaxLogins != 1
}

// note tells the trace what the Client mends.
func (c *Client) note(text string) {
	if c.profile != nil && c.profile.Trace != nil {
		c.profile.Trace(control.TraceEvent{Kind: control.TraceNote, Text: text, Time: time.Now()})
	}
}
