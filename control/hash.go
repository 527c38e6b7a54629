package control

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A Sum is what a server says about the content of a file, or of a part of it.
type Sum struct {
	Algorithm string        // as in HashAlgorithms
	Sum       string        // lower-case hexadecimal digits
	By        protocol.Verb // the command that gave it

	// From and To are the range of octets that was asked for, without To. To is -1 for
	// the end of the file.
	From, To int64

	// Loose reports that the last octet before To may be missing from the sum: servers
	// differ in what the second number of XCRC and similar commands means. It is never
	// set for a sum up to the end of the file.
	Loose bool
}

// hashPatience is how many times longer the wait for a sum may be than for any other
// command, because the server reads the file.
const hashPatience = 10

// HashAlgorithms returns the algorithms that the server offers according to FEAT, best
// first: "SHA-256", "SHA-512", "SHA-384", "SHA-224", "SHA-1", "MD5", "CRC32". MD5 and
// CRC32 do not protect against tampering.
func (c *Conn) HashAlgorithms() []string {
	var names []string
	for alg := range parse.HashAlgorithms() {
		if len(c.hashWays(alg.Name)) > 0 {
			names = append(names, alg.Name)
		}
	}
	return names
}

// Hash returns the sum of the octets of a file from offset from up to offset to, without
// that, or up to its end if to is negative, as a binary transfer would move them. If
// algorithm is "", it is the first of [Conn.HashAlgorithms].
//
// The command is HASH (draft-bryan-ftpext-hash), for a part after RANG; else XCRC, XMD5,
// XSHA or a similar one, for which no specification exists; else MD5
// (draft-twine-ftpmd5), for whole files only. A command that the server turns out not to
// know is not tried again. The error matches errors.ErrUnsupported if none is left, and
// is a *[protocol.ReplyError] if the server will not hash this file. The wait for the sum
// is ten times the ReplyTimeout at most.
func (c *Conn) Hash(ctx context.Context, path, algorithm string, from, to int64) (Sum, error) {
	if err := c.sendable(protocol.Command{Verb: "HASH", Arg: path}, protocol.Command{Verb: "OPTS", Arg: "HASH " + algorithm}); err != nil {
		return Sum{}, err
	}
	if from < 0 || to >= 0 && to <= from {
		return Sum{}, fmt.Errorf("ftp: no octets from %d to %d", from, to)
	}
	if err := c.acquire(ctx); err != nil {
		return Sum{}, err
	}
	defer c.release()
	if algorithm == "" {
		if all := c.HashAlgorithms(); len(all) > 0 {
			algorithm = all[0]
		}
	}
	if err := c.ensureType(ctx, 'I'); err != nil {
		return Sum{}, err
	}
	if err := c.unrange(ctx); err != nil {
		return Sum{}, err
	}
	for _, w := range c.hashWays(algorithm) {
		s, err := c.hashBy(ctx, w, path, algorithm, from, to)
		if !errors.Is(err, errNoWay) {
			return s, err
		}
	}
	return Sum{}, &HashUnsupportedError{Algorithm: algorithm, Part: from > 0 || to >= 0}
}

// A HashUnsupportedError reports a sum that the server has no command for.
// errors.Is matches errors.ErrUnsupported.
type HashUnsupportedError struct {
	Algorithm string // "" if any algorithm was acceptable
	Part      bool   // the sum was to be of a part of a file
}

func (e *HashUnsupportedError) Error() string {
	what := "a sum"
	if e.Algorithm != "" {
		what = "a " + e.Algorithm + " sum"
	}
	if e.Part {
		what += " of a part"
	}
	return "ftp: the server offers no command for " + what + " of a file"
}

// Unwrap returns errors.ErrUnsupported.
func (e *HashUnsupportedError) Unwrap() error { return errors.ErrUnsupported }

// errNoWay is returned by a hashWay that does not work with this server. Callers never
// see it.
var errNoWay = errors.New("no way to hash")

// hashBy asks for the sum with one hashWay.
func (c *Conn) hashBy(ctx context.Context, w hashWay, path, algorithm string, from, to int64) (Sum, error) {
	s := Sum{Algorithm: algorithm, By: w.verb, From: from, To: to}
	part := from > 0 || to >= 0
	var r protocol.Reply
	var err error
	switch {
	case w.verb == "HASH":
		r, err = c.hashRange(ctx, w, path, from, to)
	case part && (w.verb == "MD5" || to < 0):
		return s, errNoWay
	case part:
		// Servers differ in whether the second number belongs to the range. The argument
		// is chosen so that the server reads what was asked for, or one octet less: never
		// one too many.
		s.Loose = true
		r, err = c.slow(ctx, protocol.Command{Verb: w.verb, Arg: fmt.Sprintf("%s %d %d", quotedName(path), from, to-1)})
	default:
		r, err = c.hashWhole(ctx, w.verb, path)
	}
	if err != nil {
		if c.unknownHash(w, err) {
			return s, errNoWay
		}
		return s, err
	}
	h, err := parse.Hash(string(w.verb), r.Lines)
	switch {
	case err != nil:
		return s, err
	case h.Algorithm != algorithm:
		c.session.hashName = "" // REIN came between, or the server does not do as it said
		return s, hashReplyError(w.verb, r, fmt.Sprintf("it is a %s sum, %s was asked for", h.Algorithm, algorithm))
	case part && w.verb == "HASH" && h.To >= 0 && (h.From != from || to >= 0 && h.To != to-1 && h.To != to):
		c.hash.refuse("RANG")
		return s, errNoWay // the server ignored the range
	}
	s.Sum = h.Sum
	return s, nil
}

func hashReplyError(verb protocol.Verb, r protocol.Reply, reason string) error {
	return &parse.Error{What: "reply to " + string(verb), Text: r.Text(), Reason: reason}
}

// unknownHash reports whether a refusal says that a command does not exist here,
// and remembers that.
func (c *Conn) unknownHash(w hashWay, err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || c.Err() != nil {
		return false
	}
	switch re.Meaning() {
	case protocol.UnknownCommand, protocol.UnknownParameter:
	case protocol.BadParameter: // OPTS: it does not know the algorithm; RANG: some servers say so that they do not have it
		if re.Verb != "OPTS" && re.Verb != "RANG" {
			return false
		}
	default:
		return false
	}
	if re.Verb == "OPTS" {
		c.hash.refuse("OPTS " + w.name)
	} else {
		c.hash.refuse(string(re.Verb))
	}
	return true
}

// hashRange sends HASH, after OPTS HASH and RANG where they are needed.
func (c *Conn) hashRange(ctx context.Context, w hashWay, path string, from, to int64) (protocol.Reply, error) {
	if c.session.hashName != w.name {
		if _, err := c.exchange(ctx, protocol.Command{Verb: "OPTS", Arg: "HASH " + w.name}); err != nil {
			return protocol.Reply{}, err
		}
		c.session.hashName = w.name
	}
	cmd := protocol.Command{Verb: "HASH", Arg: c.pathArg("HASH", path)}
	if from == 0 && to < 0 {
		return c.slow(ctx, cmd)
	}
	if !c.Features().Has("RANG") || c.hash.isRefused("RANG") {
		return protocol.Reply{}, errNoWay
	}
	last := to - 1
	if to < 0 {
		last = maxOffset
	}
	c.session.ranged = true
	if _, err := c.exchange(ctx, rangCommand(from, last)); err != nil {
		c.session.ranged = c.onlyRefused(err) != nil
		return protocol.Reply{}, err
	}
	r, err := c.slow(ctx, cmd)
	if c.Err() == nil && ctx.Err() == nil {
		if rerr := c.unrange(ctx); err == nil {
			err = rerr
		}
	}
	return r, err
}

// unrange takes back a RANG. HASH may leave the range in force, or no HASH followed
// because the context ended: the next download would then be a part of the file.
func (c *Conn) unrange(ctx context.Context) error {
	if !c.session.ranged {
		return nil
	}
	_, err := c.exchange(ctx, rangCommand(1, 0))
	err = c.onlyRefused(err)
	c.session.ranged = err != nil
	return err
}

// hashWhole sends an X command, or MD5, for a whole file. Servers differ in whether a
// name with blanks has to be quoted.
func (c *Conn) hashWhole(ctx context.Context, verb protocol.Verb, path string) (protocol.Reply, error) {
	r, err := c.slow(ctx, protocol.Command{Verb: verb, Arg: path})
	quoted := quotedName(path)
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !refused || quoted == path || re.Transient() || re.Meaning().NotImplemented() || c.Err() != nil {
		return r, err
	}
	if r, qerr := c.slow(ctx, protocol.Command{Verb: verb, Arg: quoted}); qerr == nil {
		return r, nil
	}
	return r, err
}

// quotedName returns a pathname in quotes if it has blanks or quotes.
func quotedName(path string) string {
	if !strings.ContainsAny(path, ` "`) {
		return path
	}
	return `"` + strings.ReplaceAll(path, `"`, `""`) + `"`
}

// slow sends a command that may take the server a long time.
func (c *Conn) slow(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
	if err := ctx.Err(); err != nil {
		return protocol.Reply{}, context.Cause(ctx)
	}
	f, err := c.launch(cmd)
	if err != nil {
		return protocol.Reply{}, err
	}
	timeout := c.cfg.replyTimeout()
	if timeout > 0 && timeout < time.Duration(1<<63-1)/hashPatience {
		timeout *= hashPatience
	}
	err = c.await(ctx, f, timeout)
	if !f.isDone() {
		return protocol.Reply{}, err
	}
	return f.reply, err
}
