package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// KeepAlive tells the server that an idle session is still wanted, by NOOP. A refusal
// serves as well. On some servers NOOP does not reset the idle timer. That shows when
// they end the session, and [Conn.Quirks] then names noop-idle; with that quirk forced,
// STAT is sent.
func (c *Conn) KeepAlive(ctx context.Context) error {
	verb := c.keepAliveVerb()
	if err := c.acquire(ctx); err != nil {
		return c.idleEnded(err)
	}
	defer c.release()
	_, err := c.exchange(ctx, protocol.Command{Verb: verb})
	if c.onlyRefused(err) != nil {
		return c.idleEnded(err)
	}
	if verb == "NOOP" {
		c.quirks.noops.Add(1)
	}
	return nil
}

// keepAliveVerb returns the command that resets the server's idle timer.
func (c *Conn) keepAliveVerb() protocol.Verb {
	if c.HasQuirk(QuirkNOOPIdle) {
		return "STAT"
	}
	return "NOOP"
}

// idleEnded notices that a session timed out although NOOPs had been answered.
func (c *Conn) idleEnded(err error) error {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if ok && re.Meaning() == protocol.IdledOut && c.quirks.noops.Load() > 0 {
		c.notice(QuirkNOOPIdle, "NOOP was answered, and yet the session ended for being idle")
	}
	return err
}

// quit sends QUIT. If the server ends the connection instead of answering, or does
// neither, the session is over all the same.
func (c *Conn) quit(ctx context.Context) error {
	const name = QuirkQUITNoReply
	if err := c.Err(); err != nil {
		return err
	}
	qctx := ctx
	if c.HasQuirk(name) {
		var cancel context.CancelFunc
		qctx, cancel = patience.Within(ctx, c.cfg.abortTimeout())
		defer cancel()
	}
	_, err := c.do(qctx, "QUIT", "")
	if err == nil || ctx.Err() != nil {
		return err
	}
	_, answered := errors.AsType[*protocol.ReplyError](err)
	_, closed := errors.AsType[*ClosedError](err)
	if !answered && (closed || qctx.Err() != nil) && c.notice(name, "QUIT was sent and no reply came") {
		return nil
	}
	return err
}

// QuirkNOOPIdle: NOOP does not reset the idle timer.
const QuirkNOOPIdle QuirkName = "noop-idle"

var rowNOOPIdle = Quirk{
	Name: QuirkNOOPIdle, Mode: QuirkDetected,
	Behaviour:  "NOOP does not reset the idle timer",
	Evidence:   "421 for being idle comes although NOOPs had been answered",
	Workaround: "KeepAlive sends STAT; as the connection is gone by then, the caller forces it on the next one",
	Refs:       []string{"node-ftp issue 139", "FluentFTP"},
}

// QuirkQUITNoReply: QUIT is not answered, or the connection is reset.
const QuirkQUITNoReply QuirkName = "quit-no-reply"

var rowQUITNoReply = Quirk{
	Name: QuirkQUITNoReply, Mode: QuirkDetected,
	Behaviour:  "QUIT is not answered, or the connection is reset",
	Evidence:   "the connection ends, or the wait for the reply does",
	Workaround: "Quit is done without it; if forced, it waits no longer than the AbortTimeout",
	Refs:       []string{"FluentFTP"},
}
