package control

import (
	"context"
	"errors"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// helloPause is how long the ClientHello is held back for servers that lose one
// which comes right behind the reply to AUTH.
const helloPause = 250 * time.Millisecond

const lostHello = "tls-hello-lost"

// afterLostHello dials once more, with a pause before the handshake, if err says
// that the server stayed silent behind AUTH. ok is false if that is not the case.
func (c *Conn) afterLostHello(ctx context.Context, address string, err error) (again *Conn, againErr error, ok bool) {
	he, silent := errors.AsType[*tlsx.HandshakeError](err)
	if !silent || !he.Silent || c.cfg.Security == SecurityImplicit || ctx.Err() != nil || c.HasQuirk(lostHello) {
		return nil, nil, false
	}
	const evidence = "AUTH was accepted, and not one byte of a handshake came"
	if !c.notice(lostHello, evidence) {
		return nil, nil, false
	}
	conf := c.cfg
	conf.Quirks.carried = []AppliedQuirk{{Name: lostHello, Evidence: evidence}}
	again, againErr = Dial(ctx, address, &conf)
	if he, ok := errors.AsType[*tlsx.HandshakeError](againErr); againErr != nil && (!ok || he.Silent) {
		againErr = err // it got no further
	}
	return again, againErr, true
}

// pauseBeforeHello holds the handshake back where the server needs it.
func (c *Conn) pauseBeforeHello() {
	if c.cfg.Security != SecurityImplicit && c.HasQuirk(lostHello) {
		select {
		case <-time.After(helloPause):
		case <-c.life.Done():
		}
	}
}
