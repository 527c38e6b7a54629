package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// usesMLSD reports whether directories are listed by MLSD.
func (c *Client) usesMLSD() bool {
	if c.noMLSD || c.conn.HasQuirk(control.QuirkMLSDBroken) {
		return false
	}
	f := c.conn.Features()
	return f.Has("MLST") || f.Has("MLSD") || c.conn.HasQuirk(control.QuirkMLSTUnlisted)
}

// usesMLST reports whether MLST is asked for facts.
func (c *Client) usesMLST() bool {
	return !c.noMLST && (c.conn.Features().Has("MLST") || c.conn.HasQuirk(control.QuirkMLSTUnlisted))
}

// usesSIZE reports whether sizes are asked for and compared.
func (c *Client) usesSIZE() bool {
	if c.conn.HasQuirk(control.QuirkSIZEUseless) {
		return false
	}
	return c.conn.Features().Has("SIZE") || c.conn.HasQuirk(control.QuirkSIZEUnlisted)
}

// size asks for the size of a file, if the size means something.
func (c *Client) size(ctx context.Context, path string) (int64, error) {
	if c.conn.HasQuirk(control.QuirkSIZEUseless) {
		return -1, fmt.Errorf("ftp: SIZE says nothing on this server: %w", errors.ErrUnsupported)
	}
	return c.conn.Size(ctx, path)
}

// mlsdBroken judges the first result of MLSD for path. It reports whether to use LIST in
// its place, now and later.
func (c *Client) mlsdBroken(path string, err error) bool {
	evidence := ""
	if isType[*control.UnansweredError](err) {
		return false // it was not MLSD
	}
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		m := re.Meaning()
		if m == protocol.BadParameter && path != "" {
			return false // 501 is about the path: pyftpdlib sends it if the path is not a directory
		}
		if !m.NotImplemented() && m != protocol.BadParameter && m != protocol.NotNow {
			return false
		}
		if !c.conn.Features().Has("MLST") && !c.conn.Features().Has("MLSD") {
			c.noMLSD = true // FEAT does not list it; only the caller forced it
			return true
		}
		evidence = fmt.Sprintf("MLSD was answered %d", re.Reply.Code)
	} else if pe, ok := errors.AsType[*parse.Error](err); ok {
		if _, lerr := listing.Line(pe.Text, c.list.Lines); lerr != nil {
			return false
		}
		evidence = "MLSD sends lines of LIST"
	} else if te, ok := errors.AsType[*control.TransferError](err); ok && te.Bytes == 0 && timedOut(err) {
		evidence = "MLSD was not answered in time"
	} else {
		return false
	}
	return c.conn.NoticeQuirk(control.QuirkMLSDBroken, evidence)
}

func timedOut(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}

// reallyMoved reports whether a successful CWD to dir led away from home.
func (c *Client) reallyMoved(ctx context.Context, home, dir string) bool {
	if clean := path.Clean(dir); clean == "." || clean == path.Clean(home) || path.Join(home, dir) == path.Clean(home) {
		return true
	}
	const name = control.QuirkCWDOnFile
	now, err := c.conn.Pwd(ctx)
	return err != nil || now != home || !c.conn.NoticeQuirk(name, "CWD succeeded and PWD is as before")
}
