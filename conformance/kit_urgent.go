package conformance

import (
	"net"
	"time"
)

// hasUrgent reports whether the connection has TCP's urgent data.
func (c *Conn) hasUrgent() bool {
	_, ok := c.tcp.Conn.(*net.TCPConn)
	return ok && systemHasUrgent && !c.secure
}

// synch sends Telnet's IP and Synch (RFC 959, Section 4.1.3): the urgent mark is on the
// second IAC, and DM follows, as all old clients have it. The connection must have urgent
// data.
func (c *Conn) synch() error {
	tcp := c.tcp.Conn.(*net.TCPConn)
	tcp.SetWriteDeadline(time.Now().Add(c.run.opts.timeout()))
	const head = "\xff\xf4\xff"
	c.tape.add(c.name, ">", false, head+", the last byte as urgent data")
	if err := sendUrgent(tcp, []byte(head)); err != nil {
		return err
	}
	return c.transmit([]byte("\xf2"), "\xf2", func() {})
}
