package control

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/ftpwire/ftpwire/tlsx"
)

// afterRefusedALPN dials once more without ALPN, if err says that the server wants none
// of the protocols that were offered (RFC 7301, Section 3.2). The name "ftp" is
// registered, but some servers that do not know it end the handshake. ok is false if err
// says something else.
func (c *Conn) afterRefusedALPN(ctx context.Context, address string, err error) (again *Conn, againErr error, ok bool) {
	he, handshake := errors.AsType[*tlsx.HandshakeError](err)
	if !handshake || !he.ALPNRefused() || ctx.Err() != nil {
		return nil, nil, false
	}
	base := &tls.Config{}
	if c.cfg.TLS != nil {
		base = c.cfg.TLS.Clone()
	}
	if base.NextProtos != nil {
		return nil, nil, false // the caller chose the protocols, or none was offered
	}
	c.trace(TraceNote, "the server refuses the protocol name ftp (ALPN); once more without it")
	base.NextProtos = []string{}
	conf := c.cfg
	conf.TLS = base
	again, againErr = Dial(ctx, address, &conf)
	return again, againErr, true
}
