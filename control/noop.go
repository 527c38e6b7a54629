package control

import (
	"context"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Noop asks for a sign of life.
func (c *Conn) Noop(ctx context.Context) error {
	_, err := c.do(ctx, "NOOP", "")
	return err
}

// A Help is the reply to HELP. Its text is for people.
type Help struct {
	protocol.Reply

	// Verbs are the commands that the server says it has, or those of SITE; see
	// [parse.Help]. It is nil if the text lists none.
	Verbs []parse.HelpVerb
}

// Help asks for help: on all commands, on those of SITE ("SITE"), or on one.
func (c *Conn) Help(ctx context.Context, command string) (Help, error) {
	r, err := c.do(ctx, "HELP", command)
	h := Help{Reply: r}
	if err == nil && (command == "" || strings.EqualFold(command, "SITE")) {
		h.Verbs = parse.Help(r.Lines)
	}
	return h, err
}

// Quit ends the session in order: QUIT, its reply, close. A server that ends the
// connection in place of a reply is as good.
func (c *Conn) Quit(ctx context.Context) error {
	err := c.quit(ctx)
	c.Close()
	if err == nil {
		c.mu.Lock()
		c.dead = &ClosedError{} // whichever side was the first to close: it was meant to be
		c.mu.Unlock()
	}
	return err
}
