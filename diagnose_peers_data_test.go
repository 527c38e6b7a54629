package ftpwire_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/datachan"
)

var dataPeers = []peerCase{
	{
		name: "EPSV unknown, the port of PASV closed", server: with(odd("EPSV", "500 unknown"), closedPorts),
		cause: "port-closed", seen: "EPSV: 500", advice: "DataMode=active", helps: []int{0},
	},
	{
		name: "both passive ports closed", server: with(odd(), closedPorts), do: doGet,
		cause: "port-closed", seen: "PASV", advice: "DataMode=active", helps: []int{0},
	},
	{
		name: "both passive ports closed, TLS, upload", server: with(odd(), closedPorts), do: doPut, change: withTLS,
		cause: "port-closed", seen: "PASV", advice: "DataMode=active", helps: []int{0},
	},
	{
		name: "EPSV alone, its port closed", server: with(odd(), func(o *oddServer) { o.closedEPSV = true }), change: inMode(datachan.ModeEPSV),
		cause: "port-closed", advice: "DataMode=active DataMode=PASV", helps: []int{0, 1},
	},
	{
		name: "passive ports filtered", server: odd(), change: func(w *oddWorld, p *ftpwire.Profile) { p.Dial = firewall(p.Dial) },
		cause: "port-filtered", seen: "i/o timeout", advice: "DataMode=active", helps: []int{0},
	},
	{
		name: "passive ports filtered, TLS", server: odd(), change: all(withTLS, func(w *oddWorld, p *ftpwire.Profile) { p.Dial = firewall(p.Dial) }),
		cause: "port-filtered", advice: "DataMode=active ClearCommandChannel=true", helps: []int{0},
	},
	{
		name:   "the data is at another public address, which is ignored",
		server: with(odd("EPSV", "502 unknown"), func(o *oddServer) { o.named, o.data = oddInner, oddInner }),
		cause:  "address-ignored", says: oddInner, advice: "NAT=auto NAT=never", helps: []int{0, 1},
	},
	{
		name:   "the same, and neither address answers",
		server: with(odd("EPSV", "502 unknown"), func(o *oddServer) { o.named, o.closed = oddInner, true }), change: withNAT(datachan.NATAuto),
		cause: "port-closed", seen: oddInner, advice: "DataMode=active", helps: []int{0},
	},
	{
		name:   "an inner address is named, and the outer one does not listen",
		server: with(odd("EPSV", "502 unknown"), func(o *oddServer) { o.named, o.closed = "192.168.1.20", true }), do: doGet,
		cause: "port-closed", advice: "DataMode=active", helps: []int{0}, hides: "NAT=",
	},
	{
		name:   "a server behind NAT names its inner address, which is used",
		server: with(odd("EPSV", "500 unknown"), func(o *oddServer) { o.named = "192.168.1.20" }), change: withNAT(datachan.NATServer), do: doGet,
		cause: "address-wrong", says: "192.168.1.20", advice: "NAT=always DataMode=active", helps: []int{0, 1},
	},
	{
		name:   "the same with PASV asked for",
		server: with(odd(), func(o *oddServer) { o.named = "192.168.1.20" }), change: all(withNAT(datachan.NATServer), inMode(datachan.ModePASV)), do: doPut,
		cause: "address-wrong", says: "192.168.1.20", advice: "NAT=always DataMode=EPSV", helps: []int{0, 1},
	},
	{
		name: "EPSV and PASV refused", server: odd("EPSV", "502 no", "PASV", "502 no"),
		cause: "passive-refused", seen: "EPSV: 502", advice: "DataMode=active", helps: []int{0},
	},
	{
		name: "EPSV 522, and nothing else may be used", server: odd("EPSV", "522 Network protocol not supported, use (1)"), change: inMode(datachan.ModeEPSV),
		cause: "passive-refused", advice: "DataMode=PASV DataMode=active", helps: []int{0, 1}, hides: "TLS",
	},
	{
		name: "EPRT unknown and PORT answered 530", server: odd("EPRT", "500 unknown", "PORT", "530 not for you"), change: withActive,
		cause: "active-refused", seen: "PORT: 530", advice: "DataMode=passive Data.ActiveAddr", helps: []int{0},
	},
	{
		name: "EPSV answered 530", server: odd("EPSV", "530 not for you"),
		cause: "passive-refused", seen: "EPSV: 530", advice: "DataMode=PASV DataMode=active", helps: []int{0, 1},
	},
	{
		name: "EPRT and PORT refused", server: odd("EPRT", "500 unknown", "PORT", "500 Illegal PORT command."), change: withActive,
		cause: "active-refused", seen: "PORT: 500", advice: "DataMode=passive Data.ActiveAddr", helps: []int{0},
	},
	{
		name: "EPSV swallowed", server: odd("EPSV", ""), change: inMode(datachan.ModeEPSV),
		cause: "epsv-silent", advice: "DataMode=PASV DataMode=active", helps: []int{0, 1},
	},
	{
		name: "EPSV ends the connection", server: odd("EPSV", "FIN"), change: inMode(datachan.ModeEPSV),
		cause: "cut-at-address", advice: "DataMode=PASV DataMode=active", helps: []int{0, 1},
	},
	{
		name: "EPSV resets the connection", server: odd("EPSV", "RST"), change: inMode(datachan.ModeEPSV), do: doPut,
		cause: "cut-at-address", advice: "DataMode=PASV DataMode=active", helps: []int{0, 1},
	},
	{
		name: "PASV swallowed", server: odd("PASV", ""), change: inMode(datachan.ModePASV),
		cause: "pasv-silent", advice: "DataMode=EPSV DataMode=active", helps: []int{0, 1},
	},
	{
		name: "EPRT swallowed", server: odd("EPRT", ""), change: withActive, do: doGet,
		cause: "port-silent", advice: "DataMode=passive", helps: []int{0},
	},
	{
		name: "PORT ends the connection", server: odd("PORT", "FIN"), change: inMode(datachan.ModePORT),
		cause: "cut-at-address", advice: "DataMode=passive DataMode=PASV", helps: []int{0, 1},
	},
	{
		name: "PASV answered with nonsense", server: odd("PASV", "227 Entering Passive Mode"), change: inMode(datachan.ModePASV),
		cause: "address-nonsense", advice: "DataMode=EPSV DataMode=active", helps: []int{0, 1},
	},
	{
		name: "a port below 1024", server: odd("PASV", "227 here (203,0,113,10,0,22)"), change: inMode(datachan.ModePASV),
		cause: "low-port", seen: "below 1024", advice: "DataMode=active DataMode=EPSV", helps: []int{0, 1},
	},
	{
		name: "active mode, 425 of Pure-FTPd", server: with(odd(), only("LIST", "425 Can't build data connection: Connection timed out", isPassive)), change: withActive,
		cause: "active-blocked", seen: "425", advice: "DataMode=passive", helps: []int{0},
	},
	{
		name: "active mode, 425 of Serv-U, upload", server: with(odd(), only("STOR", "425 Cannot open data connection.", isPassive)), change: withActive, do: doPut,
		cause: "active-blocked", seen: "425", advice: "DataMode=passive", helps: []int{0},
	},
	{
		name: "active mode, silence", server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"RETR": func(s *oddSession, _ string) bool {
				if s.active != "" {
					s.reply("150 here it comes") // and a firewall drops the connection
				}
				return s.active != ""
			}}
		}), change: withActive, do: doGet,
		cause: "active-blocked", advice: "DataMode=passive", helps: []int{0},
	},
	{
		name: "active mode, from another address", server: with(odd(), func(o *oddServer) { o.from = oddInner }), change: withActive, do: doGet,
		cause: "stranger", says: oddInner, advice: "Data.AnyPeer=true DataMode=passive", helps: []int{0, 1},
	},
	{
		name: "425 of vsftpd in clear text", server: with(odd(), only("LIST", "425 Failed to establish connection.", isActive)),
		cause: "data-channel", advice: "DataMode=active", helps: []int{0}, hides: "TLSMax",
	},
	{
		name: "425 of FileZilla Server in clear text", server: with(odd(), only("RETR", "425 Can't open data connection for transfer of \"/a.txt\"", isActive)), do: doGet,
		cause: "data-channel", advice: "DataMode=active", helps: []int{0}, hides: "TLSMax",
	},
	{
		name: "425 of ProFTPD over TLS", server: with(odd(), only("LIST", "425 Unable to build data connection: Operation not permitted", isTLS12)), change: withTLS,
		cause: "data-channel-tls", advice: "TLSMax=1.2 DataMode=active", helps: []int{0},
	},
	{
		name: "425 over TLS, resumption is off", server: with(odd(), only("RETR", "425 Unable to build data connection", isTLS12)), do: doGet,
		change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.Resumption.UnmarshalText([]byte("off")) }),
		cause:  "data-channel-tls", advice: "Resumption=preferred TLSMax=1.2", helps: []int{1},
	},
	{
		name: "vsftpd sees another address", server: with(odd(), only("LIST", "425 Security: Bad IP connecting.", isActive)),
		cause: "other-host", advice: "DataMode=active", helps: []int{0},
	},
	{
		name: "LIST is never answered", server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"LIST": func(s *oddSession, _ string) bool { return s.active == "" }}
		}),
		cause: "transfer-silent", advice: "DataMode=active Timeout", helps: []int{0}, hides: "Sync",
	},
	{
		name: "every port is blocked", server: odd(), do: doGet,
		change: func(_ *oddWorld, p *ftpwire.Profile) {
			p.Data.BlockedPorts = []datachan.PortRange{{First: 1024, Last: 65535}}
		},
		cause: "ports-blocked", advice: "Data.BlockedPorts DataMode=active", helps: []int{1},
	},
	{
		name: "the server wants TLS first, and each step waits for the one before", do: doGet,
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"RETR": func(s *oddSession, arg string) bool {
				if conn := s.connect(); conn != nil {
					s.reply("150 here it comes")
					conn.Write([]byte(s.w.files[arg]))
					conn.Close()
					s.reply("226 done")
				}
				return true
			}}
		}),
		change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.SyncDataChannel = datachan.SyncOn }),
		cause:  "reply-held", advice: "SyncDataChannel=auto", helps: []int{0},
	},
	{
		name: "the control connection is forgotten in a long transfer", do: doGet,
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"RETR": forgetful}
		}),
		cause: "forgotten", seen: "after 13 bytes", says: "13 octets", advice: "KeepAlive=30s", helps: []int{0},
	},
	{
		name: "the data connection is reset", server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"RETR": func(s *oddSession, _ string) bool {
				s.reply("150 here it comes")
				conn := s.connect()
				conn.Write([]byte("hel"))
				time.Sleep(time.Second)
				conn.(interface{ Reset() }).Reset()
				return true
			}}
		}), do: doGet,
		cause: "data-cut", says: "3 octets", advice: "TransferOptions.Resume=true TransferOptions.Retry",
	},
}

func closedPorts(o *oddServer) { o.closed = true }

func inMode(m datachan.Mode) func(*oddWorld, *ftpwire.Profile) {
	return func(_ *oddWorld, p *ftpwire.Profile) { p.DataMode = m }
}

func withNAT(n datachan.NAT) func(*oddWorld, *ftpwire.Profile) {
	return func(_ *oddWorld, p *ftpwire.Profile) { p.NAT = n }
}

// firewall lets connections to ports 21 and 990 through only.
func firewall(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if port := netip.MustParseAddrPort(address).Port(); port == 21 || port == 990 {
			return dial(ctx, network, address)
		}
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	}
}

// forgetful sends a file so slowly that a firewall forgets the control connection, unless
// something moves on it.
func forgetful(s *oddSession, arg string) bool {
	s.reply("150 here it comes")
	conn := s.connect()
	alive := make(chan bool, 1)
	go func() {
		line, _ := s.r.ReadString('\n')
		alive <- strings.HasPrefix(line, "NOOP")
	}()
	for _, b := range []byte(s.w.files[arg]) {
		conn.Write([]byte{b})
		time.Sleep(4 * time.Second)
	}
	conn.Close()
	if <-alive {
		s.reply("200 ok")
		s.reply("226 done")
	}
	return true
}
