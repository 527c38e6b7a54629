package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

func (c *Conn) setFeatures(r protocol.Reply) {
	var f *parse.Features
	if len(r.Lines) > 2 {
		f = parse.Feat(r.Lines[1 : len(r.Lines)-1])
	}
	c.mu.Lock()
	c.features = f
	c.mu.Unlock()
	c.noticeFeatures()
}

// Feat asks for the server's features (RFC 2389). Servers without FEAT refuse it.
func (c *Conn) Feat(ctx context.Context) (*parse.Features, error) {
	r, err := c.do(ctx, "FEAT", "")
	if err != nil {
		return nil, err
	}
	c.setFeatures(r)
	return c.Features(), nil
}

// Features returns what the server listed last. It is nil, which has no features,
// before [Conn.Login] and where the server has no FEAT.
func (c *Conn) Features() *parse.Features {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.features
}

// Opts sets an option of a command (RFC 2389, Section 4).
func (c *Conn) Opts(ctx context.Context, option string) (protocol.Reply, error) {
	return c.do(ctx, "OPTS", option)
}
