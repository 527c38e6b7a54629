package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A replayed is one session of a replay.
type replayed struct {
	ctx     context.Context
	tcp     net.Conn
	control *tlsx.ServerControl

	tls     *tls.Conn      // of the control connection, nil in clear
	peer    netip.Addr     // the server's address in the dialogue
	said    bool           // something: TLS is not implicit
	private bool           // data connections have TLS
	passive net.Listener   // of the next data connection, or nil
	active  netip.AddrPort // where the next one goes otherwise
	ending  sync.WaitGroup // data connections that only wait for the client's end
}

// play plays the server and closes the connection.
func (p *replayed) play(s *dialogue.Script) error {
	ctx, cancel := context.WithCancel(p.ctx)
	p.ctx = ctx
	defer p.ending.Wait()
	defer cancel()
	defer p.tcp.Close()
	defer p.closePassive()
	defer context.AfterFunc(p.ctx, func() { p.tcp.Close() })()
	player := &dialogue.Player{
		Conn: p.tcp, Timeout: patience.ReplayCommand.Default, Say: p.say, Heard: p.heard, Data: p.data,
		StartTLS: p.startTLS, StopTLS: p.stopTLS, Fault: p.fault,
	}
	p.peer, s = peerOf(s), withDemand(s)
	if err := player.PlayServer(s); err != nil {
		return err
	}
	if s.Ends() {
		return nil
	}
	if more := p.awaitEnd(player.Conn, patience.ReplayEnd.Default); more != "" && !strings.HasPrefix(more, "QUIT") {
		return fmt.Errorf("the client goes on after the end of the dialogue: %q", more)
	}
	return nil
}

// peerOf returns the address of the server in a dialogue, if it is told.
func peerOf(s *dialogue.Script) netip.Addr {
	for _, step := range s.Steps {
		if addr, err := netip.ParseAddrPort(step.Text); err == nil && step.Kind == dialogue.Peer {
			return addr.Addr().Unmap()
		}
	}
	return netip.Addr{}
}

func (p *replayed) closePassive() {
	if p.passive != nil {
		p.passive.Close()
		p.passive = nil
	}
}

// say replaces a recorded address by one of this run.
func (p *replayed) say(line string, ahead []dialogue.Step) (string, error) {
	p.said = true
	named, ok := namedAddress(line)
	if !ok {
		return line, nil
	}
	local := p.tcp.LocalAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	addr, err := p.listen(local, nextFault(ahead))
	if err != nil {
		return "", err
	}
	host := named.Addr()
	if !host.IsValid() || host == p.peer || !p.peer.IsValid() {
		host = local // the server's own address, whatever it is here
	}
	return renamed(line, named.Port(), netip.AddrPortFrom(host, addr.Port())), nil
}

// namedAddress returns the address in a reply to PASV or EPSV; that of EPSV has a port only.
func namedAddress(line string) (addr netip.AddrPort, ok bool) {
	code, text, _ := strings.Cut(line, " ")
	if code != "227" && code != "229" {
		return addr, false
	}
	if addr, err := parse.PASV(text); err == nil {
		return addr, true
	}
	addr, err := parse.EPSV(text)
	return addr, err == nil
}

var sixNumbers = regexp.MustCompile(`\d+,\d+,\d+,\d+,\d+,\d+`)

// renamed returns a reply with another address in the place of its own.
func renamed(line string, port uint16, addr netip.AddrPort) string {
	if at := sixNumbers.FindStringIndex(line); at != nil && addr.Addr().Is4() {
		return line[:at[0]] + parse.FormatPORT(addr) + line[at[1]:]
	}
	old := strconv.Itoa(int(port))
	at := strings.LastIndex(line, old)
	return line[:at] + strconv.Itoa(int(addr.Port())) + line[at+len(old):]
}

// nextFault returns how the next data connection fails, or "".
func nextFault(ahead []dialogue.Step) dialogue.Fault {
	for _, step := range ahead {
		switch step.Kind {
		case dialogue.DataFails:
			if step.Text == "data" {
				return step.How
			}
			return ""
		case dialogue.DataToClient, dialogue.DataToServer:
			return ""
		case dialogue.ServerLine:
			if _, another := namedAddress(step.Text); another {
				return ""
			}
		}
	}
	return ""
}

// listen opens the port of the next data connection, or one that fails as recorded.
func (p *replayed) listen(host netip.Addr, how dialogue.Fault) (netip.AddrPort, error) {
	p.closePassive()
	ln, err := net.Listen("tcp", netip.AddrPortFrom(host, 0).String())
	if err != nil {
		return netip.AddrPort{}, err
	}
	addr := ln.Addr().(*net.TCPAddr).AddrPort()
	switch how {
	case dialogue.Refused, dialogue.Closed, dialogue.Reset:
		ln.Close()
		return addr, nil
	case dialogue.Silent:
		p.ending.Add(1)
		context.AfterFunc(p.ctx, func() {
			ln.Close()
			p.ending.Done()
		})
		return addr, deafen(p.ctx, ln)
	}
	p.passive = ln
	return addr, nil
}

// heard notes what the client announces about data connections.
func (p *replayed) heard(line string) (err error) {
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "PORT":
		p.active, err = parse.PORT(arg)
	case "EPRT":
		p.active, err = parse.EPRT(arg)
	case "PROT":
		p.private = strings.EqualFold(arg, "P")
	default:
		return nil
	}
	if err == nil {
		p.closePassive()
	}
	return err
}

func (p *replayed) startTLS(conn net.Conn) (net.Conn, error) {
	p.private = p.private || !p.said
	p.tls = tls.Server(&tlsx.RecordConn{Conn: conn}, p.control.Config())
	return p.tls, p.tls.HandshakeContext(p.ctx)
}

func (p *replayed) stopTLS(conn net.Conn) (net.Conn, error) {
	tc, ok := conn.(*tls.Conn)
	if !ok {
		return nil, errors.New("there is no TLS to take down")
	}
	p.tls = nil
	return p.control.Clear(p.ctx, tc)
}

// data moves one payload.
func (p *replayed) data(step dialogue.Step) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience.Replay.Default)
	defer cancel()
	raw, err := p.open(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	conn := raw
	if p.private {
		if conn, err = p.control.Data(ctx, raw); err != nil {
			raw.Close()
			return err
		}
	}
	if step.Kind == dialogue.DataToServer {
		err = receive(conn, step)
	} else {
		_, err = io.Copy(conn, payload(step))
	}
	if err != nil && step.How == "" {
		raw.Close()
		return err
	}
	stop()
	if step.How == dialogue.Silent {
		select {
		case <-time.After(patience.ReplayUnfinished.Default):
		case <-p.ctx.Done():
		}
	}
	p.endData(raw, conn, step)
	return nil
}

// payload returns what is sent, or must come.
func payload(step dialogue.Step) io.Reader {
	if step.Payload == nil {
		return io.LimitReader(zeros{}, step.Octets)
	}
	return bytes.NewReader(step.Payload)
}

// zeros stand for contents that were not kept.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// receive takes a payload, and compares it if it was kept. One that did not end in order
// is taken as far as it was moved.
func receive(conn net.Conn, step dialogue.Step) error {
	if step.How != "" {
		_, err := io.CopyN(io.Discard, conn, step.Octets)
		return err
	}
	var got bytes.Buffer
	into := io.Writer(&got)
	if step.Payload == nil {
		into = io.Discard
	}
	n, err := io.Copy(into, io.LimitReader(conn, step.Octets+1))
	if err == nil && (n != step.Octets || !bytes.Equal(got.Bytes(), step.Payload)) {
		err = fmt.Errorf("%d bytes came that differ from the %d recorded ones", n, step.Octets)
	}
	return err
}

// open returns the data connection.
func (p *replayed) open(ctx context.Context) (net.Conn, error) {
	if p.passive == nil {
		if !p.active.IsValid() {
			return nil, errors.New("no address for a data connection was told")
		}
		return new(net.Dialer).DialContext(ctx, "tcp", p.active.String())
	}
	ln := p.passive
	defer p.closePassive()
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	return ln.Accept()
}
