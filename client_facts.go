package ftpwire

import (
	"context"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// usedFacts are those that a [listing.Entry] has a field for.
var usedFacts = []string{
	"type", "size", "modify", "perm", "unique", "unix.mode", "unix.owner", "unix.ownername", "unix.uid", "unix.group", "unix.groupname", "unix.gid",
}

// selectFacts asks for the facts that the server has and leaves out (OPTS MLST; RFC 3659, Section
// 7.9), once on a connection, before the first MLSD or MLST. A refusal changes nothing.
func (c *Client) selectFacts(ctx context.Context) {
	if c.selected == c.conn {
		return
	}
	c.selected = c.conn
	var names []string
	gain := false
	for _, f := range c.conn.Features().Facts() {
		used := slices.Contains(usedFacts, f.Name)
		if f.Enabled || used {
			names = append(names, f.Name)
		}
		gain = gain || used && !f.Enabled
	}
	if gain {
		c.conn.Do(ctx, protocol.Command{Verb: "OPTS", Arg: "MLST " + strings.Join(names, ";") + ";"}) // what fails here fails again at once
	}
}
