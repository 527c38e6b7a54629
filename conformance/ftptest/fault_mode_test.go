package ftptest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// modeChecks are the rows of modeFaults.
func modeChecks() []faultCheck {
	row := func(fault Fault, m, reason string) faultCheck {
		return faultCheck{fault, TLSNone, func(t *testing.T, c *client) { c.wantBroken(m, reason) }}
	}
	return []faultCheck{
		row("mode-z-corrupt", "Z", "the checksum at the end is wrong: the data is damaged"),
		row("mode-z-truncated", "Z", "the connection ends before the file does"),
		row("mode-z-trailing", "Z", "octets follow the end of the zlib stream"),
		row("mode-b-no-eof", "B", "the connection ends before the file does"),
		row("mode-b-undefined-bits", "B", "a descriptor has codes that are not defined"),
		row("mode-c-no-eof", "C", "the connection ends before the file does"),
		row("marker-garbage", "B", "a restart marker is not printable"),
		row("marker-garbage", "C", "a restart marker is not printable"),
		{"mode-z-bomb", TLSNone, func(t *testing.T, c *client) {
			const some = 16 << 20 // of 1 GiB, whose rest takes its time
			conn := c.startMode("Z", "RETR f")
			wire := countWriter{w: io.Discard}
			z := mode.NewReader(io.TeeReader(conn, &wire), mode.Format{Mode: 'Z'}, mode.Options{})
			if n, err := io.CopyN(io.Discard, z, some); err != nil || wire.n > some/100 {
				t.Errorf("%d bytes out of %d, %v; want much out of little", n, wire.n, err)
			}
			conn.Close()
			c.want("RETR", 426)
		}},
		{"list-never-compressed", TLSNone, func(t *testing.T, c *client) {
			for _, line := range []string{"NLST", "LIST", "MLSD"} {
				conn := c.startMode("Z", line)
				if got, err := io.ReadAll(conn); err != nil || !bytes.HasSuffix(got, []byte("f\r\n")) {
					t.Errorf("%s: %q, %v; want plain text", line, got, err)
				}
				conn.Close()
				c.want(line, 226)
			}
		}},
	}
}

// startMode starts a transfer in a mode, in TYPE I. It may be called again.
func (c *client) startMode(m, line string) net.Conn {
	c.t.Helper()
	if !c.begun {
		c.begin()
		c.begun = true
	}
	c.do("TYPE I", 200)
	c.do("MODE "+m, 200)
	conn := c.passive()
	c.do(line, 150)
	return c.secure(conn)
}

// wantBroken gets a file whose format is broken, though the server says 226.
func (c *client) wantBroken(m, reason string) {
	c.t.Helper()
	conn := c.startMode(m, "RETR f")
	_, err := io.ReadAll(mode.NewReader(conn, mode.Format{Mode: m[0]}, mode.Options{}))
	if e, ok := errors.AsType[*mode.Error](err); !ok || e.Reason != reason {
		c.t.Errorf("%v; want %s", err, reason)
	}
	conn.Close()
	c.want("RETR", 226)
}
