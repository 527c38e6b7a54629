package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
)

// pipelineWindow is how many commands are on their way at once: as many as fit into
// the smallest receive buffer with room to spare, so that neither end has to stop
// reading while the other writes.
const pipelineWindow = 32

// A Result is the result of one command of a pipeline.
type Result struct {
	Command protocol.Command // as it was sent
	Reply   protocol.Reply   // the final reply; the zero Reply if none came
	Err     error            // a *protocol.ReplyError if the server refused; nil if it did not
}

// Pipeline sends commands without waiting for the reply to one before the next goes out,
// and returns their results in the same order: deleting many files then takes the time of
// one round trip, not of one for each. After commands that must be answered first (USER,
// PASS, RNFR, REST, HOST), Pipeline waits for the reply. Commands that [Conn.Do] refuses
// are refused here too, before anything is sent.
//
// A refusal does not stop the others. The error is that of the connection, or of the
// context; then only the commands that were answered have results.
func (c *Conn) Pipeline(ctx context.Context, cmds ...protocol.Command) ([]Result, error) {
	for _, cmd := range cmds {
		if reason := c.notByDo(cmd); reason != "" {
			return nil, &protocol.ArgumentError{Verb: cmd.Verb, Reason: reason}
		}
	}
	if err := c.sendable(cmds...); err != nil {
		return nil, err
	}
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	p := pipeline{c: c, ctx: ctx}
	for _, cmd := range cmds {
		if err := p.send(cmd); err != nil {
			return p.results, err
		}
	}
	for len(p.flights) > 0 {
		if err := p.receive(); err != nil {
			return p.results, err
		}
	}
	if p.together && c.Err() == nil {
		c.session.flights = true
	}
	return p.results, c.Err() // 421 answers all of them
}

// A pipeline holds the commands under way, oldest first.
type pipeline struct {
	c       *Conn
	ctx     context.Context
	flights []*flight
	results []Result

	together bool // some were under way at once
}

// send sends a command as soon as it may be sent.
func (p *pipeline) send(cmd protocol.Command) error {
	for len(p.flights) >= pipelineWindow {
		if err := p.receive(); err != nil {
			return err
		}
	}
	for {
		if err := p.ctx.Err(); err != nil {
			return context.Cause(p.ctx)
		}
		f, err := p.c.launch(cmd)
		if err == nil {
			p.together = p.together || len(p.flights) > 0
			p.flights = append(p.flights, f)
			return nil
		}
		if _, early := errors.AsType[*protocol.SequenceError](err); !early || len(p.flights) == 0 {
			return err
		}
		// An earlier command must be answered first.
		if err := p.receive(); err != nil {
			return err
		}
	}
}

// receive waits for the oldest command.
func (p *pipeline) receive() error {
	f := p.flights[0]
	err := p.c.await(p.ctx, f, p.c.cfg.replyTimeout())
	if !f.isDone() {
		return err
	}
	if err != nil && !refused(err) {
		return err
	}
	p.flights = p.flights[1:]
	p.results = append(p.results, Result{f.cmd, f.reply, err})
	return nil
}
