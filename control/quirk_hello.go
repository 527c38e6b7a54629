package control

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// afterLostHello dials once more, with a pause before the handshake, if err says that the
// server lost the ClientHello after AUTH, or took it for a command. ok is false if err says
// something else.
func (c *Conn) afterLostHello(ctx context.Context, address string, err error) (again *Conn, againErr error, ok bool) {
	evidence := lostHelloEvidence(err)
	if evidence == "" || c.cfg.Security == SecurityImplicit || ctx.Err() != nil || c.HasQuirk(QuirkTLSHelloLost) {
		return nil, nil, false
	}
	if !c.notice(QuirkTLSHelloLost, evidence) {
		return nil, nil, false
	}
	conf := c.cfg
	conf.Quirks.Known = append(slices.Clip(conf.Quirks.Known), AppliedQuirk{Name: QuirkTLSHelloLost, Evidence: evidence})
	again, againErr = Dial(ctx, address, &conf)
	if _, ok := errors.AsType[*tlsx.HandshakeError](againErr); againErr != nil && (!ok || lostHelloEvidence(againErr) != "") {
		againErr = err // the second attempt got no further
	}
	return again, againErr, true
}

// lostHelloEvidence returns the evidence of a lost ClientHello in an error of Dial, or
// "".
func lostHelloEvidence(err error) string {
	he, ok := errors.AsType[*tlsx.HandshakeError](err)
	switch {
	case !ok:
		return ""
	case he.Silent:
		return "AUTH was accepted, and not one byte of a handshake came"
	case he.InClear:
		return "AUTH was accepted, and the ClientHello was answered by a reply in clear text"
	}
	return ""
}

// pauseBeforeHello delays the handshake where the server needs that.
func (c *Conn) pauseBeforeHello() {
	if c.cfg.Security != SecurityImplicit && c.HasQuirk(QuirkTLSHelloLost) {
		select {
		case <-time.After(patience.HelloDelay.Default):
		case <-c.life.Done():
		}
	}
}

// QuirkTLSHelloLost: a ClientHello right after the reply to AUTH is lost, or taken for a command.
const QuirkTLSHelloLost QuirkName = "tls-hello-lost"

var rowTLSHelloLost = Quirk{
	Name: QuirkTLSHelloLost, Mode: QuirkDetected,
	Behaviour:  "a ClientHello right after the reply to AUTH is lost, or taken for a command",
	Evidence:   "AUTH was accepted and not one byte of a handshake came, or a reply in clear text",
	Workaround: "one new connection, with a quarter of a second between the reply and the handshake",
	Refs:       []string{"ftp-srv"},
}
