package control

import (
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// features reads the reply to FEAT.
func features(r protocol.Reply) *parse.Features {
	if len(r.Lines) <= 2 {
		return nil
	}
	return parse.Feat(r.Lines[1 : len(r.Lines)-1])
}

// Features returns what the server listed last. It is nil, which has no features,
// before [Conn.Login] and where the server has no FEAT.
func (c *Conn) Features() *parse.Features {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.features
}
