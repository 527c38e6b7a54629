package control

import (
	"context"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A Help is the reply to HELP. Its text is for people.
type Help struct {
	// Reply is what the server said.
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
