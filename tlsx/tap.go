package tlsx

import (
	"cmp"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// maxHead is how much of what a peer sends first is kept to explain a failed
// handshake.
const maxHead = 64

// A tap is the transport below a TLS connection. It notes what crypto/tls does not
// report: the first bytes received, whether any byte was sent, and whether the transport
// has ended. It embeds net.Conn, never *net.TCPConn, whose other methods would bypass it.
type tap struct {
	net.Conn

	// ownDeadlines makes SetWriteDeadline do nothing. crypto/tls calls it only
	// to bound close_notify, by 5 seconds, which is too short for a full send
	// buffer on a slow line, and leaves the deadline expired afterwards.
	// [Conn] sets its deadlines below the tap.
	ownDeadlines bool
	// keepMost is how many of the first bytes received are kept. If zero, it is maxHead.
	keepMost int
	// first, unless nil, sees the first Write before it is sent. If it returns an error,
	// that is the error of the Write, and nothing is sent.
	first func([]byte) error

	wrote atomic.Bool // Write was called
	ended atomic.Bool // Read returned io.EOF

	demand certificateDemand

	mu   sync.Mutex
	head []byte // first bytes received
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.keep(b[:n])
	if err == io.EOF {
		if n > 0 {
			// These bytes may hold a close_notify, so the end is not noted until a read
			// returns it alone. A reader at its end stays there.
			return n, nil
		}
		t.ended.Store(true)
	}
	return n, err
}

func (t *tap) keep(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := cmp.Or(t.keepMost, maxHead) - len(t.head); room > 0 {
		t.head = append(t.head, b[:min(room, len(b))]...)
	}
}

// received returns the first bytes received.
func (t *tap) received() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.head...)
}

func (t *tap) Write(b []byte) (int, error) {
	if t.first != nil && !t.wrote.Load() {
		if err := t.first(b); err != nil {
			return 0, err
		}
	}
	t.wrote.Store(true)
	return t.Conn.Write(b)
}

func (t *tap) SetWriteDeadline(d time.Time) error {
	if t.ownDeadlines {
		return nil
	}
	return t.Conn.SetWriteDeadline(d)
}
