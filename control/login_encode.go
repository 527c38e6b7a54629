package control

import (
	"strings"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// encode returns cmd with its argument as it goes on the wire. This is the only place
// where text becomes the server's bytes. c.mu must be held.
//
// Each part of a pathname is encoded separately: names that came from the server already
// are its bytes.
func (c *Conn) encode(cmd protocol.Command) (protocol.Command, error) {
	page := c.page()
	if page == nil || !takesName(cmd.Verb) {
		return cmd, nil
	}
	parts := strings.Split(cmd.Arg, "/")
	for i, part := range parts {
		if c.session.names.has(part) {
			continue
		}
		p, err := encodeArg(protocol.Command{Verb: cmd.Verb, Arg: part}, page)
		if err != nil {
			return cmd, err
		}
		parts[i] = p.Arg
	}
	cmd.Arg = strings.Join(parts, "/")
	return cmd, nil
}

// rawNames are names that came from a server with a code page but are UTF-8, because
// other clients wrote them. Encoded, they would name another file. The zero value is
// ready to use.
type rawNames map[string]struct{}

// maxRawNames bounds what one connection remembers.
const maxRawNames = 1 << 16

func (r rawNames) has(name string) bool {
	_, ok := r[name]
	return ok
}

// given notes a pathname that came from the server, so that it is sent back byte for
// byte.
func (c *Conn) given(path string) {
	if c.cfg.Login.CodePage == nil || !encodable(path) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.page() == nil {
		return
	}
	for part := range strings.SplitSeq(path, "/") {
		if encodable(part) && len(c.session.names) < maxRawNames {
			if c.session.names == nil {
				c.session.names = rawNames{}
			}
			c.session.names[part] = struct{}{}
		}
	}
}

// listed returns the code page for reading the names of a listing.
func (c *Conn) listed() *listing.CodePage {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.page() == nil {
		return nil
	}
	return c.cfg.Login.CodePage
}

// page returns the code page for names in commands, nil for UTF-8. c.mu must be held.
func (c *Conn) page() *listing.CodePage {
	o := &c.cfg.Login
	switch {
	case o.Encoding == EncodingUTF8, o.Encoding == EncodingAuto && c.session.features.Has("UTF8"):
		return nil
	}
	return o.page()
}

// takesName reports whether the argument of v is a pathname, or may hold one. The
// arguments of a login are already encoded.
func takesName(v protocol.Verb) bool {
	info, _ := protocol.LookupVerb(v)
	switch info.Arg {
	case protocol.ArgPath, protocol.ArgPathOpt, protocol.ArgMixed, protocol.ArgAny:
		return true
	}
	return info.Verb == "SITE"
}

// encodeArg encodes the argument in page. It leaves invalid UTF-8 as it is, because that
// was never text, and ASCII, which is the same in all code pages except those of
// mainframes, whose servers take commands in ASCII. The error never quotes the argument.
func encodeArg(cmd protocol.Command, page *listing.CodePage) (protocol.Command, error) {
	if !encodable(cmd.Arg) {
		return cmd, nil
	}
	raw, err := page.Encode(cmd.Arg)
	if err != nil {
		return cmd, &protocol.ArgumentError{Verb: cmd.Verb, Reason: "the argument holds a character that " + page.Name() + " lacks"}
	}
	cmd.Arg = raw
	return cmd, nil
}

// encodable reports whether s is text that depends on the encoding.
func encodable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// encodable reports whether the encoding matters for any part of l.
func (l credentials) encodable() bool {
	return encodable(l.user) || encodable(l.password) || encodable(l.account)
}

// in returns l encoded in page; nil means UTF-8.
func (l credentials) in(page *listing.CodePage) (credentials, error) {
	if page == nil {
		return l, nil
	}
	cmds := l.list()
	for i, cmd := range cmds {
		var err error
		if cmds[i], err = encodeArg(cmd, page); err != nil {
			return l, err
		}
	}
	return credentials{cmds[0].Arg, cmds[1].Arg, cmds[2].Arg}, nil
}

// sendable checks the arguments of commands that an operation may send, before the first
// of them is sent.
func (c *Conn) sendable(cmds ...protocol.Command) error {
	for _, cmd := range cmds {
		if _, err := c.onWire(cmd); err != nil {
			return err
		}
	}
	return nil
}

// onWire returns a command as the server reads it, or an error if its argument cannot be
// sent.
func (c *Conn) onWire(cmd protocol.Command) (protocol.Command, error) {
	c.mu.Lock()
	cmd, err := c.encode(cmd)
	c.mu.Unlock()
	if err != nil {
		return cmd, err
	}
	_, err = cmd.Append(nil)
	return cmd, err
}
