package control

import (
	"net"

	"github.com/ftpwire/ftpwire/protocol"
)

// Telnet (RFC 854): "Interpret As Command", Interrupt Process and Data Mark.
const (
	telnetIAC = 255
	telnetIP  = 244
	telnetDM  = 242
)

// synch returns the bytes to send before ABOR to a server that notices commands during a
// transfer only by Telnet's Synch (RFC 959, Section 4.1.3), and sends the urgent part of
// them. The order is that of all old clients: the urgent mark is on the second IAC and DM
// follows, since in BSD's sockets the mark is after the urgent byte. TLS has no urgent
// data, and bytes outside of TLS would break it, so over TLS nothing is sent.
func (c *Conn) synch(conn net.Conn) []byte {
	if !c.HasQuirk(QuirkABORSynch) || conn != c.raw {
		return nil
	}
	head := []byte{telnetIAC, telnetIP, telnetIAC}
	tcp, ok := c.raw.(*net.TCPConn) // a wrapped connection is not bypassed
	if ok {
		if err := sendUrgent(tcp, head); err == nil {
			return []byte{telnetDM}
		}
	}
	c.trace(TraceNote, "the Synch in front of ABOR goes without urgent data, which this connection does not have")
	return append(head, telnetDM)
}

// launchABOR sends ABOR.
func (c *Conn) launchABOR() (*flight, error) {
	abor := protocol.Command{Verb: "ABOR"}
	return c.launchAfter(abor, abor, c.cfg.abortTimeout(), c.synch)
}

// QuirkABORSynch: commands during a transfer are noticed only after Telnet's Synch.
const QuirkABORSynch QuirkName = "abor-synch"

var rowABORSynch = Quirk{
	Name: QuirkABORSynch, Mode: QuirkDetected,
	Behaviour:  "commands during a transfer are noticed only after Telnet's Synch",
	Workaround: "the Interrupt Process and Synch signals, with urgent data, go before ABOR; not over TLS, which has no urgent data. Some servers are said to hang on them",
	Evidence:   "the greeting names GNU inetutils, whose server ends when the data connection is cut before it has read ABOR",
	Refs:       []string{"RFC 959, Section 4.1.3", "lftp, whose setting is ftp:use-telnet-iac", "vsftpd 3.0.3 answers at once with it, and else only when the data connection is cut"},
	software:   "GNU inetutils ftpd",
}
