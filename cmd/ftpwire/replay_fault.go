package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// fault plays what goes wrong on the server's side.
func (p *replayed) fault(step dialogue.Step) error {
	switch step.Kind {
	case dialogue.TLS:
		return p.failTLS(p.tcp, step.How, func() {
			tls.Server(p.tcp, p.control.Config()).HandshakeContext(p.ctx) // the client ends it
		})
	case dialogue.DataFails:
		if step.Text == "tls" {
			return p.failDataTLS(step.How)
		}
	case dialogue.End:
		if p.tls != nil && step.How == dialogue.Closed {
			p.tls.CloseWrite()
		}
		p.end(p.tcp, step.How, patience.ReplaySilence.Default)
	}
	return nil // a data connection that does not come about is a port that was announced
}

func (p *replayed) failDataTLS(how dialogue.Fault) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience.Replay.Default)
	defer cancel()
	raw, err := p.open(ctx)
	if err != nil {
		return err
	}
	err = p.failTLS(raw, how, func() { p.control.Data(ctx, raw) })
	p.endData(raw, raw, dialogue.Step{Kind: dialogue.DataToClient, How: dialogue.Silent})
	return err
}

// failTLS answers the ClientHello as recorded. handshake is what a client refuses.
func (p *replayed) failTLS(conn net.Conn, how dialogue.Fault, handshake func()) error {
	if _, distrusted := how.Distrusted(); distrusted || how == dialogue.Client {
		handshake()
		return nil
	}
	if how == dialogue.Demands {
		return p.demand(conn)
	}
	out, sends := how.Sends()
	if number, ok := how.Alert(); ok {
		out, sends = []byte{21, 3, 3, 0, 2, 2, number}, true // a fatal alert (RFC 8446, Section 6)
	}
	if !sends || out[0] == 21 || out[0] == 22 { // clear text does not wait for the client
		conn.SetReadDeadline(time.Now().Add(patience.Replay.Default))
		conn.Read(make([]byte, 16<<10)) // the ClientHello
		conn.SetReadDeadline(time.Time{})
	}
	if sends {
		_, err := conn.Write(out)
		return err
	}
	p.end(conn, how, patience.ReplaySilence.Default)
	return nil
}

// demand is a handshake with a client whose certificate is not accepted.
func (p *replayed) demand(conn net.Conn) error {
	conf := p.control.Config().Clone()
	conf.ClientAuth, conf.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
	for _, pair := range conf.Certificates {
		if cert, err := x509.ParseCertificate(pair.Certificate[0]); err == nil {
			conf.ClientCAs.AddCert(cert)
		}
	}
	tls.Server(conn, conf).HandshakeContext(p.ctx) // refused, with the alert
	p.awaitEnd(conn, patience.ReplayEnd.Default)
	return nil
}

// withDemand returns the script with the refusal of the client's certificate where the
// server made it, in the handshake. Under TLS 1.3 the client learns of it later.
func withDemand(s *dialogue.Script) *dialogue.Script {
	last := len(s.Steps) - 1
	if last < 0 || s.Steps[last].Kind != dialogue.End || s.Steps[last].How != dialogue.Demands {
		return s
	}
	for i := last; i >= 0; i-- {
		if s.Steps[i].Kind == dialogue.TLS {
			early := *s
			early.Steps = append(slices.Clone(s.Steps[:i]), dialogue.Step{Kind: dialogue.TLS, Text: "fails", How: dialogue.Demands, Line: s.Steps[i].Line})
			return &early
		}
	}
	return s
}

// end ends a connection as recorded: a silent one when the client does, within most.
func (p *replayed) end(conn net.Conn, how dialogue.Fault, most time.Duration) {
	switch how {
	case dialogue.Silent:
		p.awaitEnd(conn, most)
	case dialogue.Reset:
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
	case dialogue.Closed, dialogue.Cut:
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.CloseWrite()
			p.awaitEnd(conn, patience.ReplayEnd.Default) // something unread would make it a reset
		}
	}
	conn.Close()
}

// awaitEnd reads until the client ends the connection. It returns the beginning of what
// came.
func (p *replayed) awaitEnd(conn net.Conn, most time.Duration) string {
	defer context.AfterFunc(p.ctx, func() { conn.Close() })()
	conn.SetReadDeadline(time.Now().Add(most))
	head := make([]byte, 100)
	n, _ := conn.Read(head)
	if n > 0 {
		io.Copy(io.Discard, conn)
	}
	return string(head[:n])
}

// endData ends a data connection as recorded. It does not wait for the client, whose next
// command may come before its end of the connection.
func (p *replayed) endData(raw, conn net.Conn, step dialogue.Step) {
	how := step.How
	tc, private := conn.(*tls.Conn)
	switch {
	case how == dialogue.Reset, how == dialogue.Silent:
	case step.Kind == dialogue.DataToServer: // the client has ended it
		conn.Close()
		return
	case private && how == "":
		tc.CloseWrite()
		how = dialogue.Closed
	default:
		how = dialogue.Closed
	}
	p.ending.Go(func() { p.end(raw, how, patience.ReplaySilence.Default) })
}

// errNoConnection is the error of a transcript that has nothing to play.
var errNoConnection = errors.New("no connection was open in it: there is nothing to play")
