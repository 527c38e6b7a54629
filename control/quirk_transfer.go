package control

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/protocol"
)

// prepareServer sends what must come before the command for the address of a data
// connection.
func (c *Conn) prepareServer(ctx context.Context, cmd protocol.Command) error {
	if p := c.protection(); c.HasQuirk(QuirkPROTPOn522) && p.Secured() && p.Data == protocol.LevelClear {
		if err := c.protP(ctx); err != nil {
			return err
		}
	}
	if !c.HasQuirk(QuirkPRET) {
		return nil
	}
	_, err := c.exchange(ctx, pret(cmd))
	if protocol.MeaningIn(err) == protocol.UnknownCommand {
		return c.onlyRefused(err)
	}
	return err // 550: no such file; the transfer would get the same reply
}

// pret returns the PRET for a transfer command.
func pret(cmd protocol.Command) protocol.Command {
	return protocol.Command{Verb: "PRET", Arg: strings.TrimSuffix(string(cmd.Verb)+" "+cmd.Arg, " ")}
}

// tellFirst notices a server that does not announce in FEAT that it wants PRET, but says so
// in a refusal.
var tellFirst = remedy{
	name:  "PRET",
	cause: protocol.WantsPret,
	fits:  func(o *opening, _ error) bool { return !o.c.HasQuirk(QuirkPRET) },
	apply: func(_ context.Context, o *opening, re *protocol.ReplyError) bool {
		return o.c.notice(QuirkPRET, o.c.answered(re))
	},
}

// raiseProt protects data connections where clear ones are refused. It only ever adds
// protection: no reply from the server can take any away.
var raiseProt = remedy{
	name:  "PROT P",
	cause: protocol.WantsProtection,
	fits: func(o *opening, _ error) bool {
		p := o.c.protection()
		return p.Secured() && p.Data == protocol.LevelClear && !o.c.HasQuirk(QuirkPROTPOn522)
	},
	apply: func(ctx context.Context, o *opening, re *protocol.ReplyError) bool {
		return o.c.notice(QuirkPROTPOn522, o.c.answered(re)) && o.c.protP(ctx) == nil
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

// makeRoom deletes the file that an upload replaces, where the caller says that the
// server needs that.
var makeRoom = remedy{
	name:  "DELE",
	cause: protocol.Exists,
	fits: func(o *opening, _ error) bool {
		return o.cmd.Verb == "STOR" && o.rest == "" && o.c.HasQuirk(QuirkSTORNoReplace)
	},
	apply: func(ctx context.Context, o *opening, _ *protocol.ReplyError) bool {
		_, err := o.c.exchange(ctx, protocol.Command{Verb: "DELE", Arg: o.cmd.Arg})
		return err == nil
	},
}

// restart sends REST if rest is not "", or else resets an offset that the server may have
// kept. It is called before each transfer. part says that nothing else would show a kept one.
func (c *Conn) restart(ctx context.Context, rest string, part bool) error {
	if rest != "" {
		c.session.restUnused = true
		if _, err := c.exchange(ctx, protocol.Command{Verb: "REST", Arg: rest}); err != nil {
			c.session.restUnused = c.onlyRefused(err) != nil
			return err
		}
	}
	return c.restZero(ctx, rest, part)
}

// restZero resets an offset that the server may have kept, because it always keeps them
// or because the context ended before a transfer followed.
func (c *Conn) restZero(ctx context.Context, rest string, part bool) error {
	offset, _ := strconv.ParseInt(rest, 10, 64) // this client wrote it; "" gives 0
	q := &c.session
	if q.rest > 0 {
		q.lastRest = q.rest
	}
	q.rest = offset
	if rest != "" || !q.restUnused && (q.lastRest == 0 || !part && !c.HasQuirk(QuirkRESTSticky)) {
		return nil
	}
	_, err := c.exchange(ctx, protocol.Command{Verb: "REST", Arg: "0"})
	if part {
		return err
	}
	return c.onlyRefused(err)
}

// suspectRest notices a file that is too short by the offset of an earlier transfer.
func (c *Conn) suspectRest(want, got int64) {
	q := &c.session
	if q.rest == 0 && q.lastRest > 0 && want-got == q.lastRest {
		c.notice(QuirkRESTSticky, fmt.Sprintf("RETR without REST came %d octets short, the offset of an earlier REST", want-got))
	}
}

// isEmptyListing reports whether the error of a listing says that there is nothing
// to list.
func (c *Conn) isEmptyListing(err error) bool {
	te, ok := errors.AsType[*TransferError](err)
	re, refused := errors.AsType[*protocol.ReplyError](err)
	if !ok || !refused || te.Bytes > 0 || c.Err() != nil || !te.Verb.Does(protocol.Lists) {
		return false
	}
	if m := re.Meaning(); m == protocol.EmptyListing {
		return c.notice(QuirkEmptyListingRefused, c.answered(re)) || c.isForced(QuirkEmptyListingRefused)
	} else if m.OfData() || m.NotImplemented() {
		return false
	}
	return c.isForced(QuirkEmptyListingRefused)
}

// emptyByReset reports whether an error of the data connection means an empty listing:
// the server closed the port while our connection was still in its queue.
func (d *Download) emptyByReset(err error) bool {
	const name = QuirkEmptyListingReset
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

// QuirkEmptyListingRefused: an empty directory is refused: 550 "No files found", "No members found", 450.
const QuirkEmptyListingRefused QuirkName = "empty-listing-refused"

var rowEmptyListingRefused = Quirk{
	Name: QuirkEmptyListingRefused, Mode: QuirkDetected,
	Behaviour:  "an empty directory is refused: 550 \"No files found\", \"No members found\", 450",
	Evidence:   "a listing is refused with such words and nothing was sent",
	Workaround: "it is an empty listing",
	Refs:       []string{"WinSCP", "curl", "FluentFTP", "lftp"},
}

// QuirkEmptyListingReset: the data connection of an empty listing is reset: the server never took it, or found nothing.
const QuirkEmptyListingReset QuirkName = "empty-listing-reset"

var rowEmptyListingReset = Quirk{
	Name: QuirkEmptyListingReset, Mode: QuirkDetected,
	Behaviour:  "the data connection of an empty listing is reset: the server never took it, or found nothing",
	Evidence:   "it is reset before a byte came, and the final reply reports success",
	Workaround: "it is an empty listing; over TLS only if the control connection proves it",
	Refs:       []string{"lftp, with ProFTPD", "FluentFTP"},
}

// QuirkPRET: a cluster must know the transfer before it opens a port.
const QuirkPRET QuirkName = "pret"

var rowPRET = Quirk{
	Name: QuirkPRET, Mode: QuirkDetected,
	Behaviour:  "a cluster must know the transfer before it opens a port",
	Evidence:   "FEAT lists PRET, or the refusal of EPSV or PASV speaks of it",
	Workaround: "PRET with the command goes before EPSV, PASV, EPRT and PORT",
	Refs:       []string{"DrFTPD", "curl", "FluentFTP", "lftp"},
	feature:    "PRET",
}

// QuirkPROTPOn522: transfers are refused with 521, 522 or 534 while data connections are clear, though PROT C was accepted.
const QuirkPROTPOn522 QuirkName = "prot-p-on-522"

var rowPROTPOn522 = Quirk{
	Name: QuirkPROTPOn522, Mode: QuirkDetected,
	Behaviour:  "transfers are refused with 521, 522 or 534 while data connections are clear, though PROT C was accepted",
	Evidence:   "such a refusal under TLS with PROT C",
	Workaround: "PROT P is sent and the transfer repeated; protection is only ever added",
	Refs:       []string{"lftp"},
}

// QuirkRESTSticky: the offset of REST stays for later transfers.
const QuirkRESTSticky QuirkName = "rest-sticky"

var rowRESTSticky = Quirk{
	Name: QuirkRESTSticky, Mode: QuirkDetected,
	Behaviour:  "the offset of REST stays for later transfers",
	Evidence:   "a file comes short by exactly the offset of an earlier REST",
	Workaround: "REST 0 goes before transfers from the beginning",
	Refs:       []string{"lftp"},
}

// QuirkSTORNoReplace: STOR of an existing file is refused.
const QuirkSTORNoReplace QuirkName = "stor-no-replace"

var rowSTORNoReplace = Quirk{
	Name: QuirkSTORNoReplace, Mode: QuirkOnRequest,
	Behaviour:  "STOR of a file that is there is refused",
	Workaround: "such a file is deleted and the upload begun again",
	Refs:       []string{"FluentFTP"},
}
