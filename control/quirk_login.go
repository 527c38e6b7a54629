package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

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

// clntFirst reports whether CLNT is to precede OPTS UTF8 ON: servers that have it may
// refuse the one without the other, or accept it to no effect.
func (c *Conn) clntFirst() bool {
	const name = "utf8-after-clnt"
	return c.HasQuirk(name) || c.Features().Has("CLNT") && c.notice(name, "FEAT lists CLNT beside UTF8")
}
