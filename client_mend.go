package ftpwire

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

// Learned is what a Client has found out about its server. A Profile that has it needs not
// find it out again.
type Learned struct {
	// Quirks are those whose workarounds are in force, in the order in which they were
	// noticed. Those that the Profile forces are among them.
	Quirks []control.AppliedQuirk

	// Data is how data connections are opened.
	Data datachan.Memory
}

// Learned returns what the Client has found out about its server so far. It may be called
// at any time, also after Close.
func (c *Client) Learned() Learned {
	conn := c.Conn()
	return Learned{Quirks: conn.Quirks(), Data: conn.DataMemory()}
}

// Apply gives p what was learned.
func (l Learned) Apply(p *Profile) {
	p.Quirks.Known, p.Data.Memory = slices.Clone(l.Quirks), l.Data
}

// mending returns the Profile for a new connection that does without what err says has
// cost the one before. ok is false if there is no such thing, or no other login is allowed.
// Each quirk serves once: where it is in force, the command that shows it is not sent.
func (p *Profile) mending(ctx context.Context, err error) (q *Profile, ok bool) {
	u, ok := errors.AsType[*control.UnansweredError](err)
	if !ok || p.Login.MaxLogins == 1 || ctx.Err() != nil {
		return nil, false
	}
	again := *p
	again.Quirks.Known = append(slices.Clip(again.Quirks.Known), u.Quirk)
	return &again, true
}

// mayLoginAgain reports whether a new connection may take the place of this one, to mend
// something: its login repeats one that the server has accepted. [control.LoginOptions]
// can allow one login only.
func (c *Client) mayLoginAgain() bool {
	return c.profile != nil && c.profile.Login.MaxLogins != 1
}

// note tells the trace what the Client mends.
func (c *Client) note(text string) {
	if c.profile != nil {
		c.profile.note(text)
	}
}

func (p *Profile) note(text string) {
	if p.Trace != nil {
		p.Trace(control.TraceEvent{Kind: control.TraceNote, Text: text, Time: time.Now()})
	}
}
