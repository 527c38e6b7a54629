package control

import (
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A flight is a command that was sent and whose final reply is not in yet. It implements
// datachan.Progress.
type flight struct {
	cmd      protocol.Command
	path     string        // of cmd, as errors name it
	launched time.Time     // when it was sent
	own      *Conn         // whose caller may say what a refusal means, or nil
	started  chan struct{} // closed at the first preliminary reply
	done     chan struct{} // closed at the end; the fields below are then final

	marks     []Mark // from 110 replies; the Conn's mu guards these two
	marksSent int

	once    sync.Once
	prelim  protocol.Reply
	reply   protocol.Reply
	outcome protocol.Outcome
	err     error // the connection died, or the refusal came in clear
}

func newFlight(c protocol.Command) *flight {
	return &flight{cmd: c, launched: time.Now(), started: make(chan struct{}), done: make(chan struct{})}
}

func (f *flight) Started() <-chan struct{} { return f.started }
func (f *flight) Done() <-chan struct{}    { return f.done }

// Failed reports whether the command was refused or the connection died. It must not be
// called before Done is closed.
func (f *flight) Failed() bool { return f.result() != nil }

// result returns the error that the flight ended with, if any.
func (f *flight) result() error {
	switch {
	case f.err != nil:
		return f.err
	case f.outcome == protocol.Failure:
		return &protocol.ReplyError{Verb: f.cmd.Verb, Path: f.path, Reply: f.reply, Told: f.own.told(f.cmd.Verb, f.reply)}
	}
	return nil
}

// preliminary notes a 1yz reply.
func (f *flight) preliminary(r protocol.Reply) {
	f.once.Do(func() {
		f.prelim = r
		close(f.started)
	})
}

func (f *flight) finish(r protocol.Reply, o protocol.Outcome) {
	f.reply, f.outcome = r, o
	close(f.done)
}

func (f *flight) die(err error) {
	f.err = err
	close(f.done)
}

func (f *flight) isDone() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}
