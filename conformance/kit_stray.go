package conformance

import (
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A server that sends a reply too many puts every reply after it under the wrong command.
// So before a command goes out, what has come without one is taken away and reported, in
// the monitor's row; the session is in step again.

// lookAside is how long to look for a reply that nobody waits for. One that was sent with
// the reply before it has come by then.
const lookAside = 200 * time.Microsecond

// strays takes away what came without a command.
func (c *Conn) strays() { c.straysWithin(lookAside) }

func (c *Conn) straysWithin(wait time.Duration) {
	if c.owed > 0 || c.loose || c.ended || c.goodbye || c.bye421 {
		return
	}
	for !c.ended {
		if len(c.pending) == 0 && c.fill(time.Now().Add(wait)) != nil {
			return
		}
		r, whole := c.assemble()
		if !whole {
			return
		}
		if c.replies++; r.Code == 421 {
			c.bye421, c.kept = true, append(c.kept, r) // it may come at any time
			return
		}
		c.stray(r)
	}
}

// unreadReply reports whether a reply that was due has come, and the case has not read it.
func (c *Conn) unreadReply() bool {
	if c.owed == 0 {
		return false
	}
	_, err := c.receive(lookAside)
	return err == nil
}

// stray reports a reply that came without a command.
func (c *Conn) stray(r protocol.Reply) {
	c.strayed++
	if time.Since(c.asked) > 20*time.Millisecond {
		c.run.late = true
	}
	if c.lastDone == "" {
		c.run.found(ownGreetingOnce, Fail, c, fmt.Sprintf("after the greeting came another reply: %s", brief(r)))
		return
	}
	if c.lastDone == "AUTH" && !c.secure {
		c.run.found(ownAfter234, Fail, c, fmt.Sprintf("in clear text after the 234 line: %s", brief(r)))
		return
	}
	c.run.found(monFinal, Fail, c, fmt.Sprintf("%s had its final reply, and then came %s", c.lastDone, brief(r)))
}

// count keeps the account of replies that are due.
func (c *Conn) count(r protocol.Reply) {
	if r.Code.Class() == 1 {
		return
	}
	if c.owed > 0 {
		c.owed--
	}
	if c.owed == 0 {
		c.lastDone = c.lastSent
	}
}

// due takes a command into the account.
func (c *Conn) due(verb string) {
	c.owed++
	c.lastSent = verb
}
