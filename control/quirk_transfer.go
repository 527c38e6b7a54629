package control

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"github.com/ftpwire/ftpwire/protocol"
)

// prepareServer sends what goes before the address of a data connection.
func (c *Conn) prepareServer(ctx context.Context, cmd protocol.Command) error {
	if p := c.protection(); c.HasQuirk(protOn522) && p.Secured() && p.Data == protocol.LevelClear {
		if err := c.protP(ctx); err != nil {
			return err
		}
	}
	if !c.HasQuirk("pret") {
		return nil
	}
	arg := string(cmd.Verb)
	if cmd.Arg != "" {
		arg += " " + cmd.Arg
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "PRET", Arg: arg})
	if protocol.MeaningIn(err) == protocol.UnknownCommand {
		return c.onlyRefused(err)
	}
	return err // 550: no such file; the transfer would be told the same
}

// tellFirst notices a server that does without FEAT, and says what it wants when it is too
// late.
var tellFirst = remedy{
	name:  "PRET",
	cause: protocol.WantsPret,
	fits:  func(o *opening, _ error) bool { return !o.c.HasQuirk("pret") },
	apply: func(_ context.Context, o *opening, re *protocol.ReplyError) bool {
		return o.c.notice("pret", o.c.answered(re))
	},
}

const protOn522 = "prot-p-on-522"

// raiseProt protects data connections where clear ones are refused. That only ever adds
// protection: a reply of the server's can't take any away.
var raiseProt = remedy{
	name:  "PROT P",
	cause: protocol.WantsProtection,
	fits: func(o *opening, _ error) bool {
		p := o.c.protection()
		return p.Secured() && p.Data == protocol.LevelClear && !o.c.HasQuirk(protOn522)
	},
	apply: func(ctx context.Context, o *opening, re *protocol.ReplyError) bool {
		return o.c.notice(protOn522, o.c.answered(re)) && o.c.protP(ctx) == nil
	},
}

func (c *Conn) protP(ctx context.Context) error {
	level := protocol.LevelPrivate
	if m := c.cfg.Mechanism; m != nil {
		level = m.data()
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "PROT", Arg: string(rune(level))})
	return err
}

// makeRoom deletes the file that an upload is to replace, where the caller says that
// the server wants that.
var makeRoom = remedy{
	name:  "DELE",
	cause: protocol.Exists,
	fits: func(o *opening, _ error) bool {
		return o.cmd.Verb == "STOR" && o.rest == "" && o.c.HasQuirk("stor-no-replace")
	},
	apply: func(ctx context.Context, o *opening, _ *protocol.ReplyError) bool {
		_, err := o.c.exchange(ctx, protocol.Command{Verb: "DELE", Arg: o.cmd.Arg})
		return err == nil
	},
}

// restart sends REST, if rest is not "", or takes back one that the server may have kept.
// It is called before each transfer.
func (c *Conn) restart(ctx context.Context, rest string) error {
	if rest != "" {
		c.quirks.restUnused = true
		if _, err := c.exchange(ctx, protocol.Command{Verb: "REST", Arg: rest}); err != nil {
			c.quirks.restUnused = c.onlyRefused(err) != nil
			return err
		}
	}
	return c.restZero(ctx, rest)
}

// restZero takes a restart marker back that the server may have kept: because it keeps
// them, or because no transfer followed, when the context ended in between.
func (c *Conn) restZero(ctx context.Context, rest string) error {
	offset, _ := strconv.ParseInt(rest, 10, 64) // ours; "" is 0
	q := &c.quirks
	if q.rest > 0 {
		q.lastRest = q.rest
	}
	q.rest = offset
	if rest != "" || !q.restUnused && (q.lastRest == 0 || !c.HasQuirk("rest-sticky")) {
		return nil
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "REST", Arg: "0"})
	return c.onlyRefused(err)
}

// suspectRest notices a file that came short by the offset of an earlier transfer.
func (c *Conn) suspectRest(want, got int64) {
	q := &c.quirks
	if q.rest == 0 && q.lastRest > 0 && want-got == q.lastRest {
		c.notice("rest-sticky", fmt.Sprintf("RETR without REST came %d octets short, the offset of an earlier REST", want-got))
	}
}

const emptyRefused = "empty-listing-refused"

// isEmptyListing reports whether the error of a listing says that there is nothing
// to list.
func (c *Conn) isEmptyListing(err error) bool {
	te, ok := errors.AsType[*TransferError](err)
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !ok || !refused || te.Bytes > 0 || c.Err() != nil || !te.Verb.Does(protocol.Lists) {
		return false
	}
	if m := re.Meaning(); m == protocol.EmptyListing {
		return c.notice(emptyRefused, c.answered(re)) || c.isForced(emptyRefused)
	} else if m.OfData() || m.NotImplemented() {
		return false
	}
	return c.isForced(emptyRefused)
}

// emptyByReset reports whether an error of the data connection is how the server
// says that a listing is empty: it closed the port that we were in the queue of.
func (d *Download) emptyByReset(err error) bool {
	const name = "empty-listing-reset"
	t := d.t
	if !t.f.cmd.Verb.Does(protocol.Lists) || t.moved() > 0 || t.ctx.Err() != nil || !errors.Is(err, syscall.ECONNRESET) || !t.c.mayNotice(name) {
		return false
	}
	if t.brokenByReply(err) || !t.f.isDone() || t.f.Failed() {
		return false
	}
	if t.dc.Protected() {
		d.doubtEmpty(err) // anybody on the path can do that
		return true
	}
	return t.c.notice(name, fmt.Sprintf("the data connection of %s was reset before a byte came, and the reply is %d", t.f.cmd.Verb, t.f.reply.Code))
}
