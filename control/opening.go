package control

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// DataMemory returns what was learned about how the server opens data connections. Set as
// Config.Data.Memory, it saves the next connection to the same server the attempts that
// fail.
func (c *Conn) DataMemory() datachan.Memory { return c.data.Memory() }

// An opening is the sequence of commands that begins a transfer: TYPE, STRU and MODE, EPSV
// or another command for the data connection, REST, then the transfer command. If it
// fails, a [remedy] may help.
type opening struct {
	c    *Conn
	cmd  protocol.Command // checked
	wire protocol.Command // the same, as the server reads it
	typ  byte
	rest string // argument of REST, or ""
	part bool   // not the whole file moves, so that the number of octets proves nothing
	form listForm

	back    func()    // returns to the working directory, or nil
	another bool      // the data connection that failed can be opened by another command
	used    []*remedy // applied already

	sent   atomic.Pointer[flight] // the command of the last attempt
	silent atomic.Bool            // nothing came for it in time, on either connection
	early  atomic.Bool            // it ended before TLS of the data connection began
	begun  time.Time              // the attempt
}

// openTransfer opens a transfer as one operation, which ends with the transfer.
func (c *Conn) openTransfer(ctx context.Context, cmd protocol.Command, typ byte, rest string, part bool) (*transfer, error) {
	return c.openAs(ctx, cmd, typ, func(o *opening) { o.rest, o.part = rest, part })
}

// openAs is openTransfer for an opening that set completes.
func (c *Conn) openAs(ctx context.Context, cmd protocol.Command, typ byte, set func(*opening)) (*transfer, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	o, err := c.newOpening(cmd, typ)
	if err != nil {
		c.release()
		return nil, err
	}
	set(o)
	c.busy.Store(true)
	return c.openPromptly(ctx, o)
}

// newOpening checks the command before anything is sent, so that an invalid one does not
// cost a data connection.
func (c *Conn) newOpening(cmd protocol.Command, typ byte) (*opening, error) {
	cmd.Arg = c.pathArg(cmd.Verb, cmd.Arg)
	wire, err := c.onWire(cmd)
	if err != nil {
		return nil, err
	}
	return &opening{c: c, cmd: cmd, wire: wire, typ: typ}, nil
}

// open tries until the transfer is open or no remedy is left. The turn must be held.
func (o *opening) open(ctx context.Context) (*transfer, error) {
	if err := o.enter(ctx); err != nil {
		return nil, &TransferError{Verb: o.cmd.Verb, Path: o.c.pathOf(o.cmd), Phase: PhaseOpen, Err: err}
	}
	t, err := o.once(ctx)
	for err != nil && o.remedied(ctx, err) {
		t, err = o.once(ctx)
	}
	switch {
	case err == nil:
		t.back = o.back
	case o.back != nil:
		o.back()
	}
	return t, err
}

// enter makes the directory of a listing the working directory, where that is needed.
func (o *opening) enter(ctx context.Context) error {
	cmd, back, err := o.c.inPlace(ctx, o.cmd, o.form.inside)
	if err != nil {
		return err
	}
	if back == nil && o.form.inside {
		o.form.option = "" // it would stand before a pathname after all
	}
	if back != nil {
		o.cmd, o.wire.Arg, o.back = cmd, cmd.Arg, back
	}
	return nil
}

// once makes one attempt.
func (o *opening) once(ctx context.Context) (*transfer, error) {
	t, err := o.attempt(ctx)
	if err == nil {
		return t, nil
	}
	if _, own := errors.AsType[*protocol.SequenceError](err); own {
		return nil, err
	}
	if _, own := errors.AsType[*protocol.ArgumentError](err); own {
		return nil, err
	}
	return nil, &TransferError{Verb: o.cmd.Verb, Path: o.c.pathOf(o.cmd), Phase: PhaseOpen, Err: err}
}

// attempt is once, but returns the error unchanged.
func (o *opening) attempt(ctx context.Context) (*transfer, error) {
	c := o.c
	o.another, o.begun = false, time.Now()
	if err := c.ensureProtection(ctx, o.cmd.Verb); err != nil {
		return nil, err
	}
	format, err := c.ensureFormat(ctx, o.cmd.Verb, o.typ, o.part && len(o.used) == 0)
	if err != nil {
		return nil, err
	}
	if err := c.unrange(ctx); err != nil {
		return nil, err
	}
	data, err := c.openData(ctx, o.cmd)
	if err != nil {
		return nil, err
	}
	if err := c.restart(ctx, o.rest, o.part); err != nil {
		data.Abort()
		return nil, err
	}
	f, err := o.launch()
	if err != nil {
		data.Abort()
		return nil, err
	}
	o.sent.Store(f)
	c.session.restUnused = false
	dc, doubt := data.Establish(ctx, f, c.dataSession())
	if doubt != nil {
		dc = nil
		_, before := errors.AsType[*datachan.OpenError](doubt)
		o.early.Store(before && !f.isStarted())
		o.silent.Store(errors.Is(doubt, os.ErrDeadlineExceeded) && !f.isStarted() && !f.isDone())
		if err := c.notEstablished(ctx, f, doubt); err != nil {
			o.another = c.data.Failed(data, err)
			return nil, err
		}
	}
	t := c.newTransfer(ctx, f, dc, format, time.Since(o.begun))
	t.opening, t.doubt = o, doubt
	return t, nil
}

// launch sends the command, or the one that the caller wants in its place.
func (o *opening) launch() (*flight, error) {
	cmd, wire := o.form.apply(o.cmd), o.form.apply(o.wire)
	if len(o.c.cfg.Quirks.Own) == 0 {
		return o.c.launchWire(cmd, wire)
	}
	cmd, err := o.c.replaced(cmd)
	if err == nil {
		wire, err = o.c.onWire(cmd)
	}
	if err != nil {
		return nil, err
	}
	return o.c.launchWire(cmd, wire)
}

// openData asks for a data connection for cmd, after PRET where the server wants it. If
// the control connection ends, so does the wait for it.
func (c *Conn) openData(ctx context.Context, cmd protocol.Command) (*datachan.Opening, error) {
	caller := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.life, func() { cancel(c.Err()) })()
	c.data.SetReversed(c.session.sscn && (!cmd.Verb.Does(protocol.Lists) || c.listsReversed()))
	if c.data.Reversed() && c.dataSession() != nil && c.cfg.Resumption == tlsx.ResumeRequired {
		return nil, &tlsx.NotResumedError{Reuse: tlsx.Reversed}
	}
	c.software() // which may know how TLS of data connections begins
	if err := c.prepareServer(ctx, cmd); err != nil {
		return nil, err
	}
	x := &exchanger{c: c}
	o, err := c.data.Open(ctx, x)
	if err != nil {
		return nil, c.epsvUnanswered(caller, x, err)
	}
	c.session.extended = c.session.extended || o.Mode() == "EPSV"
	c.session.address = protocol.Command{}
	if o.Mode() == "EPSV" || o.Mode() == "PASV" {
		c.session.address = x.last
	}
	return o, nil
}
