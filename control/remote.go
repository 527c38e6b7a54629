package control

import (
	"context"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A Remote is the turn of a Conn for a transfer whose data connection runs from its server to
// another one, so that the data do not pass through this program (FXP; RFC 959, Section 2.3
// and Figure 2). Each of the two servers has a Remote; [Remote.Prepare] joins them, first that
// of the server that listens. Its methods must not be called concurrently. It must be closed;
// until then other operations of the Conn wait.
//
// The server that connects goes where it is told to. The address comes from the reply of the
// server that listens, as far as datachan.Config.NAT trusts it.
type Remote struct {
	c     *Conn
	cmd   protocol.Command
	level protocol.Level
	sscn  bool      // was in force before
	t     *transfer // nil before Start
	over  bool      // closed
}

// A RemoteEnd says how one server takes part in a data connection.
type RemoteEnd struct {
	// Verb makes it listen (PASV, EPSV, CPSV) or connect (PORT, EPRT).
	Verb protocol.Verb

	// Peer is the address to connect to, which Prepare returned for the other server.
	Peer netip.AddrPort

	// Reversed makes this server the TLS client, by SSCN ON. One of the two has to be, if the
	// data is private; CPSV does it without SSCN. If false, SSCN OFF is sent where ON is in force.
	Reversed bool

	// Format is how the file travels; it must be the same for both servers.
	Format mode.Format

	// Offset is where in the file to begin. If zero, at the beginning.
	Offset int64
}

// Remote waits for the turn and returns it. verb is RETR or STOR, or another command for one
// file, and path its argument. If listings and files are protected in different ways, PROT is
// sent. The error is one of the connection or of ctx, or a *[protocol.ArgumentError].
func (c *Conn) Remote(ctx context.Context, verb protocol.Verb, path string) (*Remote, error) {
	if info, _ := protocol.LookupVerb(verb); !info.MovesData() || verb.Does(protocol.Lists) {
		return nil, &protocol.ArgumentError{Verb: verb, Reason: "moves no file"}
	}
	cmd := protocol.Command{Verb: verb, Arg: c.pathArg(verb, path)}
	if _, err := c.onWire(cmd); err != nil {
		return nil, err
	}
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	r := &Remote{c: c, cmd: cmd, sscn: c.session.sscn}
	if err := c.ensureProtection(ctx, verb); err != nil {
		c.release()
		return nil, err
	}
	c.busy.Store(true)
	r.level = c.protection().Data
	return r, nil
}

// Level returns how the data connection would be protected. Both servers must have the same:
// nothing but clear and private, by TLS, can be shared.
func (r *Remote) Level() protocol.Level { return r.level }

// Prepare sends what comes before the transfer command, for the data connection last of all. It
// returns the address at which the server listens, if that is what end asks for. After an error
// that is a *[protocol.ReplyError], whose Verb says what was refused, Prepare may be called
// again with another end.
func (r *Remote) Prepare(ctx context.Context, end RemoteEnd) (netip.AddrPort, error) {
	c := r.c
	if err := c.applyFormat(ctx, r.cmd.Verb, end.Format.Filled(), end.Offset > 0); err != nil {
		return netip.AddrPort{}, err
	}
	if err := c.unrange(ctx); err != nil {
		return netip.AddrPort{}, err
	}
	if err := r.reverse(ctx, end.Reversed); err != nil {
		return netip.AddrPort{}, err
	}
	if err := c.prepareServer(ctx, r.cmd); err != nil {
		return netip.AddrPort{}, err
	}
	var addr netip.AddrPort
	var err error
	switch end.Verb {
	case "PORT", "EPRT":
		err = c.data.Connect(ctx, &exchanger{c: c}, end.Verb, end.Peer)
	default:
		addr, err = c.data.Listen(ctx, &exchanger{c: c}, end.Verb)
	}
	if err != nil {
		return netip.AddrPort{}, err
	}
	if end.Verb == "EPSV" {
		c.session.extended = true
	}
	return addr, c.restart(ctx, restart(end.Offset), end.Offset > 0)
}

// reverse sends SSCN if the server is not in the role that is wanted.
func (r *Remote) reverse(ctx context.Context, on bool) error {
	if r.c.session.sscn == on {
		return nil
	}
	arg := map[bool]string{true: "ON", false: "OFF"}[on]
	_, err := r.c.exchange(ctx, protocol.Command{Verb: "SSCN", Arg: arg})
	return err
}

// Start sends the transfer command. What comes of it [Remote.Started], [Remote.Done] and
// [Remote.Result] tell. The transfer goes on until the servers end it: only they see the data.
// If ctx ends, nothing happens until Close. KeepAlive of the Config is kept up.
func (r *Remote) Start(ctx context.Context) error {
	c := r.c
	cmd, err := c.replaced(r.cmd)
	if err != nil {
		return err
	}
	wire, err := c.onWire(cmd)
	if err != nil {
		return err
	}
	f, err := c.launchWire(cmd, wire)
	if err != nil {
		return err
	}
	c.session.restUnused = false
	r.t = c.newTransfer(ctx, f, nil, mode.Format{}, 0)
	if every := c.cfg.KeepAlive; every > 0 {
		go r.t.keepAlive(every)
	}
	return nil
}

// Started is closed at the preliminary reply (1yz). Start must have been called.
func (r *Remote) Started() <-chan struct{} { return r.t.f.started }

// Done is closed at the final reply, or if the connection ends. Start must have been called.
func (r *Remote) Done() <-chan struct{} { return r.t.f.done }

// Result returns the text of the final reply, secrets masked, once Done is closed. The error is a
// *[protocol.ReplyError] if the server refused the transfer or it failed there.
func (r *Remote) Result() (final string, err error) {
	return r.c.redact.String(r.t.f.reply.Text()), r.t.f.result()
}

// Close ends the transfer, with ABOR and within the AbortTimeout if its final reply is not in,
// and gives the turn back. SSCN is then as it was before. The Conn is ready for its next operation
// afterwards, or closed: see [Conn.Err]. If ctx has ended, Close returns after a moment, and the
// rest goes on after that.
func (r *Remote) Close(ctx context.Context) {
	if r.over {
		return
	}
	r.over = true
	c := r.c
	c.busy.Store(false) // the next caller waits for the turn
	var left time.Time
	waitBriefly(ctx, c.afterReturn(func() {
		r.settle()
		c.release()
	}), &left)
}

// settle brings the connection back in step and into the state of before.
func (r *Remote) settle() {
	c := r.c
	ctx, cancel := c.aborting()
	defer cancel()
	if t := r.t; t != nil {
		t.dataEnds()
		if !t.f.isDone() {
			c.giveUp(ctx, t.f, nil)
		}
		t.finish()
	}
	if c.Err() == nil {
		r.reverse(ctx, r.sscn) // if it fails, the Conn knows which role the server is in
	}
}
