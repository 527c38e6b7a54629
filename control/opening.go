package control

import (
	"context"
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// DataMemory returns what was learned about how the server opens data connections.
// Given as Config.Data.Memory it spares the next connection to the same server the
// attempts that fail.
func (c *Conn) DataMemory() datachan.Memory { return c.data.Memory() }

// openData opens a data connection for cmd, behind PRET where the server wants it. The
// end of the control connection ends the wait for it.
func (c *Conn) openData(ctx context.Context, cmd protocol.Command) (*datachan.Opening, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.life, func() { cancel(c.Err()) })()
	c.data.SetReversed(c.sscn && !(cmd.Verb.Does(protocol.Lists) && c.HasQuirk(sscnNotListings)))
	if c.data.Reversed() && c.dataSession() != nil && c.cfg.Resumption == tlsx.ResumeRequired {
		return nil, &tlsx.NotResumedError{Reuse: tlsx.Reversed}
	}
	if err := c.prepareServer(ctx, cmd); err != nil {
		return nil, err
	}
	o, err := c.data.Open(ctx, exchanger{c})
	if err != nil && c.asksForPret(err) {
		if err := c.prepareServer(ctx, cmd); err != nil {
			return nil, err
		}
		return c.data.Open(ctx, exchanger{c})
	}
	return o, err
}

// asksForPret notices a server that does without FEAT and says what it wants when
// it is too late.
func (c *Conn) asksForPret(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || c.Err() != nil || c.HasQuirk("pret") || !strings.Contains(re.Reply.Text(), "PRET") {
		return false
	}
	return c.notice("pret", c.answered(re))
}

// notOpened tells the data-channel manager that nothing came of o.
func (c *Conn) notOpened(o *datachan.Opening, err error) {
	if c.data.Failed(o, err) {
		c.quirks.another = protocol.MeaningIn(err) == protocol.DataChannel
	}
}

// anotherWay reports whether the transfer that just failed is worth a second attempt
// because the manager would open its data connection in another way.
func (c *Conn) anotherWay() bool {
	another := c.quirks.another && c.Err() == nil
	c.quirks.another = false
	return another
}
