package control

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Conn is a control connection. Its methods may be called from several goroutines. One
// operation runs at a time: a call waits for its turn as long as its context lets it. A
// file that is open, for reading or writing, has the turn until it is closed, and so has
// the raw text of a listing: a goroutine that has one open and calls another method waits
// for itself. The loops over [Conn.List], [Conn.Mlsd] and [Conn.Nlst] give way: the rest
// of the listing is read ahead, up to 64 MiB, so the loop may call the Conn.
type Conn struct {
	// Set before Dial returns, or safe by itself.
	cfg          Config
	raw          net.Conn
	greeting     protocol.Reply
	life         context.Context // ends with the connection
	end          context.CancelFunc
	redact       secrets
	last         memory // of what was said
	witness      witness
	tracing      atomic.Pointer[func(TraceEvent)] // of the operation's context, or nil
	options      listOptions
	hash         hashState
	quirks       quirkState
	turn         chan struct{}  // holds a token while nobody runs an operation
	gone         chan struct{}  // closed when the reader goroutine has ended
	afterReturns sync.WaitGroup // work that goes on after the caller's method has returned
	idling       sync.Once      // starts what keeps an unused connection alive
	sending      sync.Mutex     // keeps commands on the wire in the order of the FIFO

	busy     atomic.Bool                   // a transfer is open, and has the turn
	waiting  atomic.Int32                  // how many want the turn
	prefaced sync.Once                     // starts the shorter wait for a greeting after text
	listing  atomic.Pointer[sharedListing] // the listing that a loop reads, or nil
	used     atomic.Int64                  // when the turn was given back, in nanoseconds since 1970

	// Owned by the holder of the turn. What others read too is set under mu.
	data *datachan.Manager // its Memory is safe by itself
	sess *tlsx.Session     // nil without TLS; others read it

	mtimeBy mtimeMeans // the way of setting a modification time that worked

	mu      sync.Mutex // guards what follows
	machine *protocol.Machine
	conn    net.Conn // raw, or the TLS connection over it
	flights []*flight
	ahead   []*flight        // sent by AskAhead, answered or not, and not taken yet
	events  []protocol.Event // not handled yet
	dead    error            // why the connection ended
	closed  bool             // by Close: no goroutine is added to afterReturns any more
	session session          // except its fields that the holder of the turn owns
}

// Dial connects to address ("host:port"), reads the greeting and sets TLS up as
// cfg says. The caller logs in next. A nil cfg is the zero Config.
//
// Errors: a network error, a *[protocol.ReplyError] if the server refused the connection,
// a *[SecurityError] if it has no TLS, a *[tlsx.HandshakeError], a
// *[protocol.SyntaxError] if it does not speak FTP.
func Dial(ctx context.Context, address string, cfg *Config) (*Conn, error) {
	c := &Conn{turn: make(chan struct{}, 1), gone: make(chan struct{})}
	if cfg != nil {
		c.cfg = *cfg
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if err := c.startQuirks(); err != nil {
		return nil, err
	}
	if err := c.cfg.checkMechanism(); err != nil {
		return nil, err
	}
	if c.cfg.Security != SecurityNone {
		c.sess = tlsx.NewSession(c.cfg.tlsx(host, port))
	}
	c.follow(ctx)
	defer c.unfollow()
	c.life, c.end = context.WithCancel(context.Background())
	dctx, cancel := patience.Within(ctx, c.cfg.connectTimeout())
	defer cancel()
	begun := time.Now()
	c.raw, err = c.cfg.dial(dctx, "tcp", address)
	c.connected(address, begun, err)
	if err != nil {
		c.end()
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, err
	}
	if k, ok := c.raw.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	}); ok && c.cfg.TCPKeepAlive != nil {
		k.SetKeepAliveConfig(*c.cfg.TCPKeepAlive) // the socket works without it, too
	}
	if err := c.start(ctx); err != nil {
		if again, err, ok := c.afterLostHello(ctx, address, err); ok {
			return again, err
		}
		if again, err, ok := c.afterRefusedALPN(ctx, address, err); ok {
			return again, err
		}
		return nil, plainly(err)
	}
	return c, nil
}

// plainly returns why there is no connection, without saying that there is none now. One
// that the server cut off says what was awaited.
func plainly(err error) error {
	closed, ok := errors.AsType[*ClosedError](err)
	if !ok || closed.Cause == nil {
		return err
	}
	if _, network := errors.AsType[*net.OpError](closed.Cause); network || errors.Is(closed.Cause, io.ErrUnexpectedEOF) {
		if _, handshake := errors.AsType[*tlsx.HandshakeError](closed.Cause); !handshake && closed.Awaited {
			return closed
		}
	}
	return closed.Cause
}

// start runs the reader and does all that precedes the login.
func (c *Conn) start(ctx context.Context) error {
	c.conn = c.raw
	data := c.cfg.data()
	if c.withoutEPSV() {
		data.Mode = datachan.ModePASV
	}
	c.data = datachan.NewManager(data)
	c.data.OnNote(func(s string) { c.trace(TraceNote, s) })
	c.data.OnFailure(c.dataFailed)
	c.machine = protocol.NewMachine(protocol.Config{
		Limits: c.cfg.Limits, StrictReplies: c.cfg.StrictReplies, LooseReplies: c.cfg.LooseReplies, ImplicitTLS: c.cfg.Security == SecurityImplicit, Mechanism: c.cfg.mechanism, Lenient: true,
	})
	greeting := newFlight(protocol.Command{})
	greeting.own = c
	c.flights = []*flight{greeting}
	go c.read()
	err := c.await(ctx, greeting, c.cfg.replyTimeout())
	if err == nil {
		c.greeting = greeting.reply
		c.noticeServer()
		c.turn <- struct{}{}
		if c.cfg.Security == SecurityExplicit || c.cfg.Security == SecurityAuto || c.cfg.Mechanism != nil {
			err = c.secure(ctx)
		}
	}
	if err != nil {
		c.shut(nil)
		<-c.gone
	}
	return err
}

// launch sends a command and returns its flight. The caller must hold the turn, or the
// transfer that the command is about.
func (c *Conn) launch(cmd protocol.Command) (*flight, error) {
	cmd, err := c.replaced(cmd)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	wire, err := c.encode(cmd)
	if c.dead != nil {
		err = c.dead
	}
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return c.launchWire(cmd, wire)
}

// launchWire is launch for a command that is already encoded.
func (c *Conn) launchWire(cmd, wire protocol.Command) (*flight, error) {
	return c.launchAfter(cmd, wire, c.cfg.connectTimeout(), func(net.Conn) []byte { return nil })
}

// launchAfter is launchWire with a time limit on the write. It also writes the bytes that
// before returns, in front of the command; before may write to the connection.
func (c *Conn) launchAfter(cmd, encoded protocol.Command, within time.Duration, before func(net.Conn) []byte) (*flight, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	f, conn, wire, err := c.prepare(cmd, encoded)
	if err != nil {
		return nil, err
	}
	c.emit(TraceEvent{Kind: TraceSent, Text: cmd.String(), Verb: upper(cmd.Verb)})
	c.raw.SetWriteDeadline(patience.Deadline(within))
	if _, err := conn.Write(append(before(conn), wire...)); err != nil {
		// The reader meets the same fault; it may first read the 421 that explains it.
		c.raw.SetReadDeadline(patience.Deadline(c.cfg.abortTimeout()))
	}
	return f, nil
}

func (c *Conn) prepare(cmd, encoded protocol.Command) (*flight, net.Conn, []byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead != nil {
		return nil, nil, nil, c.dead
	}
	wire, err := c.machine.Send(encoded)
	if err != nil {
		return nil, nil, nil, err
	}
	cmd.Verb = upper(cmd.Verb) // replies are reported for it in this form
	c.ahead = nil              // what was asked ahead is valid as long as nothing else is sent
	if cmd.Verb.Does(protocol.Moves) {
		c.session.moving++
	}
	f := newFlight(cmd)
	f.own = c
	f.path = c.pathOf(cmd)
	c.flights = append(c.flights, f)
	return f, c.conn, wire, nil
}

// pathOf returns the pathname of a command as errors name it.
func (c *Conn) pathOf(cmd protocol.Command) string { return c.redact.String(cmd.Pathname()) }

func upper(v protocol.Verb) protocol.Verb { return protocol.Verb(strings.ToUpper(string(v))) }

// await waits for a flight to end. If timeout passes, the connection is shut, because
// later replies could no longer be paired with commands. If ctx ends, await returns and
// the flight goes on.
func (c *Conn) await(ctx context.Context, f *flight, timeout time.Duration) error {
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		select {
		case <-f.done:
		case <-ctx.Done():
			return c.abandoned(ctx, f)
		case <-t.C:
			var cause error = &TimeoutError{Verb: f.cmd.Verb, After: timeout}
			if text := c.preface(); text != nil {
				cause = text // says more than that no greeting followed it
			}
			c.shut(cause)
			<-f.done
		}
		return f.result()
	}
	select {
	case <-f.done:
		return f.result()
	case <-ctx.Done():
		return c.abandoned(ctx, f)
	}
}

func (c *Conn) abandoned(ctx context.Context, f *flight) error {
	if f.isDone() {
		return f.result()
	}
	return context.Cause(ctx)
}

// exchangeOnce sends a command and waits for its final reply. The turn must be held.
func (c *Conn) exchangeOnce(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
	if err := ctx.Err(); err != nil {
		return protocol.Reply{}, context.Cause(ctx)
	}
	f := c.foreseen(cmd)
	asked := f != nil
	if !asked {
		var err error
		if f, err = c.launch(cmd); err != nil {
			return protocol.Reply{}, err
		}
	}
	err := c.await(ctx, f, c.cfg.replyTimeout())
	if asked {
		err = c.unanswered(ctx, f.cmd.Verb, QuirkOneByOne, err)
	}
	if !f.isDone() {
		return protocol.Reply{}, err // the reader may still write the reply
	}
	return f.reply, err
}

// acquire takes the turn for one operation. It waits for the turn as long as ctx allows.
func (c *Conn) acquire(ctx context.Context) error {
	c.waiting.Add(1)
	defer c.waiting.Add(-1)
	c.makeWay()
	select {
	case <-c.turn:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := c.settleAbandoned(ctx); err != nil {
		c.release()
		return err
	}
	c.follow(ctx)
	return nil
}

func (c *Conn) release() {
	c.unfollow()
	c.used.Store(time.Now().UnixNano())
	c.turn <- struct{}{}
}

// settleAbandoned waits for the replies to commands whose callers have returned.
func (c *Conn) settleAbandoned(ctx context.Context) error {
	for {
		c.mu.Lock()
		var f *flight
		if len(c.flights) > 0 {
			f = c.flights[0]
		}
		c.mu.Unlock()
		if f == nil {
			return nil
		}
		if err := c.await(ctx, f, c.cfg.replyTimeout()); err != nil && !f.isDone() {
			return err
		}
	}
}

// do runs one command as one operation.
func (c *Conn) do(ctx context.Context, verb protocol.Verb, arg string) (protocol.Reply, error) {
	return c.Do(ctx, protocol.Command{Verb: verb, Arg: c.pathArg(verb, arg)})
}

// Do sends any command that moves no data and returns its final reply, also together with
// an error. A refusal is a *[protocol.ReplyError]. A command that is illegal now, or
// whose argument is not a single line, is not sent. Do does not send AUTH, ADAT and CCC
// either, because the Config decides when TLS begins and ends; nor REIN over TLS, for
// which there is [Conn.Rein]; nor, after CCC, a command that would send a secret in
// clear. The Conn takes note of what a command changes for later ones, such as TYPE, SSCN
// or REIN, as if a method had sent it.
func (c *Conn) Do(ctx context.Context, cmd protocol.Command) (protocol.Reply, error) {
	if reason := c.notByDo(cmd); reason != "" {
		return protocol.Reply{}, &protocol.ArgumentError{Verb: cmd.Verb, Reason: reason}
	}
	if err := c.acquire(ctx); err != nil {
		return protocol.Reply{}, err
	}
	defer c.release()
	r, err := c.exchange(ctx, cmd)
	if err == nil {
		c.noticeReply(upper(cmd.Verb), r)
	}
	return r, err
}

// notByDo returns why Do must not send the command, or "". If Do may send it, notByDo
// also registers the command's secrets, so that they are masked.
func (c *Conn) notByDo(cmd protocol.Command) string {
	info, _ := protocol.LookupVerb(cmd.Verb)
	switch {
	case info.MovesData():
		return "moves data: use the method for it"
	case info.Verb == "AUTH", info.Verb == "ADAT", info.Verb == "CCC",
		info.Verb == "REIN" && c.protection().Secured():
		return "changes the protection of the connection, which the Config decides"
	case info.Verb == "PASS" && c.cleared(), info.Verb == "ACCT" && c.cleared():
		return "is secret, and the connection is in clear since CCC"
	}
	for _, secret := range cmd.Secrets() {
		c.redact.add(secret)
	}
	return ""
}

// RemoteAddr returns the server's end of the control connection.
func (c *Conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// TLS returns the state of the control connection's TLS; ok is false in clear.
func (c *Conn) TLS() (state tls.ConnectionState, ok bool) {
	t, ok := c.current().(*tls.Conn)
	if !ok {
		return state, false
	}
	return t.ConnectionState(), true
}

// Err returns why the connection is closed, or nil if it is not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// Close closes the connection without QUIT; see [Conn.Quit] for the orderly end. It may
// be called at any time and more than once, and unblocks all calls. When it returns, what
// went on after a cancelled call has ended.
func (c *Conn) Close() error {
	c.shut(nil)
	<-c.gone
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.afterReturns.Wait()
	return nil
}
