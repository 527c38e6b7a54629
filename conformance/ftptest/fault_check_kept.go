package ftptest

import (
	"net"
	"strings"
	"sync/atomic"
)

// keptOpen is not a defect, but a rare choice that RFC 959 leaves to the server (Sections
// 3.2 and 5.2): clients and cases must tolerate it. It is for clear text.
func keptOpen() deviation {
	var kept memory[bool]
	return deviation{
		name: "mode-b-kept", doc: "in MODE B RETR is answered with 250, and the data connection stays open for the next transfer, which begins with 125",
		transfer: inMode('B', func(s *session, t *transfer) {
			t.keepOpen, t.final = true, &outcome{250, "Kept open"}
			_, *kept.of(s) = t.endpoint.ln.(*keptConn)
			host := t.endpoint.host
			t.atEnd = func(d *dataConn) {
				raw := d.raw
				letGo(d)
				s.call(func() { s.endpoint = &endpoint{srv: s.srv, ln: &keptConn{conn: raw}, host: host} })
			}
		}),
		reply: edit("RETR", 150, func(s *session, w string) string {
			if *kept.of(s) {
				w = strings.Replace(w, "150 Opening", "125 Using", 1)
			}
			return w
		}),
	}
}

// A keptConn is a listener for a connection that exists already. Close closes it unless
// it has been accepted.
type keptConn struct {
	conn  net.Conn
	taken atomic.Bool
}

func (k *keptConn) Accept() (net.Conn, error) {
	if k.taken.Swap(true) {
		return nil, net.ErrClosed
	}
	return k.conn, nil
}

func (k *keptConn) Close() error {
	if k.taken.Swap(true) {
		return nil
	}
	return k.conn.Close()
}

func (k *keptConn) Addr() net.Addr { return k.conn.LocalAddr() }
