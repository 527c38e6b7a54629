package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// clientName is what CLNT tells of us.
const clientName = "ftpwire"

// initServer sends what particular servers need behind the login. Each command may
// be refused.
func (c *Conn) initServer(ctx context.Context) error {
	for _, init := range []struct {
		quirk string
		args  []string // of SITE
	}{
		{"as400-init", []string{"NAMEFMT 1", "LISTFMT 1"}},
		{"zos-init", []string{"DATASETMODE", "QUOTESOVERRIDE", "LISTLEVEL=2"}},
	} {
		if !c.HasQuirk(init.quirk) {
			continue
		}
		for _, arg := range init.args {
			if _, err := c.exchange(ctx, protocol.Command{Verb: "SITE", Arg: arg}); c.onlyRefused(err) != nil {
				return err
			}
		}
	}
	return nil
}

// utf8On switches UTF-8 on. Servers may refuse, which changes nothing.
func (c *Conn) utf8On(ctx context.Context) error {
	const name = "utf8-after-clnt"
	first := c.HasQuirk(name)
	if first {
		if err := c.sendCLNT(ctx); err != nil {
			return err
		}
	}
	opts := protocol.Command{Verb: "OPTS", Arg: "UTF8 ON"}
	_, err := c.exchange(ctx, opts)
	re, refused := err.(*protocol.ReplyError)
	if !refused || c.Err() != nil || first || !c.Features().Has("CLNT") ||
		!c.notice(name, c.answered(re)+" and FEAT lists CLNT") {
		return c.onlyRefused(err)
	}
	if err := c.sendCLNT(ctx); err != nil {
		return err
	}
	_, err = c.exchange(ctx, opts)
	return c.onlyRefused(err)
}

func (c *Conn) sendCLNT(ctx context.Context) error {
	_, err := c.exchange(ctx, protocol.Command{Verb: "CLNT", Arg: clientName})
	return c.onlyRefused(err)
}
