package control

import (
	"context"
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// SetFileFormat says how the files of later transfers travel: their type, structure and mode.
// The zero Format, which is the default, moves them as they are. To change one field, start
// from [Conn.FileFormat].
//
// Listings are in TYPE A, with their line ends unchanged, and never in records. They use
// MODE Z too, but are read as plain text where the server does not compress them. With
// MODE B and C they go back to stream mode, because servers differ.
//
// The error is nil unless there is no such format. Nothing is sent until the next transfer.
// If the server does not have the format, it refuses then: the error is a *[TransferError]
// whose cause is a *[protocol.ReplyError], and no data connection is opened. OPTS MODE Z
// LEVEL tells the server the level of MODE Z, once; a server that refuses it keeps its own
// level.
//
// [Config] holds what the format leaves to each end: EBCDIC, EBCDICCRLF and InflateLimit.
func (c *Conn) SetFileFormat(f mode.Format) error {
	if err := f.Check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session.format = f
	return nil
}

// FileFormat returns how files travel, with the defaults filled in.
func (c *Conn) FileFormat() mode.Format {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.format.Filled()
}

func (c *Conn) params() protocol.Params {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Params()
}

// ensureFormat sends TYPE, STRU and MODE, and the level of MODE Z, unless they are
// already in force, for a transfer in type typ. All of them must come before the command
// for the address of the data connection. sure is as in ensureTypeForm.
func (c *Conn) ensureFormat(ctx context.Context, verb protocol.Verb, typ byte, sure bool) (mode.Format, error) {
	f := c.FileFormat()
	if f.Type != typ {
		f.Type, f.Form = typ, 'N'
	}
	if verb.Does(protocol.Lists) {
		f.Form, f.Structure = 'N', 'F'
		if f.Mode != 'Z' {
			f.Mode = 'S'
		}
	}
	if f.Mode == 'Z' && verb.Does(protocol.Uploads) && c.HasQuirk(QuirkModeZUploads) {
		f.Mode = 'S'
	}
	return f, c.applyFormat(ctx, verb, f, sure)
}

// applyFormat is ensureFormat for a given format.
func (c *Conn) applyFormat(ctx context.Context, verb protocol.Verb, f mode.Format, sure bool) error {
	// MLSD has its own type, whatever type is in force (RFC 3659, Section 7.2).
	if verb != "MLSD" {
		if err := c.ensureTypeForm(ctx, f.Type, f.Form, !verb.Does(protocol.Lists), sure); err != nil {
			return err
		}
	}
	if now := c.params(); now.Stru != f.Structure {
		if _, err := c.exchange(ctx, protocol.Command{Verb: "STRU", Arg: string(f.Structure)}); err != nil {
			return err
		}
	}
	if now := c.params(); now.Mode != f.Mode {
		if _, err := c.exchange(ctx, protocol.Command{Verb: "MODE", Arg: string(f.Mode)}); err != nil {
			return err
		}
	}
	return c.ensureLevel(ctx, f)
}

// ensureType sends TYPE if t, Non-print, is not in force. It must come before EPSV and
// PASV, where some servers fix the type of the transfer.
func (c *Conn) ensureType(ctx context.Context, t byte) error {
	return c.ensureTypeForm(ctx, t, 'N', false, false)
}

// ensureTypeForm is ensureType with a form. For a file it sends TYPE even for the type
// that a session begins with: not all servers begin with TYPE A (RFC 959, Section 5.1),
// and line ends would then not be converted. If sure is set, it sends TYPE also if the type may
// have changed since.
func (c *Conn) ensureTypeForm(ctx context.Context, t, form byte, file, sure bool) error {
	now := c.params()
	if file && !c.session.typed || sure && !c.session.typeSure {
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
	if t == 'I' && c.session.noType || t == 'A' && !file && c.session.noText {
		return nil
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "TYPE", Arg: arg})
	if err != nil && c.onlyRefused(err) == nil && c.doesWithout(t, file, protocol.MeaningIn(err)) {
		return nil
	}
	return err
}

// doesWithout reports whether a transfer can do without a TYPE that was refused. A server
// that does not know TYPE moves files as they are; a listing can be read in any type.
func (c *Conn) doesWithout(t byte, file bool, m protocol.Meaning) bool {
	switch {
	case t == 'I' && m == protocol.UnknownCommand:
		c.session.noType = true
		c.trace(TraceNote, "tolerance type-unknown: the server does not know TYPE; it is taken to move files as they are")
		return true
	case t == 'A' && !file && (m.NotImplemented() || m == protocol.BadParameter || m == protocol.Unexplained):
		c.session.noText = true
		c.trace(TraceNote, "tolerance type-unknown: the server refuses TYPE A; listings come in the type that is in force")
		return true
	}
	return false
}

// ensureLevel tells the server the level of MODE Z.
func (c *Conn) ensureLevel(ctx context.Context, f mode.Format) error {
	if f.Mode != 'Z' || f.Level == c.session.levelSent {
		return nil
	}
	arg := "MODE Z"
	if f.Level > 0 {
		arg += fmt.Sprintf(" LEVEL %d", f.Level)
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "OPTS", Arg: arg})
	if err := c.onlyRefused(err); err != nil {
		return err
	}
	c.session.levelSent = f.Level // or the server refused it, and is not asked again
	return nil
}

// QuirkModeZUploads: uploads of more than a few buffers stall or arrive damaged in MODE Z.
const QuirkModeZUploads QuirkName = "mode-z-uploads"

var rowModeZUploads = Quirk{
	Name: QuirkModeZUploads, Mode: QuirkDetected,
	Behaviour:  "uploads of more than a few buffers stall or arrive damaged in MODE Z",
	Evidence:   "the greeting names ProFTPD, whose releases before 1.3.9 have that fault",
	Workaround: "uploads go in MODE S; downloads and listings stay compressed",
	Refs:       []string{"ProFTPD issue 1896", "lftp"},
	software:   "ProFTPD",
}
