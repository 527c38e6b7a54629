package control

import (
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// encode returns cmd with its argument as it goes on the wire. This is the only place
// where text becomes the server's bytes. c.mu must be held.
func (c *Conn) encode(cmd protocol.Command) (protocol.Command, error) {
	if page := c.page(); page != nil && takesName(cmd.Verb) {
		return encodeArg(cmd, page)
	}
	return cmd, nil
}

// page returns the code page that names go out in, nil for UTF-8. c.mu must be held.
func (c *Conn) page() *parse.CodePage {
	o := &c.cfg.Login
	switch {
	case o.Encoding == EncodingUTF8, o.Encoding == EncodingAuto && c.features.Has("UTF8"):
		return nil
	}
	return o.page()
}

// takesName reports whether the argument of v is a pathname, or may hold one. What a
// login sends has its encoding already.
func takesName(v protocol.Verb) bool {
	info, _ := protocol.LookupVerb(v)
	switch info.Arg {
	case protocol.ArgPath, protocol.ArgPathOpt, protocol.ArgMixed, protocol.ArgAny:
		return true
	}
	return info.Verb == "SITE"
}

// encodeArg encodes the argument in page. What is not valid UTF-8 was never text, and
// ASCII is the same in all code pages but those of mainframes, whose servers take
// ASCII for commands. The error never quotes the argument.
func encodeArg(cmd protocol.Command, page *parse.CodePage) (protocol.Command, error) {
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

// encodable reports whether the encoding matters for any of l.
func (l credentials) encodable() bool {
	return encodable(l.user) || encodable(l.password) || encodable(l.account)
}

// in returns l in page, nil being UTF-8.
func (l credentials) in(page *parse.CodePage) (credentials, error) {
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

// sendable reports what is wrong with the arguments of commands that an operation
// may come to, before the first of them is sent.
func (c *Conn) sendable(cmds ...protocol.Command) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cmd := range cmds {
		cmd, err := c.encode(cmd)
		if err != nil {
			return err
		}
		if _, err := cmd.Append(nil); err != nil {
			return err
		}
	}
	return nil
}
