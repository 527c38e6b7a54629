package control

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// read is the only reader of the control connection. It ends with the connection.
func (c *Conn) read() {
	defer close(c.gone)
	if c.cfg.Security == SecurityImplicit {
		if !c.handleEvents() {
			return
		}
	}
	buf := make([]byte, 4<<10)
	for {
		n, err := c.current().Read(buf)
		if n > 0 {
			rerr := c.receive(buf[:n])
			c.noticePreface()
			c.answerTelnet()
			if !c.handleEvents() {
				return
			}
			if rerr != nil {
				c.shut(rerr)
				return
			}
		}
		if err != nil {
			if text := c.preface(); text != nil {
				err = text
			} else if errors.Is(err, io.EOF) {
				err = errServerClosed
			} else if s := c.tlsSession(); s != nil {
				err = s.Explain(err)
			}
			c.shut(err)
			return
		}
	}
}

// receive hands the machine what was read. c.dead must be set before anyone can see that
// the machine has ended, so both happen under the lock.
func (c *Conn) receive(b []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.machine.Receive(b)
	for e, ok := c.machine.Next(); ok; e, ok = c.machine.Next() {
		c.events = append(c.events, e)
		if e.Reply.Code == 421 && c.dead == nil {
			// No other command will be answered; the reader waits for the end of the
			// connection.
			c.dead = &ClosedError{Cause: &protocol.ReplyError{Verb: e.Command.Verb, Reply: c.redact.Reply(e.Reply), Told: c.told(e.Command.Verb, e.Reply)}, Last: c.last.dialogue()}
		}
	}
	if err != nil && c.dead == nil {
		closed := &ClosedError{Cause: c.redact.Error(err), Last: c.last.dialogue()}
		closed.Verb, closed.Awaited = c.awaited()
		c.dead = closed
	}
	return err
}

// preface returns the error that text in place of the greeting is, if that is all that the
// server has sent.
func (c *Conn) preface() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Preface()
}

// noticePreface shortens the wait for the greeting once text has come that is no reply:
// what follows such text at all follows at once.
func (c *Conn) noticePreface() {
	if c.preface() == nil {
		return
	}
	c.prefaced.Do(func() {
		go func() {
			select {
			case <-time.After(patience.GreetingAfterText.Default):
				if err := c.preface(); err != nil {
					c.shut(err)
				}
			case <-c.life.Done():
			}
		}()
	})
}

// next returns the machine's next event.
func (c *Conn) next() (e protocol.Event, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.events) > 0 {
		e, c.events = c.events[0], c.events[1:]
		return e, true
	}
	return c.machine.Next()
}

// answerTelnet refuses the Telnet options that the server asked for (RFC 1123, Section
// 4.1.2.12). While a command is being written the refusals wait for the next bytes to be
// read: the reader must never wait for a writer.
func (c *Conn) answerTelnet() {
	if !c.sending.TryLock() {
		return
	}
	defer c.sending.Unlock()
	c.mu.Lock()
	out, conn := c.machine.Output(), c.conn
	c.mu.Unlock()
	if len(out) > 0 {
		c.raw.SetWriteDeadline(patience.Deadline(c.cfg.connectTimeout()))
		conn.Write(out) // the reader meets the fault if there is one
	}
}

func (c *Conn) current() net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

func (c *Conn) tlsSession() *tlsx.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sess
}

// handleEvents acts on what the machine reports. It returns false if the
// connection is over.
func (c *Conn) handleEvents() bool {
	for {
		e, ok := c.next()
		if !ok {
			return true
		}
		switch e.Kind {
		case protocol.EventReply, protocol.EventMerged:
			c.handleReply(e)
		case protocol.EventExtra:
			c.traceExtra(e)
		case protocol.EventStartTLS:
			if err := c.startTLS(); err != nil {
				c.shut(err)
				return false
			}
		case protocol.EventStopTLS:
			if err := c.stopTLS(); err != nil {
				c.shut(err)
				return false
			}
		}
	}
}

func (c *Conn) handleReply(e protocol.Event) {
	if e.Kind == protocol.EventReply {
		c.received(e.Command.Verb, e.Reply, c.flightOf(e.Command.Verb))
		c.traceLeniency(e)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range c.flights {
		if f.cmd.Verb != e.Command.Verb {
			continue
		}
		if !e.Final() {
			f.mark(e.Reply)
			f.preliminary(e.Reply)
			return
		}
		c.flights = append(c.flights[:i:i], c.flights[i+1:]...)
		if e.Outcome == protocol.Failure {
			e.Reply = c.redact.Reply(e.Reply) // it becomes an error
			f.err = c.clearRefusal(e)
		}
		c.keepBooks(f.cmd, e)
		f.finish(e.Reply, e.Outcome)
		return
	}
}

// flightOf returns the first command in flight with a verb, or nil.
func (c *Conn) flightOf(verb protocol.Verb) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.flights {
		if f.cmd.Verb == verb {
			return f
		}
	}
	return nil
}

// startTLS runs the handshake of the control connection. The reader does it, so that
// nobody else uses the socket meanwhile. The TLS session sets the deadline.
func (c *Conn) startTLS() error {
	if err := c.inState(protocol.StateAwaitTLS); err != nil {
		return err // clear bytes followed the 234, or the Conn was closed
	}
	c.pauseBeforeHello()
	begun := time.Now()
	conn, err := c.sess.Control(c.life, c.conn)
	if err != nil {
		c.emit(TraceEvent{Kind: TraceTLS, Text: "control connection: no TLS: " + errtext.Of(err), Took: time.Since(begun), Err: err})
		return err
	}
	st := conn.ConnectionState()
	text := "control connection: " + tlsx.VersionName(st.Version) + ", " + tls.CipherSuiteName(st.CipherSuite)
	c.emit(TraceEvent{Kind: TraceTLS, Text: text, Took: time.Since(begun)})
	c.mu.Lock()
	if c.machine.State() != protocol.StateAwaitTLS {
		c.mu.Unlock()
		return net.ErrClosed // closed at the end of the handshake
	}
	c.conn = conn
	c.machine.TLSEstablished()
	c.mu.Unlock()
	c.handleReply(protocol.Event{Kind: protocol.EventMerged, Command: awaitTLS, Outcome: protocol.Success})
	return nil
}

// inState returns nil if the machine is in state s, else an error that says why not.
func (c *Conn) inState(s protocol.State) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.machine.State() == s {
		return nil
	}
	if err := c.machine.Err(); err != nil {
		return err
	}
	return net.ErrClosed
}

// awaited returns the first command whose reply has not come, if there is one.
func (c *Conn) awaited() (v protocol.Verb, ok bool) {
	for _, f := range c.flights {
		if f.cmd.Verb != awaitTLS.Verb {
			return f.cmd.Verb, true
		}
	}
	return "", false
}

// shut ends the connection; all waiting calls get err. It may be called more than once.
func (c *Conn) shut(err error) {
	if c.fell(err) {
		c.ended(err)
	}
}

// fell does what shut does, except to report it. It returns false if that was done
// before.
func (c *Conn) fell(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	again := c.life.Err() != nil
	if c.dead == nil {
		closed := &ClosedError{Cause: c.redact.Error(err)}
		if err != nil {
			closed.Last = c.last.dialogue()
		}
		closed.Verb, closed.Awaited = c.awaited()
		c.dead = closed
	}
	c.machine.Close(c.dead)
	for _, f := range c.flights {
		f.die(c.dead)
	}
	c.flights = nil
	c.end()
	c.raw.Close()
	return !again
}
