package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strings"
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

	said    bool           // something: TLS is not implicit
	private bool           // data connections have TLS
	passive net.Listener   // of the next data connection, or nil
	active  netip.AddrPort // where the next one goes otherwise
}

// play plays the server and closes the connection.
func (p *replayed) play(s *dialogue.Script) error {
	defer p.tcp.Close()
	defer p.closePassive()
	defer context.AfterFunc(p.ctx, func() { p.tcp.Close() })()
	player := &dialogue.Player{
		Conn: p.tcp, Timeout: patience.Replay.Default, Say: p.say, Heard: p.heard, Data: p.data,
		StartTLS: p.startTLS, StopTLS: p.stopTLS,
	}
	return player.PlayServer(s)
}

func (p *replayed) closePassive() {
	if p.passive != nil {
		p.passive.Close()
		p.passive = nil
	}
}

// say replaces a recorded address by one of this run.
func (p *replayed) say(line string) (string, error) {
	p.said = true
	code, text, _ := strings.Cut(line, " ")
	switch code {
	case "229":
		if _, err := parse.EPSV(text); err != nil {
			return line, nil
		}
	case "227":
		if _, err := parse.PASV(text); err != nil {
			return line, nil
		}
	default:
		return line, nil
	}
	host, _, err := net.SplitHostPort(p.tcp.LocalAddr().String())
	if err != nil {
		return "", err
	}
	p.closePassive()
	if p.passive, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
		return "", err
	}
	addr := p.passive.Addr().(*net.TCPAddr).AddrPort()
	if code == "229" {
		return "229 Extended passive mode " + parse.FormatEPSV(addr.Port()), nil
	}
	return "227 Passive mode " + parse.FormatPASV(netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())), nil
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
	tc := tls.Server(&tlsx.RecordConn{Conn: conn}, p.control.Config())
	return tc, tc.HandshakeContext(p.ctx)
}

func (p *replayed) stopTLS(conn net.Conn) (net.Conn, error) {
	tc, ok := conn.(*tls.Conn)
	if !ok {
		return nil, errors.New("there is no TLS to take down")
	}
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
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	conn := raw
	if p.private {
		if conn, err = p.control.Data(ctx, raw); err != nil {
			return err
		}
	}
	if step.Kind == dialogue.DataToServer {
		got, err := io.ReadAll(io.LimitReader(conn, int64(len(step.Payload))+1))
		if err == nil && !bytes.Equal(got, step.Payload) {
			err = fmt.Errorf("%d bytes came that differ from the %d recorded ones", len(got), len(step.Payload))
		}
		return err
	}
	if _, err := conn.Write(step.Payload); err != nil {
		return err
	}
	if tc, ok := conn.(*tls.Conn); ok {
		tc.CloseWrite()
	}
	if h, ok := raw.(interface{ CloseWrite() error }); ok {
		h.CloseWrite()
	}
	io.Copy(io.Discard, raw) // closing with something unread would reset the connection
	return nil
}

// open returns the data connection.
func (p *replayed) open(ctx context.Context) (net.Conn, error) {
	if p.passive == nil {
		if !p.active.IsValid() {
			return nil, errors.New("no address for a data connection was told")
		}
		return new(net.Dialer).DialContext(ctx, "tcp", p.active.String())
	}
	defer p.closePassive()
	defer context.AfterFunc(ctx, p.closeListener(p.passive))()
	return p.passive.Accept()
}

func (p *replayed) closeListener(ln net.Listener) func() { return func() { ln.Close() } }

// freshKeyPair makes a certificate for localhost.
func freshKeyPair() ([]tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "ftpwire replay"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 1, 0),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, nil
}
