package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// initServer sends the commands that particular servers need after the login. Each
// command may be refused.
func (c *Conn) initServer(ctx context.Context) error {
	for _, init := range []struct {
		quirk QuirkName
		args  []string // of SITE
	}{
		{QuirkAS400Init, []string{"NAMEFMT 1", "LISTFMT 1"}},
		{QuirkZOSInit, []string{"DATASETMODE", "QUOTESOVERRIDE", "LISTLEVEL=2"}},
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

// clntFirst reports whether CLNT must precede OPTS UTF8 ON: servers that have CLNT may
// refuse OPTS UTF8 ON without it, or accept it without effect.
func (c *Conn) clntFirst() bool {
	const name = QuirkUTF8AfterCLNT
	return c.HasQuirk(name) || c.Features().Has("CLNT") && c.notice(name, "FEAT lists CLNT beside UTF8")
}

// QuirkAS400Init: IBM i names files in two ways and lists them in two forms.
const QuirkAS400Init QuirkName = "as400-init"

var rowAS400Init = Quirk{
	Name: QuirkAS400Init, Mode: QuirkDetected,
	Behaviour:  "IBM i names files in two ways and lists them in two forms",
	Evidence:   "the greeting names its server, QTCP",
	Workaround: "SITE NAMEFMT 1 and SITE LISTFMT 1 are sent after the login; each may be refused",
	Refs:       []string{"curl", "FluentFTP"},
	software:   "IBM i",
}

// QuirkUTF8AfterCLNT: OPTS UTF8 ON is refused, or has no effect, before CLNT.
const QuirkUTF8AfterCLNT QuirkName = "utf8-after-clnt"

var rowUTF8AfterCLNT = Quirk{
	Name: QuirkUTF8AfterCLNT, Mode: QuirkDetected,
	Behaviour:  "OPTS UTF8 ON is refused, or has no effect, before CLNT",
	Evidence:   "FEAT lists CLNT beside UTF8",
	Workaround: "CLNT goes before OPTS UTF8 ON",
	Refs:       []string{"WinSCP"},
}

// QuirkZOSInit: z/OS lists datasets in several ways.
const QuirkZOSInit QuirkName = "zos-init"

var rowZOSInit = Quirk{
	Name: QuirkZOSInit, Mode: QuirkOnRequest,
	Behaviour:  "z/OS lists datasets in several ways",
	Workaround: "SITE DATASETMODE, QUOTESOVERRIDE and LISTLEVEL=2 are sent after the login; each may be refused",
	Refs:       []string{"FluentFTP"},
}
