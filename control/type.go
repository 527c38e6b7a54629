package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
)

// SetType says how the files of later transfers travel (RFC 959, Section 3.1.1):
//
//   - 'I', the default: as they are.
//   - 'A': as text whose line ends are CR LF on the wire and LF here.
//   - 'E': as text in EBCDIC, which is UTF-8 with LF here; see Config.EBCDIC.
//   - 'L': as 'I', under the name TYPE L 8 that hosts with words of other sizes want.
//
// The format is Non-print again; see [Conn.SetFormat]. Nothing is sent until the next
// transfer. A server that lacks the type refuses it then, in a *[TransferError] whose
// cause is a *[protocol.ReplyError], and no data connection is opened.
func (c *Conn) SetType(t byte) error {
	switch t {
	case 'A', 'E', 'I', 'L':
	default:
		return errors.New("ftp: TYPE is 'A', 'E', 'I' or 'L'")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.format.typ, c.format.form = t, 'N'
	return nil
}

// SetFormat says how text is laid out for a printer (RFC 959, Section 3.1.1.5): 'N',
// the default, not at all; 'T' by control characters; 'C' by the first character of
// each line. The text itself is given and taken as it is; the server stores or prints
// it accordingly. The type must be 'A' or 'E'.
func (c *Conn) SetFormat(f byte) error {
	switch f {
	case 'N', 'T', 'C':
	default:
		return errors.New("ftp: the format of a TYPE is 'N', 'T' or 'C'")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.format.typ; t != 'A' && t != 'E' {
		return errors.New("ftp: only TYPE A and E have a format")
	}
	c.format.form = f
	return nil
}

func (c *Conn) fileType() byte { return c.wanted().typ }

// ensureType sends TYPE if t, Non-print, is not in force. It must come before EPSV and
// PASV: servers are known that fix the type of the transfer there.
func (c *Conn) ensureType(ctx context.Context, t byte) error {
	return c.ensureTypeForm(ctx, t, 'N', false)
}

// ensureTypeForm is ensureType for a form too. For a file the type that a session begins
// with is said as well: not all servers begin with TYPE A (RFC 959, Section 5.1), and the
// text would arrive as it is.
func (c *Conn) ensureTypeForm(ctx context.Context, t, form byte, file bool) error {
	now := c.params()
	if file && !c.typed {
		now = protocol.Params{}
	}
	arg := string(t)
	switch {
	case t == 'L':
		if now.Type == t && now.ByteSize == 8 {
			return nil
		}
		arg = "L 8"
	case now.Type == t && now.Format == form:
		return nil
	case form != 'N':
		arg += " " + string(form)
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "TYPE", Arg: arg})
	c.typed = c.typed || err == nil
	return err
}
