package main

import (
	"crypto/rand"
	"errors"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// mayBeDir reports whether the server refused to store before any data moved, and in a
// way that it may use for directories: 550 and 553 of RFC 959. Every other refusal has
// another reason, for which a file must not go to another name.
func mayBeDir(err error) bool {
	t, ok := errors.AsType[*control.TransferError](err)
	if !ok || t.Phase != control.PhaseOpen || t.Bytes != 0 {
		return false
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || re.Verb != "STOR" && re.Verb != "APPE" || re.Transient() || !re.OfFile() {
		return false
	}
	switch re.Meaning() {
	case protocol.Unexplained, protocol.IsDirectory, protocol.NotPlain, protocol.Exists, protocol.Permission:
		return true // IIS: 550 Access is denied, for a directory too
	}
	return false
}

// provenDir reports whether a path is that of a directory. It also checks that a name
// that nothing has is not a directory: servers on object stores enter every path.
func (a *app) provenDir(c *ftpwire.Client, path string) bool {
	return a.isDir(c, path) && !a.isDir(c, join(path, ".ftpwire-"+rand.Text()[:8])) && alive(c.Conn())
}

func (a *app) isDir(c *ftpwire.Client, path string) bool {
	e, err := c.Stat(a.ctx, path)
	return err == nil && isDir(e)
}
