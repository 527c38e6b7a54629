package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// errAsideOver: no command is sent beside a transfer that has not begun or whose data has
// ended.
var errAsideOver = errors.New("ftp: no data is moving")

// ask sends a command beside the transfer. The caller may wait for its reply, but need
// not; settleAsked ensures that it is in once the transfer is over.
func (t *transfer) ask(verb protocol.Verb) (*flight, error) {
	t.asking.Lock()
	defer t.asking.Unlock()
	return t.askLocked(verb)
}

func (t *transfer) askLocked(verb protocol.Verb) (*flight, error) {
	if t.closed {
		return nil, errAsideOver
	}
	f, err := t.c.launch(protocol.Command{Verb: verb})
	if err == nil {
		t.asked = append(t.asked, f)
	}
	return f, err
}

// keepAlive sends NOOP, or STAT where that is known to be needed, in the given interval
// while data moves. It begins at the 1yz reply, because a refusal could otherwise be
// taken for that of the transfer. It ends with the data, when the final reply is due. It
// sends one at a time, because many servers answer only once the transfer is over.
func (t *transfer) keepAlive(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-t.f.done:
			return
		case <-t.end:
			return
		case <-tick.C:
		}
		if !t.keepAliveOnce() {
			return
		}
	}
}

// keepAliveOnce sends one keepalive if one may be sent now, and reports whether others
// may follow.
func (t *transfer) keepAliveOnce() bool {
	t.asking.Lock()
	defer t.asking.Unlock()
	if t.dataOver || t.closed {
		return false
	}
	for _, f := range t.asked {
		if !f.isDone() {
			return true
		}
		if re, ok := errors.AsType[*protocol.ReplyError](f.result()); ok && f.cmd.Verb == t.c.keepAliveVerb() && t.c.Err() == nil {
			t.c.notice(QuirkNOOPInTransfer, t.c.answered(re))
		}
	}
	t.asked = nil
	if t.c.HasQuirk(QuirkNOOPInTransfer) {
		return false
	}
	if !t.f.isStarted() || t.f.isDone() {
		return true
	}
	_, err := t.askLocked(t.c.keepAliveVerb())
	return err == nil
}

// dataEnds notes that no more data moves. No keepalive is sent after it returns.
func (t *transfer) dataEnds() {
	t.asking.Lock()
	defer t.asking.Unlock()
	t.dataOver = true
}

// settleAsked waits for the replies to commands beside the transfer, once the transfer
// has its final reply. Servers that handle one command at a time answer now. If a server
// never answers, PWD is sent: only PWD is answered by 257, so the replies can be told
// apart. ctx limits all of it; if the time is not enough, the connection is closed.
func (t *transfer) settleAsked(ctx context.Context) {
	c := t.c
	t.asking.Lock()
	t.closed = true
	asked := t.asked
	t.asked = nil
	t.asking.Unlock()
	var last *flight
	for _, f := range asked {
		if !f.isDone() {
			last = f
		}
	}
	if last == nil || c.Err() != nil || c.settled(ctx, last, patience.SecondReply.Default) {
		return
	}
	pwd, err := c.launch(protocol.Command{Verb: "PWD"})
	if err == nil && c.settled(ctx, pwd, 0) && last.isDone() {
		if last.reply.Code == 0 && c.Err() == nil && last.cmd.Verb == c.keepAliveVerb() {
			c.notice(QuirkNOOPInTransfer, fmt.Sprintf("%s during a transfer was never answered", last.cmd.Verb))
		}
		return
	}
	c.shut(&TimeoutError{Verb: last.cmd.Verb, After: c.cfg.abortTimeout()})
}

// keepIdle sends keepalives while nobody uses the connection. It returns when the
// connection ends.
func (c *Conn) keepIdle(every time.Duration) {
	t := time.NewTimer(every)
	defer t.Stop()
	for {
		select {
		case <-c.life.Done():
			return
		case <-t.C:
		}
		unused := time.Since(time.Unix(0, c.used.Load()))
		if c.busy.Load() {
			unused = 0
		}
		if unused >= every {
			if err := c.KeepAlive(c.life); err != nil && c.Err() != nil {
				return
			}
			unused = 0
		}
		t.Reset(every - unused)
	}
}

// QuirkNOOPInTransfer: NOOP while a transfer runs is refused, or never answered.
const QuirkNOOPInTransfer QuirkName = "noop-in-transfer"

var rowNOOPInTransfer = Quirk{
	Name: QuirkNOOPInTransfer, Mode: QuirkDetected,
	Behaviour:  "NOOP while a transfer runs is refused, or never answered",
	Evidence:   "that was seen; PWD after the transfer shows that no answer will come",
	Workaround: "the keepalives of Config.KeepAlive are left out",
	Refs:       []string{"node-ftp pull request 151", "FluentFTP"},
}
