package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// RetrPart is [Conn.Retr] for a file of which not all will be read, or whose size is not known, so that the number of octets
// does not show where the server began, nor in which type. TYPE is sent again where a server may have
// gone back to TYPE A, and REST 0 where it may have kept an earlier offset. It takes a round trip more for either.
// That the server heeds REST, the caller has to find out: see [Download.Expect].
func RetrPart(ctx context.Context, c *Conn, path string, offset int64) (*Download, error) {
	return c.download(ctx, protocol.Command{Verb: "RETR", Arg: path}, c.FileFormat().Type, offset, true)
}

// RenewType sends TYPE for files, unless nothing has been sent since the last TYPE that could
// have changed what the server goes by: servers are known that go back to TYPE A after a
// transfer or a listing. The octets of a whole file show that by their number; those of a part do not.
// [Conn.Retr] with an offset, [RetrPart] and what continues an upload do the same by themselves.
func RenewType(ctx context.Context, c *Conn) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	f := c.FileFormat()
	return c.ensureTypeForm(ctx, f.Type, f.Form, true, true)
}
