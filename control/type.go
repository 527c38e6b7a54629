package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
)

// SetType says how the files of later transfers travel: 'I' as they are, which is
// the default, or 'A' as text whose line ends are CR LF on the wire and LF here.
// Nothing is sent until the next transfer.
func (c *Conn) SetType(t byte) error {
	if t != 'I' && t != 'A' {
		return errors.New("ftp: TYPE is 'I' or 'A'")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.binary = t
	return nil
}

func (c *Conn) fileType() byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.binary
}

// ensureType sends TYPE if t is not in force. It must come before EPSV and PASV:
// servers are known that fix the type of the transfer there.
func (c *Conn) ensureType(ctx context.Context, t byte) error {
	c.mu.Lock()
	now := c.machine.Params()
	c.mu.Unlock()
	if now.Type == t && now.Format == 'N' {
		return nil
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "TYPE", Arg: string(t)})
	return err
}
