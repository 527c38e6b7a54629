package control

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// trace reports an event of which there is no more to say than the text.
func (c *Conn) trace(kind TraceKind, text string) { c.emit(TraceEvent{Kind: kind, Text: text}) }

// emit completes an event and hands it to the Trace and the Logger. Nothing that could be
// a secret leaves the Conn by another way.
func (c *Conn) emit(e TraceEvent) {
	e.Text, e.Err, e.Time = c.redact.String(e.Text), c.redact.Error(e.Err), time.Now()
	if c.raw != nil {
		e.Address, e.Local = cmp.Or(e.Address, c.raw.RemoteAddr().String()), c.raw.LocalAddr().String()
	}
	c.last.add(e)
	if c.cfg.Trace != nil {
		c.cfg.Trace(e)
	}
	if f := c.tracing.Load(); f != nil {
		(*f)(e)
	}
	if c.cfg.logs(e.Kind) {
		c.cfg.log(e)
	}
}

// logs reports whether events of a kind go to the Logger.
func (c *Config) logs(kind TraceKind) bool {
	switch kind {
	case TraceSent:
		return c.LogSent
	case TraceReceived:
		return c.LogReceived
	}
	return c.Logger != nil
}

func (c *Config) log(e TraceEvent) {
	logger, level := c.Logger, slog.LevelInfo
	if logger == nil {
		logger = slog.Default()
	}
	if e.Err != nil {
		level = slog.LevelWarn
	}
	attrs := append([]slog.Attr{slog.String("kind", e.Kind.String())}, e.Attrs()...)
	logger.LogAttrs(context.Background(), level, visible(e.Text), attrs...)
}

// connected reports the attempt to open the control connection.
func (c *Conn) connected(address string, begun time.Time, err error) {
	e := TraceEvent{Kind: TraceConnected, Text: "connected to " + address, Address: address, Took: time.Since(begun), Err: err}
	if err != nil {
		e.Text = "no connection to " + address + ": " + errtext.Of(err)
	} else if real := c.raw.RemoteAddr().String(); real != address {
		e.Text, e.Address = "connected to "+address+" ("+real+")", real
	}
	c.emit(e)
}

// received reports a reply to the command of f, which may be nil.
func (c *Conn) received(verb protocol.Verb, r protocol.Reply, f *flight) {
	if tellingVerbs[verb] && r.Code < 400 {
		c.witness.hear(verb, c.redact.Reply(r))
	}
	e := TraceEvent{Kind: TraceReceived, Text: replyText(r), Verb: verb, Code: r.Code}
	if f != nil {
		e.Took = time.Since(f.launched)
	}
	c.emit(e)
}

// dataFailed reports an attempt to open a data connection that failed.
func (c *Conn) dataFailed(mode, address string, took time.Duration, err error) {
	text := mode + ": no data connection"
	if address != "" {
		text += " with " + address
	}
	c.emit(TraceEvent{
		Kind: TraceData, Text: text + ": " + errtext.Of(err), Verb: protocol.Verb(mode), Address: address, Took: took, Err: err,
	})
}

// ended reports the end of the control connection.
func (c *Conn) ended(err error) {
	text := "control connection: closed"
	switch {
	case errors.Is(err, errServerClosed):
		text += " by the server"
	case err != nil:
		text += ": " + errtext.Of(err)
	}
	c.emit(TraceEvent{Kind: TraceClosed, Text: text, Err: err})
}
