package control

import (
	"context"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// AskAhead sends what c will be asked next about a file in one flight, so that the answers take one
// round trip together: for SIZE, MDTM and MLST among verbs what [Conn.Size], [Conn.Mdtm] and [Conn.Mlst] of path
// send, and for EPSV, which comes last, the command by which the [Conn.Retr] after them gets the address of its data
// connection, whichever that is. These calls then find their answers there, if they come in the same order, with no
// other command between them, and within 5 s; otherwise they ask again.
//
// Nothing is sent to a server that is not known to read commands one after the other that come together: it must
// have shown that by [Conn.Pipeline], or be a software for which it was measured. The address is asked for only after a
// transfer of this session has got one in the same way. There is no error: what fails is told by the calls.
//
// A caller that may not begin the transfer must leave EPSV out: pyftpdlib ends a session 30 s
// after an address that nobody has used.
func AskAhead(ctx context.Context, c *Conn, path string, verbs ...protocol.Verb) {
	if c.acquire(ctx) != nil {
		return
	}
	defer c.release()
	if !c.readsFlights() || slices.Contains(verbs, "SIZE") && c.ensureType(ctx, 'I') != nil {
		return
	}
	var cmds []protocol.Command
	for _, v := range verbs {
		if v == "EPSV" {
			cmds = append(cmds, c.nextAddress(path)...)
			continue
		}
		cmds = append(cmds, protocol.Command{Verb: v, Arg: c.pathArg(v, path)})
	}
	if len(cmds) < 2 || c.sendable(cmds...) != nil || ctx.Err() != nil {
		return // alone it gains nothing
	}
	var ahead []*flight
	for _, cmd := range cmds {
		f, err := c.launch(cmd)
		if err != nil {
			break
		}
		ahead = append(ahead, f)
	}
	c.mu.Lock()
	c.ahead = ahead
	c.mu.Unlock()
}

// readsFlights reports whether the server reads commands that come together. What is known of softwares holds for
// those that are at least likely: anybody may write a name into a greeting.
func (c *Conn) readsFlights() bool {
	s := &c.session
	// An account may have to be sent between a command and its repetition, and own quirks replace commands.
	if c.HasQuirk(QuirkOneByOne) || s.account != "" || len(c.cfg.Quirks.Own) > 0 {
		return false
	}
	return s.flights || c.software().flights
}

// software returns the row of what the server is likely to be, or an empty one. It is asked for the first time after
// the login, and does not change after that.
func (c *Conn) software() *software {
	s := &c.session
	if s.software != nil {
		return s.software
	}
	s.software = &software{}
	if who := c.witness.server(c.Features()); who.Confidence >= ConfidenceLikely {
		for i, x := range softwares {
			if x.name == who.Name {
				s.software = &softwares[i]
			}
		}
	}
	if s.software.earlyTLS {
		c.data.BearsTLS()
	}
	return s.software
}

// nextAddress returns the commands by which the data connection of a RETR of path will most likely be asked for, or
// none if others have to come first.
func (c *Conn) nextAddress(path string) []protocol.Command {
	f, now := c.FileFormat(), c.params()
	inForce := c.session.typed && now.Type == f.Type && now.Format == f.Form && now.Stru == f.Structure && now.Mode == f.Mode
	if !inForce || f.Mode == 'Z' || c.session.address.Verb == "" {
		return nil
	}
	if c.HasQuirk(QuirkPRET) {
		return []protocol.Command{pret(protocol.Command{Verb: "RETR", Arg: c.pathArg("RETR", path)}), c.session.address}
	}
	return []protocol.Command{c.session.address}
}

// foreseen returns the flight that AskAhead has sent for cmd. Any other command than the next one says that the
// answers that are left will not be asked for.
func (c *Conn) foreseen(cmd protocol.Command) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ahead) == 0 {
		return nil
	}
	f := c.ahead[0]
	cmd.Verb = upper(cmd.Verb)
	tooOld := c.dead == nil && time.Since(f.launched) > patience.AskedAhead.Default // else the flight tells what it died of
	if f.cmd != cmd || tooOld {
		c.ahead = nil
		return nil
	}
	c.ahead = c.ahead[1:]
	return f
}

// QuirkOneByOne: commands that come together are not all answered.
const QuirkOneByOne QuirkName = "one-by-one"

var rowOneByOne = Quirk{
	Name: QuirkOneByOne, Mode: QuirkDetected,
	Behaviour:  "commands that come together are not all answered, or cost the connection",
	Evidence:   "the connection is lost at a command that was sent together with others",
	Workaround: "each command waits for the reply to the one before, except in Pipeline",
	Refs:       []string{"lftp, whose setting is ftp:sync-mode"},
}
