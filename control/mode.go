package control

import (
	"context"
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
)

// A format is how files are to travel: what SetType and the like have said.
type format struct {
	typ   byte // 'A', 'E', 'I' or 'L'
	form  byte // 'N', 'T' or 'C'
	stru  byte // 'F' or 'R'
	mode  byte // 'S', 'B', 'C' or 'Z'
	level int  // of MODE Z
}

func defaultFormat() format { return format{typ: 'I', form: 'N', stru: 'F', mode: 'S'} }

// SetMode says how the octets of later transfers are packed on the wire:
//
//   - 'S', the default: not at all (stream; RFC 959, Section 3.4.1).
//   - 'B': in blocks, which may hold restart markers (3.4.2).
//   - 'C': in blocks whose repetitions are compressed (3.4.3).
//   - 'Z': as a zlib stream (draft-preston-ftpext-deflate); see [Conn.SetLevel].
//
// All but 'S' mark the end of the data: an end of the connection before that is an
// error. Listings follow MODE Z, but are read in plain where the server does not
// compress them; for 'B' and 'C' they go back to stream mode, because servers differ.
//
// Nothing is sent until the next transfer. A server that lacks the mode refuses it
// then, in a *[TransferError] whose cause is a *[protocol.ReplyError], and no data
// connection is opened.
func (c *Conn) SetMode(m byte) error {
	switch m {
	case 'S', 'B', 'C', 'Z':
	default:
		return errors.New("ftp: MODE is 'S', 'B', 'C' or 'Z'")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.format.mode = m
	return nil
}

// SetStructure says what later files consist of (RFC 959, Section 3.1.2): 'F', the
// default, of octets; 'R' of records, which are lines here. Listings are never in
// records. Otherwise it is as [Conn.SetMode].
func (c *Conn) SetStructure(s byte) error {
	if s != 'F' && s != 'R' {
		return errors.New("ftp: STRU is 'F' or 'R'")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.format.stru = s
	return nil
}

// SetLevel says how hard MODE Z tries, from 1 (fast) to 9 (small); 0, the default, is
// the server's default and 6 here. The server is told by OPTS MODE Z LEVEL before the
// next transfer in that mode, once; one that refuses goes on as it likes.
func (c *Conn) SetLevel(level int) error {
	if level < 0 || level > 9 {
		return fmt.Errorf("ftp: the level of MODE Z is between 0 and 9, not %d", level)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.format.level = level
	return nil
}

// wanted returns how files are to travel.
func (c *Conn) wanted() format {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.format
}

func (c *Conn) params() protocol.Params {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Params()
}

// ensureFormat sends TYPE, STRU and MODE, and the level of MODE Z, as far as they are
// not in force, for a transfer in type typ. All of that must come before the address
// of the data connection.
func (c *Conn) ensureFormat(ctx context.Context, verb protocol.Verb, typ byte) (format, error) {
	f := c.wanted()
	if f.typ != typ {
		f.typ, f.form = typ, 'N'
	}
	if verb.Does(protocol.Lists) {
		f.form, f.stru = 'N', 'F'
		if f.mode != 'Z' {
			f.mode = 'S'
		}
	}
	if f.mode == 'Z' && verb.Does(protocol.Uploads) && c.HasQuirk("mode-z-uploads") {
		f.mode = 'S'
	}
	// MLSD has a type of its own, whatever is in force (RFC 3659, Section 7.2).
	if verb != "MLSD" {
		if err := c.ensureTypeForm(ctx, f.typ, f.form, !verb.Does(protocol.Lists)); err != nil {
			return f, err
		}
	}
	if now := c.params(); now.Stru != f.stru {
		if _, err := c.exchange(ctx, protocol.Command{Verb: "STRU", Arg: string(f.stru)}); err != nil {
			return f, err
		}
	}
	if now := c.params(); now.Mode != f.mode {
		if _, err := c.exchange(ctx, protocol.Command{Verb: "MODE", Arg: string(f.mode)}); err != nil {
			return f, err
		}
	}
	return f, c.ensureLevel(ctx, f)
}

// ensureLevel tells the server the level of MODE Z.
func (c *Conn) ensureLevel(ctx context.Context, f format) error {
	if f.mode != 'Z' || f.level == c.levelSent {
		return nil
	}
	arg := "MODE Z"
	if f.level > 0 {
		arg += fmt.Sprintf(" LEVEL %d", f.level)
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "OPTS", Arg: arg})
	if err := c.onlyRefused(err); err != nil {
		return err
	}
	c.levelSent = f.level // or refused, and not to be asked for again
	return nil
}
