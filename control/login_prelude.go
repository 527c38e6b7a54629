package control

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/ftpwire/ftpwire/protocol"
)

// prelude sends what must come before USER: HOST first, because it resets the rest (RFC
// 7151, Section 3.2; RFC 2640, Section 4.1), then UTF-8 if a name or password depends on
// it, and LANG.
func (l *login) prelude(ctx context.Context) error {
	if l.c.state() == protocol.StateAuthorized {
		return nil // another user: HOST is no longer allowed, and the rest is still in force
	}
	if l.host != "" {
		if err := l.sendHost(ctx); err != nil {
			return err
		}
	}
	if l.who.encodable() {
		if err := l.inquire(ctx); err != nil {
			return err
		}
	}
	return l.sendLanguage(ctx)
}

// inquire sends FEAT before the login, as its encoding depends on the answer.
func (l *login) inquire(ctx context.Context) error {
	l.inquired = true
	return l.features(ctx)
}

// sendHost sends HOST. The right answer is 220; some servers answer 200.
func (l *login) sendHost(ctx context.Context) error {
	_, err := l.c.exchangeOnce(ctx, protocol.Command{Verb: "HOST", Arg: l.host})
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !refused || l.c.Err() != nil {
		return err
	}
	e := &HostError{Host: l.host, Err: re, Reason: "the server refuses it"}
	switch re.Meaning() {
	case protocol.BadParameter, protocol.UnknownParameter:
		e.Reason = "the server has no such host"
	case protocol.UnknownCommand, protocol.NotLoggedIn: // vsftpd answers 530 to whatever it does not know before the login
		if l.o.HostOptional {
			l.note("HOST", re)
			return nil
		}
		e.Unsupported, e.Reason = true, "the server does not know HOST"
	}
	return e
}

// negotiate asks for the features after the login and makes use of them. A server may
// refuse all of it, which changes nothing.
func (l *login) negotiate(ctx context.Context) error {
	if err := l.c.initServer(ctx); err != nil {
		return err
	}
	if err := l.features(ctx); err != nil {
		return err
	}
	if l.o.ClientName != "" {
		if err := l.sendName(ctx); err != nil {
			return err
		}
	}
	return l.sendLanguage(ctx)
}

// features sends FEAT, and switches UTF-8 on if that is useful.
func (l *login) features(ctx context.Context) error {
	if l.c.noFeat() {
		l.c.assumeFeatures(true)
		return nil
	}
	if _, err := l.c.exchange(ctx, protocol.Command{Verb: "FEAT"}); err != nil {
		err = l.c.unanswered(ctx, "FEAT", QuirkFEATUnanswered, err)
		if _, refused := errors.AsType[*protocol.ReplyError](err); !refused || l.c.Err() != nil {
			return err
		}
		l.c.assumeFeatures(protocol.MeaningIn(err).NotImplemented())
		return nil
	}
	l.c.noticeFeatures()
	f := l.c.Features()
	if !f.Has("UTF8") || l.utf8 {
		return nil
	}
	if l.c.clntFirst() {
		if err := l.sendName(ctx); err != nil {
			return err
		}
	}
	arg := "UTF8 ON"
	if l.o.Encoding == EncodingCodePage && l.o.page() != nil {
		arg = "UTF8 OFF"
	}
	_, done, err := l.try(ctx, protocol.Command{Verb: "OPTS", Arg: arg})
	l.utf8 = done
	return err
}

// sendName sends CLNT, once.
func (l *login) sendName(ctx context.Context) (err error) {
	if l.named {
		return nil
	}
	l.named = true
	name := l.o.ClientName
	if name == "" {
		name = "ftpwire"
	}
	_, _, err = l.try(ctx, protocol.Command{Verb: "CLNT", Arg: name})
	return err
}

// sendLanguage sends LANG, unless it was accepted or refused for good before.
func (l *login) sendLanguage(ctx context.Context) error {
	if l.o.Language == "" || l.language {
		return nil
	}
	r, ok, err := l.try(ctx, protocol.Command{Verb: "LANG", Arg: l.o.Language})
	switch protocol.MeaningOf(r.Code, "LANG", r.Text()) {
	case protocol.NotLoggedIn, protocol.NotNow, protocol.NeedAccount:
		l.language = ok // not yet
	default:
		l.language = true
	}
	return err
}

// try sends a command whose refusal is not an error.
func (l *login) try(ctx context.Context, cmd protocol.Command) (r protocol.Reply, ok bool, err error) {
	r, err = l.c.exchange(ctx, cmd)
	if re, refused := errors.AsType[*protocol.ReplyError](err); refused && l.c.Err() == nil {
		l.note(cmd.String(), re)
		return r, false, nil
	}
	return r, err == nil, err
}

// note says in the trace that the login goes on without something.
func (l *login) note(what string, re *protocol.ReplyError) {
	l.c.trace(TraceNote, fmt.Sprintf("%s was refused (%d); the login goes on without", what, re.Reply.Code))
}

// afterCommands parses the commands to send after the login.
func (c *Conn) afterCommands(after []AfterLogin) ([]protocol.Command, error) {
	cmds := make([]protocol.Command, len(after))
	for i, a := range after {
		verb, arg, _ := strings.Cut(a.Command, " ")
		cmds[i] = protocol.Command{Verb: protocol.Verb(verb), Arg: arg}
		if err := plainSendable(cmds[i]); err != nil {
			return nil, err
		}
		if reason := c.notByDo(cmds[i]); reason != "" {
			return nil, &protocol.ArgumentError{Verb: cmds[i].Verb, Reason: reason}
		}
	}
	return cmds, nil
}

// after sends the commands that follow the login.
func (l *login) after(ctx context.Context) error {
	for i, cmd := range l.commands {
		send := l.c.exchange
		if l.o.After[i].MayFail {
			send = func(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
				r, _, err := l.try(ctx, cmd)
				return r, err
			}
		}
		if _, err := send(ctx, cmd); err != nil {
			return &AfterLoginError{Command: l.c.redact.String(cmd.String()), Err: err}
		}
	}
	return nil
}

// plainSendable returns an error if any of cmds is not a single line.
func plainSendable(cmds ...protocol.Command) error {
	for _, cmd := range cmds {
		if _, err := cmd.Append(nil); err != nil {
			return err
		}
	}
	return nil
}

// maxHost is the length of the longest host name (RFC 1035, Section 2.3.4).
const maxHost = 253

// hostArg returns a host as the argument of HOST (RFC 7151, Section 3.1): A-labels, or an
// IP address, in brackets for IPv6.
func hostArg(host string) (string, error) {
	bare, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		bare = strings.TrimSuffix(bare, "]")
	}
	if ip, err := netip.ParseAddr(bare); err == nil {
		switch {
		case ip.Zone() != "":
			return "", errors.New("an address with a zone means nothing to the server")
		case ip.Is6():
			return "[" + ip.String() + "]", nil
		case !bracketed:
			return ip.String(), nil
		}
	}
	host = strings.TrimSuffix(host, ".")
	if strings.Contains(host, ":") || bracketed {
		return "", errors.New("a host has no port here")
	}
	if !isHostName(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil || !isHostName(ascii) {
			return "", errors.New("not the name of a host")
		}
		host = ascii
	}
	return host, nil
}

// isHostName reports whether s is made of labels of letters, digits, "-" and "_".
func isHostName(s string) bool {
	if s == "" || len(s) > maxHost {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			b := label[i]
			if !('a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9' || b == '-' || b == '_') {
				return false
			}
		}
	}
	return true
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
