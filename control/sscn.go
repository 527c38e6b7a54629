package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// listsReversed reports whether, while SSCN ON is in force, the server is the TLS client
// of listings as well as of files.
func (c *Conn) listsReversed() bool {
	if strings.Contains(strings.ToLower(c.greeting.Text()), "proftpd") {
		c.notice(QuirkSSCNNotListings, "the greeting names ProFTPD")
	}
	return !c.HasQuirk(QuirkSSCNNotListings)
}

// listUnreversed notices a server that waits for this side's ClientHello, although SSCN
// ON told it to send one itself. No reply says so.
var listUnreversed = remedy{
	name: "this side is the TLS client",
	fits: func(o *opening, err error) bool {
		he, ok := errors.AsType[*tlsx.HandshakeError](err)
		return ok && he.Silent && errors.Is(he, os.ErrDeadlineExceeded) &&
			o.c.session.sscn && o.cmd.Verb.Does(protocol.Lists) && !o.c.HasQuirk(QuirkSSCNNotListings)
	},
	apply: func(_ context.Context, o *opening, _ *protocol.ReplyError) bool {
		return o.c.notice(QuirkSSCNNotListings, string(o.cmd.Verb)+" after SSCN ON: the server did not begin TLS")
	},
}

// Cpsv sends CPSV: PASV for one data connection on which the server is the TLS client. It
// returns the address for the PORT command to another server; for transfers of this Conn
// there is [datachan.ModeCPSV]. The host is that of this control connection, whatever the
// reply says: otherwise this server could make the other one connect to any host.
func (c *Conn) Cpsv(ctx context.Context) (netip.AddrPort, error) {
	r, err := c.do(ctx, "CPSV", "")
	if err != nil {
		return netip.AddrPort{}, err
	}
	addr, err := parse.PASV(r.LastLine())
	if err != nil {
		return netip.AddrPort{}, err
	}
	if addr.Port() < 1024 {
		return netip.AddrPort{}, fmt.Errorf("ftp: CPSV: the server names port %d; ports below 1024 are refused", addr.Port())
	}
	peer, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok || !peer.AddrPort().Addr().Unmap().Is4() {
		return netip.AddrPort{}, errors.New("ftp: CPSV: the control connection has no IPv4 address, and PORT can name no other")
	}
	if host := peer.AddrPort().Addr().Unmap(); host != addr.Addr() {
		c.trace(TraceNote, fmt.Sprintf("CPSV reply names address %s: using the control connection's %s", addr.Addr(), host))
		addr = netip.AddrPortFrom(host, addr.Port())
	}
	return addr, nil
}

// QuirkSSCNNotListings: after SSCN ON the server is the TLS client of file transfers, but
// still the TLS server of listings.
const QuirkSSCNNotListings QuirkName = "sscn-not-listings"

var rowSSCNNotListings = Quirk{
	Name: QuirkSSCNNotListings, Mode: QuirkDetected,
	Behaviour:  "after SSCN ON the server is the TLS client of transfers of files, and the TLS server of listings all the same",
	Evidence:   "the greeting names ProFTPD when a listing comes after SSCN ON, or not one byte of TLS comes for a listing after it",
	Workaround: "this side is the TLS client of listings then; the one that failed is asked for again",
	Refs:       []string{"ProFTPD 1.3.8"},
}
