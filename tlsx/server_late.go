package tlsx

import (
	"net"
	"sync"
)

// A lateWriter holds back a session ticket of TLS 1.3 until the client has answered.
// crypto/tls puts the ticket at the end of the server's first flight, which it writes at
// once, unless it asks for a client certificate, and on a resumed connection there is
// none to ask for.
type lateWriter struct {
	net.Conn

	mu   sync.Mutex
	hold bool   // the next write ends in a ticket
	held []byte // the record of the ticket
}

// holdNext announces that the next write ends in the record of a ticket.
func (w *lateWriter) holdNext() {
	w.mu.Lock()
	w.hold = true
	w.mu.Unlock()
}

func (w *lateWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.release(); err != nil {
		return 0, err
	}
	if !w.hold {
		return w.Conn.Write(b)
	}
	w.hold = false
	i := lastRecord(b)
	w.held = append([]byte(nil), b[i:]...)
	if n, err := w.Conn.Write(b[:i]); err != nil {
		return n, err
	}
	return len(b), nil
}

// Read passes on the client's answer, and sends the ticket just before that.
func (w *lateWriter) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if n > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		if rerr := w.release(); rerr != nil && err == nil {
			err = rerr
		}
	}
	return n, err
}

func (w *lateWriter) release() error {
	if len(w.held) == 0 {
		return nil
	}
	b := w.held
	w.held = nil
	_, err := w.Conn.Write(b)
	return err
}

// lastRecord returns the offset of the last whole record in b, or len(b) if b
// is not a sequence of whole records (RFC 8446, Section 5.1).
func lastRecord(b []byte) int {
	last := len(b)
	for i := 0; i < len(b); {
		if i+5 > len(b) {
			return len(b)
		}
		last = i
		i += 5 + int(b[i+3])<<8 + int(b[i+4])
		if i > len(b) {
			return len(b)
		}
	}
	return last
}
